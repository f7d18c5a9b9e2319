"""The judgement for a pull request's comment: the worst on top, the rest folded."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from asr_harness.report import escaping, verdicts
from asr_harness.report.forms import Form

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from asr_harness.judge import Finding, Judgement

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


def render(judgement: Judgement, width: int) -> str:  # noqa: ARG001
    """Give GitHub's Markdown: some 60 lines before the fold, and two of them fit into one comment."""
    shown = [finding for finding in judgement.findings if _is_told(finding)]
    rest = [*shown[MOST_ROWS:], *(finding for finding in judgement.findings if not _is_told(finding))]
    names = escaping.code(judgement.base), escaping.code(judgement.candidate)
    sides = (
        f"{name} ({verdicts.counted(n, judgement.unit)})"
        for name, n in zip(names, judgement.n_units, strict=True)
    )
    said = [
        f"### asr-harness: {judgement.headline}",
        "",
        " → ".join(sides),
        "",
        *_table(_rows(shown[:MOST_ROWS])),
    ]
    notes = (*judgement.notes, *judgement.calibration.values())
    listed = ["", *(f"- {escaping.markdown(note, MOST_REMARK)}" for note in notes)]
    return "\n".join([*said, *_folded(_rows(rest), MOST_CHARACTERS - _size((*said, *listed))), *listed])


def _is_told(finding: Finding) -> bool:
    return finding.verdict != "unchanged" and finding.gated


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


def _rows(findings: Sequence[Finding]) -> list[str]:
    rows = (
        (
            escaping.code(finding.case_id),
            finding.metric,
            MARKS[finding.verdict] if finding.waived_by is None else "waived",
            verdicts.change(finding),
            verdicts.interval(finding),
            escaping.markdown(verdicts.remark(finding), MOST_REMARK),
        )
        for finding in findings
    )
    return [f"| {' | '.join(row)} |" for row in rows]


FORM = Form(render)
