"""Naming: from lines of text to the genes and families that they mention (spaCy)."""
