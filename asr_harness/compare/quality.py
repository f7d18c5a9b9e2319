"""WER and CER: paired by utterance on the same slice, and tested over talks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil, log2
from typing import TYPE_CHECKING, Any

import numpy as np

from asr_harness import stats
from asr_harness.compare.cells import Cell
from asr_harness.compare.exact import one_sided
from asr_harness.compare.metrics import QUALITY_TOLERANCE
from asr_harness.compare.sides import differing, fingerprint
from asr_harness.measure.error_rate import Errors
from asr_harness.stats import PairedErrors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asr_harness.compare.sides import Measured, Pair
    from asr_harness.stats import Difference
    from asr_harness.types import Verdict

COUNTS = {"wer": "words", "cer": "characters"}


@dataclass(frozen=True, slots=True)
class Rated:
    """One case's error rate: the errors of both sides by utterance, and the test over `unit`, talks or
    utterances.
    """

    pair: Pair
    metric: str
    errors: PairedErrors
    talks: tuple[str, ...]
    unit: str
    difference: Difference | None

    @property
    def key(self) -> tuple[PairedErrors, tuple[str, ...]]:
        """What makes two tests one and the same, such as those of all batch sizes."""
        return self.errors, self.talks


def rate_pair(pair: Pair, metric: str, alpha: float) -> Rated | Cell | None:
    """Test one error rate of a case; a cell where no test is needed or allowed, None where unmeasured."""
    pair = replace(pair, base=_scored(pair.base), candidate=_scored(pair.candidate))
    both = (*pair.base, *pair.candidate)
    if not pair.base or not pair.candidate:
        return one_sided(pair.case_id, metric, bool(pair.base), bool(pair.candidate), gated=True)
    if differs := differing("normaliser", both, fingerprint("normaliser")):
        return Cell(pair.case_id, metric, "incomparable", note=differs)
    talks = tuple(str(utterance["talk"]) for utterance in pair.base[0].info["utterances"])
    base, n_base = _counts(pair.base, metric)
    candidate, n_candidate = _counts(pair.candidate, metric)
    if n_base != n_candidate or not sum(n_base):
        note = "references differ in length" if n_base != n_candidate else "the references are empty"
        return Cell(pair.case_id, metric, "incomparable", note=note)
    errors = PairedErrors(base, candidate, n_base)
    if base == candidate and _same_transcripts(pair):
        rate = sum(base) / sum(n_base)
        note = "transcripts identical"
        return Cell(pair.case_id, metric, "unchanged", True, rate, rate, 0.0, 0.0, 0.0, 1.0, note=note)
    return Rated(pair, metric, errors, talks, *_test(errors, talks, alpha))


def _scored(side: Sequence[Measured]) -> tuple[Measured, ...]:
    return tuple(one for one in side if one.info.get("errors") is not None)


def judge_rate(rated: Rated, p: float, levels: tuple[float, int], limit: float | None) -> Cell:
    """Turn a test into a verdict: a regression is both shown and above the tolerance.

    `p` is adjusted for all tests, `levels` are their share of the false-alarm rate and number, `limit` is
    a rule's tolerance.
    """
    alpha, n_tests = levels
    tolerance = QUALITY_TOLERANCE if limit is None else limit
    total, difference = sum(rated.errors.n_reference), rated.difference
    base, candidate = sum(rated.errors.base) / total, sum(rated.errors.candidate) / total
    if difference is None:
        note, effect = "one utterance of one talk: nothing tells the spread", candidate - base
        return Cell(
            rated.pair.case_id, rated.metric, "inconclusive", True, base, candidate, effect, note=note
        )
    is_bounded = _is_bounded(difference)
    verdict = stats.decide(
        difference.estimate,
        difference.low if is_bounded else None,
        difference.high if is_bounded else None,
        is_shown=p <= alpha,
        tolerance=tolerance,
        margin=tolerance,
    )
    details = _details(rated, alpha)
    return Cell(
        rated.pair.case_id,
        rated.metric,
        verdict,
        True,
        base,
        candidate,
        difference.estimate,
        difference.low,
        difference.high,
        p,
        stats.minimum_detectable_paired_effect(
            difference.sd, round(difference.df) + 1, alpha=alpha / n_tests
        ),
        note=_note(rated, difference, _units_needed(difference, tolerance, alpha / n_tests), verdict),
        details=details,
    )


def _is_bounded(difference: Difference) -> bool:
    """Whether the interval says anything: that of units which changed by exactly as much does not."""
    return difference.sd > 0 or not difference.estimate


def _units_needed(difference: Difference, tolerance: float, alpha: float) -> int | None:
    """Give the talks, or utterances, that would show the tolerance, or what was estimated if that is more."""
    if not difference.sd:
        # So many coins have to fall alike: the p value of units that changed by exactly as much.
        return ceil(1 - log2(alpha))
    return stats.pairs_needed(difference.sd, max(tolerance, abs(difference.estimate)), alpha=alpha)


def _note(rated: Rated, difference: Difference, needed: int | None, verdict: Verdict) -> str:
    n = round(difference.df) + 1
    said = f"over {n} {rated.unit}"
    if rated.unit == "utterances":
        one_talk = len(set(rated.talks)) == 1
        said += f": with {'one talk' if one_talk else 'talks so alike'} they stand for nobody else's speech"
    if verdict == "inconclusive" and needed is not None:
        said += f"; about {max(needed, n + 1)} {rated.unit} would decide"
    return said


def _details(rated: Rated, alpha: float) -> Mapping[str, Any]:
    """Stand other tests beside the verdict's own, each under its name."""
    low, high, poi = _bootstrapped(rated.errors, rated.talks if rated.unit == "talks" else None, alpha)
    found: dict[str, Any] = {
        "unit": rated.unit,
        "bootstrap_low": low,
        "bootstrap_high": high,
        "probability_of_improvement": poi,
    }
    if rated.metric == "wer":
        alignments = zip(_alignments(rated.pair.base), _alignments(rated.pair.candidate), strict=True)
        segments = [each for pair in alignments for each in stats.segment_differences(*pair)]
        z, p = stats.mapsswe_test(segments) or (None, None)
        found |= {"mapsswe_segments": len(segments), "mapsswe_z": z, "mapsswe_p": p}
    return found


@lru_cache(maxsize=512)
def _bootstrapped(
    errors: PairedErrors, talks: tuple[str, ...] | None, alpha: float
) -> tuple[float, float, float]:
    """Interval with talks as blocks, and the probability of improvement over utterances."""
    blocks = errors if talks is None else stats.by_talk(errors, talks)
    low, high = np.quantile(stats.bootstrap_differences(blocks), (alpha / 2, 1 - alpha / 2))
    poi = stats.probability_of_improvement(stats.bootstrap_differences(errors))
    return float(low), float(high), poi


@lru_cache(maxsize=512)
def _test(errors: PairedErrors, talks: tuple[str, ...], alpha: float) -> tuple[str, Difference | None]:
    """Test over talks, or over utterances where talks tell nothing, and say over which."""
    found = stats.rate_test(stats.by_talk(errors, talks), alpha)
    # Few talks may agree by chance to the word; their spread of none is then no evidence.
    if found is None or (found.estimate and not found.sd):
        return "utterances", stats.rate_test(errors, alpha)
    return "talks", found


def _counts(side: Sequence[Measured], metric: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Give each utterance's errors, their mean where runs of a side differ, and its reference length."""
    kind = COUNTS[metric]
    runs = [[Errors(**utterance[kind]) for utterance in one.info["errors"]] for one in side]
    lengths = tuple(float(errors.n_reference) for errors in runs[0])
    counts = ([errors.n_errors for errors in run] for run in runs)
    return tuple(sum(values) / len(values) for values in zip(*counts, strict=True)), lengths


def _same_transcripts(pair: Pair) -> bool:
    first = pair.base[0].info.get("hypotheses")
    return all(one.info.get("hypotheses") == first for one in (*pair.base, *pair.candidate))


def _alignments(side: Sequence[Measured]) -> list[str]:
    return [utterance.get("alignment", "") for utterance in side[0].info["errors"]]
