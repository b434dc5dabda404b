"""What the documentation takes from the code: the reference of commands, and small tables.

A hook of MkDocs (https://www.mkdocs.org/user-guide/configuration/#hooks).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any

import typer
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from pipeline.cli.main import EXIT_CODES, app
from pipeline.records.titles import RULES
from pipeline.review.keys import groups

COMMANDS = "reference/commands.md"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the page of commands."""
    files.append(File.generated(config, COMMANDS, content="\n".join(commands())))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Put the tables in the places of their names: ``[[exit-codes]]``."""
    up = "../" * page.file.src_uri.count("/")

    def table(name: re.Match[str]) -> str:
        # Links of the README start from the top of the checkout.
        return TABLES[name[1]]().replace("](docs/", f"]({up}")

    return re.sub(r"^\[\[([a-z-]+)\]\]$", table, markdown, flags=re.MULTILINE)


def commands() -> Iterator[str]:
    """Yield the lines of the reference of commands."""
    root = typer.main.get_command(app)
    yield "# Commands\n"
    yield "This page is made from the code, as `pfcurate COMMAND --help` is.\n"
    yield "```\npfcurate [--debug] COMMAND ...\n```\n"
    yield from _options(root)
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        yield f"## pfcurate {name}\n"
        inner = getattr(command, "commands", None)
        if inner is None:
            yield from _command(f"pfcurate {name}", command)
            continue
        yield f"{command.help}\n"
        for inner_name, inner_command in inner.items():
            yield f"### pfcurate {name} {inner_name}\n"
            yield from _command(f"pfcurate {name} {inner_name}", inner_command)
    yield "## Exit status\n"
    yield exit_codes() + "\n"


def _command(name: str, command: Any) -> Iterator[str]:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    words = [argument.metavar or argument.name.upper() for argument in arguments]
    yield f"```\n{' '.join([name, '[OPTIONS]', *words])}\n```\n"
    yield f"{command.help}\n"
    if arguments:
        yield "| Argument | Is |\n| --- | --- |"
        for argument, word in zip(arguments, words, strict=True):
            yield f"| `{word}` | {_cell(argument.help or '')} |"
        yield ""
    yield from _options(command)


def _options(command: Any) -> Iterator[str]:
    options = [p for p in command.params if p.param_type_name == "option" and not p.hidden]
    if not options:
        return
    yield "| Option | Does |\n| --- | --- |"
    for option in options:
        names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
        takes = "" if option.is_flag else f" `{_metavar(option)}`"
        default = (
            "" if option.is_flag or option.default in (None, "") else f" Default: {_said(option)}."
        )
        required = " Required." if option.required else ""
        yield f"| {names}{takes} | {_cell(option.help or '')}{required}{default} |"
    yield ""


def _metavar(option: Any) -> str:
    kind = option.type_descriptor.annotation
    if isinstance(kind, type) and issubclass(kind, Enum):
        return "|".join(str(choice.value) for choice in kind)
    return str(option.metavar or kind.__name__.upper())


def _said(option: Any) -> str:
    return f"`{getattr(option.default, 'value', option.default)}`"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def exit_codes() -> str:
    """Return the table of exit statuses."""
    rows = (f"| {code:d} | {meaning} |" for code, meaning in EXIT_CODES.items())
    return "\n".join(("| Status | Meaning |", "| --- | --- |", *rows))


def title_rules() -> str:
    """Return the table of rules that clean titles."""
    rows = (f"| `{name}` | {meaning} |" for name, meaning in RULES.items())
    return "\n".join(("| Rule | Does |", "| --- | --- |", *rows))


def review_keys() -> str:
    """Return the table of the keys of the review page."""
    rows = (
        f"| {' '.join(f'`{key}`' for key in entry.keys)} | {entry.help} |"
        for entries in groups().values()
        for entry in entries
    )
    return "\n".join(("| Key | Does |", "| --- | --- |", *rows))


def readme(heading: str) -> str:
    """Return a section of the README, so that what it says stands in one place."""
    text = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    _, marks, rest = re.split(rf"^(##+) {heading}\n", text, maxsplit=1, flags=re.MULTILINE)
    # It ends with the next heading of its level or above.
    section = re.split(rf"^#{{1,{len(marks)}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]
    return section.strip()


TABLES: dict[str, Callable[[], str]] = {
    "exit-codes": exit_codes,
    "title-rules": title_rules,
    "review-keys": review_keys,
    "readme-record": partial(readme, "The record"),
    "readme-measured": partial(readme, "Measured"),
    "readme-review": partial(readme, "Review"),
    "readme-limits": partial(readme, "Limits"),
}
