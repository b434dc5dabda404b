"""The page in a real browser, by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from pipeline.cli.main import app
from pipeline.curation.decision_files import DecisionFiles, load_decisions
from pipeline.curation.decisions import Decided, Decision, Verb, Verdict
from pipeline.records.frontmatter import parse_record
from pipeline.running.writing import Output
from tests.review.runs import CYCLE, SEED, UNREAD, WNT, DrawnRun, drawn_run, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page


@dataclass
class Reviewer:
    """Somebody at a browser."""

    run: DrawnRun
    address: str
    context: BrowserContext
    page: Page
    wrong: list[str]

    def tab(self) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(15_000)
        # What the browser complains of, such as a script that the policy stopped.
        page.on("console", lambda m: self.wrong.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("dialog", lambda dialog: self.wrong.append(dialog.message))
        return page

    def open(self, figid: str, page: Page | None = None) -> Page:
        page = page or self.page
        page.goto(f"{self.address}figure/{figid}")
        page.locator("html.js").wait_for()
        return page

    def decided(self, figid: str) -> Decided:
        return DecisionFiles(self.run.output.decisions).load(figid)

    def made(self, figid: str) -> list[tuple[str, str]]:
        return [(_words(d), d.verb.value) for d in self.decided(figid).made]


def _words(decision: Decision) -> str:
    return (decision.rows or decision.chosen)[0].word if decision.kind != "figure" else ""


@pytest.fixture
def ann(run: DrawnRun, browser: Browser) -> Iterator[Reviewer]:
    with serving(run.output) as address:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        reviewer = Reviewer(run, address, context, None, [])  # type: ignore[arg-type]
        reviewer.page = reviewer.tab()
        yield reviewer
        context.close()
        assert reviewer.wrong == []


def current(page: Page) -> str:
    return page.locator(".row[aria-current]").get_attribute("data-word") or ""


def settled(page: Page, decided: int) -> None:
    """Wait until the server has kept so many decisions on the labels of the figure."""
    page.wait_for_function(
        "n => document.querySelectorAll('#rows > .row.decided').length === n", arg=decided
    )


def press(page: Page, keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_figure_is_reviewed_by_keyboard(ann: Reviewer) -> None:
    page = ann.open(CYCLE)
    labels = page.locator("#rows > .row")
    words = labels.evaluate_all("rows => rows.map(row => row.dataset.word)")
    assert words[-1] == UNREAD.word
    assert current(page) == words[0]
    before = ann.run.genes(CYCLE)
    press(page, "a")
    settled(page, 1)
    assert current(page) == words[1]
    press(page, "x" + "a" * (len(words) - 3) + "x")  # faster than the answers come
    settled(page, len(words))
    verbs = ["accept", "reject", *["accept"] * (len(words) - 3), "reject"]
    assert ann.made(CYCLE) == list(zip(words, verbs, strict=True))
    assert page.locator("#finished").is_visible()
    assert page.locator("#status").inner_text().startswith(f"{len(words)} of {len(words)} decided")
    ann.run.run()
    rejected = {words[1], UNREAD.word}
    assert UNREAD in before
    assert ann.run.genes(CYCLE) == tuple(row for row in before if row.word not in rejected)


def test_undo_redo_and_a_reload_in_the_middle(ann: Reviewer) -> None:
    page = ann.open(CYCLE)
    first = current(page)
    press(page, "ax")
    settled(page, 2)
    second = ann.made(CYCLE)[1][0]
    press(page, "u")
    settled(page, 1)
    assert current(page) == second
    press(page, "u")
    settled(page, 0)
    assert current(page) == first
    press(page, "r")
    settled(page, 1)
    assert ann.made(CYCLE) == [(first, "accept")]
    page.reload()
    settled(page, 1)
    assert current(page) == second  # the first one that is left
    press(page, "r")
    settled(page, 2)
    assert ann.made(CYCLE) == [(first, "accept"), (second, "reject")]
    press(page, "uum")  # faster than the answers come
    page.locator("#rows > .row.unreadable").wait_for()
    assert ann.made(CYCLE) == [(first, "unreadable")]
    assert page.locator("[value=redo]").is_disabled()


def test_two_tabs(ann: Reviewer) -> None:
    page, other = ann.open(CYCLE), ann.open(CYCLE, ann.tab())
    word = current(page)
    press(page, "a")
    settled(page, 1)
    assert current(other) == word
    press(other, "x")
    other.locator("#toast", has_text="decided elsewhere meanwhile by ann").wait_for()
    settled(other, 1)  # it shows what the first tab did
    assert ann.made(CYCLE) == [(word, "accept")]
    assert current(other) != word or not other.locator(".row.decided[aria-current]").count()
    other.keyboard.press("j")
    later = current(other)
    press(other, "x")
    settled(other, 2)
    assert ann.made(CYCLE) == [(word, "accept"), (later, "reject")]
    press(page, "u")  # of what the other tab did this one knows nothing
    page.locator("#toast", has_text="decided on elsewhere").wait_for()
    settled(page, 2)
    press(page, "u")
    settled(page, 1)
    assert ann.made(CYCLE) == [(word, "accept")]
    # The conflicts were answered with 409, which the browser mentions.
    assert [text for text in ann.wrong if "409" not in text] == []
    ann.wrong.clear()


def test_another_gene_is_picked_by_typing(ann: Reviewer) -> None:
    page = ann.open(CYCLE)
    word = current(page)
    press(page, "p")
    page.locator("#pick-text").wait_for()
    assert page.locator("#pick-word").input_value() == word
    page.locator("#pick-text").fill("STAT3")
    page.locator("#pick-list li b", has_text="STAT3").first.wait_for()
    page.keyboard.press("Enter")
    settled(page, 1)
    (decision,) = ann.decided(CYCLE).made
    assert (decision.verb, decision.by, decision.reading) == (Verb.REPLACE, "ann", word)
    assert [(r.word, r.hgnc_symbol, r.entrez) for r in decision.chosen] == [(word, "STAT3", "6774")]
    assert decision.polygon is not None
    ann.run.run()
    assert [r.hgnc_symbol for r in ann.run.genes(CYCLE) if r.word == word] == ["STAT3"]


def test_the_search_is_walked_with_arrows_and_left_with_escape(ann: Reviewer) -> None:
    page = ann.open(CYCLE)
    press(page, "p")
    page.locator("#pick-text").fill("signal transducer and activator of transcription")
    page.locator("#pick-list li").nth(2).wait_for()
    page.keyboard.press("ArrowDown")
    assert page.locator("#pick-list li[aria-selected=true]").get_attribute("id") == "pick-1"
    page.keyboard.press("Escape")
    assert not page.locator("#pick").is_visible()
    assert ann.made(CYCLE) == []


def test_an_alternative_is_one_key(ann: Reviewer) -> None:
    for figid in ann.run.images:
        page = ann.open(figid)
        offering = page.locator("#rows > .row:has([data-alternative='1'])")
        if offering.count():
            break
    row = offering.first
    row.locator(".head").click()
    choice = row.locator("[data-alternative='1']").get_attribute("value")
    assert choice
    page.keyboard.press("1")
    settled(page, 1)
    (decision,) = ann.decided(figid).made
    assert decision.verb is Verb.REPLACE
    name = choice.rpartition(":")[2]
    assert name in {r.hgnc_symbol for r in decision.chosen} | {r.symbol for r in decision.chosen}


def test_a_label_is_added_by_mouse_and_by_keys(ann: Reviewer) -> None:
    page = ann.open(CYCLE)
    press(page, "d")
    box = page.locator("#stage").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y + 20, steps=3)
    page.mouse.up()
    page.locator("#pick-word").fill("p53")
    page.locator("#pick-list li b", has_text="TP53").first.wait_for()
    page.keyboard.press("Enter")
    page.locator(".row.added").wait_for()
    assert current(page) == "p53"
    press(page, "d")
    for key in ("ArrowRight", "Shift+ArrowDown", "Enter"):
        page.keyboard.press(key)
    page.locator("#pick-word").fill("STAT3")
    page.locator("#pick-list li b", has_text="STAT3").first.wait_for()
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelectorAll('.row.added').length === 2")
    first, second = ann.decided(CYCLE).made
    assert first.verb is second.verb is Verb.ADD
    assert first.polygon is not None
    assert second.polygon is not None
    assert second.polygon[1][0] > second.polygon[0][0]
    assert page.locator("#labels polygon.added").count() == 2
    ann.run.run()
    assert [r.word for r in ann.run.genes(CYCLE)[-2:]] == ["p53", "STAT3"]


def test_a_figure_is_set_aside_and_taken_back(ann: Reviewer) -> None:
    page = ann.open(CYCLE)
    press(page, "v")
    page.keyboard.press("2")
    page.locator(".verdict-note", has_text="wrong organism").wait_for()
    assert ann.decided(CYCLE).verdict is Verdict.WRONG_ORGANISM
    assert len(ann.decided(CYCLE).made) == 1, "the digit is no answer for a label, too"
    ann.run.run()
    assert ann.run.emitted(CYCLE) == (ann.run.curated / f"{CYCLE}.md").read_text("utf-8")
    press(page, "u")
    page.locator(".verdict-note").wait_for(state="detached")
    assert ann.decided(CYCLE).verdict is Verdict.NONE


def test_the_queue_by_keyboard_with_its_filter_in_the_address(ann: Reviewer) -> None:
    page = ann.page

    def at(address: str) -> None:
        """Wait until that page is there, and listens to keys."""
        page.wait_for_url(f"{ann.address}{address}")
        page.locator("html.js").wait_for()

    page.goto(ann.address)
    at("")
    ids = page.locator(".figid").all_inner_texts()
    assert sorted(ids) == sorted(ann.run.images)
    press(page, "jj")
    page.keyboard.press("Enter")
    at(f"figure/{ids[2]}")
    assert page.locator("h1").inner_text() == ids[2]
    press(page, "n")
    at(f"figure/{ids[3]}")
    press(page, "b")
    at(f"figure/{ids[2]}")
    press(page, "q")
    at("")
    press(page, "/")
    page.keyboard.type("zyxin wnt")
    page.keyboard.press("Enter")
    page.wait_for_url("**text=zyxin+wnt**")
    page.locator("html.js").wait_for()
    assert page.locator(".figid").all_inner_texts() == [WNT]
    press(page, "j")
    page.keyboard.press("Enter")
    at(f"figure/{WNT}?text=zyxin+wnt")
    press(page, "?")
    assert page.locator("#help").is_visible()
    press(page, "?")
    assert not page.locator("#help").is_visible()
    press(page, "q")
    at("?text=zyxin+wnt")


MARKUP = "<img src=x onerror=alert(1)><script>alert(2)</script>"


def test_markup_in_words_and_captions_is_text(tmp_path: Path, browser: Browser) -> None:
    run = drawn_run(tmp_path, extra=(f"{MARKUP} STAT3 \"'>", "javascript:alert(3)/TP53"))
    row = UNREAD.__class__(MARKUP, MARKUP, "hgnc_alias_symbol", "ZYX<b>", "7791")
    run.curate(CYCLE, [row], f"{MARKUP} \"'><svg onload=alert(4)> What TP53 does")
    run.run(force=True)
    with serving(run.output, reviewer=MARKUP) as address:
        context = browser.new_context()
        ann = Reviewer(run, address, context, None, [])  # type: ignore[arg-type]
        page = ann.open(CYCLE, ann.tab())
        assert MARKUP in page.locator(".caption").inner_text()
        labels = page.locator("#rows > .row")
        words = labels.evaluate_all("rows => rows.map(row => row.dataset.word)")
        assert MARKUP in words
        press(page, "x" * len(words))
        settled(page, len(words))
        assert page.locator("script:not([src])").count() == 0
        assert page.locator("[onerror], [onload]").count() == 0
        page.goto(address)
        assert page.locator("script:not([src])").count() == 0
        context.close()
        assert ann.wrong == []
        assert ann.decided(CYCLE).made[0].by == MARKUP


def test_the_page_works_without_its_script(run: DrawnRun, browser: Browser) -> None:
    with serving(run.output) as address:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(address)
        page.locator("a.open", has_text="").first.click()
        figid = page.locator("h1").inner_text()
        page.locator("#rows > .row button[value=accept]").first.click()
        assert page.locator("#rows > .row.decided").count() == 1
        page.locator("button[value=undo]").click()
        assert page.locator("#rows > .row.decided").count() == 0
        context.close()
    assert load_decisions(run.output.decisions)[figid].undone[0].verb is Verb.ACCEPT


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read(ann: Reviewer, browser: Browser, scheme: str) -> None:
    """Text stands out by 4.5 to 1 at least, as WCAG 2.2 asks for (criterion 1.4.3)."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": 900, "height": 900})
    page = ann.open(SEED, context.new_page())
    press(page, "a")
    settled(page, 1)
    for address in ("", f"figure/{SEED}"):
        page.goto(f"{ann.address}{address}")
        assert page.evaluate(CONTRAST) == []
    context.close()


CONTRAST = """() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = (rgb) => {
    const [r, g, b] = rgb.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, a = 1] = parse(getComputedStyle(at).backgroundColor);
      if (a === 1 && r !== undefined) return [r, g, b];
    }
    return parse(getComputedStyle(document.documentElement).backgroundColor);
  };
  const found = [];
  for (const element of document.querySelectorAll("body *:not(svg *)")) {
    const nodes = [...element.childNodes].filter((node) => node.nodeType === 3);
    const text = nodes.map((node) => node.data.trim()).join(" ").trim();
    if (!text || !element.checkVisibility() || element.closest(":disabled")) continue;
    const ink = light(parse(getComputedStyle(element).color).slice(0, 3));
    const paper = light(ground(element));
    const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    if (ratio < 4.5) found.push([text.slice(0, 40), ratio]);
  }
  return found;
}"""


@pytest.mark.figures
def test_ten_real_figures_from_start_to_finish(
    shared: Path, tmp_path: Path, browser: Browser
) -> None:
    """Read for real, reviewed by keyboard in the order of the queue, and run again."""
    images = sorted((shared / "figures" / "images").iterdir(), key=lambda p: p.stat().st_size)[:10]
    records, out = shared / "figures" / "records", tmp_path / "out"
    words = ["run", *images, "--records", records, "--out", out, "--readers", "tesseract"]
    command = [*map(str, words), "--jobs", "1", "--quiet"]
    assert CliRunner().invoke(app, command).exit_code == 0
    output = Output(out)
    before = {p.stem: output.record(p.stem).read_text("utf-8") for p in images}
    with serving(output) as address:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        ann = Reviewer(None, address, context, None, [])  # type: ignore[arg-type]
        page = ann.tab()
        page.goto(address)
        page.locator("html.js").wait_for()
        listed = page.locator(".card .figid").all_inner_texts()
        page.keyboard.press("Enter")  # the first one has the focus
        seen: list[str] = []
        for _ in listed:
            page.wait_for_url(lambda url: "/figure/" in url and Path(url).name not in seen)
            page.locator("html.js").wait_for()
            figid = page.locator("h1").inner_text()
            seen.append(figid)
            asked = page.locator("#rows > .row").count()
            for number in range(asked):
                press(page, "ax"[number % 2])
            settled(page, asked)
            if len(seen) == 4:
                press(page, "u")
                settled(page, asked - 1)
                page.reload()
                page.locator("html.js").wait_for()
                press(page, "r")
                settled(page, asked)
            assert page.locator("#finished").is_visible()
            press(page, "n")
        page.wait_for_url(address)
        assert sorted(seen) == sorted(listed)
        assert page.locator(".card").count() == 0
        page.goto(f"{address}?show=done")
        assert page.locator(".card").count() == len(images)
        context.close()
        assert ann.wrong == []
    assert CliRunner().invoke(app, command).exit_code == 0
    for figid, decided in load_decisions(output.decisions).items():
        rejected = [row for d in decided.standing if d.verb is Verb.REJECT for row in d.rows]
        old = parse_record(before[figid], Path(f"{figid}.md"))
        new = parse_record(output.record(figid).read_text("utf-8"), Path(f"{figid}.md"))
        assert new.genes == tuple(row for row in old.genes if row not in rejected)
        assert new.chemicals == tuple(row for row in old.chemicals if row not in rejected)
        untouched = {k: v for k, v in old.fields.items() if k not in CHANGED}
        assert {k: v for k, v in new.fields.items() if k not in CHANGED} == untouched
    assert set(load_decisions(output.decisions)) == set(listed)


CHANGED = ("genes", "chemicals", "diseases", "schema-jsonld")
