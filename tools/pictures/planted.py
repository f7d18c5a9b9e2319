"""A scratch repository with a regression planted half-way, and the runs that pictures are taken of."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from asr_harness.starter import files
from asr_harness.starter.demonstration import (
    ENCODED_TWICE,
    LOST_WORD,
    PLANTED,
    RECOGNISER,
    WITHOUT_ENERGY,
    Demonstration,
)
from asr_harness.starter.writing import write

if TYPE_CHECKING:
    from pathlib import Path

BEFORE, REGRESSED = "base", "worse"
COMMITS = (BEFORE, "rename", "comments", "readme", REGRESSED, "typo", "newest")
"""Their tags, oldest first; `worse` encodes twice and loses words, and the later ones have that still."""
REPEATED = (BEFORE, REGRESSED)
"""Those with more runs than one, so that their times can be judged."""
GRID = '''"""Two models on eight short and eight longer recordings of the package's own talks."""

from asr_harness.grid import Grid, Profile

MODELS = {"ctc-mini": "recogniser:load", "whisper-mini": "asr-harness/whisper-mini"}


def pytest_asr_grid() -> Grid:
    """Hand the grid to the plugin."""
    return Grid(models=MODELS, profiles={"quick": Profile(models=tuple(MODELS), time_s=0.5)})
'''


def prepare(root: Path) -> Demonstration:
    """Make the repository with its commits, and measure them; some minutes on two cores."""
    recogniser = files.StarterFile(RECOGNISER, files.read("demo/recogniser.py.in"))
    write([*files.suite_files(GRID), recogniser, *files.settings_files(root)], root)
    made = Demonstration(root, print)
    made.git("init", "--quiet", "--initial-branch=main")
    for tag in COMMITS:
        (root / "NOTES.txt").write_text(f"{tag}\n", "utf-8")
        if tag == REGRESSED:
            _plant(root)
        made.commit(tag)
    for tag in (*COMMITS, *REPEATED):
        _measure(made, tag)
    made.git("checkout", "--quiet", "main")
    return made


def _plant(root: Path) -> None:
    """Break the recogniser twice: a pass too many, and each first word lost."""
    path = root / RECOGNISER
    source = path.read_text("utf-8")
    for (before, _), after in zip(PLANTED.values(), (ENCODED_TWICE, LOST_WORD), strict=True):
        if before not in source:
            raise SystemExit(f"{path} has no {before.strip()!r} to break")
        source = source.replace(before, after)
    path.write_text(source, "utf-8")


def _measure(made: Demonstration, tag: str) -> None:
    made.git("checkout", "--quiet", tag)
    status = made.run("pytest", "benchmarks/", "--asr-quiet", "--benchmark-autosave", *WITHOUT_ENERGY)
    if status:
        sys.exit(f"the session of {tag} ended with status {status}; what it printed says why")
