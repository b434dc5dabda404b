"""Import spaCy without its command line.

``import spacy`` loads ``spacy.cli`` for the one function ``spacy.info``, and with it a project
manager and an HTTP client: a third of the time that spaCy takes to load, for what no pipeline
uses. A stand-in takes the place of that package while spaCy loads, and is gone afterwards.
"""

from __future__ import annotations

import sys
from types import ModuleType


def import_spacy() -> None:
    """Load spaCy if it is not loaded yet; ``spacy.info`` and ``spacy.cli`` work as ever."""
    if "spacy" in sys.modules:
        return
    package, module = ModuleType("spacy.cli"), ModuleType("spacy.cli.info")
    package.__path__ = []
    setattr(module, "info", _info)  # noqa: B010  # a module has no such attribute to mypy
    stand_ins = {"spacy.cli": package, "spacy.cli.info": module}
    sys.modules.update(stand_ins)
    try:
        import spacy  # noqa: F401
    finally:
        for name, stand_in in stand_ins.items():
            if sys.modules.get(name) is stand_in:
                del sys.modules[name]


def _info(*args: object, **options: object) -> object:
    from importlib import import_module

    return import_module("spacy.cli.info").info(*args, **options)
