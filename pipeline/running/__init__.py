"""The batch: ledger, workers, files written, progress and resume."""
