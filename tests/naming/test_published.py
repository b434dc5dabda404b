"""Like for like: the published lexicon on the text that the published records were made from."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from pipeline.lexicon.load import load_lexicon
from pipeline.naming.namer import Namer
from pipeline.types import Line

pytestmark = pytest.mark.figures

#: Share of published (figure, gene) pairs that must be found again. What is left are words
#: that the published matcher read across labels, and text of figures that was not kept.
LEAST = 0.97


def test_published_genes_are_found_again_in_the_text_they_were_found_in(shared: Path) -> None:
    namer = Namer(load_lexicon(shared / "lexicon-sources" / "pfocr"))
    published = found = 0
    for record in sorted((shared / "figures" / "records").glob("*.md")):
        front = record.read_text("utf-8").split("---\n", 2)[1]
        genes = yaml.load(front, Loader=yaml.CSafeLoader)["genes"]
        text = shared / "figures" / "gcv" / f"{record.stem}.txt"
        lines = text.read_text("utf-8").splitlines() if text.exists() else []
        mentions = namer.name([Line(line) for line in lines])
        wanted = {row["entrez"] for row in genes}
        published += len(wanted)
        found += len(wanted & {gene.entrez for m in mentions for gene in m.entry.genes})
    assert published > 1800
    assert found / published >= LEAST


@pytest.fixture(scope="module")
def published_namer(tmp_path_factory: pytest.TempPathFactory) -> Namer:
    folder = tmp_path_factory.mktemp("pfocr")
    files = {
        "1_symbol.csv": ("symbol", "5594,MAPK1", "4790,NFKB1", "5970,RELA", "43,ACHE", "929,CD14"),
        "2_bioentities.csv": ("bioentities", "4790,NFkappaB", "5970,NFkappaB"),
        "3_alias_symbol.csv": ("alias_symbol", "4790,NF-KB", "5594,ERK", "43,LPS", "929,REST"),
        "4_prev_symbol.csv": ("prev_symbol", "5594,PRKM1"),
    }
    for name, (column, *rows) in files.items():
        (folder / name).write_text("\r".join([f"entrez_id,{column}", *rows]), encoding="utf-8")
    return Namer(load_lexicon(folder))


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("ERK", {"MAPK1"}),
        ("p-ERK", {"MAPK1"}),
        ("PRKM1", {"MAPK1"}),
        ("NF-κB", {"NFKB1"}),
        ("NFκB", {"NFKB1", "RELA"}),
        ("NFkappaB", {"NFKB1", "RELA"}),
        ("LPS", {"ACHE"}),
        ("REST", {"CD14"}),
        ("nothing", set()),
    ],
)
def test_the_published_lexicon_is_taken_at_its_word(
    published_namer: Namer, text: str, symbols: set[str]
) -> None:
    caption = "lipopolysaccharide (LPS) in Arabidopsis, rice and other plants"
    mentions = published_namer.name([Line(text)], caption)
    assert {gene.hgnc_symbol for m in mentions for gene in m.entry.genes} == symbols
