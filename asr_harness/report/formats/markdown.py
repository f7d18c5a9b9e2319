"""The comparison for a pull request's comment: the worst on top, the rest folded."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from asr_harness.report import escaping, verdicts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from asr_harness.compare import Cell, Comparison

MOST_ROWS = 20
MOST_REMARK = 300
MOST_CHARACTERS = 30_000
"""GitHub takes 65,536 in a comment, and refuses a longer one whole."""
MARKS = {
    "regression": "🔴 regression",
    "missing": "🔴 missing",
    "inconclusive": "🟡 inconclusive",
    "incomparable": "🟡 incomparable",
    "improvement": "🟢 improvement",
    "unchanged": "unchanged",
}


def render(comparison: Comparison, status: int, width: int) -> str:  # noqa: ARG001
    """Give GitHub's Markdown: some 60 lines before the fold, and two of them fit into one comment."""
    n_base, n_candidate = comparison.n_runs
    shown = [cell for cell in comparison.cells if _is_told(cell)]
    rest = [*shown[MOST_ROWS:], *(cell for cell in comparison.cells if not _is_told(cell))]
    base, candidate = escaping.code(comparison.base), escaping.code(comparison.candidate)
    said = [
        f"### asr-harness: {verdicts.headline(comparison)}",
        "",
        f"{base} ({verdicts.runs(n_base)}) → {candidate} ({verdicts.runs(n_candidate)})",
        "",
        *_table(_rows(shown[:MOST_ROWS])),
    ]
    notes = (*comparison.notes, *comparison.calibrated_devices.values())
    told = ["", *(f"- {escaping.markdown(note, MOST_REMARK)}" for note in notes)]
    return "\n".join([*said, *_folded(_rows(rest), MOST_CHARACTERS - _size((*said, *told))), *told])


def _is_told(cell: Cell) -> bool:
    return cell.verdict != "unchanged" and cell.gated


def _folded(rows: Sequence[str], room: int) -> list[str]:
    """Fold as many rows as there is room for, and say how many more there are."""
    if not rows:
        return []
    sizes = accumulate(_size([row]) for row in rows)
    kept = [row for row, size in zip(rows, sizes, strict=True) if size <= room]
    lacking = len(rows) - len(kept)
    more = (
        ["", f"and {lacking} more that do not fit; `asr-harness compare --format json` has them all"]
        if lacking
        else []
    )
    summary = f"<details><summary>{len(rows)} more</summary>"
    return ["", summary, "", *_table(kept), *more, "", "</details>"]


def _size(lines: Iterable[str]) -> int:
    return sum(len(line) + 1 for line in lines)


def _table(rows: Sequence[str]) -> list[str]:
    head = [
        "| case | metric | verdict | change | interval | remark |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    return [*head, *rows] if rows else []


def _rows(cells: Sequence[Cell]) -> list[str]:
    rows = (
        (
            escaping.code(cell.case_id),
            cell.metric,
            MARKS[cell.verdict],
            verdicts.change(cell),
            verdicts.interval(cell),
            escaping.markdown(verdicts.remark(cell), MOST_REMARK),
        )
        for cell in cells
    )
    return [f"| {' | '.join(row)} |" for row in rows]
