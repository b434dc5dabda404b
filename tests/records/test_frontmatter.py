from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import RecordError
from pipeline.records.edits import dump
from pipeline.records.frontmatter import MAX_BYTES, Record, load_record, parse_record
from pipeline.records.schema import KEYS, keywords
from pipeline.types import GeneRow, Source, TermRow

PATH = Path("fig.md")
IL6 = GeneRow("IL-6", "IL-6", "hgnc_alias_symbol", "IL6", "3569")
JAK2 = GeneRow("JAK2", "JAK2", "hgnc_symbol", "JAK2", "3717")
STAT3 = GeneRow("STAT3", "STAT3", "hgnc_symbol", "STAT3", "6774")

ROW = """\
- word: IL-6
  symbol: IL-6
  source: hgnc_alias_symbol
  hgnc_symbol: IL6
  entrez: '3569'
"""


def front(yaml_text: str, body: str = "") -> str:
    return f"---\n{yaml_text}---\n{body}"


def parse(yaml_text: str) -> Record:
    return parse_record(front(yaml_text), PATH)


def check_round_trips(path: Path) -> None:
    data = path.read_bytes()
    record = load_record(path)
    assert record.text.encode() == data
    assert record.problems == ()
    # Everything is in the style that new text is written in.
    root = yaml.load(data.decode().split("---\n", 2)[1], Loader=yaml.CSafeLoader)
    assert front(dump(root)).encode() == data
    # Lists that are rewritten from nothing come out as they were.
    empty = record.with_genes([])
    assert empty.genes == ()
    assert "genes: []\n" in empty.text
    assert empty.with_genes(record.genes).text.encode() == data
    halved = record.with_genes(record.genes[::2])
    assert halved.genes == record.genes[::2]
    assert halved.with_genes(record.genes).text.encode() == data
    words = keywords(record.genes, record.fields["chemicals"], record.fields["diseases"])
    assert words == root["schema-jsonld"]["keywords"]


def seeds(root: Path) -> Iterator[Path]:
    return (root / "seeds").glob("*.md")


def test_seeds_round_trip(root: Path) -> None:
    paths = list(seeds(root))
    assert paths
    for path in paths:
        check_round_trips(path)


@pytest.mark.figures
def test_published_records_round_trip(shared: Path) -> None:
    paths = list((shared / "figures" / "records").glob("*.md"))
    assert len(paths) > 100
    for path in paths:
        check_round_trips(path)


@pytest.mark.figures
def test_emptied_records_equal_the_blank_ones(shared: Path) -> None:
    for path in (shared / "figures" / "records").glob("*.md"):
        emptied = load_record(path).with_genes([]).with_terms(chemicals=[], diseases=[])
        assert emptied.text.encode() == (shared / "figures" / "blank" / path.name).read_bytes()


def test_seed_fields(root: Path) -> None:
    record = load_record(next(seeds(root)))
    assert tuple(record.fields) == tuple(KEYS)
    assert len(record.genes) == 31
    assert IL6 in record.genes
    assert record.diseases == (TermRow("Cancer"),)
    assert record.chemicals == ()
    caption, figtitle, papertitle = record.context.split("\n")
    assert caption.startswith("IL-6 secreted by Kupffer cells or hepatocytes binds to IL-6Rα and")
    assert figtitle == papertitle.removesuffix(".")


def test_same_rows_give_the_same_record(root: Path) -> None:
    record = load_record(next(seeds(root)))
    assert record.with_genes(list(record.genes)) is record
    assert record.with_terms(chemicals=[]) is record


def test_keywords_follow_genes_then_chemicals_then_diseases() -> None:
    record = parse(
        "figid: fig\nschema-jsonld:\n  name: x\n  keywords:\n  - old\n  license: CC0\n"
        "genes: []\nchemicals: []\ndiseases: []\n"
    )
    record = record.with_genes([IL6, JAK2, IL6])
    record = record.with_terms(
        diseases=[TermRow("Cancer"), TermRow("JAK2")],
        chemicals=[TermRow("ATP")],
    )
    assert record.text == front(
        "figid: fig\nschema-jsonld:\n  name: x\n"
        "  keywords:\n  - IL6\n  - JAK2\n  - ATP\n  - Cancer\n  license: CC0\n"
        f"genes:\n{ROW}{ROW.replace('IL-6', 'JAK2').replace('IL6', 'JAK2').replace('3569', '3717')}"
        f"{ROW}".replace("JAK2\n  source: hgnc_alias_symbol", "JAK2\n  source: hgnc_symbol")
        + "chemicals:\n- word: ATP\n  source: ''\n  identifier: ''\n"
        "diseases:\n- word: Cancer\n  source: ''\n  identifier: ''\n"
        "- word: JAK2\n  source: ''\n  identifier: ''\n"
    )


def test_untouched_keywords_keep_their_style() -> None:
    record = parse("figid: fig\nschema-jsonld: {keywords: [ IL6 ]}\ngenes: []\n")
    assert "keywords: [ IL6 ]" in record.with_genes([IL6]).text


def test_context_is_text_with_entities_decoded() -> None:
    record = parse(
        "figid: fig\ngenes: []\npapertitle: []\ncaption: NF-κB\n"
        "figtitle: 'TGF-&#x003b2; &amp; co'\n"
    )
    assert record.context == "NF-κB\nTGF-β & co"


# Styles that are not that of the published records.

HAND_WRITTEN = """\
# made by hand
figid:   "fig"
genes:   # from the legend
    # the cytokine
    -   word: 'IL-6'
        symbol: IL-6
        entrez: 3569   # NCBI
        hgnc_symbol: IL6
        source: hgnc_alias_symbol
        note: >-
            seen
            twice
    # the kinase
    -
        {word: JAK2, symbol: JAK2, source: hgnc_symbol, hgnc_symbol: JAK2, entrez: '3717'}

# chemicals come last
chemicals: [ ]
"""


def test_rows_that_stay_keep_comments_and_added_fields() -> None:
    record = parse(HAND_WRITTEN)
    assert record.genes == (IL6, JAK2)
    grown = record.with_genes([IL6, JAK2, STAT3])
    added = """\
    - word: STAT3
      symbol: STAT3
      source: hgnc_symbol
      hgnc_symbol: STAT3
      entrez: '6774'
"""
    at = HAND_WRITTEN.index("\n# chemicals come last")
    assert grown.text == front(HAND_WRITTEN[:at] + added + HAND_WRITTEN[at:])
    assert grown.with_genes([IL6, JAK2]).text == front(HAND_WRITTEN)
    dropped = HAND_WRITTEN.index("    -\n"), HAND_WRITTEN.index("\n# chemicals come last")
    assert record.with_genes([IL6]).text == front(
        HAND_WRITTEN[: dropped[0]] + HAND_WRITTEN[dropped[1] :]
    )


def test_repeated_rows_stay_apart() -> None:
    record = parse(f"figid: fig\ngenes:\n{ROW}  note: a\n{ROW}  note: b\n")
    assert record.with_genes([IL6, IL6, JAK2]).text.count("note:") == 2
    assert "note: b" not in record.with_genes([IL6]).text


@pytest.mark.parametrize(
    "text",
    [
        "{figid: fig, genes: [{word: IL-6, symbol: IL-6, source: hgnc_alias_symbol, "
        "hgnc_symbol: IL6, entrez: 3569, note: 1.50}], last: [a,  b]}\n",
        "figid: fig\ngenes: [\n  {word: IL-6, symbol: IL-6, source: hgnc_alias_symbol,\n"
        "   hgnc_symbol: IL6, entrez: 3569, note: 1.50} ]\nlast: [a,  b]\n",
    ],
)
def test_flow_style(text: str) -> None:
    record = parse(text)
    grown = record.with_genes([JAK2, IL6])
    assert grown.genes == (JAK2, IL6)
    assert "note: 1.50" in grown.text
    assert "last: [a,  b]" in grown.text
    assert record.with_genes([]).genes == ()
    assert record.with_genes([STAT3]).with_genes([]).with_genes([JAK2]).genes == (JAK2,)


def test_newlines_byte_order_mark_and_body_stay() -> None:
    body = "Body\n\n---\nwith a rule and no newline at its end \u2028"
    text = "\ufeff" + front(f"figid: fig\ngenes:\n{ROW}figtype: Figure\n", body).replace(
        "\n", "\r\n"
    )
    record = parse_record(text, PATH)
    assert record.with_genes([]).text == "\ufeff" + front(
        "figid: fig\ngenes: []\nfigtype: Figure\n", body
    ).replace("\n", "\r\n")
    grown = record.with_genes([IL6, JAK2])
    assert grown.with_genes([IL6]).text == text
    assert "\n" not in grown.text.replace("\r\n", "")


def test_scalars_are_read_as_they_stand() -> None:
    row = "- {word: NO, symbol: 1e5, source: hgnc_symbol, hgnc_symbol: on, entrez: 0123}\n"
    record = parse(f"figid: 007\ngenes:\n{row}")
    assert record.figid == "007"
    assert record.genes == (GeneRow("NO", "1e5", "hgnc_symbol", "on", "0123"),)
    assert row in record.with_genes([*record.genes, IL6]).text


def test_empty_lists_may_be_left_out() -> None:
    assert parse("figid: fig\ngenes:\nyear: '2017'\n").with_genes([IL6]).text == front(
        f"figid: fig\ngenes:\n{ROW}year: '2017'\n"
    )


def test_problems_are_no_reason_to_refuse() -> None:
    record = parse("figid: fig\ngenes: []\ncaption: [a]\nschema-jsonld: {}\n")
    assert "the key 'caption' is not text" in record.problems
    assert "the key 'year' is missing" in record.problems
    assert any("schema-jsonld.keywords" in problem for problem in record.problems)
    assert record.with_genes([IL6]).genes == (IL6,)


def test_what_cannot_be_edited_in_place_is_refused() -> None:
    anchored = ROW.replace("- word: IL-6", "- word: &name IL-6")
    record = parse(f"figid: fig\ngenes:\n{anchored}caption: *name\n")
    with pytest.raises(RecordError, match=r"fig\.md: 'genes' cannot be rewritten in place"):
        record.with_genes([])
    with pytest.raises(RecordError, match="cannot be rewritten"):
        parse(f"figid: fig\n? genes\n: {ROW[:-1]}\n".replace("\n  ", "\n    ")).with_genes([])
    with pytest.raises(RecordError, match="rewritten in place: line 4: gene row 1: the field"):
        parse("figid: fig\ngenes: []\n").with_genes([replace(IL6, entrez="")])
    with pytest.raises(RecordError, match=r"the name '\\ud800' is not Unicode text"):
        parse("figid: fig\ngenes: []\n").with_genes([replace(IL6, word="\ud800")])
    with pytest.raises(RecordError, match="is not Unicode text"):
        parse("figid: fig\ngenes: []\ndiseases: []\n").with_terms(diseases=[TermRow("\udfff")])
    with pytest.raises(RecordError, match="the key 'chemicals' is missing"):
        parse("figid: fig\ngenes: []\n").with_terms(chemicals=[TermRow("ATP")])


def row_with(**changes: str) -> str:
    fields = {
        "word": "a",
        "symbol": "a",
        "source": "hgnc_symbol",
        "hgnc_symbol": "A",
        "entrez": "'1'",
        **changes,
    }
    return "- {" + ", ".join(f"{k}: {v}" for k, v in fields.items() if v != "-") + "}\n"


BOMB = "a: &a [x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + old] * 9)}]\n"
    for old, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it is empty"),
        ("\n \n", "it is empty"),
        ("# A heading\n", "no front matter"),
        ("--- x\nfigid: fig\n---\n", "no front matter"),
        ("---\nfigid: fig\ngenes: []\n", "does not end"),
        (front(""), "not a mapping"),
        (front("- a\n"), "not a mapping"),
        (front("genes: []\n"), "'figid' is missing"),
        (front("figid: [a]\ngenes: []\n"), "'figid' is missing"),
        (front("figid: ../a\ngenes: []\n"), r"figid '\.\./a': a figure identifier"),
        (front("figid: fig\n"), "'genes' is missing"),
        (front("figid: fig\ngenes: a\n"), "line 3: 'genes' is text, not a list"),
        (front("figid: fig\ngenes: {a: b}\n"), "line 3: 'genes' is a mapping, not a list"),
        (front("figid: fig\ngenes:\n- a\n"), "line 4: gene row 1: it is not a mapping"),
        (front("genes:\n" + row_with(entrez="-")), "line 3: gene row 1: the field 'entrez' is mis"),
        (
            front("genes:\n" + row_with() + row_with(word="")),
            "line 4: gene row 2: the field 'word'",
        ),
        (front("genes:\n" + row_with(word="' '")), "the field 'word' holds no text"),
        (front("genes:\n" + row_with(symbol="[a]")), "the field 'symbol' holds no text"),
        (front("genes:\n" + row_with(source="hgnc")), "the source 'hgnc' is unknown"),
        (front("genes:\n" + row_with(entrez="1.0")), "the entrez '1.0' is not a number"),
        (front("genes:\n" + row_with(entrez="'１'")), "is not a number"),
        (front("figid: fig\nfigid: fig\n"), "line 3: the key 'figid' stands on line 2 already"),
        (front("a:\n- {b: 1, b: 2}\n"), "line 3: the key 'b' stands on line 3 already"),
        (front("a: b: c\n"), "line 2: malformed YAML: mapping values are not allowed"),
        (front("a: 1\n\tb: 2\n"), "line 3: malformed YAML"),
        (front("a: 'b\n"), "malformed YAML"),
        (front("a: \x07\n"), "malformed YAML: .*control characters"),
        (front("a: 1\n...\nb: 2\n"), "malformed YAML"),
        (front("a: 1\n...\n%YAML 1.1\n"), "malformed YAML"),
        (front("a: !!python/object/apply:os.system [ls]\n"), "line 2: the YAML tag"),
        (front("a: !x b\n"), "line 2: the YAML tag '!x'"),
        (front("[a]: b\n"), "line 2: a key that is not plain text"),
        (front("a: &a b\n*a : c\n"), "line 3: a key that is not plain text"),
        (front("a: *b\n"), r"line 2: '\*b' is not defined"),
        (front("a: &a [*a]\n"), r"line 2: '\*a' holds itself"),
        (front(BOMB), "more than 16 aliases"),
        (front("a: " + "[" * 5000 + "]" * 5000 + "\n"), "nested more than 32 deep"),
        (front("".join(f"{' ' * n}a:\n" for n in range(40))), "line 34: nested more than 32 deep"),
    ],
)
def test_malformed_records_are_named_with_cause_and_remedy(text: str, message: str) -> None:
    if text.startswith("---\ngenes:\n"):
        text = text.removesuffix("---\n") + "figid: fig\n---\n"
    with pytest.raises(RecordError, match=message) as caught:
        parse_record(text, PATH)
    assert caught.value.subject == "fig.md"
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"---\nfigid: fig\ncaption: \xff\ngenes: []\n---\n", "line 3: it is not UTF-8"),
        ("---\nfigid: fig\ngenes: []\n---\n".encode("utf-16"), "NUL bytes"),
        (b"---\nfigid: fig\ngenes: []\nyear: \0\n---\n", "line 4: it holds NUL bytes"),
        (b"---\nfigid: other\ngenes: []\n---\n", "its figid is 'other' and not"),
        (b"---\n" + b"#" * MAX_BYTES, "larger than 2 MiB"),
        (b"", "it is empty"),
    ],
)
def test_unreadable_files(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "fig.md"
    path.write_bytes(data)
    with pytest.raises(RecordError, match=message) as caught:
        load_record(path)
    assert caught.value.subject == str(path)


def test_missing_files(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="cannot be read"):
        load_record(tmp_path / "fig.md")
    with pytest.raises(RecordError, match="cannot be read"):
        load_record(tmp_path)


# Properties.

names = st.text(min_size=1).filter(lambda text: text.strip())
gene_rows = st.lists(
    st.builds(
        GeneRow,
        word=names,
        symbol=names,
        source=st.sampled_from([str(source) for source in Source]),
        hgnc_symbol=names,
        entrez=st.from_regex(r"[0-9]{1,9}", fullmatch=True),
    ),
    max_size=4,
)
extra = st.dictionaries(
    st.text(min_size=1, max_size=20).map(lambda key: f"x {key}"),
    st.one_of(
        st.text(),
        st.integers(),
        st.floats(),
        st.booleans(),
        st.none(),
        st.dates(),
        st.lists(st.text(), max_size=3),
        st.dictionaries(st.text(max_size=9), st.text(), max_size=3),
    ),
    max_size=4,
)


@st.composite
def written(draw: st.DrawFn, value: dict[str, object]) -> str:
    """YAML of ``value`` in some style that PyYAML can write."""
    if not value:
        return ""
    text = yaml.dump(
        value,
        sort_keys=False,
        allow_unicode=draw(st.booleans()),
        width=draw(st.sampled_from([20, 80, 1000])),
        indent=draw(st.sampled_from([2, 4])),
        default_style=draw(st.sampled_from([None, None, "'", '"', "|", ">"])),
        default_flow_style=False,
    )
    comment = draw(st.sampled_from(["", "# genes: []\n", "\n"]))
    return str(text) + comment


@given(data=st.data(), before=extra, after=extra, old=gene_rows, new=gene_rows)
def test_other_keys_survive_any_change_byte_for_byte(
    data: st.DataObject,
    before: dict[str, object],
    after: dict[str, object],
    old: list[GeneRow],
    new: list[GeneRow],
) -> None:
    # PyYAML itself does not read back all that it writes of these in forced styles.
    old = [row for row in old if not set("\x85\u2028\u2029") & set("".join(astuple(row)))]
    rows = [{n: getattr(row, n) for n in row.__slots__} for row in old]
    after = {key: value for key, value in after.items() if key not in before}
    head = data.draw(written({"figid": "fig", **before}))
    genes = data.draw(written({"genes": rows}))
    tail = data.draw(written(after))
    newline = data.draw(st.sampled_from(["\n", "\r\n"]))
    head, genes, tail = (text.replace("\n", newline) for text in (head, genes, tail))
    opening, closing = f"---{newline}", f"---{newline}" + data.draw(st.text())
    record = parse_record(opening + head + genes + tail + closing, PATH)
    assert record.genes == tuple(old)
    changed = record.with_genes(new)
    assert changed.genes == tuple(new)
    assert changed.text.startswith(opening + head)
    assert changed.text.endswith(tail + closing)
    assert changed.with_genes(new) is changed


@given(old=gene_rows, new=gene_rows)
def test_changes_in_the_records_style_can_be_undone(old: list[GeneRow], new: list[GeneRow]) -> None:
    record = parse("figid: fig\nschema-jsonld:\n  keywords: []\ngenes: []\ndiseases: []\n")
    first = record.with_genes(old)
    assert (
        front(dump(yaml.load(first.text[4:].rpartition("---\n")[0], yaml.CSafeLoader)))
        == first.text
    )
    assert first.with_genes(new).with_genes(old).text == first.text
    assert first.with_genes([]).text == record.text


@given(st.text())
def test_any_text_parses_or_is_refused(text: str) -> None:
    for attempt in (text, front(text), front(f"figid: fig\ngenes: []\ncaption: {text}\n")):
        try:
            record = parse_record(attempt, PATH)
        except RecordError:
            continue
        assert record.text == attempt


RENAMED_ROWS = """\
genes:  # by hand
- word: RIG-I
  symbol: 'RIG-I'   # as printed
  source: hgnc_alias_symbol
  hgnc_symbol: "DDX58"  # an old symbol
  note: seen twice
  entrez: '23586'
- {word: p53, symbol: p53, source: hgnc_alias_symbol, hgnc_symbol: P53, entrez: 1}
- word: RIG-I
  symbol: RIG-I
  source: hgnc_alias_symbol
  hgnc_symbol: DDX58
  entrez: "23586"
"""


def test_renamed_genes_change_the_characters_of_their_values_only() -> None:
    head = "figid: fig\nschema-jsonld:\n  keywords:\n  - DDX58\n  - P53\n"
    record = parse(head + RENAMED_ROWS)
    first, second, third = record.genes
    now = [
        replace(first, hgnc_symbol="RIGI"),
        replace(second, hgnc_symbol="TP53", entrez="7157"),
        third,
    ]
    changed = record.with_genes_renamed(now)
    assert changed.genes == tuple(now)
    rows = RENAMED_ROWS.replace('"DDX58"', '"RIGI"', 1).replace(
        "P53, entrez: 1", "TP53, entrez: '7157'"
    )
    words = "  - RIGI\n  - TP53\n  - DDX58\n"
    assert changed.text == front(head.replace("  - DDX58\n  - P53\n", words) + rows)
    assert record.with_genes_renamed(record.genes) is record


def test_renamed_genes_in_a_layout_that_has_no_place_for_them_are_written_anew() -> None:
    record = parse(
        "figid: fig\ngenes:\n- word: a\n  symbol: a\n  source: hgnc_symbol\n"
        "  hgnc_symbol: |-\n    OLD\n  entrez: '1'\n"
    )
    (row,) = record.genes
    assert row.hgnc_symbol == "OLD"
    changed = record.with_genes_renamed([replace(row, hgnc_symbol="NEW")])
    assert "  hgnc_symbol: NEW\n" in changed.text


@given(rows=gene_rows.filter(bool), name=names, data=st.data())
def test_renaming_can_be_undone(rows: list[GeneRow], name: str, data: st.DataObject) -> None:
    record = parse("figid: fig\ngenes: []\ndiseases: []\n").with_genes(rows)
    index = data.draw(st.integers(0, len(rows) - 1))
    now = [replace(row, hgnc_symbol=name) if i == index else row for i, row in enumerate(rows)]
    changed = record.with_genes_renamed(now)
    assert changed.genes == tuple(now)
    assert changed.with_genes_renamed(rows).genes == tuple(rows)


def test_terms_keep_their_place_and_characters() -> None:
    text = (
        "figid: fig\ngenes: []\nchemicals:\n- word: ATP  # energy\n  note: kept\n- just text\n"
        "- word: NO\n  source: ''\n  identifier: ''\n- {word: GTP}\ndiseases: []\n"
    )
    record = parse(text)
    assert [row.word for row in record.chemicals] == ["ATP", "NO", "GTP"]
    assert record.with_terms(chemicals=record.chemicals) is record
    added = record.with_terms(chemicals=[*record.chemicals, TermRow("cAMP", "MeSH", "D000242")])
    assert added.text == front(
        text.replace("diseases", "- word: cAMP\n  source: MeSH\n  identifier: D000242\ndiseases")
    )
    fewer = added.with_terms(chemicals=[TermRow("ATP"), TermRow("GTP")])
    assert fewer.text == front(text.replace("- word: NO\n  source: ''\n  identifier: ''\n", ""))
    assert fewer.chemicals == (TermRow("ATP"), TermRow("GTP"))


def test_equal_terms_are_as_many_as_asked_for() -> None:
    record = parse("figid: fig\ngenes: []\nchemicals:\n- word: ATP\ndiseases: []\n")
    rows = [TermRow("ATP"), TermRow("ATP"), TermRow("NO"), TermRow("ATP")]
    once = record.with_terms(chemicals=rows)
    assert sorted(row.word for row in once.chemicals) == ["ATP", "ATP", "ATP", "NO"]
    assert once.with_terms(chemicals=[]).chemicals == ()


def test_terms_of_a_key_that_holds_no_list() -> None:
    with pytest.raises(RecordError, match="the key 'diseases' is no list"):
        parse("figid: fig\ngenes: []\ndiseases: many\n").with_terms(diseases=[TermRow("a")])
    empty = parse("figid: fig\ngenes: []\ndiseases:\n").with_terms(diseases=[TermRow("a")])
    assert empty.diseases == (TermRow("a"),)


def test_organisms() -> None:
    record = parse("figid: fig\norganisms: []\ngenes: []\n")
    named = record.with_organisms(["Homo sapiens", "Mus musculus"])
    assert named.text == front(
        "figid: fig\norganisms:\n- Homo sapiens\n- Mus musculus\ngenes: []\n"
    )
    assert named.with_organisms(["Homo sapiens", "Mus musculus"]) is named
    with pytest.raises(RecordError, match="the key 'organisms' is missing"):
        parse("figid: fig\ngenes: []\n").with_organisms(["Homo sapiens"])
