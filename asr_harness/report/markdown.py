"""The report for a pull request's comment: at most 15 lines in sight, the worst first."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from asr_harness.counting import counted
from asr_harness.metrics import units
from asr_harness.report import escaping
from asr_harness.report.forms.markdown import LIGHTS, table
from asr_harness.report.pooled import measured
from asr_harness.report.study import CITATION

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from asr_harness.report.claims import ClaimResult
    from asr_harness.report.content import Content
    from asr_harness.report.page.differences import VerdictRow

MOST_VERDICTS, MOST_CASES = 4, 8
MARKS = {"holds": "🟢", "does not hold": "🔴", "cannot be told": "🟡"}


def render(content: Content) -> str:
    """Give GitHub's Markdown: comparison, what did not run, claims, and the slowest cases folded."""
    done = measured(content.cases)
    head = [
        f"{escaping.markdown(content.title)}: {len(done)} of {counted(len(content.cases), 'case')} measured "
        f"in {counted(content.extent.n_runs, 'run')}; "
        + "; ".join(dict.fromkeys(escaping.markdown(machine.name) for machine in content.machines)),
        "",
    ]
    verdicts = _verdicts(content) if content.differences else []
    parts = [*verdicts, *head, *_lost(content.cases), *_claims(content), *_slowest(done)]
    return "\n".join(parts) + "\n"


def _verdicts(content: Content) -> list[str]:
    compared = content.differences
    if compared is None:
        return []
    shown = [row for row in compared.verdicts if row.is_told]
    rows = [_verdict(row) for row in shown[:MOST_VERDICTS]]
    lines = [
        f"**{LIGHTS.get(compared.ending, '🟡')} {escaping.markdown(compared.sentence)}**",
        "",
        escaping.markdown(compared.sides),
        "",
    ]
    if rows:
        lines += [*table(rows), ""]
    more = [counted(len(shown) - len(rows), "more row")] if len(shown) > len(rows) else []
    return [*lines, ", ".join([*more, f"{counted(len(compared.transcripts), 'transcript')} changed"]), ""]


def _verdict(row: VerdictRow) -> tuple[str, ...]:
    return escaping.code(row.case), row.metric, row.verdict, row.values, row.effect, row.interval


def _lost(cases: pd.DataFrame) -> list[str]:
    lost = cases[cases["outcome"] != "measured"]
    if not len(lost):
        return []
    lost = lost.assign(reason=lost["reason"].astype(object).fillna("no reason was saved"))
    groups = Counter(zip(lost["outcome"], lost["reason"], strict=True)).most_common()
    lines = [f"- {outcome} in {n}: {escaping.markdown(reason)}" for (outcome, reason), n in groups]
    return _folded(f"{counted(len(lost), 'case')} did not run", lines)


def _claims(content: Content) -> list[str]:
    if not content.claims:
        return []
    rows = [_claim(claim) for claim in content.claims]
    lines = ["| claim | result | of the study |", "| --- | --- | --- |", *rows]
    counts: Counter[str] = Counter(claim.answer.result for claim in content.claims)
    stand = ", ".join(f"{result} {counts[result]}" for result in MARKS if counts[result])
    return _folded(f"Claims of the study: {stand}", [*lines, "", CITATION])


def _claim(claim: ClaimResult) -> str:
    result = claim.answer.result
    return f"| {claim.key} | {MARKS[result]} {result} | {escaping.markdown(claim.text)} |"


def _slowest(done: pd.DataFrame) -> list[str]:
    rows = [
        f"| {escaping.code(row['case'])} | {units.seconds(row['latency_s'])} | {units.ratio(row['rtf'])} | "
        f"{units.percent(_known(row['wer']))} | {units.memory(_known(row['memory_bytes']))} | "
        f"{units.joules(_known(row['energy_per_utterance_j']))} |"
        for _, row in done.sort_values("rtf", ascending=False).head(MOST_CASES).iterrows()
    ]
    head = ["| case | latency | RTF | WER | memory | energy |", "| --- | --- | --- | --- | --- | --- |"]
    return _folded(f"{counted(len(rows), 'case')} with the highest RTF", [*head, *rows]) if rows else []


def _folded(summary: str, lines: Sequence[str]) -> list[str]:
    return [f"<details><summary>{summary}</summary>", "", *lines, "", "</details>"]


def _known(value: float) -> float | None:
    return None if value != value else value  # noqa: PLR0124
