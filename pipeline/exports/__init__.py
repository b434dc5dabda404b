"""What the community uses downstream: gene sets, tables, documents and networks of a run."""
