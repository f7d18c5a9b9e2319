"""A comparison in the page: its verdicts, and changed transcripts side by side with their words marked."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import TYPE_CHECKING

from asr_harness.counting import counted
from asr_harness.report.page.charts import figure
from asr_harness.report.page.markup import Html, badge, element, folded, section, table, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.report.figures.base import Figure

MOST_VERDICTS = 30
MOST_TRANSCRIPTS = 40
HEADERS = ("case", "metric", "verdict", "base → candidate", "change", "interval", "MDE", "remark")
MOST_FOLDED = 400
DITTO = "″"
BANNERS = {
    "REGRESSION": "bad",
    "NOTHING COULD BE COMPARED": "bad",
    "UNDECIDED": "unsure",
    "NO REGRESSION": "good",
}
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
    values: str = ""
    parts: tuple[VerdictRow, ...] = ()

    @property
    def is_told(self) -> bool:
        """Whether it bears on how the comparison ended."""
        return self.is_gated and self.verdict != "unchanged"

    @property
    def kind(self) -> str:
        """Give the colour of its badge."""
        return KINDS.get(self.verdict, "unsure") if self.is_gated else "plain"


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
    """What a comparison found, in the order it is shown; `ending` is the first word of the `sentence`."""

    sentence: str
    sides: str
    notes: tuple[str, ...]
    verdicts: tuple[VerdictRow, ...]
    transcripts: tuple[Transcript, ...]
    ending: str = ""
    counts: str = ""
    effects: Figure | None = None


def banner(found: Differences) -> Html:
    """Show the sentence in large type, on the colour of the verdict."""
    kind = BANNERS.get(found.ending, "unsure")
    return element(
        "div",
        element("p", found.sentence, class_="said"),
        element(
            "p",
            found.sides,
            element("span", " · ", element("a", "every row", href="#comparison"), class_="on-screen"),
        ),
        class_=f"banner {kind}",
        role="status",
    )


def differences_section(found: Differences) -> Html:
    """Show the rows, worst first, and the transcripts that changed."""
    return section(
        "comparison",
        "Comparison",
        figure(found.effects) if found.effects is not None else "",
        _verdicts(found.verdicts),
        *(element("p", note, class_="soft") for note in found.notes),
        element("p", found.counts, class_="soft") if found.counts else "",
        _transcripts(found.transcripts),
    )


def _verdicts(rows: Sequence[VerdictRow]) -> Html:
    told = [row for row in rows if row.is_told]
    shown = told[:MOST_VERDICTS]
    rest = [part for row in rows if row not in shown for part in (row, *row.parts)]
    n_unchanged = sum(row.is_gated and row.verdict == "unchanged" for row in rest)
    n_informing = sum(not row.is_gated for row in rest)
    summary = f"{len(rest)} more: {n_unchanged} unchanged, {n_informing} that inform and do not fail"
    more = folded(summary, _table(rest[:MOST_FOLDED]), _cut(len(rest))) if rest else ""
    return element("div", _table(shown) if shown else element("p", "Nothing changed."), more)


def _cut(n_rows: int) -> Html | str:
    if n_rows <= MOST_FOLDED:
        return ""
    return element("p", f"The first {MOST_FOLDED} are shown; compare --format json has them all.")


def _table(rows: Sequence[VerdictRow]) -> Html:
    """Lay rows out, with a ditto mark where a remark only repeats the one above."""
    lines, above = [], ""
    for row in rows:
        note: object = DITTO if row.note and row.note == above and not row.parts else row.note
        lines.append((*_cells(row), Html(f"{text(note)}{_parts(row)}")))
        above = row.note
    return table(HEADERS, lines, stacks=True)


def _cells(row: VerdictRow) -> tuple[object, ...]:
    shown = row.verdict if row.is_gated else f"({row.verdict})"
    return row.case, row.metric, badge(shown, row.kind), row.values, row.effect, row.interval, row.mde


def _parts(row: VerdictRow) -> Html | str:
    """Fold the rows that this one stands for."""
    if not row.parts:
        return ""
    lines = [_cells(part) for part in row.parts[:MOST_FOLDED]]
    return folded(
        f"{counted(len(row.parts), 'row')} within", table(HEADERS[:-1], lines), _cut(len(row.parts))
    )


def _transcripts(changed: Sequence[Transcript]) -> Html:
    if not changed:
        return element("p", "No transcript changed.")
    parts = [element("h3", f"{counted(len(changed), 'transcript')} changed")]
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
