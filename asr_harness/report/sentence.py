"""The one sentence that every form begins with: the worst model, what was lost, what is ruled out.

It is for someone who reads nothing else: sizes with their intervals, values before and after in their units.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.counting import counted
from asr_harness.judge.judgement import ALL_METRICS, HARMS, OPEN, OUTCOME, RATES, UTTERANCES
from asr_harness.metrics import find, latency, wer
from asr_harness.metrics.units import UNMEASURED
from asr_harness.report import names
from asr_harness.report.words import change, interval, more, sized, values

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asr_harness.judge import Finding, Judgement

LATENCY, WER = latency.METRIC.key, wer.METRIC.key
SLOWER, FASTER = "slower", "faster"
MAX_OTHERS = 2
MAX_NOTE = 120
RED, OPEN_WORD, GREEN, EMPTY = "REGRESSION", "UNDECIDED", "NO REGRESSION", "NOTHING COULD BE COMPARED"


def sentence(judgement: Judgement) -> str:
    """Say in one sentence how a comparison ended."""
    word = ending(judgement)
    if judgement.is_itself:
        return f"{word}: both sides are the same runs."
    if word == EMPTY:
        return f"{word}: {_why_nothing(judgement)}."
    return f"{word}: {'; '.join(filter(None, _clauses(judgement)))}."


def ending(judgement: Judgement) -> str:
    """Give the word of the verdict on everything."""
    if any(finding.fails for finding in judgement.findings) and not judgement.is_itself:
        return RED
    if judgement.is_itself:
        return GREEN
    if judgement.is_empty:
        return EMPTY
    return OPEN_WORD if judgement.of(*OPEN, gated=True) else GREEN


def _clauses(judgement: Judgement) -> Iterator[str]:
    findings = judgement.findings
    failing = [finding for finding in findings if finding.fails]
    slowest = _worst([one for one in findings if one.metric == LATENCY])
    if slowest is not None and slowest.fails:
        yield _of_time(slowest, findings)
    yield from _lost(failing)
    yield from _gone_wrong(failing)
    yield from _others(failing)
    worst_heard = _worst([one for one in findings if one.metric == WER])
    open_time = _of_time(slowest, findings) if slowest is not None and not slowest.fails else ""
    words = _of_words(worst_heard)
    # What fails comes before what is open.
    yield from (words, open_time) if worst_heard is not None and worst_heard.fails else (open_time, words)
    yield _waived(findings)
    yield _excluded(judgement)


def _worst(findings: Sequence[Finding]) -> Finding | None:
    """Give what speaks for a metric: what fails before what is open, whole models before cases."""

    def rank(finding: Finding) -> tuple[bool, bool, bool, float]:
        is_open = finding.gated and finding.verdict in OPEN
        harm = finding.effect if finding.effect is not None else float("-inf")
        return not finding.fails, not is_open, not names.is_model(finding.case_id), -harm

    known = [finding for finding in findings if finding.effect is not None]
    return min(known or findings, key=rank, default=None)


def _of_time(worst: Finding, findings: Sequence[Finding]) -> str:
    alike = [
        one
        for one in findings
        if one.metric == LATENCY
        and one.verdict == worst.verdict
        and one.gated == worst.gated
        and names.is_model(one.case_id) == names.is_model(worst.case_id)
    ]
    name = names.spoken(worst.case_id)
    if worst.fails:
        return f"{name} is {_size(worst, SLOWER)} ({_size_details(worst)}){_with(alike, 'slower too')}"
    if worst.verdict == "improvement":
        return f"{name} is {_size(worst, FASTER)} ({_size_details(worst)}){_with(alike, 'faster too')}"
    also = f"{_lacking(worst)}{_with(alike, 'open too')}"
    if worst.verdict in OPEN:
        return f"whether {name} is slower is open at {sized(worst)}{also}"
    return f"latency is unchanged, at most in {name}: {sized(worst)}"


def _of_words(worst: Finding | None) -> str:
    if worst is None:
        return "WER was not compared"
    if worst.verdict == "unchanged" and not worst.effect:
        return f"WER is unchanged at {_written(worst)}"
    where = f" in {names.spoken(worst.case_id)}"
    size = f"{values(worst)} ({change(worst)}{_bounds(worst)}){where}"
    if worst.fails:
        return f"WER is worse: {size}"
    if worst.verdict in OPEN:
        return f"whether WER rose is open: {size}"
    word = "better" if worst.verdict == "improvement" else "waived" if worst.waived_by else "unchanged"
    return f"WER is {word}: {size}"


def _written(finding: Finding) -> str:
    """Give a candidate's value in its unit."""
    metric = find(finding.metric)
    return "–" if metric is None else metric.written(finding.candidate)


def _lost(failing: Sequence[Finding]) -> Iterator[str]:
    lost = [finding for finding in failing if finding.metric == OUTCOME]
    if lost:
        note = _cut(lost[0].note)
        yield f"{counted(len(lost), 'case')} lost, {names.spoken(lost[0].case_id)}" + (
            f" ({note})" if note else ""
        )


def _gone_wrong(failing: Sequence[Finding]) -> Iterator[str]:
    wrong = [finding for finding in failing if finding.metric == UTTERANCES]
    if wrong:
        n_more = len(wrong) - 1
        also = f", and in {counted(n_more, 'other case')}" if n_more else ""
        yield f"words went wrong in {names.spoken(wrong[0].case_id)}{also} ({_cut(wrong[0].note)})"


def _others(failing: Sequence[Finding]) -> Iterator[str]:
    """Name what else got worse: each metric once, by its worst row, whole models first."""
    keys = dict.fromkeys(
        one.metric for one in failing if one.metric not in (LATENCY, WER, OUTCOME, UTTERANCES, ALL_METRICS)
    )
    for key in list(keys)[:MAX_OTHERS]:
        worst = _worst([one for one in failing if one.metric == key])
        if worst is not None:
            yield f"{_title(key)} {sized(worst)} in {names.spoken(worst.case_id)}"
    if len(keys) > MAX_OTHERS:
        yield f"also worse: {', '.join(map(_title, list(keys)[MAX_OTHERS:]))}"


def _waived(findings: Sequence[Finding]) -> str:
    waived = [finding for finding in findings if finding.waived_by is not None]
    if not waived:
        return ""
    return f"{counted(len(waived), 'regression')} waived by {waived[0].waived_by!r}"


def _excluded(judgement: Judgement) -> str:
    """Say what harm is ruled out, and where: in whole models where they are judged, else in cases."""
    said = []
    for key, harm in HARMS.items():
        of_metric = [one for one in judgement.findings if one.metric == key]
        shown = [one for one in of_metric if names.is_model(one.case_id)] or of_metric
        decided = [one for one in shown if one.verdict in ("unchanged", "improvement")]
        bounds = [one.excluded for one in decided if one.excluded is not None]
        if bounds and (key not in RATES or max(bounds) > 0):
            unit = " points" if key in RATES else " %"
            where = "" if len(decided) == len(shown) else f" in {len(decided)} of {len(shown)}"
            said.append(f"a {harm} above {max(0.0, 100 * max(bounds)):.2g}{unit}{where}")
    if not said:
        return ""
    return f"excluded at {100 * (1 - judgement.alpha):.10g} %: {', '.join(said)}"


def _why_nothing(judgement: Judgement) -> str:
    notes = [finding.note for finding in judgement.findings if finding.note]
    if notes:
        return _cut(notes[0])
    return _cut(judgement.notes[0]) if judgement.notes else "the sides have no measured case in common"


def _size(finding: Finding, word: str) -> str:
    return f"{100 * abs(finding.effect or 0.0):.1f} % {word}"


def _size_details(finding: Finding) -> str:
    bounds = interval(finding)
    known = values(finding)
    return ", ".join(filter(None, (f"{bounds} %" if bounds else "", "" if known == UNMEASURED else known)))


def _bounds(finding: Finding) -> str:
    bounds = interval(finding)
    return f", {bounds}" if bounds else ""


def _with(alike: Sequence[Finding], words: str) -> str:
    n_more = len(alike) - 1
    kind = "model" if names.is_model(alike[0].case_id) else "case"
    return f", {counted(n_more, f'other {kind}')} {words}" if n_more > 0 else ""


def _lacking(finding: Finding) -> str:
    if finding.more_units is None:
        return ""
    a_side = " a side" if finding.unit == "run" else ""
    return f", about {more(finding.more_units, finding.unit)}{a_side} would decide"


def _title(key: str) -> str:
    metric = find(key)
    return key if metric is None else metric.title


def _cut(note: str) -> str:
    flat = " ".join(note.split())
    return flat if len(flat) <= MAX_NOTE else f"{flat[: MAX_NOTE - 1]}…"
