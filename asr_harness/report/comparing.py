"""What the page shows of a comparison: its cells in words, and the transcripts that differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.measure.error_rate import Errors
from asr_harness.metrics.units import UNMEASURED
from asr_harness.report import verdicts
from asr_harness.report.page.differences import Differences, Transcript, VerdictRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asr_harness.compare import Cell, Comparison
    from asr_harness.saved import CaseRecord, SavedRun


def differences(
    comparison: Comparison, base: Sequence[SavedRun], candidate: Sequence[SavedRun]
) -> Differences:
    """Put a comparison into words; transcripts are those of each side's newest run of a case."""
    n_base, n_candidate = comparison.n_runs
    sides = (
        f"{comparison.base} ({verdicts.runs(n_base)}) → {comparison.candidate} ({verdicts.runs(n_candidate)})"
    )
    return Differences(
        headline=verdicts.headline(comparison),
        sides=sides,
        notes=(verdicts.legend(comparison), *comparison.notes, *comparison.calibrated_devices.values()),
        verdicts=tuple(map(_row, comparison.cells)),
        transcripts=tuple(changed_transcripts(base, candidate)),
    )


def changed_transcripts(base: Sequence[SavedRun], candidate: Sequence[SavedRun]) -> Iterator[Transcript]:
    """Give every utterance of the same slice that the two sides hear differently."""
    old, new = _newest(base), _newest(candidate)
    for case_id, after in new.items():
        before = old.get(case_id)
        if before is None or not _same_slice(before, after):
            continue
        info = after.info or {}
        texts = zip(info["utterances"], _wrong(before, after), _heard(before), _heard(after), strict=True)
        for utterance, wrong, was, now in texts:
            if was.strip() != now.strip():
                yield Transcript(case_id, utterance["id"], wrong, was, now)


def _row(cell: Cell) -> VerdictRow:
    return VerdictRow(
        cell.case_id,
        cell.metric,
        cell.verdict,
        verdicts.change(cell),
        verdicts.interval(cell),
        verdicts.remark(cell),
        verdicts.could_see(cell),
        cell.gated,
    )


def _newest(runs: Sequence[SavedRun]) -> dict[str, CaseRecord]:
    found: dict[str, CaseRecord] = {}
    for run in runs:
        found |= {name: record for name, record in run.records.items() if record.outcome == "measured"}
    return found


def _same_slice(before: CaseRecord, after: CaseRecord) -> bool:
    prints = [((record.info or {}).get("fingerprints") or {}).get("slice") for record in (before, after)]
    return prints[0] == prints[1] and len(_heard(before)) == len(_heard(after))


def _heard(record: CaseRecord) -> Sequence[str]:
    texts: Sequence[str] = (record.info or {}).get("hypotheses") or ()
    return texts


def _wrong(before: CaseRecord, after: CaseRecord) -> list[str]:
    """Say of each utterance how many of its words were wrong, are wrong, and how many it has."""
    old, new = ((record.info or {}).get("errors") for record in (before, after))
    if old is None or new is None:
        return [UNMEASURED] * len(_heard(after))
    pairs = [(Errors(**was["words"]), Errors(**now["words"])) for was, now in zip(old, new, strict=True)]
    return [f"{was.n_errors} → {now.n_errors} of {now.n_reference}" for was, now in pairs]
