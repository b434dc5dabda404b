"""Engines that go wrong on purpose, to be run through the batch as real ones are.

What a reader does is written into the image: the red value of its first pixel names a
``Fault``. It so survives every way to a worker process.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from pipeline.curation.curator import Curator
from pipeline.curation.policies import Policy
from pipeline.errors import ReadingError
from pipeline.lexicon.load import Lexicon
from pipeline.lexicon.tables import Term
from pipeline.running.engines import Versions
from pipeline.types import Gene, LexiconEntry, Line, Mention, Names, Reading, Region, Source

STEP = 8  # red values of neighbouring faults, far enough apart

GENES = {"TP53": "7157", "MDM2": "4193", "EGFR": "1956"}

#: TP53 was P53.
LEXICON = Lexicon(
    GENES, {}, {"P53": [Term("P53", Source.PREVIOUS, "TP53", "double")]}, version="double"
)


class Fault(IntEnum):
    NONE = 0  # reads the label that the green value of the first pixel names
    NO_TEXT = 1
    READING_ERROR = 2
    RUNTIME_ERROR = 3
    MEMORY_ERROR = 4
    SYSTEM_EXIT = 5
    EXIT = 6  # ends its process
    KILL = 7  # is killed as by the out-of-memory killer
    NOTHING = 8  # returns None
    GARBAGE = 9  # returns what are no lines
    NAN = 10  # returns a line of confidence NaN
    PRINT = 11  # writes to standard output, from Python and from below
    EXIT_ONCE = 12  # ends its process the first time
    SLEEP = 13  # takes a minute
    INTERRUPT = 14  # a user presses Ctrl-C while it reads
    INTERRUPT_TWICE = 15
    BAD_TEXT = 16  # returns text that is not Unicode
    CHILD = 17  # calls a program that takes a minute


def draw(path: Path, fault: Fault = Fault.NONE, label: str = "TP53", size: int = 32) -> Path:
    """Draw a PNG that makes ``FaultyReader`` do ``fault``."""
    pixels = np.full((size, size, 3), 255, np.uint8)
    pixels[0, 0] = (fault * STEP, list(GENES).index(label), 0)
    Image.fromarray(pixels).save(path)
    return path


@dataclass(frozen=True)
class FaultyReader:
    folder: Path

    def read(self, pixels: Any) -> Any:
        fault = Fault(int(pixels[0, 0, 0]) // STEP)
        match fault:
            case Fault.NO_TEXT:
                return ()
            case Fault.READING_ERROR:
                raise ReadingError("reader", "it gave up", "Try another reader")
            case Fault.RUNTIME_ERROR:
                raise RuntimeError("what no one\nexpected")
            case Fault.MEMORY_ERROR:
                raise MemoryError
            case Fault.SYSTEM_EXIT:
                sys.exit(3)
            case Fault.EXIT:
                os._exit(7)
            case Fault.KILL:
                os.kill(os.getpid(), signal.SIGKILL)
            case Fault.NOTHING:
                return None
            case Fault.GARBAGE:
                return [None, 3, "TP53"]
            case Fault.NAN:
                return [Line("TP53", float("nan"))]
            case Fault.PRINT:
                print("a library says hello")
                sys.stdout.flush()
                os.write(1, b"and so does C\n")
            case Fault.EXIT_ONCE if not (self.folder / "exited").exists():
                (self.folder / "exited").touch()
                os._exit(7)
            case Fault.SLEEP:
                (self.folder / "sleeping").write_text(str(os.getpid()))
                time.sleep(60)
            case Fault.INTERRUPT:
                os.kill(os.getpid(), signal.SIGINT)
            case Fault.INTERRUPT_TWICE:
                os.kill(os.getpid(), signal.SIGINT)
                os.kill(os.getpid(), signal.SIGINT)
            case Fault.BAD_TEXT:
                return (Line("TP53"), Line("caf\udce9"))
            case Fault.CHILD:
                with subprocess.Popen(["sleep", "60"]) as child:
                    (self.folder / "sleeping").write_text(str(child.pid))
        label = list(GENES)[int(pixels[0, 0, 1])]
        region = Region(((1, 1), (9, 1), (9, 5), (1, 5)), 0.9, "double")
        reading = Reading(label, np.float32(0.75), "double")  # type: ignore[arg-type]
        return (Line(label, np.float32(0.75), region, (reading,)),)  # type: ignore[arg-type]


class WordNamer:
    """Names the lines that are one of ``GENES``, and remembers what it was given."""

    lexicon = LEXICON

    def __init__(self) -> None:
        self.contexts: list[str] = []

    def names(self, lines: Sequence[Line], context: str = "") -> Names:
        self.contexts.append(context)
        genes = tuple(
            Mention(
                line.text,
                index,
                0,
                len(line.text),
                LexiconEntry(line.text, Source.SYMBOL, (Gene(line.text, GENES[line.text]),)),
                ("exact",),
                0.5,
                line.region,
            )
            for index, line in enumerate(lines)
            if line.text in GENES
        )
        return Names(genes)


@dataclass(frozen=True)
class FaultyEngines:
    """A factory for executors: a real curator around a reader that may go wrong."""

    folder: Path
    policy: Policy = Policy.UNION

    def probe(self) -> Versions:
        """What the engines are; a file in the folder makes them others."""
        return Versions({}, {"double": "2" if (self.folder / "other versions").exists() else "1"})

    def __call__(self, reading: bool = True) -> Curator:
        return Curator(FaultyReader(self.folder), WordNamer(), self.policy)
