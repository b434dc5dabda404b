"""A run of two figures to export: one read by a double, one that nothing was read in."""

from __future__ import annotations

from pathlib import Path

from pipeline.records.create import new_record
from pipeline.running.ledger import Fingerprint, Ledger
from pipeline.types import (
    ConceptMention,
    EndState,
    Figure,
    Gene,
    GeneRow,
    LexiconEntry,
    Mention,
    Outcome,
    Region,
    Source,
    TermRow,
)

JAK = Region(((10.0, 20.0), (50.0, 20.0), (50.0, 32.0), (10.0, 32.0)), 1.0, "double")
TP53 = Region(((100.0, 60.0), (140.0, 60.0), (140.0, 72.0), (100.0, 72.0)), 1.0, "double")
FAMILY = [GeneRow("JAKs", "JAK", "bioentities_symbol", f"JAK{n}", f"371{n}") for n in (1, 2)]
OLD = GeneRow("p53", "P53", "hgnc_alias_symbol", "TP53", "7157")
UNREAD = GeneRow("EGFR", "EGFR", "hgnc_symbol", "EGFR", "1956")

METADATA = """\
figid: PMC1__a
number: Figure 1
figure_link: /pmc/articles/PMC1/figure/F1/
figure_title: "Cell death \\t in µm and β-cells"
caption: A caption with "quotes", a tab\u2003and\n  lines.
article_title: A paper.
year: '2019'
"""


def _mention(text: str, region: Region, term: str, genes: list[Gene], score: float) -> Mention:
    entry = LexiconEntry(term, Source.SYMBOL, tuple(genes))
    return Mention(text, 0, 0, len(text), entry, score=score, region=region)


def write_run(folder: Path) -> Path:
    """Write the output folder of a run, and return it."""
    out = folder / "out"
    (out / "records").mkdir(parents=True)
    metadata = folder / "PMC1__a.yml"
    metadata.write_text(METADATA, "utf-8")
    first = new_record("PMC1__a", metadata).with_genes([*FAMILY, OLD, UNREAD])
    first = first.with_terms(
        chemicals=[TermRow("H2O2", "MeSH", "D006861")], diseases=[TermRow("Cancer")]
    ).with_organisms(["Homo sapiens"])
    second = new_record("b").with_genes([UNREAD])
    for record in (second, first):
        (out / "records" / f"{record.figid}.md").write_bytes(record.text.encode())
    mentions = (
        _mention("TP53", TP53, "TP53", [Gene("TP53", "7157")], 0.75),
        _mention("JAKs", JAK, "JAK", [Gene("JAK1", "3711"), Gene("JAK2", "3712")], 0.5),
        _mention("JAKs", TP53, "JAK", [Gene("JAK1", "3711"), Gene("JAK2", "3712")], 0.25),
    )
    concept = ConceptMention("H202", "H2O2", 1, 0, 4, "chemical", "H2O2", "D006861", region=TP53)
    with Ledger(out / "run.db") as ledger:
        ledger.register([Figure("PMC1__a"), Figure("b")])
        outcome = Outcome(
            "PMC1__a",
            EndState.DONE,
            mentions=mentions,
            concepts=(concept,),
            image_size=(640, 480),
        )
        ledger.finish(outcome, Fingerprint("", "", {}), {})
        ledger.finish(Outcome("b", EndState.EMPTY), Fingerprint("", "", {}), {})
    return out
