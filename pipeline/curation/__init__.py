"""Curation of figures: finding them, comparing what is read with what is curated."""
