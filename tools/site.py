"""Fills the pages of the documentation that come from the code; mkdocs calls `on_page_markdown`.

A page has `<!-- generated: NAME -->` where the text of NAME goes, below a line in italics for who reads the
file as it is. Links out of docs/ lead to the repository.
"""

from __future__ import annotations

import ast
import inspect
import os
import re
import sys
from argparse import SUPPRESS, ArgumentParser
from contextlib import redirect_stdout, suppress
from io import StringIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

WIDTH = "100"
"""Columns of what --help prints."""

MARK = re.compile(r"(?:^\*[^\n]*\*\n)?<!-- generated: (\w+) -->", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([\w./-]+)(#[\w-]+)?\)")


def on_page_markdown(markdown: str, *, page: Any, config: Any, **_: Any) -> str:
    """Fill in what is generated, and turn links to files beside docs/ into links to the repository."""
    os.environ["COLUMNS"] = WIDTH
    filled = MARK.sub(lambda match: GENERATED[match[1]](), markdown)
    folder = (ROOT / "docs" / page.file.src_uri).parent

    def link(match: re.Match[str]) -> str:
        target = (folder / match[1]).resolve()
        if target.is_relative_to(ROOT / "docs") and not target.is_dir():
            return match[0]
        return f"]({config['repo_url']}/blob/main/{target.relative_to(ROOT)}{match[2] or ''})"

    return LINK.sub(link, filled)


def commands() -> str:
    """Give each command's help, as it prints it."""
    from asr_harness.cli import build_parser, command_names

    parts = []
    for name in command_names():
        text = help_of(build_parser(name), name)
        parts.append(f"## asr-harness {name}\n\n```text\n{text}```\n")
    return "\n".join(parts)


def help_of(parser: ArgumentParser, name: str) -> str:
    """Give what a command prints when it is asked for help."""
    printed = StringIO()
    with redirect_stdout(printed), suppress(SystemExit):
        parser.parse_args([name, "--help"])
    return printed.getvalue()


def pytest_options() -> str:
    """Tabulate what the plugin adds to pytest."""
    rows = ["| option | in pytest.ini | |", "| --- | --- | --- |"]
    for option, metavar, text in plugin_options():
        name = f"`{option} {metavar}`" if metavar else f"`{option}`"
        rows.append(f"| {name} | `{option[2:].replace('-', '_')}` | {escaped(text)} |")
    return "\n".join(rows)


def plugin_options() -> list[tuple[str, str, str]]:
    """List the plugin's options, with their metavar and help."""
    from asr_harness.plugin import options

    class Group:
        """Takes options as pytest's groups do."""

        def __init__(self) -> None:
            self.options: list[tuple[str, str, str]] = []

        def addoption(self, name: str, **settings: Any) -> None:
            if settings["help"] != SUPPRESS:
                help_text = settings["help"].replace("%%", "%")
                self.options.append((name, settings.get("metavar") or "", help_text))

    class Parser:
        """Takes groups and settings as pytest's parser does."""

        group = Group()

        def getgroup(self, *_: str) -> Group:
            return self.group

        def addini(self, *_: str, **__: Any) -> None:
            """Settings have the options' names."""

    parser = Parser()
    options.add_options(parser)  # type: ignore[arg-type]
    return parser.group.options


def columns() -> str:
    """Give the columns of the table, as the code describes them."""
    from asr_harness.report.table.columns import as_markdown

    return as_markdown()


def messages() -> str:
    """List every message that is raised for a user, under its kind, with where it comes from."""
    import pytest

    from asr_harness import errors

    kinds = dict(inspect.getmembers(errors, inspect.isclass)) | {"UsageError": pytest.UsageError}
    by_kind: dict[str, list[tuple[str, str]]] = {}
    for path in sorted((ROOT / "asr_harness").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args):
                continue
            raised = node.exc.func
            name = raised.id if isinstance(raised, ast.Name) else getattr(raised, "attr", "")
            text = template(node.exc.args[0])
            if name in kinds and text:
                by_kind.setdefault(name, []).append((text, str(path.relative_to(ROOT))))
    parts = []
    for name, found in sorted(by_kind.items()):
        rows = [f"| {escaped(text)} | `{where}` |" for text, where in sorted(set(found))]
        meaning = inspect.getdoc(kinds[name])
        parts += [f"### {name}", "", f"{meaning}", "", "| message, with its remedy | raised in |",
                  "| --- | --- |", *rows, ""]  # fmt: skip
    return "\n".join(parts)


def template(node: ast.expr) -> str:
    """Write a message with … where values go; nothing for what is no text."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
    return ""


def escaped(text: str) -> str:
    """Keep a text inside its cell of a table."""
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*").split())


GENERATED = {
    "commands": commands,
    "pytest_options": pytest_options,
    "columns": columns,
    "messages": messages,
}
