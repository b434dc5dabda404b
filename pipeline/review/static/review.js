// The page works without this script, one form at a time; with it, one key at a time.
"use strict";

const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const body = document.body;
const keys = JSON.parse(body.dataset.keys);
const root = body.dataset.root;
document.documentElement.classList.add("js");

function toast(text) {
  const box = $("#toast");
  box.textContent = text;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { box.textContent = ""; }, 6000);
}

function go(address) {
  if (address) location.assign(address);
}

const actions = {
  help() {
    const help = $("#help");
    if (help.open) help.close();
    else help.showModal();
  },
  queue() { go($("a.back")?.href); },
};

function listen() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, select, textarea")) return;
    const open = $("dialog[open]");
    if (open && !(open.id === "help" && keys[event.key] === "help")) return;
    const action = actions[keys[event.key]];
    if (!action) return;
    event.preventDefault();
    // Undoing moves to another label: what is typed meanwhile is meant for that one.
    if (turning) typed = typed.then(() => last).then(() => action(event));
    else action(event);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button && actions[button.dataset.do]) actions[button.dataset.do](event);
  });
}

// ---- the queue -------------------------------------------------------------------------

function queuePage() {
  const links = $$("a.open");
  const step = (by) => {
    const at = links.indexOf(document.activeElement);
    links[at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + by))]?.focus();
  };
  Object.assign(actions, {
    next: () => step(1),
    previous: () => step(-1),
    open: () => (links.includes(document.activeElement) ? document.activeElement : links[0])?.click(),
    search: () => $("#search").focus(),
    "next-figure": () => go($("a[rel=next]")?.href),
    "previous-figure": () => go($("a[rel=prev]")?.href),
  });
  $$(".filters select").forEach((box) => {
    box.addEventListener("change", () => box.form.requestSubmit());
  });
  if (!document.activeElement || document.activeElement === body) links[0]?.focus();
}

// ---- one figure: the list of labels ----------------------------------------------------

const rows = () => $$("#panel .row");
const asking = () => $$("#rows > .row");
const current = () => $(".row[aria-current]");
const undecided = (row) => !row.dataset.verb;

function select(row, { scroll = true } = {}) {
  if (!row) return;
  rows().forEach((other) => other.removeAttribute("aria-current"));
  row.setAttribute("aria-current", "true");
  const folded = row.closest("details");
  if (folded) folded.open = true;
  if (scroll) row.scrollIntoView({ block: "nearest" });
  row.focus({ preventScroll: true });
  $$("#labels polygon").forEach((outline) => {
    outline.classList.toggle("current", outline.dataset.key === row.dataset.key);
  });
  const outline = $("#labels polygon.current");
  if (outline) {
    outline.parentNode.append(outline); // above the others
    stage?.reveal(outline);
  }
}

function nextOpen(after) {
  const all = asking();
  const at = all.indexOf(after);
  const order = [...all.slice(at + 1), ...all.slice(0, Math.max(0, at))];
  return order.find(undecided);
}

function step(by) {
  const all = rows().filter((row) => row.offsetParent);
  const at = all.indexOf(current());
  select(all[Math.min(all.length - 1, Math.max(0, at + by))]);
}

// Puts the server's list in place of the present one, touching only what differs.
function show(html) {
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  const key = current()?.dataset.key;
  const folded = $("#confirmed")?.open;
  const old = new Map(rows().map((row) => [row.dataset.key, row]));
  const made = $$(".row", fresh.content);
  const same = made.length === old.size && made.every((row) => old.has(row.dataset.key));
  if (same) {
    made.forEach((row) => {
      const before = old.get(row.dataset.key);
      if (before.dataset.stamp !== row.dataset.stamp || before.dataset.state !== row.dataset.state) {
        before.replaceWith(row);
      }
    });
    $("#status").replaceWith($("#status", fresh.content));
    $("#finished").replaceWith($("#finished", fresh.content));
    $(".verdict-note")?.remove();
    const note = $(".verdict-note", fresh.content);
    if (note) $("#status").after(note);
  } else {
    $("#panel").replaceChildren(fresh.content);
    if (folded && $("#confirmed")) $("#confirmed").open = true;
  }
  outlines();
  const row = key && rows().find((other) => other.dataset.key === key);
  if (row && !row.hasAttribute("aria-current")) row.setAttribute("aria-current", "true");
}

// Brings the outlines in line with the list.
function outlines() {
  const group = $("#labels");
  if (!group) return;
  const there = new Map($$("polygon", group).map((outline) => [outline.dataset.key, outline]));
  rows().filter((row) => row.dataset.points).forEach((row) => {
    let outline = there.get(row.dataset.key);
    there.delete(row.dataset.key);
    if (!outline) {
      outline = document.createElementNS("http://www.w3.org/2000/svg", "polygon");
      outline.dataset.key = row.dataset.key;
      group.append(outline);
    }
    outline.setAttribute("points", row.dataset.points);
    const now = row.hasAttribute("aria-current") ? " current" : "";
    outline.setAttribute("class", `${row.dataset.state} ${row.dataset.verb}${now}`);
  });
  there.forEach((outline) => outline.remove());
}

// Requests go out one after the other, so that each sees what the one before did.
let last = Promise.resolve();
let turning = 0; // undos and redos on their way
let typed = Promise.resolve(); // keys that wait for them

function send(fields, then = () => {}) {
  last = last.then(async () => {
    try {
      const form = new URLSearchParams(fields());
      const answer = await fetch(body.dataset.figure, {
        method: "POST",
        headers: { accept: "application/json" },
        body: form,
      });
      if (!(answer.headers.get("content-type") || "").includes("json")) {
        throw new Error(`the answer was ${answer.status}`);
      }
      const now = await answer.json();
      show(now.panel);
      if (answer.ok) then(now);
      else {
        toast(now.message);
        select(rows().find((row) => row.dataset.key === now.key) || current());
      }
    } catch (error) {
      toast(`Not kept: ${error.message}. Is pfcurate review still running?`);
    }
  });
  return last;
}

const byKey = (key) => rows().find((row) => row.dataset.key === key);

function decide(row, fields) {
  if (!row || row.dataset.asks !== "true") return;
  const key = row.dataset.key;
  select(nextOpen(row) || row); // at once: the answer only confirms it
  send(
    () => ({ item: key, stamp: byKey(key)?.dataset.stamp ?? "", ...fields }),
    (now) => {
      const here = current();
      if (now.done) $("#finished").scrollIntoView({ block: "nearest" });
      else if (!here || !undecided(here)) select(nextOpen(here || asking()[0]));
      else select(here, { scroll: false });
    },
  );
}

function turn(how) {
  turning += 1;
  send(
    () => ({ do: how, revision: $("#status").dataset.revision }),
    (now) => select(byKey(now.key) || current()),
  ).then(() => { turning -= 1; });
}

// ---- what a label stands for -----------------------------------------------------------

const picking = { row: null, box: "", found: [], at: 0 };

function openPick(row, box = "") {
  const dialog = $("#pick");
  Object.assign(picking, { row, box, found: [], at: 0 });
  $("#pick-word").value = row?.dataset.word ?? "";
  $("#pick-text").value = row?.dataset.word ?? "";
  $("#pick-title").textContent = row ? `What is ${row.dataset.word}?` : "What is in the box?";
  $("#pick-list").replaceChildren();
  dialog.showModal();
  (row ? $("#pick-text") : $("#pick-word")).focus();
  $("#pick-text").select();
  if (row) search();
}

async function search() {
  const text = $("#pick-text").value;
  const asked = new URLSearchParams({ text, kind: picking.row?.dataset.kind ?? "" });
  const answer = await fetch(`${root}/search?${asked}`);
  if (!answer.ok || $("#pick-text").value !== text) return;
  picking.found = await answer.json();
  picking.at = 0;
  $("#pick-list").replaceChildren(...picking.found.map((choice, index) => {
    const line = document.createElement("li");
    line.id = `pick-${index}`;
    line.setAttribute("role", "option");
    for (const [tag, said] of [["b", choice.label], ["span", choice.name], ["i", choice.how]]) {
      const part = document.createElement(tag);
      part.textContent = said;
      line.append(part);
    }
    line.addEventListener("click", () => { picking.at = index; take(); });
    return line;
  }));
  point();
}

function point() {
  $$("#pick-list li").forEach((line, index) => {
    line.setAttribute("aria-selected", index === picking.at ? "true" : "false");
    if (index === picking.at) line.scrollIntoView({ block: "nearest" });
  });
  $("#pick-text").setAttribute("aria-activedescendant", picking.found.length ? `pick-${picking.at}` : "");
}

function take() {
  const choice = picking.found[picking.at];
  const word = $("#pick-word").value.trim();
  if (!choice || !word) {
    (word ? $("#pick-text") : $("#pick-word")).focus();
    return;
  }
  $("#pick").close();
  if (picking.row) decide(byKey(picking.row.dataset.key), { do: "choose", choice: choice.id, word });
  else {
    const polygon = picking.box;
    send(
      () => ({ do: "add", choice: choice.id, word, polygon, stamp: "" }),
      (now) => select(byKey(now.key)),
    );
  }
}

function pickDialog() {
  let waiting;
  $("#pick-text").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 60);
  });
  $("#pick-word").addEventListener("input", () => {
    if (picking.row) return;
    $("#pick-text").value = $("#pick-word").value;
    clearTimeout(waiting);
    waiting = setTimeout(search, 60);
  });
  $("#pick").addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) {
      picking.at = Math.min(picking.found.length - 1, Math.max(0, picking.at + by));
      point();
    } else if (event.key === "Enter") take();
    else return;
    event.preventDefault();
  });
  $("#pick").addEventListener("close", () => stage?.undraw());
}

function asideDialog() {
  const dialog = $("#aside");
  const buttons = $$("button", dialog);
  const choose = (button) => {
    dialog.close();
    const verdict = button.value;
    send(() => ({ do: "verdict", verdict, stamp: $("#status").dataset.stamp }), () => select(current()));
  };
  $("form", dialog).addEventListener("submit", (event) => {
    event.preventDefault();
    choose(event.submitter);
  });
  dialog.addEventListener("keydown", (event) => {
    const button = buttons.find((other) => $("kbd", other).textContent === event.key);
    if (!button) return;
    event.stopPropagation(); // with the dialog closed the digit would pick another gene, too
    event.preventDefault();
    choose(button);
  });
}

// ---- start -----------------------------------------------------------------------------

let stage = null;

function figurePage() {
  stage = window.makeStage?.($("#stage"), {
    picked: (key) => select(byKey(key)),
    drawn: (box) => openPick(null, box),
  }) ?? null;
  Object.assign(actions, {
    accept: () => decide(current(), { do: "accept" }),
    reject: () => decide(current(), { do: "reject" }),
    unreadable: () => decide(current(), { do: "unreadable" }),
    alternative: (event) => $(`[data-alternative="${event.key}"]`, current())?.click(),
    pick: () => current()?.dataset.asks === "true" && openPick(current()),
    undo: () => turn("undo"),
    redo: () => turn("redo"),
    verdict: () => $("#aside").showModal(),
    next: () => step(1),
    previous: () => step(-1),
    open: () => select(nextOpen(current())),
    confirmed: () => { const more = $("#confirmed"); if (more) more.open = !more.open; },
    zoom: () => stage?.zoomTo($("#labels polygon.current")),
    fit: () => stage?.fit(),
    in: () => stage?.zoom(1.4),
    out: () => stage?.zoom(1 / 1.4),
    overlay: () => $("#stage")?.classList.toggle("bare"),
    draw: () => stage?.draw(),
    "next-figure": () => last.then(() => (body.dataset.next ? go(body.dataset.next) : go($("a.back").href))),
    "previous-figure": () => last.then(() => go(body.dataset.previous)),
    queue: () => last.then(() => go($("a.back").href)),
    search: () => last.then(() => go($("a.back").href)),
  });
  const panel = $("#panel");
  panel.addEventListener("submit", (event) => {
    event.preventDefault();
    const how = event.submitter.value;
    if (how === "undo" || how === "redo") turn(how);
    else decide(event.target.closest(".row"), { do: how });
  });
  panel.addEventListener("click", (event) => {
    const row = event.target.closest(".row");
    if (row && !event.target.closest("a, button")) select(row, { scroll: false });
    else if (row && event.target.closest("[data-do=pick]")) select(row, { scroll: false });
  }, true);
  pickDialog();
  asideDialog();
  if (matchMedia("(max-width: 1000px)").matches) $(".said").open = false; // the image needs it
  select(byKey(location.hash.slice(3)) || asking().find(undecided) || asking()[0]);
}

if (body.dataset.page === "queue") queuePage();
if (body.dataset.page === "figure") figurePage();
listen();
