from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import LexiconError
from pipeline.lexicon.load import load_lexicon
from pipeline.lexicon.pfocr import FILES, is_pfocr
from pipeline.types import Gene, Source

ROWS = {
    "1_symbol.csv": ["7157,TP53", "3725,JUN", "2353,FOS"],
    "2_bioentities.csv": ["3725,AP1", '2353,"AP1"', "99,AP1"],
    "3_alias_symbol.csv": ["7157,p53", "2353,AP1", "7157,53", "7157,", "x,LFS1"],
    "4_prev_symbol.csv": ["3725,JUNOLD"],
}


def write(folder: Path, end: str = "\r", start: str = "") -> Path:
    for (name, column, _), rows in zip(FILES, ROWS.values(), strict=True):
        text = start + end.join([f"entrez_id,{column}", *rows]) + end
        (folder / name).write_bytes(text.encode("utf-8"))
    return folder


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_lines_may_end_in_any_way(tmp_path: Path, end: str, start: str) -> None:
    lexicon = load_lexicon(write(tmp_path, end, start))
    assert lexicon.like_for_like
    assert [entry.genes for entry in lexicon.lookup("p53")] == [(Gene("TP53", "7157"),)]
    assert [entry.source for entry in lexicon.lookup("JUNOLD")] == [Source.PREVIOUS]
    family, alias = lexicon.lookup("AP-1")
    assert (family.source, family.term) == (Source.FAMILY, "AP1")
    assert family.genes == (Gene("FOS", "2353"), Gene("JUN", "3725"))
    assert alias.genes == (Gene("FOS", "2353"),)
    for text in ("53", "LFS1"):
        assert lexicon.lookup(text) == ()


def test_the_version_follows_the_content(tmp_path: Path) -> None:
    version = load_lexicon(write(tmp_path)).version
    assert version.startswith("pfocr-")
    (tmp_path / FILES[3][0]).write_text("entrez_id,prev_symbol\n", encoding="utf-8")
    assert load_lexicon(tmp_path).version != version


@pytest.mark.parametrize("name", [name for name, _, _ in FILES])
@pytest.mark.parametrize("text", ["", "entrez,symbol\r7157,TP53\r", "entrez_id\tsymbol\r"])
def test_another_first_line_is_refused(tmp_path: Path, name: str, text: str) -> None:
    write(tmp_path)
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(LexiconError) as caught:
        load_lexicon(tmp_path)
    assert caught.value.subject == str(tmp_path / name)
    assert "first line is not `entrez_id," in caught.value.cause


@pytest.mark.parametrize("name", [name for name, _, _ in FILES[1:]])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    write(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(LexiconError) as caught:
        load_lexicon(tmp_path)
    assert caught.value.subject == str(tmp_path / name)


def test_other_encodings_are_refused(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / FILES[2][0]).write_bytes(b"entrez_id,alias_symbol\r7157,p53\xb5\r")
    with pytest.raises(LexiconError, match="is not UTF-8"):
        load_lexicon(tmp_path)


def test_a_folder_is_pfocrs_if_it_has_the_symbols(tmp_path: Path) -> None:
    assert not is_pfocr(tmp_path)
    assert is_pfocr(write(tmp_path))


@pytest.mark.figures
def test_the_published_lexicon(shared: Path) -> None:
    lexicon = load_lexicon(shared / "lexicon-sources" / "pfocr")
    assert len(lexicon) > 55_000
    assert Gene("NFKB1", "4790") in {g for e in lexicon.lookup("NF-KB") for g in e.genes}
