"""How far diseases by enrichment agree with those of the published records.

    python bench/diseases.py RECORDS DISEASE_SETS

The genes are the published ones, so that only the test is measured. Beside the product's
own test stand two others: without any correction, and PFOCR's, which corrects each disease
over all figures of a release, here over those of RECORDS, and leaves figures of fewer than
seven labels out. Then it tells how the published rows lie among all that would be found
without correction: a release corrected each disease over some 28,000 figures and kept
diseases from a list, neither of which a folder of records holds.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Container, Iterable
from pathlib import Path

from scipy.stats import false_discovery_control, hypergeom

from pipeline.curation.enrichment import ALPHA, MIN_SHARED, DiseaseSets, Enricher, read_disease_sets
from pipeline.lexicon.load import load_lexicon
from pipeline.lexicon.nomenclature import Nomenclature
from pipeline.records.frontmatter import Record, load_record

Pair = tuple[str, str]  # figid, disease

#: PFOCR annotated figures of at least so many labels, a family counting once.
LABELS = 7


def tested(records: Iterable[Record], sets: DiseaseSets) -> dict[Pair, tuple[float, int]]:
    """Return p and the number of shared genes for every pair that shares a gene."""
    found = {}
    for record in records:
        genes = {row.entrez for row in record.genes} & sets.universe
        for name, members in sets.sets.items():
            if shared := len(genes & members):
                p = hypergeom.sf(shared - 1, len(sets.universe), len(members), len(genes))
                found[record.figid, name] = float(p), shared
    return found


def by_disease(large: Container[str], pairs: dict[Pair, tuple[float, int]]) -> set[Pair]:
    """Return what PFOCR's way of correcting finds among these figures."""
    families = defaultdict(list)
    for pair in pairs:
        if pair[0] in large:
            families[pair[1]].append(pair)
    found = set()
    for family in families.values():
        q = false_discovery_control([pairs[pair][0] for pair in family])
        found |= {pair for pair, value in zip(family, q, strict=True) if value < ALPHA}
    return found


def told(name: str, found: set[Pair], published: set[Pair]) -> str:
    """Return a line with the agreement of two sets."""
    common = len(found & published)
    return (
        f"{name:42} {len(found):5} rows, {common:4} published: "
        f"recall {common / len(published):.3f}, precision {common / max(len(found), 1):.3f}"
    )


def main(records_folder: str, sets_file: str) -> None:
    """Print the agreement."""
    lexicon = load_lexicon()
    sets = read_disease_sets(Path(sets_file), Nomenclature(lexicon))
    records = [load_record(path) for path in sorted(Path(records_folder).glob("*.md"))]
    published = {(r.figid, row.word) for r in records for row in r.diseases}
    enricher = Enricher(sets, lexicon.concepts)
    ours = {(r.figid, e.row.word) for r in records for e in enricher.enrich(r.genes).found}
    pairs = tested(records, sets)
    chance = {pair for pair, (p, _) in pairs.items() if p < ALPHA}
    figures = {figid for figid, _ in published}
    large = {r.figid for r in records if len({(g.symbol, g.source) for g in r.genes}) >= LABELS}
    print(
        f"{len(records)} figures, {len(published)} published rows in {len(figures)} of them; "
        f"{len(sets.sets)} diseases, {len(sets.universe)} genes"
    )
    print(told("the product", ours, published))
    print(told("PFOCR's correction, over these figures", by_disease(large, pairs), published))
    print(told("no correction", chance, published))
    missed = Counter(
        "one gene shared" if pairs[pair][1] < MIN_SHARED else "q too large"
        for pair in published - ours
    )
    print(f"published and not found by the product: {dict(missed)}")

    rest = chance - published
    small = {pair for pair in rest if pair[0] not in large}
    diseases = {disease for _, disease in published}
    never = {pair for pair in rest - small if pair[1] not in diseases}
    ordered = Counter[bool]()
    for disease in diseases:
        yes = [pairs[pair][0] for pair in published if pair[1] == disease]
        no = [pairs[pair][0] for pair in rest - small if pair[1] == disease]
        ordered.update(a < b for a in yes for b in no)
    others = len({disease for _, disease in never})
    print(
        f"\nthe {len(rest)} rows that are found without correction and not published:\n"
        f"{len(small):5} are of figures with fewer than {LABELS} labels\n"
        f"{len(never):5} are of {others} diseases that none of these figures has\n"
        f"{len(rest - small - never):5} are of diseases that other figures have; of the "
        f"{ordered.total()} pairs of\n"
        f"      a published and such a row of one disease, the published one is the less probable "
        f"in {ordered[True]}"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
