"""``pfcurate run``: a batch of figures in, updated records, diffs and a ledger out."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer

from pipeline.curation.policies import Policy
from pipeline.errors import ExitCode, UsageError

log = logging.getLogger(__name__)


def run(
    images: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="IMAGES...",
            help="Image files, folders of them, or globs; may be left out with --text.",
        ),
    ] = None,
    *,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Output folder; created if missing.")
    ],
    records: Annotated[
        Path | None,
        typer.Option(
            "--records",
            metavar="DIR",
            help="Folder of curated FIGID.md or metadata FIGID.yml; default: beside each image.",
        ),
    ] = None,
    policy: Annotated[
        Policy,
        typer.Option(
            help="union: keep curated rows and append new ones; replace: rows as read now; "
            "decided: only what reviewers decided; report: write diffs only."
        ),
    ] = Policy.UNION,
    readers: Annotated[
        str | None,
        typer.Option(metavar="NAME,...", help="Readers to use (default: ppocr,label,tesseract)."),
    ] = None,
    text: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder of FIGID.txt, or Google Cloud Vision FIGID.json, to use instead of "
            "reading the images.",
        ),
    ] = None,
    lexicon: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Lexicon folder to use instead of the built-in one."),
    ] = None,
    disease_sets: Annotated[
        Path | None,
        typer.Option(
            "--disease-sets",
            metavar="FILE",
            help="Disease genes (GMT); figures enriched in a disease get a row for it.",
        ),
    ] = None,
    title_rules: Annotated[
        str | None,
        typer.Option(
            "--title-rules",
            metavar="NAME,...",
            help="Rules that clean the titles of new records (default: all; none for none).",
        ),
    ] = None,
    refresh_symbols: Annotated[
        bool,
        typer.Option(
            "--refresh-symbols",
            help="Give renamed genes of curated rows the symbol (and id) that they have now.",
        ),
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs", "-j", min=1, metavar="N", help="Worker processes (default: one a processor)."
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Work on the Dask cluster there, or start one here with N workers: local:N.",
        ),
    ] = None,
    time_limit: Annotated[
        float,
        typer.Option(
            min=1.0,
            metavar="SECONDS",
            help="Time that one figure may take; then its worker is stopped.",
        ),
    ] = 600.0,
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Also write each record over its input file.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Also do figures whose result is up to date.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object per figure, as each is done.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print the summary and its failures only.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Print the genes of every figure; log more.")
    ] = False,
) -> None:
    """Curate figures: read them, name their genes, update their records.

    Writes DIR/records/FIGID.md, DIR/diff/FIGID.yaml, DIR/run.db and DIR/run.log. A figure
    whose image, record, settings and versions are as they were is not done again; one whose
    image and readers are as they were is not read again. After Ctrl-C the figures in flight
    are finished, after a second one they are dropped; the same command goes on later.
    """
    if not images and text is None:
        raise UsageError("IMAGES", "none is given", "Give image files, folders or globs")
    if in_place and policy is Policy.REPORT:
        raise UsageError(
            "--in-place",
            "the policy report leaves records as they are",
            "Leave out one of the two",
        )
    if refresh_symbols and policy is Policy.REPORT:
        raise UsageError(
            "--refresh-symbols",
            "the policy report leaves records as they are",
            "Leave out one of the two; the diffs name renamed genes in any case",
        )
    if text is not None and readers is not None:
        raise UsageError(
            "--readers", "with --text no image is read", "Leave out --readers or --text"
        )
    if scheduler is not None and jobs is not None:
        raise UsageError(
            "--jobs", "the workers of a cluster are its own", "Leave out --jobs or --scheduler"
        )
    if quiet and verbose:
        raise UsageError("--quiet", "it contradicts --verbose", "Leave out one of the two")
    from pipeline.cli import run_view
    from pipeline.curation.discovery import discover, with_decisions
    from pipeline.curation.intake import check_intake
    from pipeline.records.titles import rule_names
    from pipeline.running.batch import default_jobs, run_batch
    from pipeline.running.cluster import DaskExecutor
    from pipeline.running.engines import Engines, reader_names
    from pipeline.running.plan import Plan
    from pipeline.running.workers import Executor, LocalExecutor
    from pipeline.running.writing import Output

    names = () if text is not None else reader_names(readers)
    engines = Engines(
        policy,
        names,
        lexicon and lexicon.absolute(),  # other machines have another working directory
        refresh_symbols,
        rule_names(title_rules),
        disease_sets and disease_sets.absolute(),
    )
    versions = engines.probe()  # before anything else: it says what is missing
    executor: Executor
    if scheduler is not None:
        executor = DaskExecutor(engines, scheduler, versions, time_limit)
    else:
        executor = LocalExecutor(engines, jobs or default_jobs(), time_limit)
    found = discover(images or [], records, text)
    output = Output(out)
    output.check_apart(found.figures)
    plan = Plan(
        figures=with_decisions(found.figures, output.decisions),
        problems=found.problems,
        output=output,
        config=engines.config(),
        versions=versions,
        emits=policy is not Policy.REPORT,
        in_place=in_place,
        force=force,
    )
    total = len(plan.figures) + len(plan.problems)
    view = run_view.View(output, total, as_json=as_json, quiet=quiet, verbose=verbose)
    with view:
        folders = [Path(image) for image in images or () if Path(image).is_dir()]
        if folders and records is not None:
            folders.append(records)
        intake = check_intake(found.figures, [p.subject for p in found.problems], folders)
        for message in intake.messages():
            log.warning("%s", message)
        if intake.without_metadata:
            log.info("%d images have no record and no metadata", len(intake.without_metadata))
        if found.orphans:
            log.info("%d records in %s belong to no image given", found.orphans, records)
        summary = run_batch(plan, executor, view)
    view.finish(summary)
    if summary.interrupted:
        raise typer.Exit(ExitCode.INTERRUPTED)
    if summary.failed:
        raise typer.Exit(ExitCode.SOME_FAILED)
