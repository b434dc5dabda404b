"""Texts of labels as pathway figures print them: names, compounds, phrases, made-up symbols."""

from __future__ import annotations

import gzip
import random
import re
import string
from collections.abc import Callable, Iterable
from pathlib import Path

GREEK = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "epsilon": "ε",
    "zeta": "ζ",
    "theta": "θ",
    "kappa": "κ",
    "lambda": "λ",
    "sigma": "σ",
    "tau": "τ",
    "omega": "ω",
    "Delta": "Δ",
    "psi": "ψ",
}
_TAIL = {"A": "α", "B": "β", "G": "γ", "D": "δ", "E": "ε", "K": "κ", "L": "λ", "Z": "ζ", "Q": "θ"}
_COMMON = "αααααββββββγγγγδεκκλμζθστωη"
_RARE = "πρφχψΓΔΘΛΠΣΦΨΩΔΔ"


def _vocabulary(path: Path) -> dict[str, list[str]]:
    """The sections of ``vocabulary.txt``."""
    found: dict[str, list[str]] = {}
    for row in path.read_text("utf-8").splitlines():
        if row.startswith("["):
            section = found[row.strip("[]")] = []
        elif row and not row.startswith("# "):
            section += [item.replace("␣", " ") for item in row.split(" ")]
    return found


_VOCABULARY = _vocabulary(Path(__file__).with_name("vocabulary.txt"))

Draw = Callable[[random.Random], str]


def _table(path: Path) -> Iterable[list[str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as rows:
        for row in rows:
            yield row.rstrip("\n").split("\t")


def _phrases(texts: Iterable[str], longest: int) -> list[str]:
    """Runs of one to four words of running text, up to ``longest`` characters."""
    found: set[str] = set()
    for text in texts:
        for clause in re.split(r"[;:.]\s", text):
            words = clause.split()
            for i in range(len(words)):
                for n in (1, 2, 3, 4):
                    run = " ".join(words[i : i + n])
                    if len(words) >= i + n and len(run) <= longest:
                        found.add(run)
    return sorted(found)


class Labels:
    """Draws label texts.

    Args:
        models: the repository's ``models`` folder (``lexicon`` and ``curated`` are used).
        captions: texts of figure captions, for words that stand beside the names.
    """

    def __init__(self, models: Path, captions: Iterable[str] = ()) -> None:
        genes = list(_table(models / "lexicon" / "genes.tsv.gz"))
        self._protein = sorted({r[0] for r in genes if r[2] == "protein"})
        self._other = sorted({r[0] for r in genes if r[2] != "protein"})
        self._terms = sorted({r[1].split("|")[0] for r in _table(models / "lexicon/terms.tsv.gz")})
        families = {r[0].replace("_", " ") for r in _table(models / "lexicon/families.tsv.gz")}
        self._families = sorted(families)
        self._curated = _curated(models / "curated")
        self._titles = _phrases({r[3] for r in genes if r[2] == "protein"}, 30)
        self._captions = _phrases(captions, 32) or self._titles
        self._words = sorted({w for p in self._captions + self._titles for w in p.split()})
        self._kinds: list[tuple[float, Draw]] = [
            (0.21, self._symbol),
            (0.12, self._alias),
            (0.18, self._pathway_name),
            (0.02, lambda r: r.choice(self._families)),
            (0.09, self._greek),
            (0.06, self._compound),
            (0.08, self._phrase),
            (0.10, self._word),
            (0.08, _made_up),
            (0.03, _amount),
            (0.04, _short),
        ]

    def draw(self, r: random.Random) -> str:
        """One label text, 1 to about 34 characters, not yet mapped onto the alphabet."""
        weights = [w for w, _ in self._kinds]
        while True:
            (_, kind) = r.choices(self._kinds, weights)[0]
            text = " ".join(kind(r).split())
            # Half of the labels met have at most 5 characters, one in twenty 19 or more.
            if text and len(text) <= (34 if r.random() < 0.3 else 14):
                return text

    def _symbol(self, r: random.Random) -> str:
        name = r.choice(self._protein if r.random() < 0.85 else self._other)
        return _decorate(r, _recase(r, _respace(r, name)))

    def _alias(self, r: random.Random) -> str:
        return _decorate(r, _recase(r, _to_greek(r, r.choice(self._terms)), 0.6))

    def _pathway_name(self, r: random.Random) -> str:
        return _decorate(r, _recase(r, _respace(r, _to_greek(r, r.choice(self._curated))), 0.5))

    def _name(self, r: random.Random) -> str:
        draw = r.choices((self._symbol, self._pathway_name, self._alias, self._greek), (4, 5, 2, 2))
        return draw[0](r)

    def _greek(self, r: random.Random) -> str:
        letter = r.choice(_COMMON) if r.random() < 0.85 else r.choice(_RARE)
        stem = r.choice(_VOCABULARY["stems"]) if r.random() < 0.6 else r.choice(self._protein)
        if r.random() < 0.35:
            stem = re.sub(r"[A-Z]?\d*$", "", stem) or stem
        number = str(r.randint(1, 9)) if r.random() < 0.2 else ""
        form = r.random()
        if form < 0.62:
            return _decorate(r, stem + r.choice(("", "", "-", " ")) + letter + number)
        if form < 0.72:
            return letter + r.choice(("-", "")) + _recase(r, stem)
        if form < 0.84:
            return stem + r.choice(("", "-")) + letter + r.choice("/,") + r.choice(_COMMON)
        if form < 0.94:
            place = r.randint(1, max(1, len(stem) - 1))
            return _decorate(r, stem[:place] + letter + stem[place:])
        return letter + number

    def _compound(self, r: random.Random) -> str:
        kind = r.random()
        name = self._name(r)
        if kind < 0.3:
            digits = re.sub(r"\d+$", "", name)
            numbers = sorted(r.sample(range(1, 14), r.choice((2, 2, 3))))
            return digits + r.choice(("/", "/", ",", "-", ", ", "&")).join(map(str, numbers))
        if kind < 0.4:
            tail = re.sub(r"[A-Z]$", "", name)
            return tail + r.choice("/,").join(sorted(r.sample("ABCDEFαβγδ", 2)))
        sign = r.choices(
            ("/", "-", ":", "+", ", ", " ", "–", " / ", " + "), (8, 6, 2, 2, 4, 3, 1, 1, 1)
        )
        count = 2 if r.random() < 0.85 else 3
        return sign[0].join([name, *(self._name(r) for _ in range(count - 1))])

    def _phrase(self, r: random.Random) -> str:
        text = r.choice(self._captions if r.random() < 0.6 else self._titles)
        kind = r.random()
        if kind < 0.3:
            text = text[:1].upper() + text[1:]
        elif kind < 0.36:
            text = text.title()
        elif kind < 0.46:
            text = text.upper()
        elif kind < 0.54:
            text = f"{self._name(r)} {text}"
        elif kind < 0.6:
            text = f"{text} {self._name(r)}"
        return _decorate(r, text, 0.1)

    def _word(self, r: random.Random) -> str:
        if r.random() < 0.5:
            count = r.choices((1, 2, 3), (6, 3, 1))[0]
            return _recase(r, " ".join(r.choices(_VOCABULARY["figure words"], k=count)), 0.4)
        return _recase(r, r.choice(self._words), 0.4)


def _curated(folder: Path) -> list[str]:
    names: set[str] = set()
    for row in (folder / "pathway_names.tsv").read_text("utf-8").splitlines():
        if row and not row.startswith("#"):
            names.add(row.split("\t")[0])
    for row in (folder / "other_meanings.tsv").read_text("utf-8").splitlines():
        if row and not row.startswith("#"):
            names.update(row.split("\t")[1].split())
    return sorted(names)


def _to_greek(r: random.Random, name: str) -> str:
    for word, letter in GREEK.items():
        if word in name and r.random() < 0.6:
            name = name.replace(word, letter)
    if "kB" in name and r.random() < 0.7:
        name = name.replace("kB", "κB")
    if re.search(r"[A-Z]{2}-?\d?[A-Z]$", name) and name[-1] in _TAIL and r.random() < 0.15:
        name = name[:-1] + _TAIL[name[-1]]
    if re.search(r"[A-Z]{2}-?\d?[abgdek]$", name) and r.random() < 0.5:
        name = name[:-1] + _TAIL[name[-1].upper()]
    return name


def _respace(r: random.Random, name: str) -> str:
    """A symbol with a hyphen or blank before its number, as authors write it."""
    if r.random() < 0.2:
        return re.sub(r"(?<=[A-Za-z])(?=\d)", r.choice(("-", "-", " ")), name, count=1)
    return name.replace("-", "") if "-" in name and r.random() < 0.08 else name


def _recase(r: random.Random, name: str, keep: float = 0.68) -> str:
    kind = r.random()
    if kind < keep:
        return name
    rest = (kind - keep) / (1 - keep)
    if rest < 0.5:
        return name[:1].upper() + name[1:].lower()
    if rest < 0.8:
        return name.upper()
    return name.lower()


def _decorate(r: random.Random, name: str, chance: float = 0.16) -> str:
    """Marks of state around a name: phosphorylation, plural, brackets, signs."""
    if r.random() >= chance:
        return name
    kind = r.random()
    if kind < 0.36:
        return r.choice(_VOCABULARY["prefixes"]) + name
    if kind < 0.84:
        return name + r.choice(_VOCABULARY["suffixes"])
    left, right = r.choice(("()", "()", "()", "()", "[]", "''", '""'))
    if kind < 0.94:
        return left + name + right
    return left + name if r.random() < 0.5 else name + right


def _made_up(r: random.Random) -> str:
    """Letters and digits that no lexicon holds, so that shapes decide and not memory."""
    kind = r.random()
    if kind < 0.5:
        text = "".join(r.choices(string.ascii_uppercase, k=r.randint(1, 5)))
        text += "".join(r.choices(string.digits, k=r.choices((0, 1, 2, 3), (2, 4, 3, 1))[0]))
        return text + (r.choice(string.ascii_uppercase) if r.random() < 0.25 else "")
    if kind < 0.7:
        text = r.choice(string.ascii_uppercase) + "".join(
            r.choices(string.ascii_lowercase, k=r.randint(1, 6))
        )
        return text + "".join(r.choices(string.digits, k=r.choices((0, 1, 2), (2, 3, 1))[0]))
    if kind < 0.8:
        return "p" + str(r.randint(10, 199))
    pool = string.ascii_letters + string.digits * 2 + "-/().,+:" + "αβγκδ"
    return "".join(r.choices(pool, k=r.randint(2, 9)))


def _amount(r: random.Random) -> str:
    kind = r.random()
    number = r.choice((str(r.randint(0, 400)), f"{r.random() * 10:.{r.randint(1, 2)}f}"))
    if kind < 0.4:
        return number + r.choice(("", " ")) + r.choice(_VOCABULARY["units"])
    if kind < 0.6:
        return number
    if kind < 0.7:
        return r.choice(("p", "P", "n")) + r.choice("<=>") + number
    if kind < 0.8:
        return f"({r.choice(('i', 'ii', 'iii', 'iv', 'v', 'a', 'b', 'c', '1', '2', '3', 'A'))})"
    if kind < 0.9:
        return r.choice(("Ser", "Thr", "Tyr", "S", "T", "Y", "K", "Lys", "C")) + str(
            r.randint(2, 999)
        )
    return r.choice(_VOCABULARY["states"])


def _short(r: random.Random) -> str:
    kind = r.random()
    if kind < 0.3:
        return r.choice(_VOCABULARY["short"])
    if kind < 0.6:
        return r.choice(string.ascii_uppercase)
    if kind < 0.75:
        return r.choice(_VOCABULARY["numerals"])
    return "".join(r.choices(string.ascii_uppercase, k=2))
