"""FLOPs where other words were decoded: per network pass, to compare the code and not the words."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from asr_harness.judge.judgement import Finding, Verdict
from asr_harness.metrics import flops

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.judge.policy import Policy
    from asr_harness.judge.sides import Measured, Pair
    from asr_harness.schema import PassKind

SAME_FOR_ANY_WORDS: tuple[PassKind, ...] = ("encode", "head")
"""Passes whose FLOPs follow from the audio alone."""
METRIC = flops.METRIC


def judge_flops_per_pass(pair: Pair, policy: Policy) -> Finding | None:
    """Compare the FLOPs of each kind of pass that does not depend on the words; None where uncounted.

    A step's FLOPs grow with the words before it, so that steps after other words are no measure of the code;
    a prompt's are comparable where both sides made as many.
    """
    gated = policy.is_gated(METRIC, pair.case_id)
    totals = [_values(side) for side in (pair.base, pair.candidate)]
    if not all(totals):
        if not totals[0] and not totals[1]:
            return None
        verdict: Verdict = "missing" if totals[0] else "inconclusive"
        note = "the base has it, the candidate does not" if totals[0] else "only the candidate has it"
        return Finding(pair.case_id, METRIC.key, verdict, gated and bool(totals[0]), note=note)
    before, after = map(median, totals)
    changes = {kind: change for kind in _comparable(pair) if (change := _change(pair, kind)) is not None}
    allowed = policy.tolerance_of(METRIC, pair.case_id)
    largest = max(changes, key=lambda kind: abs(changes[kind]), default=None)
    worst = max(changes, key=lambda kind: changes[kind], default=None)
    verdict, note = "unchanged", "other words were decoded: compared per pass"
    if worst is not None and changes[worst] > allowed:
        verdict, largest = "regression", worst
    elif largest is not None and changes[largest] < 0:
        verdict = "improvement"
    effect = 0.0 if largest is None else changes[largest]
    told = ", ".join(f"{kind} {change:+.1%}" for kind, change in changes.items())
    note += f" ({told})" if told else "; no kind of pass is comparable"
    return Finding(
        pair.case_id, METRIC.key, verdict, gated and bool(changes), before, after, effect, effect, effect,
        note=note,
    )  # fmt: skip


def _comparable(pair: Pair) -> list[PassKind]:
    n_prompts = {_n_passes(one, "prompt") for one in (*pair.base, *pair.candidate)}
    return [*SAME_FOR_ANY_WORDS, *(["prompt"] if len(n_prompts) == 1 else [])]  # type: ignore[list-item]


def _change(pair: Pair, kind: PassKind) -> float | None:
    """Give the change of one pass, by the nearest that the runs of both sides come to each other."""
    base, candidate = (
        [each for one in side if (each := _per_pass(one, kind)) is not None]
        for side in (pair.base, pair.candidate)
    )
    if not base or not candidate or not min(base):
        return None
    if min(candidate) > max(base):
        return min(candidate) / max(base) - 1
    return min(0.0, max(candidate) / min(base) - 1)


def _per_pass(measured: Measured, kind: PassKind) -> float | None:
    by_kind, n = measured.result.work.flops_by_kind, _n_passes(measured, kind)
    return by_kind[kind] / n if by_kind and n and kind in by_kind else None


def _n_passes(measured: Measured, kind: PassKind) -> int | None:
    n_passes = measured.result.work.n_passes
    return None if n_passes is None else n_passes.get(kind)


def _values(side: Sequence[Measured]) -> list[float]:
    return [value for one in side if (value := METRIC.read(one.result)) is not None]
