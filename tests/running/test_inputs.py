from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from pipeline.running import inputs
from pipeline.running.inputs import examine
from pipeline.types import Figure


@pytest.fixture
def figure(tmp_path: Path) -> Figure:
    """A figure whose files have not been touched for a minute."""
    figure = Figure("f", image=tmp_path / "f.png", record=tmp_path / "f.md")
    for path in (figure.image, figure.record):
        assert path is not None
        path.write_bytes(path.name.encode())
    return figure


@pytest.fixture
def old(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let files count as settled from their first moment."""
    monkeypatch.setattr(inputs, "_SETTLED_NS", -1)


def count_hashing(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    hashed: list[str] = []
    real = hashlib.file_digest

    def digest(file, name):  # type: ignore[no-untyped-def]
        hashed.append(Path(file.name).name)
        return real(file, name)

    monkeypatch.setattr(hashlib, "file_digest", digest)
    return hashed


def test_each_file_counts_and_the_source_is_what_is_read(figure: Figure, tmp_path: Path) -> None:
    before = examine(figure)
    (tmp_path / "f.md").write_bytes(b"edited")
    record = examine(figure)
    assert record.whole != before.whole
    assert record.source == before.source
    (tmp_path / "f.png").write_bytes(b"drawn anew")
    image = examine(figure)
    assert image.whole != record.whole
    assert image.source != record.source


def test_given_text_is_the_source(figure: Figure, tmp_path: Path) -> None:
    (tmp_path / "f.txt").write_text("TP53")
    given = Figure("f", image=figure.image, text=tmp_path / "f.txt")
    source = examine(given).source
    assert source.startswith("text:")
    (tmp_path / "f.png").write_bytes(b"drawn anew")
    assert examine(given).source == source


@pytest.mark.usefixtures("old")
def test_a_file_is_hashed_once(figure: Figure, monkeypatch: pytest.MonkeyPatch) -> None:
    first = examine(figure)
    hashed = count_hashing(monkeypatch)
    assert examine(figure, first.stamps) == first
    assert hashed == []
    os.utime(figure.image)  # type: ignore[arg-type]
    assert examine(figure, first.stamps).whole == first.whole
    assert hashed == ["f.png"]


@pytest.mark.usefixtures("old")
def test_same_size_and_old_time_do_not_hide_a_change(figure: Figure, tmp_path: Path) -> None:
    first = examine(figure)
    path = tmp_path / "f.png"
    status = path.stat()
    path.write_bytes(path.read_bytes()[::-1])
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert examine(figure, first.stamps).source != first.source


def test_a_young_file_is_not_taken_on_trust(figure: Figure) -> None:
    assert json.loads(examine(figure).stamps) == {}


def test_what_cannot_be_read_has_no_hash(figure: Figure, tmp_path: Path) -> None:
    (tmp_path / "f.md").unlink()
    found = examine(figure)
    assert (found.whole, found.source) == ("", "")
