"""What a run is worth: recall against curated records, accuracy against truth."""
