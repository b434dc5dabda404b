"""Reports on disk: ``OUT/report/``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipeline.errors import OutputError
from pipeline.records.figid import printable
from pipeline.reports.html import render
from pipeline.reports.recall import Report
from pipeline.running.writing import Output, replace_file

FOLDER = "report"
"""Name of the folder of reports in an output folder."""


def write(output: Output, report: Report, numbers: dict[str, Any]) -> Path:
    """Write ``recall.json`` and ``recall.html``; return the path of the latter.

    Args:
        output: the output folder of the run.
        report: the report.
        numbers: its numbers; see ``summary.summary``.

    Raises:
        OutputError: a file cannot be written.
    """
    folder = output.root / FOLDER
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(
            folder, f"it cannot be created ({error.strerror})", "Check the folder's permissions"
        ) from error
    text = json.dumps(numbers, indent=2, ensure_ascii=False) + "\n"
    replace_file(folder / "recall.json", text.encode("utf-8", "backslashreplace"))
    page = folder / "recall.html"
    title = printable(str(output.root))
    replace_file(page, render(report, numbers, title).encode("utf-8", "backslashreplace"))
    return page
