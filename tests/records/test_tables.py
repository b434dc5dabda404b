from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import RecordError
from pipeline.records.create import new_record
from pipeline.records.frontmatter import load_record
from pipeline.records.tables import Split, join, lacks_rows, split, table_files
from pipeline.types import GeneRow, Source, TermRow

PATH = Path("fig.md")
GENES = "genes"
HEADING = (
    "organism_id\torganism_name\torganism_group\tword\tmatch\tncbigene_symbol\tncbigene_id\t"
    "source\tcount_direct\tcount_synonym\tcount_match\n"
)
FLY = (
    "7227\tDrosophila melanogaster\tInvertebrates\tAKT,\tAKT\tAkt\t41957\t"
    "ncbigene_symbol\t1\t0\t1\n"
)
HUMAN = (
    "9606\tHomo sapiens\tPrimates\tAKT,\tAKT\tAKT1\t207\tncbigene_synonym\t1\t1\t3\n"
    "9606\tHomo sapiens\tPrimates\tAKT,\tAKT\tAKT2\t208\tfamplex_relations\t1\t1\t3\n"
    "9606\tHomo sapiens\tPrimates\tTP53\tTP53\tTP53\t7157\tncbigene_symbol\t1\t1\t3\n"
    "9606\tHomo sapiens\tPrimates\tJAKs\tJAK\tJAK1\t3716\tfamplex_relations\t1\t1\t3\n"
)
MOUSE = "10090\tMus musculus\tRodents\tAKT,\tAKT\tAkt1\t11651\tncbigene_synonym\t0\t1\t1\n"
CHEMICALS = "word\tmesh\tmatch\tname\tchebi\nRe\tmesh:D012211\tRhenium\trhenium atom\tchebi:49882\n"
DISEASES = "word\tmesh\tmatch\tname\tdoid\nflu\tmesh:D007251\tNA\tNA\tNA\nodd\t\t\t\t\n"
LATER = """\
---
figid: fig
figtitle: 'A title: of it'
organisms:
- NA
pmcid: PMC1
number: F8
doi: 10.1/x
journal_title: A journal
keywords: one | two
automl_pathway: 0.93925
schema-jsonld:
  '@id': x
  keywords:
  - Akt
---
"""


def record(*genes: GeneRow) -> str:
    text = new_record("fig").with_genes(genes)
    return text.with_terms(diseases=[TermRow("Cancer"), TermRow("flu", "MeSH", "D007251")]).text


def test_rows_stand_in_tables_with_organism_and_counts() -> None:
    rows = [
        GeneRow("AKT,", "AKT", "hgnc_alias_symbol", "AKT1", "207"),
        GeneRow("AKT,", "AKT", "bioentities_symbol", "AKT2", "208"),
        GeneRow("TP53", "TP53", "hgnc_symbol", "TP53", "7157"),
        GeneRow("JAKs", "JAK", "bioentities_symbol", "JAK1", "3716"),
    ]
    divided = split(record(*rows), PATH)
    assert divided.tables[GENES] == HEADING + HUMAN
    assert divided.tables["diseases"] == (
        "word\tmesh\tmatch\tname\tdoid\nCancer\t\t\t\t\nflu\tmesh:D007251\t\t\t\n"
    )
    assert "chemicals" not in divided.tables
    assert lacks_rows(divided.text)
    assert not lacks_rows(record())
    assert "figid: fig\n" in divided.text
    assert join(divided, PATH) == record(*rows)


def test_the_layout_of_the_database_is_read() -> None:
    tables = {GENES: HEADING + HUMAN, "chemicals": CHEMICALS, "diseases": DISEASES}
    text = join(Split(LATER, tables), PATH)
    for line in (
        "- word: AKT,\n  symbol: AKT\n  source: hgnc_alias_symbol\n  hgnc_symbol: AKT1\n",
        "- word: JAKs\n  symbol: JAK\n  source: bioentities_symbol\n",
        "- word: Re\n  source: MeSH\n  identifier: D012211\n  match: Rhenium\n",
        "- word: odd\n  source: ''\n  identifier: ''\n",
    ):
        assert line in text
    assert "count_direct" not in text


@pytest.mark.parametrize(
    "tables",
    [
        {},
        {"chemicals": CHEMICALS},
        {GENES: HEADING + HUMAN, "diseases": DISEASES},
        {GENES: HEADING + FLY + HUMAN + MOUSE},
        {GENES: HEADING + HUMAN.partition("\n")[0] + "\n" + FLY + HUMAN},
        {GENES: HEADING + FLY + MOUSE},
        {GENES: HEADING + HUMAN.replace("Primates", "Apes")},
        {GENES: HEADING + HUMAN.replace("\t1\t1\t3", "\t9\t9\t9")},
        {GENES: HEADING + HUMAN.replace("famplex_relations", "someone_said", 1)},
        {GENES: HEADING + FLY.replace("AKT,", 'a "quoted" \\t\u2028 word')},
    ],
)
def test_there_and_back_from_the_database(tables: dict[str, str]) -> None:
    text = join(Split(LATER, tables), PATH)
    assert split(text, PATH) == Split(LATER, tables)
    assert not lacks_rows(text)


def test_rows_of_other_organisms_are_kept_apart(tmp_path: Path) -> None:
    figures, data = tmp_path / "_figures", tmp_path / "_data"
    figures.mkdir()
    data.mkdir()
    (figures / "fig.md").write_bytes(LATER.encode())
    (data / "fig-genes.tsv").write_bytes((HEADING + FLY + HUMAN + MOUSE).encode())
    loaded = load_record(figures / "fig.md")
    assert [row.hgnc_symbol for row in loaded.genes] == ["AKT1", "AKT2", "TP53", "JAK1"]
    others = loaded.fields["genes_other_organisms"]
    assert isinstance(others, list)
    assert [other["row"] for other in others if isinstance(other, dict)] == ["1", "6"]
    # Keys that the later layout does not have are not missed in it.
    assert not any("pathway_score" in problem for problem in loaded.problems)


def test_tables_are_found_beside_the_record_too(tmp_path: Path) -> None:
    (tmp_path / "fig.md").write_bytes(LATER.encode())
    assert table_files(tmp_path / "fig.md") == {}
    with pytest.raises(RecordError, match="'genes' is missing"):
        load_record(tmp_path / "fig.md")
    (tmp_path / "fig-chemicals.tsv").write_bytes(CHEMICALS.encode())
    assert load_record(tmp_path / "fig.md").chemicals == (TermRow("Re", "MeSH", "D012211"),)


def test_the_seed_and_records_go_there_and_back(root: Path) -> None:
    for path in (root / "seeds").glob("*.md"):
        text = load_record(path).text
        assert join(split(text, path), path) == text


@pytest.mark.figures
def test_all_records_go_there_and_back(shared: Path) -> None:
    paths = [p for name in ("records", "blank") for p in (shared / "figures" / name).glob("*.md")]
    assert len(paths) == 216
    for path in paths:
        text = path.read_bytes().decode()
        assert join(split(text, path), path) == text


word = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1).filter(
    str.strip
)
gene = st.builds(
    GeneRow,
    word,
    word,
    st.sampled_from([source.value for source in Source]),
    word,
    st.integers(0, 10**9).map(str),
)
term = st.one_of(
    st.builds(TermRow, word),
    st.builds(TermRow, word, st.just("MeSH"), word),
    st.builds(TermRow, word, word, word),
)


@given(st.lists(gene, max_size=4), st.lists(term, max_size=3), st.lists(term, max_size=3))
def test_any_rows_go_there_and_back(
    genes: list[GeneRow], chemicals: list[TermRow], diseases: list[TermRow]
) -> None:
    made = new_record("fig").with_genes(genes).with_terms(chemicals=chemicals, diseases=diseases)
    assert join(split(made.text, PATH), PATH) == made.text


def test_other_styles_keep_their_values() -> None:
    text = record(GeneRow("NO", "NO", "hgnc_symbol", "NOS1", "0123"))
    text = text.replace("- word: 'NO'", '- word: "NO"  # a comment').replace("\n", "\r\n")
    assert '"NO"' in text
    back = join(split(text, PATH), PATH)
    assert back != text
    assert "- word: 'NO'\r\n" in back
    assert split(back, PATH) == split(text, PATH)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("chemicals: []\n", "", "'chemicals' holds no list"),
        ("chemicals: []", "chemicals:", "'chemicals' holds no list"),
        ("chemicals: []", "chemicals: [water]", "row 1: it is not a mapping of texts"),
        ("chemicals: []", "chemicals: [{word: water}]", "cannot tell apart"),
        ("word: TP53", 'word: "TP\\t53"', "holds a tab"),
    ],
)
def test_what_tables_cannot_hold(old: str, new: str, message: str) -> None:
    text = record(GeneRow("TP53", "TP53", "hgnc_symbol", "TP53", "7157"))
    assert old in text
    with pytest.raises(RecordError, match=message):
        split(text.replace(old, new, 1), PATH)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("word\tmatch\nTP53\tTP53\n", "its heading is not that of a table of genes"),
        (HEADING.replace("match\t", "word\t"), "its heading is not"),
        (HEADING + HUMAN + "9606\tHomo sapiens\n", "line 6 has 2 columns, its heading 11"),
    ],
)
def test_malformed_tables(table: str, message: str) -> None:
    with pytest.raises(RecordError, match=message) as caught:
        join(Split(LATER, {GENES: table}), PATH)
    assert "fig-genes.tsv" in str(caught.value)
