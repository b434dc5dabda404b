"""How fast the review page opens: ``python bench/review.py [--figures N] [--labels N]``.

Makes a run of as many figures as asked for out of one drawn figure, with labels that the
lexicon knows, and one figure of many labels. Then it measures, in Chromium, from asking for
an address to the end of loading, pictures included, and the time to keep a decision: the
median and the longest of several times. Needs Playwright and Chromium.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.curation.diff import diff_rows
from pipeline.lexicon.load import load_lexicon
from pipeline.naming.rows import gene_rows
from pipeline.records.create import new_record
from pipeline.review.server import prepare
from pipeline.running.ledger import Fingerprint, Ledger
from pipeline.running.writing import Output
from pipeline.types import (
    EndState,
    Figure,
    Gene,
    LexiconEntry,
    Line,
    Mention,
    Outcome,
    Reading,
    Region,
    Source,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

IMAGE = Path(__file__).parents[1] / "fixtures" / "figures" / "FIXTURE002__cell-cycle.jpg"
MANY = "FIGURE__many-labels"
USUAL = 12
"""Labels of the other figures."""

ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")


def make_run(folder: Path, figures: int, labels: int) -> Output:
    """Write the output folder of a run over so many figures."""
    output = Output(folder)
    output.create()
    genes = [gene for gene in load_lexicon().genes() if gene.entrez]
    draw = random.Random(0)  # the same run every time
    fingerprint = Fingerprint("inputs", "config", {"bench": "1"})
    counts = {f"FIGURE{number:05}": USUAL for number in range(figures - 1)} | {MANY: labels}
    with Ledger(output.ledger) as ledger:
        ledger.register([Figure(figid, image=IMAGE) for figid in counts])
        for figid, count in counts.items():
            figure = Figure(figid, image=IMAGE)
            outcome = _outcome(figid, draw.sample(genes, count))
            ledger.start(figure)
            output.write(outcome)
            ledger.finish(outcome, fingerprint, {"new": count})
    return output


def _outcome(figid: str, genes: list[Gene]) -> Outcome:
    lines, mentions = [], []
    for number, gene in enumerate(genes):
        x, y = 10.0 + 70 * (number % 9), 10.0 + 14 * (number // 9)
        region = Region(((x, y), (x + 60, y), (x + 60, y + 12), (x, y + 12)), 0.9, "bench")
        text = gene.hgnc_symbol
        readings = (Reading(text, 0.97, "ppocr"), Reading(f"{text}.", 0.8, "tesseract"))
        lines.append(Line(text, 0.97, region, readings))
        entry = LexiconEntry(text, Source.SYMBOL, (gene,))
        evidence = (("approved symbol", 2.6), ("printed as in the lexicon", 0.8))
        mentions.append(
            Mention(text, number, 0, len(text), entry, (), 0.97, region, evidence, text)
        )
    rows = gene_rows(mentions)
    return Outcome(
        figid,
        EndState.DONE,
        tuple(lines),
        tuple(mentions),
        rows,
        new_record(figid).with_genes(rows).text,
        diff_rows((), rows).document(),
        image_size=(720, 520),
    )


@contextmanager
def serving(output: Output) -> Iterator[str]:
    """Serve the review of a run; gives its address."""
    start = time.perf_counter()
    page = prepare(output, reviewer="bench")
    print(f"ready to serve after {time.perf_counter() - start:.2f} s")
    thread = threading.Thread(target=page.server.run, kwargs={"sockets": [page.listener]})
    thread.start()
    try:
        yield page.address
    finally:
        page.server.should_exit = True
        thread.join()
        page.listener.close()


def measure(name: str, times: int, once: Callable[[], float]) -> None:
    """Print the median and the longest of several measurements, in seconds."""
    found = [once() for _ in range(times)]
    print(f"{name:34} median {statistics.median(found):.3f} s, longest {max(found):.3f} s")


def opened(page: Page, address: str) -> float:
    """Return the seconds that the browser says a page took to load."""
    page.goto(address, wait_until="load")
    timing = page.evaluate("() => performance.getEntriesByType('navigation')[0].loadEventEnd")
    return float(timing) / 1000


def decided(page: Page) -> float:
    """Return the seconds from a key to the decision shown as kept."""
    count = page.locator("#rows > .row.decided").count()
    start = time.perf_counter()
    page.keyboard.press("a")
    page.wait_for_function(
        "n => document.querySelectorAll('#rows > .row.decided').length > n", arg=count
    )
    return time.perf_counter() - start


def main() -> None:
    """Run the measurements."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--figures", type=int, default=1000)
    parser.add_argument("--labels", type=int, default=120)
    parser.add_argument("--times", type=int, default=7)
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        output = make_run(Path(folder) / "out", options.figures, options.labels)
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        for state in ("first", "second"):
            print(f"{state} review of {options.figures} figures")
            with serving(output) as address:
                page = browser.new_page(viewport={"width": 1440, "height": 900})
                figure = f"{address}figure/{MANY}"
                print(f"{'queue, very first time':34} {opened(page, address):.3f} s")
                measure("queue", options.times, lambda: opened(page, address))  # noqa: B023
                print(f"{'figure, very first time':34} {opened(page, figure):.3f} s")
                measure(
                    f"figure of {options.labels} labels",
                    options.times,
                    lambda: opened(page, figure),  # noqa: B023
                )
                measure("a decision", options.times, lambda: decided(page))  # noqa: B023
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
