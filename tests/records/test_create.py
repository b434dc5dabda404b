from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import RecordError
from pipeline.records.create import figure_number, new_record
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
caption: The IFN-γ &amp; TNF pathway
pmcid: PMC12
papertitle: 'No'
reftext: 'A: B.'
pmc_ranked_result_index: ''
pathway_score: ''
filename: a.g001.jpg
figtitle: ''
year: '2008'
organisms: []
ndex: ''
annotations: []
seo: CreativeWork
schema-jsonld:
  '@context': https://schema.org/
  '@id': https://pfocr.wikipathways.org/figures/PMC12__a.g001.html
  '@type': Dataset
  description: The IFN-γ &amp; TNF pathway
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
    assert record.context == "The IFN-γ & TNF pathway\nNo"


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
        record = new_record(path.stem, path, f"{path.stem}.jpg")
        published = load_record(figures / "blank" / f"{path.stem}.md")
        assert record.problems == ()
        for key in set(KEYS) - unknown:
            assert record.fields[key] == published.fields[key], (path, key)


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
    assert new_record("fig", path).problems == (
        "the metadata key 'pmid' has no place in a record",
        "the metadata key 'authors' has no place in a record",
    )


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


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("Figure 3", "F3"),
        ("FIGURE 12.", "F12"),
        ("Fig. 2", "F2"),
        ("fig 2a", "F2a"),
        ("Figure S1", "FS1"),
        ("F7", "F7"),
        ("Scheme 1", "Scheme 1"),
        ("Figure", "Figure"),
        ("", ""),
    ],
)
def test_figure_numbers(text: str, short: str) -> None:
    assert figure_number(text) == short
