from __future__ import annotations

from pathlib import Path

from pipeline.curation.discovery import discover
from pipeline.curation.intake import IntakeReport, check_intake


def put(folder: Path, name: str, text: str = "") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def check(folder: Path) -> IntakeReport:
    found = discover([folder])
    return check_intake(found.figures, [problem.subject for problem in found.problems], [folder])


def test_a_whole_batch_has_nothing_to_report(tmp_path: Path) -> None:
    put(tmp_path, "PMC1__a.jpg")
    put(tmp_path, "PMC1__a.yml", "number: Figure 1\n")
    put(tmp_path, "PMC1__b.jpg")
    put(tmp_path, "PMC1__b.yml", "number: Scheme 1\n")
    assert check(tmp_path) == IntakeReport()
    assert check(tmp_path).messages() == []


def test_metadata_without_an_image(tmp_path: Path) -> None:
    put(tmp_path, "a.jpg")
    put(tmp_path, "a.yml", "year: 2001\n")
    lost = [put(tmp_path, f"b{n}.yml", "year: 2001\n") for n in range(3)]
    put(tmp_path, ".hidden.yml")
    report = check(tmp_path)
    assert report.without_image == tuple(lost)
    assert report.messages(2) == [
        f"{lost[0]}: no image of that name was given",
        f"{lost[1]}: no image of that name was given",
        "... and 1 more like the last",
    ]


def test_images_without_metadata(tmp_path: Path) -> None:
    put(tmp_path, "a.jpg")
    assert check(tmp_path).without_metadata == ("a",)


def test_two_metadata_files_of_one_figure(tmp_path: Path) -> None:
    put(tmp_path, "a.jpg")
    used, other = put(tmp_path, "a.yml", "{}"), put(tmp_path, "a.yaml", "{}")
    report = check(tmp_path)
    assert report.ignored == ((other, used),)
    assert report.messages() == [f"{other}: not used, for there is a.yml"]


def test_metadata_beside_a_record_is_no_finding(tmp_path: Path) -> None:
    put(tmp_path, "a.jpg")
    put(tmp_path, "a.md")
    put(tmp_path, "a.yml")
    assert check(tmp_path) == IntakeReport()


def test_figures_that_share_an_alias(tmp_path: Path) -> None:
    for name in ("PMC1__a", "PMC1__b", "PMC2__a"):
        put(tmp_path, f"{name}.jpg")
        put(tmp_path, f"{name}.yml", "number: Figure 1\n")
    put(tmp_path, "PMC1__c.jpg")
    put(tmp_path, "PMC1__c.yml", "- malformed\n")
    report = check(tmp_path)
    assert report.same_alias == (("PMC1__F1", ("PMC1__a", "PMC1__b")),)
    assert "PMC1__a, PMC1__b: all have the alias PMC1__F1" in report.messages()[0]


def test_a_figure_that_cannot_be_run_has_its_image(tmp_path: Path) -> None:
    put(tmp_path, "a.jpg")
    put(tmp_path, "a.png")
    put(tmp_path, "a.yml", "{}")
    assert check(tmp_path).without_image == ()
