"""A comparison in the page: its verdicts, and changed transcripts side by side with their words marked."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import TYPE_CHECKING

from asr_harness.report.page.markup import Html, badge, element, folded, section, table

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_VERDICTS = 30
MOST_TRANSCRIPTS = 40
HEADERS = ("case", "metric", "verdict", "change", "interval", "MDE", "remark")
DITTO = "″"
KINDS = {
    "regression": "bad",
    "missing": "bad",
    "improvement": "good",
    "unchanged": "plain",
}


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """A verdict as it is printed; one that is not gated informs, and does not fail."""

    case: str
    metric: str
    verdict: str
    effect: str
    interval: str
    note: str
    mde: str = ""
    is_gated: bool = True

    @property
    def is_told(self) -> bool:
        """Whether it bears on how the comparison ended."""
        return self.is_gated and self.verdict != "unchanged"


@dataclass(frozen=True, slots=True)
class Transcript:
    """An utterance that the two sides hear differently, and how many of its words are wrong, in words."""

    case: str
    utterance: str
    wrong: str
    base: str
    candidate: str


@dataclass(frozen=True, slots=True)
class Differences:
    """What a comparison found, in the order it is shown."""

    headline: str
    sides: str
    notes: tuple[str, ...]
    verdicts: tuple[VerdictRow, ...]
    transcripts: tuple[Transcript, ...]


def differences_section(found: Differences) -> Html:
    """Show the verdicts, worst first, and the transcripts that changed."""
    return section(
        "comparison",
        "Comparison",
        element("p", element("b", found.headline)),
        element("p", found.sides),
        _verdicts(found.verdicts),
        *(element("p", note, class_="soft") for note in found.notes),
        _transcripts(found.transcripts),
    )


def _verdicts(rows: Sequence[VerdictRow]) -> Html:
    lines = [
        (
            row.case,
            row.metric,
            badge(
                row.verdict if row.is_gated else f"({row.verdict})",
                KINDS.get(row.verdict, "unsure") if row.is_gated else "plain",
            ),
            row.effect,
            row.interval,
            row.mde,
            row.note,
        )
        for row in rows
    ]
    shown = [line for line, row in zip(lines, rows, strict=True) if row.is_told][:MOST_VERDICTS]
    rest = [line for line in lines if line not in shown]
    n_unchanged = sum(row.is_gated and row.verdict == "unchanged" for row in rows)
    n_informing = sum(not row.is_gated for row in rows)
    summary = f"{len(rest)} more: {n_unchanged} unchanged, {n_informing} that inform and do not fail"
    more = folded(summary, _table(rest)) if rest else ""
    return element("div", _table(shown) if shown else element("p", "Nothing changed."), more)


def _table(lines: Sequence[Sequence[str]]) -> Html:
    """Lay lines out, with a ditto mark where a remark only repeats the one above."""
    above = ["", *(line[-1] for line in lines)]
    paragraphs = [
        (*line[:-1], DITTO) if line[-1] and line[-1] == last else line
        for line, last in zip(lines, above, strict=False)
    ]
    return table(HEADERS, paragraphs)


def _transcripts(changed: Sequence[Transcript]) -> Html:
    if not changed:
        return element("p", "No transcript changed.")
    parts = [element("h3", f"{len(changed)} transcripts changed")]
    for case, group in groupby(changed[:MOST_TRANSCRIPTS], key=lambda one: one.case):
        rows = []
        for one in group:
            base, candidate = marked(one.base, one.candidate)
            rows.append((one.utterance, one.wrong, base, candidate))
        parts.append(element("h4", case))
        parts.append(
            element("div", table(("utterance", "wrong words", "base", "candidate"), rows), class_="texts")
        )
    if len(changed) > MOST_TRANSCRIPTS:
        parts.append(element("p", f"The first {MOST_TRANSCRIPTS} are shown."))
    return element("div", *parts)


def marked(base: str, candidate: str) -> tuple[Html, Html]:
    """Mark the words that only one side has."""
    old, new = base.split(), candidate.split()
    left: list[Html] = []
    right: list[Html] = []
    for step, i, j, k, m in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        same = step == "equal"
        left += _words(old[i:j], None if same else "del")
        right += _words(new[k:m], None if same else "ins")
    return Html(" ".join(left)), Html(" ".join(right))


def _words(words: Sequence[str], tag: str | None) -> list[Html]:
    if not words:
        return []
    joined = " ".join(words)
    return [element(tag, joined) if tag else element("span", joined)]
