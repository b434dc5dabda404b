"""What a decision made on the page does to the emitted front matter: that, and nothing else."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from pipeline.curation.policies import Policy
from pipeline.review.items import State
from pipeline.review.sheet import Desk
from pipeline.types import GeneRow
from tests.review.runs import SEED, WNT, DrawnRun, namer, serving
from tests.review.test_safety import Client


@pytest.fixture
def client(run: DrawnRun) -> Iterator[Client]:
    with serving(run.output) as address:
        yield Client(address, run)


def label(run: DrawnRun, figid: str, state: State) -> Any:
    sheet = Desk(run.output, namer().lexicon).sheet(figid)
    return next(item for item in sheet.items if item.state is state and item.kind == "gene")


def changed(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines that went and those that came."""
    lines = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    return [x[2:] for x in lines if x[0] == "-"], [x[2:] for x in lines if x[0] == "+"]


def row_lines(row: GeneRow) -> list[str]:
    return [
        f"- word: {row.word}",
        f"  symbol: {row.symbol}",
        f"  source: {row.source}",
        f"  hgnc_symbol: {row.hgnc_symbol}",
        f"  entrez: '{row.entrez}'",
    ]


def decide(client: Client, figid: str, **form: str) -> None:
    status, text, _ = client.ask(client.figure(figid), "POST", {"stamp": "", **form})
    assert (status, json.loads(text)["message"]) == (200, "")
    client.run.run()


@pytest.mark.parametrize("figid", [SEED, WNT])
@pytest.mark.parametrize("state", [State.NEW, State.MISSING])
def test_a_rejected_label_takes_its_rows_and_keywords(
    client: Client, figid: str, state: State
) -> None:
    if (figid, state) == (SEED, State.MISSING):
        pytest.skip("the drawing shows every label of the seed")
    item = label(client.run, figid, state)
    before = client.run.emitted(figid)
    decide(client, figid, do="reject", item=item.key)
    after = client.run.emitted(figid)
    went, came = changed(before, after)
    words = [line for line in went if line.startswith("  - ")]
    assert came == []
    rows = [line for line in went if line not in words]
    assert sorted(rows) == sorted(line for row in item.rows for line in row_lines(row))
    left = {row.hgnc_symbol for row in client.run.genes(figid)}
    assert {w.removeprefix("  - ") for w in words} == {
        row.hgnc_symbol for row in item.rows if row.hgnc_symbol not in left
    }
    status, _, _ = client.ask(
        client.figure(figid), "POST", {"do": "undo", "revision": revision(client, figid)}
    )
    assert status == 200
    client.run.run()
    assert client.run.emitted(figid) == before


def revision(client: Client, figid: str) -> str:
    text = client.ask(client.figure(figid))[1]
    return text.partition('data-revision="')[2].partition('"')[0]


def test_accepting_what_is_there_changes_nothing(client: Client) -> None:
    item = label(client.run, WNT, State.NEW)
    before = client.run.emitted(WNT)
    decide(client, WNT, do="accept", item=item.key)
    assert client.run.emitted(WNT) == before


def test_with_the_policy_decided_the_record_differs_by_the_decision_alone(client: Client) -> None:
    client.run.run(Policy.DECIDED)
    curated = (client.run.curated / f"{WNT}.md").read_text("utf-8")
    assert client.run.emitted(WNT) == curated
    item = label(client.run, WNT, State.NEW)
    status, _, _ = client.ask(
        client.figure(WNT), "POST", {"stamp": "", "do": "accept", "item": item.key}
    )
    assert status == 200
    client.run.run(Policy.DECIDED)
    went, came = changed(curated, client.run.emitted(WNT))
    assert went == []
    keywords = [line for line in came if line.startswith("  - ")]
    assert [x for x in came if x not in keywords] == [x for r in item.rows for x in row_lines(r)]
    assert keywords == [f"  - {row.hgnc_symbol}" for row in item.rows]


def test_another_gene_stands_in_the_place_of_the_old_one(client: Client) -> None:
    item = label(client.run, WNT, State.MISSING)
    before = client.run.genes(WNT)
    decide(client, WNT, do="choose", item=item.key, choice="gene:STAT3", word="Stat-3")
    place = before.index(item.rows[0])
    after = client.run.genes(WNT)
    assert after[:place] == before[:place]
    assert after[place + 1 :] == before[place + 1 :]
    assert after[place] == GeneRow("Stat-3", "STAT3", "hgnc_symbol", "STAT3", "6774")
