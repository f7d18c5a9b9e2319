"""WER and CER: paired by utterance on the same slice, and tested over talks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil, log2
from typing import TYPE_CHECKING

from asr_harness import stats
from asr_harness.judge.judge_exact import one_sided
from asr_harness.judge.judgement import Finding
from asr_harness.judge.sides import differing, fingerprint
from asr_harness.metrics import error_rate_of
from asr_harness.stats import PairedErrors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asr_harness.judge.judgement import Detail, Verdict
    from asr_harness.judge.policy import Policy
    from asr_harness.judge.sides import Measured, Pair
    from asr_harness.metrics import RateMetric
    from asr_harness.schema import ErrorCounts
    from asr_harness.stats import Difference

PER_MODEL, PER_CASE = "quality_per_model", "quality"
HARM = 0.9
"""Share of a test's level that is spent on a rise of the error rate; what is left shows a fall."""


@dataclass(frozen=True, slots=True)
class TestedRate:
    """One case's error rate: the errors of both sides by utterance, and the test over `unit`, talks or
    utterances.
    """

    pairs: tuple[Pair, ...]
    metric: RateMetric
    errors: PairedErrors
    talks: tuple[str, ...]
    unit: str
    difference: Difference | None
    is_identical: bool = False

    @property
    def name(self) -> str:
        """The case's id, or the pattern of several."""
        return self.pairs[0].case_id if len(self.pairs) == 1 else self.pairs[0].group

    @property
    def case_ids(self) -> list[str]:
        """The cases whose errors these are."""
        return [pair.case_id for pair in self.pairs]

    @property
    def family(self) -> str:
        """Which share of the false-alarm rate the test takes from."""
        return PER_CASE if len(self.pairs) == 1 else PER_MODEL

    def is_gated(self, policy: Policy) -> bool:
        """Whether the finding sets the exit status, as the error rate of the language does by itself."""
        return policy.is_gated(self.metric, *self.case_ids) or any(
            _is_headline(pair, self.metric) for pair in self.pairs
        )

    @property
    def n_units(self) -> int:
        """Talks, or utterances, that were tested."""
        return len(set(self.talks)) if self.unit == "talks" else len(self.talks)

    @property
    def key(self) -> tuple[PairedErrors, tuple[str, ...]]:
        """What makes two tests one and the same, such as those of all batch sizes."""
        return self.errors, self.talks


def _is_headline(pair: Pair, metric: RateMetric) -> bool:
    """Whether a rate that else informs is the language's own, as CER is where no spaces divide words."""
    measured = (*pair.base, *pair.candidate)
    return not metric.gated and any(error_rate_of(one.result).key == metric.key for one in measured)


def test_rate(pair: Pair, metric: RateMetric, alpha: float) -> TestedRate | Finding | None:
    """Test one error rate of a case; a finding where no test is needed or allowed, None where unmeasured."""
    pair = replace(pair, base=_scored(pair.base, metric), candidate=_scored(pair.candidate, metric))
    if not pair.base or not pair.candidate:
        gated = metric.gated or _is_headline(pair, metric)
        return one_sided(pair.case_id, metric.key, bool(pair.base), bool(pair.candidate), gated=gated)
    if differs := differing("normaliser", (*pair.base, *pair.candidate), fingerprint("normaliser")):
        return Finding(pair.case_id, metric.key, "incomparable", note=differs)
    base, candidate = (_counts(side, metric) for side in (pair.base, pair.candidate))
    lengths = {counts.n_reference for counts in (*base, *candidate)}
    if len(lengths) > 1 or not sum(next(iter(lengths))):
        note = "references differ in length" if len(lengths) > 1 else "the references are empty"
        return Finding(pair.case_id, metric.key, "incomparable", note=note)
    errors = PairedErrors(_mean_errors(base), _mean_errors(candidate), tuple(map(float, lengths.pop())))
    talks = pair.base[0].result.utterances.talks
    if errors.base == errors.candidate and _same_transcripts(pair):
        return TestedRate((pair,), metric, errors, talks, "talks", None, is_identical=True)
    return TestedRate((pair,), metric, errors, talks, *_test(errors, talks, alpha))


def pool_rates(tested: Sequence[TestedRate], alpha: float) -> list[TestedRate]:
    """Pool the slices of each model: a slice counts once, by the mean of its batch sizes.

    Slices whose transcripts did not change count as well. A model without any that did, or with one slice
    alone, has no row: its cases say it all.
    """
    groups: dict[tuple[str, str], list[TestedRate]] = {}
    for one in tested:
        groups.setdefault((one.pairs[0].group, one.metric.key), []).append(one)
    pooled = (_pooled(group, alpha) for group in groups.values())
    return [one for one in pooled if one is not None]


def _pooled(group: Sequence[TestedRate], alpha: float) -> TestedRate | None:
    slices: dict[object, list[TestedRate]] = {}
    for one in group:
        result = one.pairs[0].base[0].result
        slices.setdefault((result.fingerprints.slice, result.utterances), []).append(one)
    if len(slices) < 2 or all(one.is_identical for one in group):  # noqa: PLR2004
        return None
    base: list[float] = []
    candidate: list[float] = []
    n_reference: list[float] = []
    talks: list[str] = []
    for same in slices.values():
        base += _means([one.errors.base for one in same])
        candidate += _means([one.errors.candidate for one in same])
        n_reference += same[0].errors.n_reference
        talks += same[0].talks
    errors = PairedErrors(tuple(base), tuple(candidate), tuple(n_reference))
    pairs = tuple(pair for one in group for pair in one.pairs)
    return TestedRate(pairs, group[0].metric, errors, tuple(talks), *_test(errors, tuple(talks), alpha))


def _means(columns: Sequence[Sequence[float]]) -> list[float]:
    return [sum(values) / len(values) for values in zip(*columns, strict=True)]


def judge_rates(tested: Sequence[TestedRate], shares: Mapping[str, float], policy: Policy) -> list[Finding]:
    """Give the verdicts, each family held to its share by Holm's method; a test that several cases share
    counts once, and what only informs takes no share.
    """
    families: dict[str | None, list[TestedRate]] = {}
    for one in tested:
        families.setdefault(one.family if one.is_gated(policy) else None, []).append(one)
    findings: list[Finding] = []
    for family, members in families.items():
        distinct = {one.key: _harm_first(one.difference) for one in members if one.difference is not None}
        adjusted = dict(zip(distinct, stats.holm(list(distinct.values())), strict=True))
        alpha = policy.alpha if family is None else shares.get(family, 0.0)
        levels = alpha, max(len(distinct), 1)
        findings += [_judge(one, adjusted.get(one.key, 1.0), levels, policy) for one in members]
    return findings


def _harm_first(difference: Difference) -> float:
    """Give the p value of a test that spends `HARM` of its level on a rise, and the rest on a fall."""
    share = HARM if difference.estimate > 0 else 1 - HARM
    return min(1.0, difference.p / 2 / share)


def _judge(tested: TestedRate, p: float, levels: tuple[float, int], policy: Policy) -> Finding:
    """Turn a test into a verdict; `levels` are the share of the false-alarm rate and the number of tests."""
    alpha, n_tests = levels
    tolerance = policy.tolerance_of(tested.metric, *tested.case_ids)
    total, difference = sum(tested.errors.n_reference), tested.difference
    base, candidate = sum(tested.errors.base) / total, sum(tested.errors.candidate) / total
    finding = Finding(
        tested.name, tested.metric.key, "inconclusive", tested.is_gated(policy), base, candidate
    )
    if tested.is_identical:
        note = "transcripts identical"
        return replace(
            finding, verdict="unchanged", effect=0.0, low=0.0, high=0.0, p=1.0, excluded=0.0, note=note
        )
    if difference is None:
        note = "one utterance of one talk: variance cannot be estimated"
        return replace(finding, effect=candidate - base, note=note)
    # Units that changed by exactly as much tell no spread; their interval says nothing.
    is_bounded = difference.sd > 0 or not difference.estimate
    worst = difference.at_most(policy.alpha) if is_bounded else None
    limit = policy.limit_of(tested.metric, *tested.case_ids)
    verdict: Verdict = stats.decide(
        difference.estimate, worst, is_shown=p <= alpha, tolerance=tolerance, limit=limit
    )
    level = 2 * HARM * alpha / n_tests
    return replace(
        finding,
        verdict=verdict,
        effect=difference.estimate,
        low=difference.low,
        high=difference.high,
        p=p,
        mde=stats.minimum_detectable(difference.error, difference.df, alpha=level),
        excluded=worst,
        note=_note(tested, _units_needed(difference, tolerance, level), verdict),
        details=_details(tested, alpha),
    )


def _units_needed(difference: Difference, tolerance: float, alpha: float) -> int | None:
    """Give the talks, or utterances, that would show the tolerance, or what was estimated if that is more."""
    if not difference.sd:
        # So many coins have to fall alike: the p value of units that changed by exactly as much.
        return ceil(1 - log2(alpha))
    return stats.pairs_needed(difference.sd, max(tolerance, abs(difference.estimate)), alpha=alpha)


def _note(tested: TestedRate, needed: int | None, verdict: Verdict) -> str:
    n = tested.n_units
    note = f"over {n} {tested.unit}"
    if tested.unit == "utterances":
        why = "only one talk" if len(set(tested.talks)) == 1 else "talks changed alike"
        note += f": {why}, so the result does not generalise to other speakers"
    if verdict == "inconclusive" and needed is not None:
        note += f"; about {max(needed, n + 1)} {tested.unit} would decide"
    return note


def _details(tested: TestedRate, alpha: float) -> Mapping[str, Detail]:
    """Stand other tests beside the verdict's own, each under its name."""
    talks = tested.talks if tested.unit == "talks" else None
    low, high, improvement = _bootstrapped(tested.errors, talks, alpha)
    details: dict[str, Detail] = _by_kind(tested) | {
        "unit": tested.unit,
        "bootstrap_low": low,
        "bootstrap_high": high,
        "probability_of_improvement": improvement,
    }
    if tested.metric.key == "wer" and len(tested.pairs) == 1:
        (pair,) = tested.pairs
        alignments = zip(_alignments(pair.base), _alignments(pair.candidate), strict=True)
        segments = [each for both in alignments for each in stats.segment_differences(*both)]
        z, p = stats.mapsswe_test(segments) or (None, None)
        details |= {"mapsswe_segments": len(segments), "mapsswe_z": z, "mapsswe_p": p}
    return details


def _by_kind(tested: TestedRate) -> dict[str, Detail]:
    """Keep substitutions, deletions and insertions of both sides apart, of each side's first run."""
    kinds = ("substitutions", "deletions", "insertions")
    found: dict[str, Detail] = {}
    for name in ("base", "candidate"):
        counts = [_counts(getattr(pair, name)[:1], tested.metric)[0] for pair in tested.pairs]
        found |= {f"{kind}_{name}": sum(sum(getattr(one, kind)) for one in counts) for kind in kinds}
    return found


@lru_cache(maxsize=512)
def _bootstrapped(
    errors: PairedErrors, talks: tuple[str, ...] | None, alpha: float
) -> tuple[float, float, float]:
    """Interval with talks as blocks, and the probability of improvement over utterances."""
    import numpy as np

    blocks = errors if talks is None else stats.by_talk(errors, talks)
    low, high = np.quantile(stats.bootstrap_differences(blocks), (alpha / 2, 1 - alpha / 2))
    improvement = stats.probability_of_improvement(stats.bootstrap_differences(errors))
    return float(low), float(high), improvement


@lru_cache(maxsize=512)
def _test(errors: PairedErrors, talks: tuple[str, ...], alpha: float) -> tuple[str, Difference | None]:
    """Test over talks, or over utterances where talks tell nothing, and say over which."""
    over_talks = stats.rate_test(stats.by_talk(errors, talks), alpha)
    # Few talks may agree by chance to the word; their spread of none is then no evidence.
    if over_talks is None or (over_talks.estimate and not over_talks.sd):
        return "utterances", stats.rate_test(errors, alpha)
    return "talks", over_talks


def _scored(side: Sequence[Measured], metric: RateMetric) -> tuple[Measured, ...]:
    return tuple(one for one in side if metric.counts_of(one.result) is not None)


def _counts(side: Sequence[Measured], metric: RateMetric) -> list[ErrorCounts]:
    return [counts for one in side if (counts := metric.counts_of(one.result)) is not None]


def _mean_errors(counts: Sequence[ErrorCounts]) -> tuple[float, ...]:
    """Give each utterance's errors, their mean where runs of a side differ."""
    by_utterance = zip(*(one.n_errors for one in counts), strict=True)
    return tuple(sum(errors) / len(errors) for errors in by_utterance)


def _same_transcripts(pair: Pair) -> bool:
    first = pair.base[0].result.quality.hypotheses
    return all(one.result.quality.hypotheses == first for one in (*pair.base, *pair.candidate))


def _alignments(side: Sequence[Measured]) -> tuple[str, ...]:
    errors = side[0].result.quality.errors
    return () if errors is None else errors.alignments or ("",) * len(errors.words)
