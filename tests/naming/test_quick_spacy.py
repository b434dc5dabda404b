from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
from pipeline.naming.quick_spacy import import_spacy
import_spacy()
import spacy
assert "weasel" not in sys.modules and "spacy.cli" not in sys.modules
import_spacy()
from spacy.tokens import Doc
assert callable(spacy.info)
import spacy.cli
assert spacy.cli.download
"""


def test_spacy_is_loaded_without_its_command_line_which_stays_to_be_had() -> None:
    subprocess.run([sys.executable, "-W", "ignore", "-c", SCRIPT], check=True)
