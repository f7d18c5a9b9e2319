"""Counts in words."""

import re
from pathlib import Path

import asr_harness
from asr_harness.counting import counted, listed

PACKAGE = Path(asr_harness.__file__).parent
BARE = re.compile(
    r"""\{(?![A-Z_]+\}|n\}|self\.name\}|checkpoint)[^{}]*\}\ (more\ |finished\ )?
    (runs|cases|forks|commits|sessions|rows|utterances|transcripts)\b""",
    re.VERBOSE,
)
"""A number in front of a plural; constants are many, and some names are of no number."""


def test_one_alone_is_singular() -> None:
    counts = [counted(n, "run") for n in (0, 1, 2, 1200)]
    assert counts == ["0 runs", "1 run", "2 runs", "1,200 runs"]


def test_the_rest_of_many_names_is_counted() -> None:
    assert listed(["a", "b"], 2) == "a, b"
    assert listed(["a", "b", "c"], 2) == "a, b and 1 more"


def test_no_message_counts_in_the_plural_alone() -> None:
    lines = [
        (f"{path.relative_to(PACKAGE)}:{number}", line)
        for path in sorted(PACKAGE.rglob("*.py"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
    ]
    faults = [f"{place}: {line.strip()}" for place, line in lines if BARE.search(line)]
    assert not faults, "\n".join(faults)
