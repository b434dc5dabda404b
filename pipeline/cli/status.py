"""``pfcurate status``: how a run stands, from another shell or afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli import console

if TYPE_CHECKING:
    from pipeline.running.ledger_view import LedgerView, Run

FAILURES_SHOWN = 20
"""Most failures that are named; ``--failures`` names all."""

_SETTLED = ("done", "unchanged", "empty", "failed", "quarantined")
_WORKED = ("done", "empty", "failed", "quarantined")


def status(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Output folder of a run.")],
    failures: Annotated[
        bool, typer.Option("--failures", help="Name all figures that failed, not just some.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Tell how a run stands: figures by state, pace, time left, failures.

    It only looks: a run that is going on does not notice.
    """
    from pipeline.running.ledger_view import LedgerView
    from pipeline.running.writing import Output

    with LedgerView(Output(out).ledger) as view:
        run = view.run()
        if as_json:
            console.print_json(_document(view, run))
        else:
            _print(view, run, -1 if failures else FAILURES_SHOWN)


def _document(view: LedgerView, run: Run | None) -> dict[str, object]:
    if run is None:
        return {"run": None, "states": view.states()}
    states = view.states(run.id)
    rate, left = _pace(run, states)
    return {
        "run": run.id,
        "state": run.state,
        "host": run.host,
        "pid": run.pid,
        "workers": run.workers,
        "started": run.started,
        "seen": run.seen,
        "error": run.error,
        "states": states,
        "figures_per_second": round(rate, 4),
        "seconds_left": None if left is None else round(left),
        "running": [{"figid": f, "seconds": round(s, 1)} for f, s in view.running()],
        "failures": [
            {
                "figid": figid,
                "state": state,
                "kind": error.kind,
                "subject": error.subject,
                "cause": error.cause,
                "remedy": error.remedy,
            }
            for figid, state, error in view.failures(run.id)
        ],
    }


def _print(view: LedgerView, run: Run | None, limit: int) -> None:
    from pipeline.records.figid import printable
    from pipeline.running.progress import duration

    def say(text: str, style: str = "") -> None:
        console.out().print(printable(text), style=style, soft_wrap=True)

    if run is None:
        say(f"no run of this version; {_listed(view.states())}")
        return
    states = view.states(run.id)
    say(
        f"run {run.id} {run.state}, {duration(run.seconds)}, {run.workers} "
        f"(process {run.pid} on {run.host}, since {run.started})"
    )
    if run.error:
        say(f"stopped by {run.error}")
    say(f"{sum(states.values())} figures: {_listed(states)}", "bold")
    rate, left = _pace(run, states)
    if run.state == "running":
        if left is not None:
            say(f"{rate * 60:.1f} a minute, about {duration(left)} left")
        for figid, seconds in view.running():
            say(f"    {figid}  {duration(seconds)} so far")
    elif states.get("pending") or states.get("running"):
        say("Give the same pfcurate run command again to go on.")
    failed = states.get("failed", 0) + states.get("quarantined", 0)
    if failed:
        say(f"failed: {failed}", "bold red")
        for figid, _, error in view.failures(run.id, limit):
            say(f"    {figid}  {error.kind}: {error}")
        if 0 <= limit < failed:
            say(f"    and {failed - limit} more; --failures names them all")


def _pace(run: Run, states: dict[str, int]) -> tuple[float, float | None]:
    """Return figures a second, and the seconds that the rest will take if that can be told."""
    worked = sum(states.get(state, 0) for state in _WORKED)
    rate = worked / run.seconds if run.seconds > 0 else 0.0
    pending = states.get("pending", 0) + states.get("running", 0)
    return rate, pending / rate if rate > 0 and run.state == "running" else None


def _listed(states: dict[str, int]) -> str:
    order = [*_SETTLED, "running", "pending"]
    named = sorted(states.items(), key=lambda item: order.index(item[0]))
    return ", ".join(f"{count} {state}" for state, count in named) or "no figures"
