"""The lexicon: gene symbols, aliases, previous symbols, families, and their lookup."""
