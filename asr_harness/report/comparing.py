"""What the page shows of a comparison: its findings in words, and the transcripts that differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.judge import Policy
from asr_harness.metrics.units import UNMEASURED
from asr_harness.report import names, words
from asr_harness.report.effects import effects_figure
from asr_harness.report.page.differences import Differences, Transcript, VerdictRow
from asr_harness.report.rows import Row, rows
from asr_harness.report.sentence import ending, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asr_harness.judge import Judgement
    from asr_harness.schema import CaseResult, RunFile


def differences(
    judgement: Judgement,
    base: Sequence[RunFile],
    candidate: Sequence[RunFile],
    policy: Policy | None = None,
) -> Differences:
    """Put a judgement into words; transcripts are those of each side's newest run of a case."""
    made = rows(judgement.findings)
    return Differences(
        sentence=sentence(judgement),
        ending=ending(judgement),
        counts=judgement.headline,
        sides=words.sides(judgement),
        notes=(words.legend(judgement), *judgement.notes, *judgement.calibration.values()),
        verdicts=tuple(_row(row) for row in made),
        transcripts=tuple(changed_transcripts(base, candidate)),
        effects=effects_figure(made, policy or Policy()),
    )


def changed_transcripts(base: Sequence[RunFile], candidate: Sequence[RunFile]) -> Iterator[Transcript]:
    """Give every utterance of the same slice that the two sides hear differently."""
    old, new = _newest(base), _newest(candidate)
    for case_id, after in new.items():
        before = old.get(case_id)
        if before is None or not _same_slice(before, after):
            continue
        rows = zip(after.utterances.ids, _wrong(before, after), _heard(before), _heard(after), strict=True)
        for utterance_id, wrong, was, now in rows:
            if was.strip() != now.strip():
                yield Transcript(case_id, utterance_id, wrong, was, now)


def _row(row: Row) -> VerdictRow:
    finding = row.finding
    is_model = names.is_model(finding.case_id)
    return VerdictRow(
        f"{names.spoken(finding.case_id)} (all)" if is_model else finding.case_id,
        finding.metric,
        words.verdict_word(finding),
        words.change(finding),
        words.interval(finding),
        words.row_remark(row),
        words.mde(finding),
        finding.gated,
        words.values(finding),
        tuple(_row(Row(part)) for part in row.parts),
    )


def _newest(runs: Sequence[RunFile]) -> dict[str, CaseResult]:
    results: dict[str, CaseResult] = {}
    for run in runs:
        results |= {
            case_id: record.result for case_id, record in run.records.items() if record.result is not None
        }
    return results


def _same_slice(before: CaseResult, after: CaseResult) -> bool:
    same = before.fingerprints.slice == after.fingerprints.slice
    return same and len(_heard(before)) == len(_heard(after))


def _heard(result: CaseResult) -> Sequence[str]:
    return result.quality.hypotheses or ()


def _wrong(before: CaseResult, after: CaseResult) -> list[str]:
    """Say of each utterance how many of its words were wrong, are wrong, and how many it has."""
    old, new = before.quality.errors, after.quality.errors
    if old is None or new is None:
        return [UNMEASURED] * len(_heard(after))
    counts = zip(old.words.n_errors, new.words.n_errors, new.words.n_reference, strict=True)
    return [f"{was} → {now} of {total}" for was, now, total in counts]
