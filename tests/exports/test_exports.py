from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.curation.decision_files import FOLDER, DecisionFiles
from pipeline.curation.decisions import Decision, Kind, Verb, Verdict
from pipeline.errors import InputError
from pipeline.exports import texts
from pipeline.exports.cx2 import cx2
from pipeline.exports.formats import Ids
from pipeline.exports.source import Figures
from tests.exports.runs import FAMILY, JAK, OLD, TP53, UNREAD


def corners(region: Any) -> list[list[float]]:
    return [list(corner) for corner in region.polygon]


def nodes(text: str) -> dict[str, dict[str, Any]]:
    (aspect,) = [fragment["nodes"] for fragment in json.loads(text) if "nodes" in fragment]
    return {node["v"]["name"]: node for node in aspect}


def test_gmt(out: Path) -> None:
    title = "Cell death in µm and beta-cells"
    assert list(texts.gmt(Figures(out))) == [
        f"PMC1__a\t{title}\tJAK1\tJAK2\tTP53\tEGFR\n",
        "b\t\tEGFR\n",
    ]
    assert list(texts.gmt(Figures(out), Ids.ENTREZ, min_genes=2)) == [
        f"PMC1__a\t{title}\t3711\t3712\t7157\t1956\n"
    ]
    assert list(texts.gmt(Figures(out), min_genes=5)) == []


def test_tsv(out: Path) -> None:
    heading, *lines = (line.rstrip("\n").split("\t") for line in texts.tsv(Figures(out)))
    rows = [dict(zip(heading, cells, strict=True)) for cells in lines]
    assert [row["hgnc_symbol"] for row in rows] == ["JAK1", "JAK2", "TP53", "EGFR", "EGFR"]
    assert rows[0] == {
        "figid": "PMC1__a",
        "pmcid": "PMC1",
        "number": "F1",
        "word": "JAKs",
        "symbol": "JAK",
        "source": "bioentities_symbol",
        "hgnc_symbol": "JAK1",
        "entrez": "3711",
        "confidence": "0.500",
        "polygon": "[[10.0,20.0],[50.0,20.0],[50.0,32.0],[10.0,32.0]]",
    }
    # The curated word was not read, but its gene was, under another one.
    assert (rows[2]["word"], rows[2]["confidence"]) == ("p53", "0.750")
    assert json.loads(rows[2]["polygon"]) == corners(TP53)
    assert (rows[3]["confidence"], rows[3]["polygon"]) == ("", "")


def test_ndjson(out: Path) -> None:
    first, second = (json.loads(line) for line in texts.ndjson(Figures(out)))
    assert first.keys() == second.keys()
    assert (first["figid"], first["year"], second["year"]) == ("PMC1__a", 2019, None)
    assert first["organisms"] == ["Homo sapiens"]
    assert first["figure_url"] == "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC1/figure/F1/"
    assert first["genes"][2] == {
        "hgnc_symbol": "TP53",
        "ncbigene": "7157",
        "words": ["p53"],
        "sources": ["hgnc_alias_symbol"],
        "confidence": 0.75,
        "polygon": corners(TP53),
    }
    assert first["chemicals"] == [
        {"word": "H2O2", "source": "MeSH", "identifier": "D006861", "polygon": corners(TP53)}
    ]
    assert first["diseases"][0]["polygon"] is None
    assert second["genes"][0]["confidence"] is None


def test_cx2_places_genes_where_they_stand(out: Path) -> None:
    first, second = map(cx2, Figures(out))
    genes = nodes(first)
    assert [node["id"] for node in genes.values()] == [0, 1, 2, 3]
    assert (genes["TP53"]["x"], genes["TP53"]["y"]) == (120.0, 66.0)
    # The family's members share a label and stand around its centre, apart.
    places = [(genes[name]["x"], genes[name]["y"]) for name in ("JAK1", "JAK2")]
    assert len(set(places)) == 2
    assert [sum(values) / 2 for values in zip(*places, strict=True)] == [30.0, 26.0]
    assert genes["EGFR"]["y"] > 480
    assert [genes[name]["v"]["placed"] for name in genes] == [True, True, True, False]
    assert "confidence" not in genes["EGFR"]["v"]
    (about,) = next(f["networkAttributes"] for f in json.loads(first) if "networkAttributes" in f)
    assert about["name"] == "Cell death in µm and beta-cells"
    assert (about["chemicals"], about["diseases"]) == (["H2O2"], ["Cancer"])
    assert (about["width"], about["height"]) == (640, 480)
    assert list(nodes(second)) == ["EGFR"]


def test_cx2_declares_what_it_holds_and_counts_it(out: Path) -> None:
    kinds = {"string": str, "integer": int, "double": float, "boolean": bool}
    for network in map(cx2, Figures(out)):
        opening, meta, *aspects, status = json.loads(network)
        assert opening == {"CXVersion": "2.0", "hasFragments": False}
        assert status == {"status": [{"success": True}]}
        held = {name: elements for aspect in aspects for name, elements in aspect.items()}
        assert {each["name"]: each["elementCount"] for each in meta["metaData"]} == {
            name: len(elements) for name, elements in held.items()
        }
        (declared,) = held["attributeDeclarations"]
        for values, names in (
            *((node["v"], declared["nodes"]) for node in held["nodes"]),
            (held["networkAttributes"][0], declared["networkAttributes"]),
        ):
            for name, value in values.items():
                kind = names[name]["d"]
                if kind == "list_of_string":
                    assert all(isinstance(item, str) for item in value), name
                else:
                    assert type(value) is kinds[kind], name


def test_decisions_are_applied(out: Path) -> None:
    files = DecisionFiles(out / FOLDER)
    reject = Decision(Verb.REJECT, Kind.GENE, rows=tuple(FAMILY))
    files.change("PMC1__a", lambda decided: decided.decide(reject))
    figures = Figures(out)
    assert next(texts.gmt(figures)).split("\t")[2:] == ["TP53", "EGFR\n"]
    aside = Decision(Verb.VERDICT, Kind.FIGURE, verdict=Verdict.NOT_A_PATHWAY)
    files.change("PMC1__a", lambda decided: decided.decide(aside))
    assert [figure.figid for figure in figures] == ["b"]
    assert figures.set_aside == ["PMC1__a"]


def test_a_folder_of_records_is_enough(root: Path) -> None:
    (figure,) = Figures(root / "seeds")
    (line,) = texts.gmt([figure])
    symbols = [row.hgnc_symbol for row in figure.record.genes]
    assert line.rstrip("\n").split("\t")[2:] == list(dict.fromkeys(symbols))
    assert len(list(texts.tsv([figure]))) == len(symbols) + 1


def test_a_bad_record_stops_nothing(out: Path) -> None:
    (out / "records" / "PMC1__a.md").write_text("---\nfigid: [\n---\n", "utf-8")
    figures = Figures(out)
    assert [figure.figid for figure in figures] == ["b"]
    (error,) = figures.errors
    assert "malformed YAML" in error.cause
    assert len(list(figures)) == len(figures.errors) == 1


def test_the_same_folder_gives_the_same_bytes(out: Path) -> None:
    for export in (texts.gmt, texts.tsv, texts.ndjson):
        assert list(export(Figures(out))) == list(export(Figures(out)))
    assert list(map(cx2, Figures(out))) == list(map(cx2, Figures(out)))


def test_figures_are_read_as_they_are_asked_for(out: Path) -> None:
    lines = texts.gmt(Figures(out))
    next(lines)
    (out / "records" / "b.md").unlink()
    with pytest.raises(StopIteration):
        next(lines)


def test_folders_without_records(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no record"):
        Figures(tmp_path)
    with pytest.raises(InputError, match="cannot be listed"):
        Figures(tmp_path / "nowhere")


def test_places_know_their_row(out: Path) -> None:
    figure = next(iter(Figures(out)))
    assert [place.region and place.region.polygon for place in figure.places(FAMILY[0])] == [
        JAK.polygon,
        TP53.polygon,
    ]
    assert figure.places(UNREAD) == []
    assert [place.confidence for place in figure.places(OLD)] == [0.75]
