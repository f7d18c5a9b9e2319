"""A comparison as people read it in a terminal: the sentence, then rows, the worst first."""

from __future__ import annotations

from textwrap import wrap as wrapped
from typing import TYPE_CHECKING

from asr_harness.counting import counted
from asr_harness.report import names, words
from asr_harness.report.rows import rows
from asr_harness.report.sentence import sentence
from asr_harness.report.terminal import shorten, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.judge import Finding, Judgement
    from asr_harness.report.rows import Row

HEADERS = ("metric", "verdict", "base → candidate", "change", "interval", "MDE")
FIRST_COLUMN = 12
MOST_ROWS = 20
MORE = "--format full lists every row, --format json has all of it"


def wrap(
    text: str, width: int, indent: str = "", hanging: str = "  ", *, breaks_words: bool = True
) -> list[str]:
    """Break a line at its width, no name at its dashes, and longer words unless told not to."""
    return wrapped(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent + hanging,
        break_on_hyphens=False,
        break_long_words=breaks_words,
    )


def lines(judgement: Judgement, width: int, *, unfold: bool = False) -> list[str]:
    """Lay a comparison out in lines of at most `width` characters; `unfold` gives every finding a row."""
    laid = [*opening(judgement, width), ""]
    laid += sections(judgement.findings, width, unfold=unfold)
    return [*laid, *closing(judgement, width)]


def opening(judgement: Judgement, width: int) -> list[str]:
    """Give the sentence, and name the sides."""
    laid = wrap(sentence(judgement), width)
    return [*laid, *wrap(words.sides(judgement), width)]


def closing(judgement: Judgement, width: int) -> list[str]:
    """Give the notes on all rows, and the count of verdicts that the exit status follows from."""
    laid = [""]
    for note in (*judgement.notes, *judgement.calibration.values(), words.legend(judgement)):
        laid += wrap(note, width)
    return [*laid, *wrap(judgement.headline, width)]


def sections(findings: Sequence[Finding], width: int, *, unfold: bool = False) -> list[str]:
    """Lay out the rows that are more than unchanged, and count the rest; or all of them, one by one."""
    if unfold:
        return rows_of(findings, width) if findings else []
    made = rows(findings)
    shown = [row for row in made if row.is_shown]
    laid = _laid(shown[:MOST_ROWS], width) if shown else []
    if len(shown) > MOST_ROWS:
        laid += wrap(f"… and {counted(len(shown) - MOST_ROWS, 'more row')}; {MORE}", width)
    rest = [row for row in made if not row.is_shown]
    unchanged = words.unchanged_counts([row for row in rest if row.finding.verdict == "unchanged"])
    informal = words.unchanged_counts([row for row in rest if row.finding.verdict != "unchanged"])
    for label, counts in (("unchanged", unchanged), ("open, informational", informal)):
        if counts:
            laid += wrap(f"{label}: {counts}", width)
    return laid


def rows_of(findings: Sequence[Finding], width: int) -> list[str]:
    """Lay out a row for each finding, nothing folded."""
    from asr_harness.report.rows import Row

    return _laid([Row(finding) for finding in findings], width)


def _laid(made: Sequence[Row], width: int) -> list[str]:
    """Lay rows out under the names of their cases, the case with the worst first."""
    cases = list(dict.fromkeys(row.finding.case_id for row in made))
    ordered = [row for case_id in cases for row in made if row.finding.case_id == case_id]
    table_rows = [_cells(row) for row in ordered]
    used, lacks_mde = _columns(table_rows, width)
    laid = table([_header(i) for i in used], [[cells[i] for i in used] for cells in table_rows], width)
    known = names.short_names(cases)
    short = dict(zip(cases, shorten([known.short[case_id] for case_id in cases], width), strict=True))
    lines = wrap(f"all: {known.shared}", width) if known.shared else []
    lines.append(laid[0])
    case_id, remarked = "", ""
    for row, line in zip(ordered, laid[1:], strict=True):
        if row.finding.case_id != case_id:
            case_id, remarked = row.finding.case_id, ""
            lines.append(short[case_id])
        lines.append(line)
        detail = words.mde(row.finding) if lacks_mde else ""
        remark = "; ".join(filter(None, (words.row_remark(row), f"MDE {detail}" if detail else "")))
        if remark not in ("", remarked):
            remarked = remark
            lines += wrap(remark, width, "    ", "")
    return lines


def _cells(row: Row) -> tuple[str, ...]:
    finding = row.finding
    return (
        f"  {finding.metric}",
        words.verdict(finding),
        words.values(finding),
        words.change(finding),
        words.interval(finding),
        words.mde(finding),
    )


def _columns(table_rows: Sequence[Sequence[str]], width: int) -> tuple[list[int], bool]:
    """Give the columns that have something to say; the MDE goes to the remarks where there is no room."""
    used = [i for i in range(len(HEADERS)) if i < 3 or any(cells[i] for cells in table_rows)]  # noqa: PLR2004
    widths = [max(len(_header(i)), *(len(cells[i]) for cells in table_rows)) for i in used]
    last = len(HEADERS) - 1
    is_too_wide = max(widths[0], FIRST_COLUMN) + sum(widths[1:]) + 2 * (len(used) - 1) > width
    return ([i for i in used if i != last], True) if is_too_wide and last in used else (used, False)


def _header(place: int) -> str:
    return f"  {HEADERS[place]}" if place == 0 else HEADERS[place]
