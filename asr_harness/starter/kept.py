"""What a grid that was kept does not have of what was asked for, and where to write it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asr_harness.starter.files import FOLDER, quoted
from asr_harness.starter.writing import read_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def unapplied(root: Path, models: Mapping[str, str], data: str | None) -> list[str]:
    """Say which models and which corpus the suite's grid does not name, and how it comes to; often nothing.

    None for the corpus leaves it as it is.
    """
    path = f"{FOLDER}/conftest.py"
    text = read_text(root / path)
    entries = [f"{quoted(name)}: {quoted(source)}" for name, source in models.items() if source not in text]
    parts = [f"{', '.join(entries)} into MODELS{_line(text, 'MODELS')}"] if entries else []
    if data is not None and quoted(data) not in text:
        parts.append(f"DATA = {quoted(data)}{_line(text, 'DATA')}")
    if not parts:
        return []
    return [
        "",
        f"not applied, since {path} was kept:",
        *(f"  {part}" for part in parts),
        f"write that there, or delete {path} and run this again",
    ]


def _line(text: str, name: str) -> str:
    """Name the line of a file that gives a name its value."""
    match = re.search(rf"^{name}\b[^=\n]*=", text, re.MULTILINE)
    return f" (line {text.count(chr(10), 0, match.start()) + 1})" if match else ""
