"""pfcurate: OCR and named-entity curation of published pathway figures.

The import package is called ``pipeline``; its subpackages are listed in the order
that data flows: imaging, reading, lexicon, naming, records, curation, running, cli.
"""

__version__ = "0.1.0"
