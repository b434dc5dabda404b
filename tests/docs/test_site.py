"""The documentation site builds without a warning, and nothing in it is fetched."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.cli.main import EXIT_CODES
from pipeline.curation.policies import Policy
from pipeline.exports.formats import Format
from pipeline.records.titles import RULES
from tests.test_repository import commands


@pytest.fixture(scope="module")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def test_all_pages_are_there(site: Path, root: Path) -> None:
    pages = {path.relative_to(root / "docs").with_suffix("") for path in root.glob("docs/**/*.md")}
    built = {path.relative_to(site).with_suffix("") for path in site.rglob("*.html")}
    assert pages <= built
    assert Path("reference/commands") in built


def test_every_command_and_option_is_described(site: Path, root: Path) -> None:
    text = (site / "reference" / "commands.html").read_text("utf-8")
    for name in commands():
        assert re.search(rf"<h2[^>]*>pfcurate {name}\b", text), name
    for word in ("--disease-sets", "--title-rules", "|".join(Policy), "|".join(Format)):
        assert word in text
    for meaning in EXIT_CODES.values():
        assert meaning.replace("`pfcurate doctor`", "<code>pfcurate doctor</code>") in text


def test_tables_are_filled(site: Path) -> None:
    for page in site.rglob("*.html"):
        assert not re.search(r"\[\[[a-z-]+\]\]", page.read_text("utf-8")), page
    rules = (site / "how-to" / "new-figures.html").read_text("utf-8")
    assert all(f"<td><code>{name}</code></td>" in rules for name in RULES)


def test_nothing_is_fetched(site: Path) -> None:
    loaded = re.compile(
        r"<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)=\"?(https?:[^\" >]+)"
    )
    for page in site.rglob("*.html"):
        assert loaded.findall(page.read_text("utf-8")) == [], page
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\(['\"]?https?:", sheet.read_text("utf-8")), sheet
