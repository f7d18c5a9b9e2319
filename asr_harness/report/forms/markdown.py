"""The judgement for a pull request's comment: at most 15 lines in sight, the rest folded."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from asr_harness.counting import counted
from asr_harness.report import escaping, names, words
from asr_harness.report.forms import Form
from asr_harness.report.rows import Row, rows
from asr_harness.report.sentence import ending, sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from asr_harness.judge import Finding, Judgement

MOST_ROWS = 7
MOST_REMARK = 300
MOST_CHARACTERS = 30_000
"""GitHub takes 65,536 in a comment, and refuses a longer one whole."""
LIGHTS = {"REGRESSION": "🔴", "UNDECIDED": "🟡", "NO REGRESSION": "🟢", "NOTHING COULD BE COMPARED": "🔴"}
MARKS = {
    "regression": "🔴 regression",
    "missing": "🔴 missing",
    "inconclusive": "🟡 inconclusive",
    "incomparable": "🟡 incomparable",
    "improvement": "🟢 improvement",
    "unchanged": "unchanged",
}
HEADERS = ("case", "metric", "verdict", "base → candidate", "change", "interval")
NUMBERS_FROM = 3
"""The column from which on cells stand to the right."""
TOGETHER = "\N{NO-BREAK SPACE}"
JSON = "`asr-harness compare --format json` has them all"


def render(judgement: Judgement, width: int) -> str:  # noqa: ARG001
    """Give GitHub's Markdown: the sentence, a table of what changed, and two folds."""
    made = rows(judgement.findings)
    shown = [
        row for row in made if row.is_shown and (row.finding.gated or words.has_other_texts(row.finding))
    ]
    known = names.short_names(row.finding.case_id for row in shown[:MOST_ROWS])
    said = [
        f"**{LIGHTS[ending(judgement)]} {escaping.markdown(sentence(judgement))}**",
        "",
        _sides(judgement) + (f"; all {known.shared}" if known.shared else ""),
        "",
        *table([_cells(row, known.short) for row in shown[:MOST_ROWS]]),
    ]
    notes = (words.legend(judgement), *judgement.notes, *judgement.calibration.values())
    remarks = [
        f"- {escaping.code(row.finding.case_id)} {row.finding.metric}: {remark}"
        for row in shown[:MOST_ROWS]
        if (remark := escaping.markdown(words.row_remark(row), MOST_REMARK))
    ]
    listed = [*remarks, *(f"- {escaping.markdown(note, MOST_REMARK)}" for note in notes)]
    details = ["", "<details><summary>how this was judged</summary>", "", *listed, "", "</details>"]
    rest = [row for row in made if row not in shown[:MOST_ROWS]]
    return "\n".join([*said, *details, *_rest(rest, MOST_CHARACTERS - _size((*said, *details)))])


def _sides(judgement: Judgement) -> str:
    sides = (judgement.base, judgement.candidate)
    return " → ".join(
        f"{escaping.code(name)} ({counted(n, judgement.unit)})"
        for name, n in zip(sides, judgement.n_units, strict=True)
    )


def _rest(rest: Sequence[Row], room: int) -> list[str]:
    """Fold every other finding, one by one, as many as there is room for, and say how many more there are."""
    findings = [finding for row in rest for finding in (row.finding, *row.parts)]
    if not findings:
        return []
    lines = [_line(_cells(Row(finding), {})) for finding in findings]
    sizes = accumulate(_size([line]) for line in lines)
    kept = [line for line, size in zip(lines, sizes, strict=True) if size <= room]
    lacking = len(lines) - len(kept)
    more = ["", f"and {lacking} more that do not fit; {JSON}"] if lacking else []
    n_open = sum(finding.verdict != "unchanged" for finding in findings)
    summary = f"{len(findings)} more: {n_open} that changed or are open, {len(findings) - n_open} unchanged"
    folded = [*_head(), *kept] if kept else []
    return ["", f"<details><summary>{summary}</summary>", "", *folded, *more, "", "</details>"]


def _cells(row: Row, short: Mapping[str, str]) -> tuple[str, ...]:
    finding = row.finding
    return (
        escaping.code(short.get(finding.case_id, finding.case_id)),
        finding.metric,
        _verdict(finding),
        words.values(finding),
        words.change(finding),
        words.interval(finding),
    )


def _verdict(finding: Finding) -> str:
    """Give the verdict, with a light where it counts."""
    counts = finding.gated and finding.waived_by is None
    return MARKS[finding.verdict] if counts else words.verdict(finding)


def table(cells: Sequence[Sequence[str]]) -> list[str]:
    """Lay out rows under `HEADERS`; nothing where there is none."""
    return [*_head(), *map(_line, cells)] if cells else []


def _head() -> list[str]:
    places = ["---"] * NUMBERS_FROM + ["---:"] * (len(HEADERS) - NUMBERS_FROM)
    return [_line(HEADERS), f"| {' | '.join(places)} |"]


def _line(cells: Sequence[str]) -> str:
    """Write a row, of which only the name of the case may break."""
    first, *others = cells
    return f"| {' | '.join([first, *(cell.replace(' ', TOGETHER) for cell in others)])} |"


def _size(lines: Iterable[str]) -> int:
    return sum(len(line) + 1 for line in lines)


FORM = Form(render)
