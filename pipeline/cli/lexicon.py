"""``pfcurate lexicon``: build, show, check, compare and amend what names are looked up in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli import console
from pipeline.errors import ExitCode, LexiconError, UsageError

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Build, explain, verify and compare the lexicon of gene and family names.",
)

Folder = Annotated[
    Path | None,
    typer.Option("--lexicon", metavar="DIR", help="Lexicon folder instead of the built-in one."),
]


@app.command()
def build(
    hgnc: Annotated[Path, typer.Option(metavar="FILE", help="HGNC download (TSV or TSV.GZ).")],
    famplex: Annotated[Path, typer.Option(metavar="DIR", help="Folder of a FamPlex release.")],
    mesh: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="MeSH mapping file; repeatable.")
    ] = None,
    names: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Curated names (default: the built-in list)."),
    ] = None,
    concepts: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Curated chemicals and diseases, used with --mesh (default: the built-in list).",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder to write (default: the built-in one)."),
    ] = None,
    release: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SOURCE=VERSION", help="Version or date of HGNC, FamPlex or MeSH; repeatable."
        ),
    ] = None,
) -> None:
    """Build lexicon tables and their manifest from releases of HGNC, FamPlex and MeSH."""
    from pipeline.lexicon.build import build_lexicon
    from pipeline.resources import models_dir

    versions = {}
    for text in release or ():
        source, equals, version = text.partition("=")
        if not equals:
            raise UsageError(f"--release {text}", "is not SOURCE=VERSION", "Write HGNC=2024-07-01")
        versions[source] = version
    folder = out or models_dir() / "lexicon"
    names = names or models_dir() / "curated" / "pathway_names.tsv"
    concepts = concepts or models_dir() / "curated" / "concepts.tsv"
    counts = build_lexicon(folder, hgnc, famplex, names, mesh or (), versions, concepts)
    for what, count in counts.items():
        console.out().print(f"{count:>8,}  {what}")
    console.err().print(f"Lexicon written to {folder}")


@app.command()
def show(
    terms: Annotated[list[str], typer.Argument(metavar="TERM...", help="Terms to explain.")],
    lexicon: Folder = None,
) -> None:
    """Explain what each term means to the lexicon, and which meaning is taken for a label."""
    from pipeline.lexicon import explain
    from pipeline.lexicon.folding import fold
    from pipeline.lexicon.load import load_lexicon
    from pipeline.naming.namer import Namer
    from pipeline.types import Line

    loaded = load_lexicon(lexicon)
    namer = Namer(loaded)
    for term in terms:
        console.out().print(f"{term}  (key {fold(term)})", style="bold")
        found = list(explain.meanings(loaded, term))
        for entry in found:
            console.out().print(f"  {explain.describe(loaded, entry)}")
        if not found:
            console.out().print("  not in the lexicon as it is written")
        mentions = namer.name([Line(term)])
        for mention in mentions:
            by = f" by {', '.join(mention.rules)}" if mention.rules else ""
            console.out().print(
                f"  printed alone: {explain.describe(loaded, mention.entry)}{by}; "
                f"score {mention.score:.2f}"
            )
        if not mentions:
            console.out().print("  printed alone: not taken for a gene")


@app.command()
def check(lexicon: Folder = None) -> None:
    """Verify a lexicon's tables against its manifest."""
    from pipeline.lexicon import pfocr, tables
    from pipeline.resources import models_dir

    folder = lexicon or models_dir() / "lexicon"
    if pfocr.is_pfocr(folder):
        raise LexiconError(
            folder, "holds PFOCR's CSV files, which have no manifest", "Check a built lexicon"
        )
    if wrong := tables.verify(folder):
        for line in wrong:
            console.err().print(line)
        raise typer.Exit(ExitCode.INVALID_INPUT)
    manifest = tables.read_manifest(folder)
    described = manifest["tables"]
    assert isinstance(described, dict)
    for name, table in described.items():
        console.out().print(f"{name}: {table['rows']:,} rows, as the manifest says")


@app.command()
def diff(
    old: Annotated[
        Path, typer.Argument(metavar="OLD", help="Lexicon folder, or PFOCR's four CSV files.")
    ],
    new: Annotated[
        Path | None,
        typer.Argument(metavar="[NEW]", help="The newer one (default: the built-in lexicon)."),
    ] = None,
    records: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Also tell the effect on these curated FIGID.md."),
    ] = None,
    limit: Annotated[
        int, typer.Option(min=1, metavar="N", help="Show so many rows of each class.")
    ] = 10,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print every row as one JSON object per line.")
    ] = False,
) -> None:
    """Compare two lexicon releases: genes, families, and where each term leads.

    With --records it tells what the newer release would do to curated rows; nothing is
    written. `pfcurate run --refresh-symbols` then applies new symbols.
    """
    from pipeline.cli import releases_view
    from pipeline.curation.effects import records_effects
    from pipeline.lexicon.load import load_lexicon
    from pipeline.lexicon.releases import Releases

    releases = Releases(load_lexicon(old), load_lexicon(new))
    effects = None if records is None else list(records_effects(records, releases))
    if as_json:
        releases_view.print_ndjson(releases.compare(), effects)
    else:
        releases_view.print_tables(releases.compare(), effects, limit)
    errors = [record.error for record in effects or () if record.error]
    for error in errors:
        console.err().print(f"Error: {error}", soft_wrap=True)
    if errors:
        raise typer.Exit(ExitCode.SOME_FAILED)


@app.command()
def suggest(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Output folder of a reviewed run.")],
    least: Annotated[
        int, typer.Option("--min", min=1, metavar="N", help="Names decided in N figures or more.")
    ] = 1,
    names: Annotated[
        bool,
        typer.Option(
            "--names",
            help="Print the gene names to be added as a list for `lexicon build --names`.",
        ),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object per name and line.")
    ] = False,
) -> None:
    """Tell what reviewers' decisions say about the lexicon: names to add, keep and drop.

    The decisions are those of `pfcurate review` in OUT/decisions. Nothing is changed.
    """
    from pipeline.cli import suggest_view
    from pipeline.curation.decision_files import load_decisions
    from pipeline.curation.suggestions import suggestions
    from pipeline.errors import InputError
    from pipeline.running.writing import Output

    folder = Output(out).decisions
    decided = load_decisions(folder)
    if not decided:
        raise InputError(folder, "it holds no decisions", f"Make some: pfcurate review {out}")
    found = [
        suggestion for suggestion in suggestions(decided.values()) if suggestion.count >= least
    ]
    if as_json:
        suggest_view.print_ndjson(found)
    elif names:
        suggest_view.print_names(found)
    else:
        suggest_view.print_table(found)
