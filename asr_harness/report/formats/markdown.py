"""The comparison for a pull request's comment: the worst on top, the rest folded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report import verdicts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.compare import Cell, Comparison

MOST_ROWS = 20
MARKS = {
    "regression": "🔴 regression",
    "missing": "🔴 missing",
    "inconclusive": "🟡 inconclusive",
    "incomparable": "🟡 incomparable",
    "improvement": "🟢 improvement",
    "unchanged": "unchanged",
}


def render(comparison: Comparison, status: int, width: int) -> str:  # noqa: ARG001
    """Give GitHub's Markdown, at most some 60 lines before the fold."""
    n_base, n_candidate = comparison.n_runs
    shown = [cell for cell in comparison.cells if cell.verdict != "unchanged" and cell.gated]
    rest = [cell for cell in comparison.cells if cell not in shown]
    runs = f"{verdicts.runs(n_base)}) → `{comparison.candidate}` ({verdicts.runs(n_candidate)}"
    said = [f"### asr-harness: {verdicts.headline(comparison)}", "", f"`{comparison.base}` ({runs})", ""]
    said += _rows(shown[:MOST_ROWS])
    rest = [*shown[MOST_ROWS:], *rest]
    if rest:
        said += ["", f"<details><summary>{len(rest)} more</summary>", "", *_rows(rest), "", "</details>"]
    notes = (*comparison.notes, *comparison.calibrated_devices.values())
    return "\n".join([*said, "", *(f"- {note}" for note in notes)])


def _rows(cells: Sequence[Cell]) -> list[str]:
    if not cells:
        return []
    head = [
        "| case | metric | verdict | change | interval | remark |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    return head + [
        f"| `{cell.case_id}` | {cell.metric} | {MARKS[cell.verdict]} | {verdicts.change(cell)} | "
        f"{verdicts.interval(cell)} | {_escaped(verdicts.remark(cell))} |"
        for cell in cells
    ]


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
