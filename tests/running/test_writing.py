from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
import yaml

from pipeline.errors import OutputError, RecordError, UsageError
from pipeline.running.writing import Output, replace_file, write_back
from pipeline.types import EndState, Figure, Outcome


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def output(tmp_path: Path) -> Output:
    output = Output(tmp_path / "deep" / "out")
    output.create()
    return output


def test_a_file_is_replaced_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"old")
    path.chmod(0o640)
    replace_file(path, "nëw\r\n".encode())
    assert path.read_bytes() == "nëw\r\n".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert names(tmp_path) == ["a.md"]


def test_what_a_killed_run_left_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / ".a.md.tmp").write_bytes(b"half of")
    replace_file(tmp_path / "a.md", b"new")
    assert names(tmp_path) == ["a.md"]


def test_a_planted_link_is_not_written_through(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (tmp_path / ".a.md.tmp").symlink_to(victim)
    (tmp_path / "a.md").symlink_to(victim)
    replace_file(tmp_path / "a.md", b"new")
    assert victim.read_bytes() == b"precious"
    assert (tmp_path / "a.md").read_bytes() == b"new"


def test_a_write_that_fails_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device") as caught:
        replace_file(path, b"new")
    assert caught.value.subject == str(path)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.md"]


def test_an_outcome_becomes_a_record_and_a_diff(output: Output) -> None:
    diff: dict[str, object] = {"new": [{"word": "IκB", "genes": {"4792": "NFKBIA"}}]}
    output.write(Outcome("fig 1", EndState.DONE, record="---\r\nκ\n", diff=diff))
    assert output.record("fig 1").read_bytes() == "---\r\nκ\n".encode()
    assert yaml.safe_load(output.diff("fig 1").read_text("utf-8")) == diff
    assert "IκB" in output.diff("fig 1").read_text("utf-8")
    assert output.has("fig 1", record=True)


def test_without_a_record_only_the_diff_is_written(output: Output) -> None:
    output.write(Outcome("f", EndState.DONE))
    assert names(output.root) == ["f.yaml"]
    assert output.has("f", record=False)
    assert not output.has("f", record=True)


@pytest.mark.parametrize("figid", ["", "..", "../f", "a/b", "a\\b", "/etc/f", "C:f", "a\nb", "a\0"])
def test_nothing_is_written_outside_the_folder(output: Output, figid: str) -> None:
    before = names(output.root.parents[1])
    with pytest.raises(RecordError):
        output.write(Outcome(figid, EndState.DONE, record="text"))
    assert names(output.root.parents[1]) == before


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="file/out: the output folder cannot be created"):
        Output(tmp_path / "file" / "out").create()


@pytest.mark.parametrize("place", [".", "records", "diff"])
@pytest.mark.parametrize("role", ["image", "record", "metadata", "text"])
def test_output_must_not_overwrite_inputs(tmp_path: Path, place: str, role: str) -> None:
    figure = Figure("f", **{role: tmp_path / place / "f.x"})
    with pytest.raises(UsageError, match="--out"):
        Output(tmp_path / "." / "x" / "..").check_apart([figure])
    Output(tmp_path / "out").check_apart([figure])


def test_output_must_not_overwrite_what_inputs_link_to(tmp_path: Path) -> None:
    output = Output(tmp_path / "out")
    output.create()
    output.record("f").write_text("a record")
    link = tmp_path / "f.md"
    link.symlink_to(output.record("f"))
    with pytest.raises(UsageError, match="--out"):
        output.check_apart([Figure("f", record=link)])


def test_writing_back_changes_the_record_behind_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target.md", tmp_path / "f.md"
    target.write_bytes(b"old")
    link.symlink_to(target)
    figure = Figure("f", record=link)
    assert write_back(figure, Outcome("f", EndState.DONE, record="new"))
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_writing_back_the_same_bytes_does_not_touch_the_file(tmp_path: Path) -> None:
    path = tmp_path / "f.md"
    path.write_bytes(b"same")
    before = path.stat()
    assert not write_back(Figure("f", record=path), Outcome("f", EndState.DONE, record="same"))
    after = path.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_new_record_has_nothing_to_be_written_back_to(tmp_path: Path) -> None:
    figure = Figure("f", image=tmp_path / "f.png")
    assert not write_back(figure, Outcome("f", EndState.DONE, record="new"))
    assert names(tmp_path) == []
