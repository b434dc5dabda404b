"""Exports and records, read back by the programs that their users read them with."""

from __future__ import annotations

import json
import shutil
import subprocess
import warnings
from pathlib import Path
from typing import Any

import duckdb
import frontmatter
import pandas
import pytest
import rdflib
import yaml
from typer.testing import CliRunner

from pipeline.cli.main import app
from pipeline.exports.source import ExportFigure, Figures, unique_genes

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # theirs, as they are imported
    import gseapy
    from ndex2.cx2 import RawCX2NetworkFactory


@pytest.fixture(params=["run", "seeds", pytest.param("published", marks=pytest.mark.figures)])
def folder(request: pytest.FixtureRequest, root: Path) -> Path:
    """A run of two drawn figures, the records of the seeds, the 108 published records."""
    if request.param == "run":
        return Path(request.getfixturevalue("out"))
    if request.param == "seeds":
        return root / "seeds"
    return Path(request.getfixturevalue("shared")) / "figures" / "records"


@pytest.fixture
def figures(folder: Path) -> list[ExportFigure]:
    return list(Figures(folder))


def write(folder: Path, path: Path, *options: str) -> Path:
    command = ["export", str(folder), "--output", str(path), *options]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    return path


@pytest.mark.parametrize("ids", ["symbol", "entrez"])
def test_gseapy_reads_the_gene_sets(
    folder: Path, figures: list[ExportFigure], tmp_path: Path, ids: str
) -> None:
    path = write(folder, tmp_path / "sets.gmt", "--format", "gmt", "--ids", ids)
    sets = gseapy.read_gmt(str(path))
    expected = {figure.figid: unique_genes(figure.record.genes) for figure in figures}
    assert {figid: len(genes) for figid, genes in sets.items()} == {
        figid: len(genes) for figid, genes in expected.items() if genes
    }
    for figid, genes in sets.items():
        wanted = [
            row.entrez if ids == "entrez" else row.hgnc_symbol for row in expected[figid].values()
        ]
        assert set(genes) == set(wanted)


def test_pandas_and_duckdb_read_the_table(
    folder: Path, figures: list[ExportFigure], tmp_path: Path
) -> None:
    path = write(folder, tmp_path / "genes.tsv", "--format", "tsv")
    count = sum(len(figure.record.genes) for figure in figures)
    table = pandas.read_csv(path, sep="\t", quoting=3, keep_default_na=False)
    assert len(table) == count
    assert list(table["word"]) == [
        " ".join(r.word.split()) for f in figures for r in f.record.genes
    ]
    query = f"SELECT count(*) FROM read_csv('{path}', delim='\t', header=true, quote='')"
    assert duckdb.sql(query).fetchall() == [(count,)]


def test_pandas_and_duckdb_read_the_documents(
    folder: Path, figures: list[ExportFigure], tmp_path: Path
) -> None:
    path = write(folder, tmp_path / "figures.ndjson", "--format", "ndjson")
    genes = [len(unique_genes(figure.record.genes)) for figure in figures]
    chemicals = [len(set(figure.record.chemicals)) for figure in figures]
    diseases = [len(set(figure.record.diseases)) for figure in figures]
    frame = pandas.read_json(path, lines=True, dtype=False)
    assert list(frame["figid"]) == [figure.figid for figure in figures]
    for key, counts in (("genes", genes), ("chemicals", chemicals), ("diseases", diseases)):
        assert [len(rows) for rows in frame[key]] == counts
    told = duckdb.sql(
        f"SELECT figid, len(genes), len(diseases) FROM read_json('{path}')"
    ).fetchall()
    ids = [figure.figid for figure in figures]
    assert told == list(zip(ids, genes, diseases, strict=True))
    symbols = f"SELECT g.hgnc_symbol FROM (SELECT unnest(genes) AS g FROM read_json('{path}'))"
    assert len(duckdb.sql(symbols).fetchall()) == sum(genes)


def test_ndex2_reads_the_networks(
    folder: Path, figures: list[ExportFigure], tmp_path: Path
) -> None:
    read = RawCX2NetworkFactory().get_cx2network
    networks = write(folder, tmp_path / "networks", "--format", "cx2")
    assert sorted(p.stem for p in networks.iterdir()) == sorted(f.figid for f in figures)
    for figure in figures:
        path = networks / f"{figure.figid}.cx2"
        network = read(json.loads(path.read_text("utf-8")))
        found = network.get_nodes().values()
        assert {node["v"]["ncbigene"] for node in found} == set(unique_genes(figure.record.genes))
        assert all(isinstance(node["x"], float) for node in found)
        about = network.get_network_attributes()
        assert about["figid"] == figure.figid
        assert about["diseases"] == [row.word for row in figure.record.diseases]
        # What it writes again is as valid as what it read.
        again = read(network.to_cx2())
        assert again.get_nodes() == network.get_nodes()


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # rdflib's own
def test_rdflib_reads_the_json_ld(figures: list[ExportFigure]) -> None:
    """The context is given in place, for schema.org's own would have to be fetched."""
    schema = rdflib.Namespace("https://schema.org/")
    for figure in figures:
        described = figure.record.fields["schema-jsonld"]
        assert isinstance(described, dict)
        assert described["@context"] == str(schema)
        local = {**described, "@context": {"@vocab": str(schema)}}
        graph = rdflib.Graph().parse(data=json.dumps(local), format="json-ld")
        (subject,) = graph.subjects(rdflib.RDF.type, schema.Dataset)
        assert str(subject) == described["@id"]
        keywords = {str(word) for word in graph.objects(subject, schema.keywords)}
        assert keywords == set(described["keywords"] or ())
        (creator,) = graph.objects(subject, schema.creator)
        assert str(graph.value(creator, schema.name)) == "WikiPathways"


def values(value: Any) -> Any:
    """Scalars as text, for each parser has its own idea of numbers."""
    if isinstance(value, dict):
        return {key: values(item) for key, item in value.items()}
    if isinstance(value, list):
        return [values(item) for item in value]
    return "" if value is None else str(value)


def test_a_front_matter_parser_of_others_reads_the_records(figures: list[ExportFigure]) -> None:
    for figure in figures:
        post = frontmatter.loads(figure.record.text)
        assert post.content == ""
        assert len(post["genes"]) == len(figure.record.genes)
        assert values(post.metadata) == values(dict(figure.record.fields))


def test_ruby_reads_the_records_as_jekyll_does(figures: list[ExportFigure]) -> None:
    ruby = shutil.which("ruby")
    if ruby is None:
        pytest.skip("no ruby")
    # Jekyll's own pattern of front matter, and the parser that it hands it to.
    script = (
        "require 'yaml'; require 'json'; $stdin.set_encoding('UTF-8'); "
        'STDOUT.puts($stdin.read.split("\\0").map { |text| '
        r"text =~ /\A(---\s*\n.*?\n?)^((---|\.\.\.)\s*$\n?)/m; YAML.safe_load($1) }.to_json)"
    )
    texts = "\0".join(figure.record.text for figure in figures)
    shown = subprocess.run(
        [ruby, "-e", script], input=texts, capture_output=True, encoding="utf-8", check=True
    )
    read = json.loads(shown.stdout)
    assert [len(record["genes"]) for record in read] == [len(f.record.genes) for f in figures]
    for record, figure in zip(read, figures, strict=True):
        assert record.keys() == figure.record.fields.keys()
        assert record["figid"] == figure.figid
        assert (
            record["schema-jsonld"]
            == yaml.safe_load(figure.record.text.split("---\n")[1])["schema-jsonld"]
        )
