from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.curation.discovery import Discovery, discover, with_decisions
from pipeline.errors import InputError
from pipeline.types import Figure


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def touch(*paths: str) -> None:
    for path in map(Path, paths):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def figids(found: Discovery) -> list[str]:
    return [figure.figid for figure in found.figures]


def test_folders_hold_images_of_any_kind(here: Path) -> None:
    kinds = ["jpg", "JPEG", "png", "tif", "Tiff", "gif", "bmp", "webp"]
    touch(*(f"in/f{n}.{kind}" for n, kind in enumerate(kinds)))
    touch("in/.hidden.jpg", "in/notes.txt", "in/f.jpg.part", "in/deeper/g.jpg", "in/jpg")
    Path("in/folder.jpg").mkdir()
    found = discover(["in"])
    assert figids(found) == [f"f{n}" for n in range(len(kinds))]
    assert found.problems == ()
    assert found.figures[0] == Figure("f0", image=Path("in/f0.jpg"))


def test_files_folders_and_patterns_name_an_image_once(here: Path) -> None:
    touch("in/b.jpg", "in/a.png", "in/deeper/c.jpg", "in/a.md", "in/a.txt")
    again = Path("in", "..", "in", "a.png")
    found = discover(["in/b.jpg", Path("in"), "in/*", "in/**/*.jpg", again, here / "in" / "b.jpg"])
    assert figids(found) == ["a", "b", "c"]
    assert found.problems == ()
    assert figids(discover([str(here / "*/?.p*")])) == ["a"]
    assert figids(discover(["i*"])) == ["a", "b"]


def test_names_that_look_like_patterns(here: Path) -> None:
    touch("f[1].jpg", "f1.jpg")
    assert figids(discover(["f[1].jpg", "f1.jpg"])) == ["f1"]
    assert [p.subject for p in discover(["f[1].jpg"]).problems] == ["f[1]"]


def test_records_come_from_their_folder_then_from_beside(here: Path) -> None:
    touch("in/a.jpg", "in/b.jpg", "in/c.jpg", "in/d.jpg", "in/e.jpg", "in/f.jpg")
    touch("rec/a.md", "in/a.md", "in/b.md", "rec/b.yml", "rec/c.yaml", "in/c.yml", "in/d.yml")
    touch("rec/e.yml", "rec/e.yaml", "rec/orphan.md", "rec/orphan.yml", "rec/notes.txt")
    found = discover(["in"], Path("rec"))
    assert {f.figid: (f.record, f.metadata) for f in found.figures} == {
        "a": (Path("rec/a.md"), None),
        "b": (Path("in/b.md"), None),
        "c": (None, Path("rec/c.yaml")),
        "d": (None, Path("in/d.yml")),
        "e": (None, Path("rec/e.yml")),
        "f": (None, None),
    }
    assert found.orphans == 1
    beside = discover(["in"])
    assert {f.figid for f in beside.figures if f.record} == {"a", "b"}
    assert beside.orphans == 0


def test_text_goes_with_images(here: Path) -> None:
    touch("in/a.jpg", "in/b.jpg", "in/c.jpg", "t/a.txt", "t/b.json", "t/b.txt", "t/other.txt")
    found = discover(["in"], texts=Path("t"))
    assert [(f.figid, f.image, f.text) for f in found.figures] == [
        ("a", Path("in/a.jpg"), Path("t/a.txt")),
        ("b", Path("in/b.jpg"), Path("t/b.json")),
        ("c", Path("in/c.jpg"), None),
    ]


def test_text_alone(here: Path) -> None:
    touch("t/a.txt", "t/b.json", "t/b.txt", "t/.x.txt", "t/x.csv", "rec/a.md", "t/b.yml")
    found = discover([], Path("rec"), Path("t"))
    assert found == Discovery(
        figures=(
            Figure("a", record=Path("rec/a.md"), text=Path("t/a.txt")),
            Figure("b", metadata=Path("t/b.yml"), text=Path("t/b.json")),
        ),
        problems=(),
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("a/fig.jpg", "b/fig.png"),
        ("a/fig.jpg", "a/fig.jpeg"),
        ("a/fig.jpg", "b/FIG.jpg"),
        ("a/caf\u00e9.jpg", "b/cafe\u0301.jpg"),
    ],
)
def test_two_images_of_one_figure_are_refused(here: Path, first: str, second: str) -> None:
    touch(first, second, "a/other.jpg")
    found = discover(["a", "b"] if second.startswith("b") else ["a"])
    assert figids(found) == ["other"]
    (problem,) = found.problems
    assert problem.subject == Path(first).stem
    assert problem.kind == "InputError"
    assert first in problem.cause
    assert second in problem.cause


def test_two_links_to_one_image_of_one_name_are_one_figure(here: Path) -> None:
    touch("a/fig.jpg")
    Path("b").mkdir()
    Path("b/fig.jpg").symlink_to("../a/fig.jpg")
    Path("b/same.jpg").symlink_to("../a/fig.jpg")
    found = discover(["a", "b"])
    assert figids(found) == ["fig", "same"]
    assert found.problems == ()


def test_unsafe_names_are_problems(here: Path) -> None:
    names = ["-rf.jpg", "a\nb.jpg", "a:b.jpg", os.fsdecode(b"\xff.jpg"), "good.jpg"]
    for name in names:
        Path(name).touch()
    found = discover(["."])
    assert figids(found) == ["good"]
    assert [p.subject for p in found.problems] == ["-rf", "\\udcff", "a:b", "a\\nb"]
    assert all(str(problem).isprintable() for problem in found.problems)


def test_links_to_nothing_are_not_passed_over(here: Path) -> None:
    touch("a.jpg")
    Path("a.md").symlink_to("gone.md")
    Path("b.jpg").symlink_to("gone.jpg")
    Path("loop.jpg").symlink_to("loop.jpg")
    found = discover(["."])
    assert figids(found) == ["b", "loop"]
    assert [(p.subject, p.cause) for p in found.problems] == [
        ("a", "a.md is not a file that can be read")
    ]


def test_a_folder_named_as_a_record_is_a_problem(here: Path) -> None:
    touch("a.jpg", "a.md/x")
    assert [p.subject for p in discover(["a.jpg"]).problems] == ["a"]


@pytest.mark.parametrize(
    ("images", "records", "texts", "message"),
    [
        (["none.jpg"], None, None, r"none\.jpg: there is no such file or folder"),
        (["in/a.jpg", "none/"], None, None, "none: there is no such file"),
        (["*.png"], None, None, r"\*\.png: it matches no image"),
        (["in/*.md"], None, None, "it matches no image"),
        (["empty"], None, None, "empty: it holds no image"),
        (["in/a.md"], None, None, r"in/a\.md: its name is not that of an image"),
        (["in"], "none", None, "none: there is no such folder. Correct --records"),
        (["in"], "in/a.md", None, "Correct --records"),
        (["in"], None, "none", "none: there is no such folder. Correct --text"),
        ([], None, None, "no image was given"),
        (["\udcff.jpg"], None, None, r"\\udcff\.jpg: there is no such file"),
    ],
)
def test_what_is_given_must_exist(
    here: Path, images: list[str], records: str | None, texts: str | None, message: str
) -> None:
    touch("in/a.jpg", "in/a.md", "empty/.keep")
    with pytest.raises(InputError, match=message) as caught:
        discover(images, Path(records) if records else None, Path(texts) if texts else None)
    str(caught.value).encode()


@pytest.mark.figures
def test_the_real_figures(shared: Path) -> None:
    figures = shared / "figures"
    found = discover([figures / "images"], figures / "records", figures / "gcv")
    assert len(found.figures) == 108
    assert found.problems == ()
    assert found.orphans == 0
    assert all(figure.record for figure in found.figures)
    assert sum(figure.text is None for figure in found.figures) == 1
    new = discover([figures / "new"])
    assert len(new.figures) == 12
    assert all(figure.metadata and not figure.record for figure in new.figures)


def test_figures_get_the_decisions_about_them(tmp_path: Path) -> None:
    figures = (Figure("a"), Figure("b"))
    assert with_decisions(figures, tmp_path / "nowhere") == figures
    (tmp_path / "b.yaml").write_text("figid: b\n")
    assert with_decisions(figures, tmp_path) == (
        Figure("a"),
        Figure("b", decisions=tmp_path / "b.yaml"),
    )
