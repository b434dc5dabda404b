from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import RecordError
from pipeline.records.create import new_record, take_in
from pipeline.records.frontmatter import load_record
from pipeline.records.schema import KEYS

METADATA = """\
---
figid: PMC12__a.g001
pmcid: PMC12
image_filename: a.g001.jpg
figure_link: /pmc/articles/PMC12/figure/F1/
number: Figure 1
figure_title: ''
caption: The IFN-γ &amp; TNF
  pathway
article_title: No
citation: 'A: B.'
year: 2008
---
"""

RECORD = """\
---
figid: PMC12__a.g001
figlink: /pmc/articles/PMC12/figure/F1/
number: F1
caption: The IFN-γ & TNF pathway
pmcid: PMC12
papertitle: 'No'
reftext: 'A: B.'
pmc_ranked_result_index: ''
pathway_score: ''
filename: a.g001.jpg
figtitle: 'No'
year: '2008'
organisms: []
ndex: ''
annotations: []
seo: CreativeWork
schema-jsonld:
  '@context': https://schema.org/
  '@id': https://pfocr.wikipathways.org/figures/PMC12__a.g001.html
  '@type': Dataset
  description: The IFN-γ & TNF pathway
  license: CC0
  name: CreativeWork
  creator:
    '@type': Organization
    name: WikiPathways
  keywords: []
genes: []
chemicals: []
diseases: []
figid_alias: PMC12__F1
redirect_from: /figures/PMC12__F1
figtype: Figure
---
"""


def write(folder: Path, text: str, figid: str = "PMC12__a.g001") -> Path:
    path = folder / f"{figid}.yml"
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize(
    "text",
    [
        METADATA,
        METADATA.removeprefix("---\n"),
        METADATA.removesuffix("---\n"),
        METADATA.removesuffix("---\n") + "...\n\n",
        METADATA.rstrip("\n"),
        "\ufeff" + METADATA,
        METADATA.replace("\n", "\r\n"),
        METADATA.replace("figure_title: ''", "figure_title:"),
        METADATA.replace("figure_title: ''\n", ""),
    ],
)
def test_record_from_metadata(tmp_path: Path, text: str) -> None:
    record = new_record("PMC12__a.g001", write(tmp_path, text), "other.jpg")
    assert record.text == RECORD
    assert record.problems == ()
    assert record.context == "The IFN-γ & TNF pathway\nNo\nNo"


def test_records_have_the_keys_of_the_seed(root: Path) -> None:
    seed = load_record(next((root / "seeds").glob("*.md")))
    record = new_record(seed.figid)
    assert tuple(record.fields) == tuple(seed.fields) == tuple(KEYS)
    described, of_seed = record.fields["schema-jsonld"], seed.fields["schema-jsonld"]
    assert isinstance(described, dict)
    assert isinstance(of_seed, dict)
    assert tuple(described) == tuple(of_seed)
    same = set(described) - {"description", "keywords"}
    assert {key: described[key] for key in same} == {key: of_seed[key] for key in same}


@pytest.mark.figures
def test_records_of_new_figures_equal_the_published_ones(shared: Path) -> None:
    figures = shared / "figures"
    unknown = {"organisms", "pmc_ranked_result_index", "pathway_score"}
    paths = list((figures / "new").glob("*.yml"))
    assert len(paths) == 12
    for path in paths:
        intake = take_in(path.stem, path, f"{path.stem}.jpg")
        published = load_record(figures / "blank" / f"{path.stem}.md").fields
        assert intake.record.problems == ()
        differing = {
            key for key in set(KEYS) - unknown if intake.record.fields[key] != published[key]
        }
        # Of all keys only the title is meant to differ, and only where a rule says so.
        assert differing == intake.changes.keys() <= {"figtitle"}
        plain = take_in(path.stem, path, f"{path.stem}.jpg", title_rules=())
        assert plain.changes == {}
        assert plain.record.fields["figtitle"] == published["figtitle"]


def test_entities_in_texts_are_decoded_unless_asked_not_to(tmp_path: Path) -> None:
    text = METADATA.replace("'A: B.'", "'M&uuml;ller. J. 2008;1.'").replace("&amp;", "&amp;lt;")
    path = write(tmp_path, text)
    intake = take_in(path.stem, path)
    assert intake.record.fields["caption"] == "The IFN-γ < TNF pathway"
    assert intake.record.fields["reftext"] == "Müller. J. 2008;1."
    assert intake.changes["caption"] == {
        "original": "The IFN-γ &amp;lt; TNF pathway",
        "rules": ["entities"],
    }
    plain = take_in(path.stem, path, title_rules=())
    assert plain.record.fields["reftext"] == "M&uuml;ller. J. 2008;1."
    assert plain.changes == {}


def test_what_the_metadata_said_is_kept(tmp_path: Path) -> None:
    text = METADATA.replace(" &amp; TNF", "")
    text = text.replace("figure_title: ''", "figure_title: A model of the TNF-α pathway.")
    text = text.replace("year: 2008", "year:").replace("citation: 'A: B.'", "citation: J. 2007;1:2")
    text = text.replace("number: Figure 1", "number: ''")
    text = text.replace("link: /", "link: https://www.ncbi.nlm.nih.gov/")
    intake = take_in("PMC12__a.g001", write(tmp_path, text))
    fields = intake.record.fields
    assert fields["figtitle"] == "TNF-alpha pathway"
    assert (fields["number"], fields["year"]) == ("F1", "2007")
    assert fields["figlink"] == "/pmc/articles/PMC12/figure/F1/"
    assert intake.changes == {
        "figtitle": {
            "original": "A model of the TNF-α pathway.",
            "rules": ["preamble", "full-stop", "greek"],
        },
        "number": {"original": "", "origin": "figlink"},
        "figlink": {
            "original": "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC12/figure/F1/",
            "rules": ["host"],
        },
        "year": {"original": "", "origin": "reftext"},
    }


@pytest.mark.parametrize(
    ("citation", "year"),
    [
        ("Lorenzo Galluzzi, et al. PLoS Pathog. 2008 May;4(5):e1000018.", "2008"),
        ("Keizo Kanasaki. Clin Sci (Lond). 2018 Feb 28;132(4):489-507.", "2018"),
        ("Ji Likai, et al. Front Immunol. 2019;10:1024.", "2019"),
        ("A. B. In press. (1999)", "1999"),
        ("A. Vision 2020 of a field. Journal.", ""),
        ("", ""),
    ],
)
def test_the_year_comes_from_the_citation(tmp_path: Path, citation: str, year: str) -> None:
    path = write(tmp_path, f"citation: '{citation}'\n", "fig")
    assert new_record("fig", path).fields["year"] == year


@pytest.mark.parametrize(
    ("number", "short", "figtype"),
    [
        ("Scheme 2", "S2", "Scheme"),
        ("Figure S3", "SF3", "Supplemental figure"),
        ("Figure 4", "F4", "Figure"),
    ],
)
def test_number_alias_and_type_agree(tmp_path: Path, number: str, short: str, figtype: str) -> None:
    path = write(tmp_path, METADATA.replace("Figure 1", number))
    fields = new_record(path.stem, path).fields
    assert fields["number"] == short
    assert fields["figid_alias"] == f"PMC12__{short}"
    assert fields["redirect_from"] == f"/figures/PMC12__{short}"
    assert fields["figtype"] == figtype


def test_metadata_of_the_later_layout_is_kept(tmp_path: Path) -> None:
    path = write(tmp_path, "doi: 10.1/x\njournal_title: J\nkeywords: [a, b]\n", "fig")
    record = new_record("fig", path)
    assert record.fields["keywords"] == "a | b"
    assert record.problems == ()
    keys = list(record.fields)
    assert keys[keys.index("year") + 1 : keys.index("organisms")] == [
        "doi",
        "journal_title",
        "keywords",
    ]


def test_record_without_metadata() -> None:
    record = new_record("PMC12__a b", None, "PMC12__a b.PNG")
    assert record.fields["pmcid"] == "PMC12"
    assert record.fields["filename"] == "a b.PNG"
    assert record.fields["figid_alias"] == record.fields["redirect_from"] == ""
    assert record.context == ""
    assert record.genes == ()
    assert new_record("fig1", None, "fig1.jpg").fields["filename"] == "fig1.jpg"
    assert new_record("fig1").fields["filename"] == ""


def test_metadata_without_a_place_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, "pmid: 1\nauthors: [a]\nfigid: fig\n")
    intake = take_in("fig", path)
    assert intake.record.problems == (
        "the metadata key 'pmid' has no place in a record",
        "the metadata key 'authors' has no place in a record",
    )
    assert intake.changes == {"unused": {"pmid": "1", "authors": ["a"]}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("figid: other\n", "its figid is 'other' and not that of the figure, 'fig'"),
        ("", "not a mapping"),
        ("---\n---\n", "not a mapping"),
        ("- a\n", "not a mapping"),
        ("caption: [a]\n", "the key 'caption' is not text"),
        ("---\ncaption: 'a\n---\n", "malformed YAML"),
        ("---\ncaption: a\ncaption: b\n", "line 3: the key 'caption' stands on line 2 already"),
        ("caption: a\n---\ncaption: b\n", "line 2: a second YAML document"),
        ("caption: a\n" + "---\n" * 50_000, "a second YAML document"),
        ("caption: !!python/name:os.system ''\n", "line 1: the YAML tag"),
    ],
)
def test_malformed_metadata(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(RecordError, match=message) as caught:
        new_record("fig", path)
    assert caught.value.subject == str(path)


def test_unsafe_figids_make_no_record() -> None:
    with pytest.raises(RecordError, match="starts with a letter"):
        new_record("../a")
