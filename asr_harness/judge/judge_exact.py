"""Deterministic signals: alike in every run of the same code, so that any difference is a change."""

from __future__ import annotations

from statistics import fmean, median
from typing import TYPE_CHECKING

from asr_harness.counting import counted
from asr_harness.judge.across_systems import differing_words
from asr_harness.judge.judge_flops import judge_flops_per_pass
from asr_harness.judge.judgement import Finding, Verdict
from asr_harness.metrics import all_metrics, flops, latency, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from asr_harness.judge.policy import Policy
    from asr_harness.judge.sides import Measured, Pair
    from asr_harness.metrics import Metric

MOST_NAMED = 5
MOST_CHANGED_NAMED = 2
"""Of what one system hears otherwise: enough to see what kind of change it is."""


def judge_exact(pair: Pair, policy: Policy) -> Iterator[Finding]:
    """Compare transcripts, and every metric that is an exact count; of two systems, their words alone."""
    for metric in all_metrics():
        if pair.is_of_two_systems and metric.test != "texts":
            continue
        if metric.test == "texts":
            finding = _transcripts(pair, metric, policy)
        elif metric.key == flops.METRIC.key and not decodes_alike(pair):
            finding = judge_flops_per_pass(pair, policy)
        elif metric.test == "count":
            finding = _count(pair, metric, policy)
        else:
            continue
        if finding is not None:
            yield finding


def explain_by_tokens(pair: Pair) -> str:
    """Say how much of a change in latency is more, or fewer, tokens; empty where their number is the same.

    The decode time splits into tokens times seconds per token; the tokens' part is their difference at the
    base's pace.
    """
    sides = (pair.base, pair.candidate)
    n_tokens = [_agreed(side, tokens.METRIC) or 0.0 for side in sides]
    if 0.0 in n_tokens or n_tokens[0] == n_tokens[1]:
        return ""
    decode_s = [fmean(median(one.result.speed.stage_s["decode"]) for one in side) for side in sides]
    latency_s = [fmean(latency.read(one.result) * one.result.n_utterances for one in side) for side in sides]
    per_token_s = [seconds / count for seconds, count in zip(decode_s, n_tokens, strict=True)]
    by_tokens_s = (n_tokens[1] - n_tokens[0]) * per_token_s[0]
    pace = per_token_s[1] / per_token_s[0] - 1
    return (
        f"{n_tokens[1] / n_tokens[0] - 1:+.1%} tokens account for {by_tokens_s / latency_s[0]:+.1%} "
        f"of {latency_s[1] / latency_s[0] - 1:+.1%}; time per token {pace:+.1%}"
    )


def one_sided(
    case_id: str, metric: str, has_base: bool, has_candidate: bool, *, gated: bool
) -> Finding | None:
    """Judge what the sides do not both tell: lost where the base has it, None where neither does."""
    if has_base:
        return Finding(case_id, metric, "missing", gated, note="the base has it, the candidate does not")
    note = "only the candidate has it"
    return Finding(case_id, metric, "inconclusive", gated=False, note=note) if has_candidate else None


def decodes_alike(pair: Pair) -> bool:
    """Whether every run of both sides decoded the same: total counts are then the same, or changed."""
    results = [one.result for one in (*pair.base, *pair.candidate)]
    heard = {result.quality.hypotheses for result in results if result.quality.hypotheses is not None}
    n_tokens = {result.work.n_tokens for result in results if result.work.n_tokens is not None}
    return max(len(heard), len(n_tokens)) <= 1


def transcripts_of(side: Sequence[Measured]) -> list[tuple[str, ...]]:
    """Give the transcripts of every run of a side, each distinct set once."""
    heard = dict.fromkeys(one.result.quality.hypotheses for one in side)
    return [texts for texts in heard if texts]


def _transcripts(pair: Pair, metric: Metric, policy: Policy) -> Finding | None:
    base, candidate = transcripts_of(pair.base), transcripts_of(pair.candidate)
    limit = policy.rule_limit(metric, pair.case_id)
    if not base or not candidate:
        if limit is None:
            return None
        return one_sided(pair.case_id, metric.key, bool(base), bool(candidate), gated=True)
    repeat = all(one.result.quality.transcripts_repeat for one in (*pair.base, *pair.candidate))
    if len(base) > 1 or len(candidate) > 1 or not repeat:
        note = "transcripts differ between runs or rounds of the same side"
        return Finding(pair.case_id, metric.key, "inconclusive", limit is not None, note=note)
    if pair.is_of_two_systems:
        return _words(pair, metric, base[0], candidate[0])
    return _changed(pair, metric, base[0], candidate[0], limit)


def _changed(
    pair: Pair, metric: Metric, base: Sequence[str], candidate: Sequence[str], limit: float | None
) -> Finding:
    """Count the transcripts that changed; no more than a share of `limit` where a rule names them."""
    n_changed = sum(before != after for before, after in zip(base, candidate, strict=True))
    if not n_changed:
        return Finding(pair.case_id, metric.key, "unchanged", limit is not None)
    verdict: Verdict = "inconclusive" if limit is None else "unchanged"
    share = n_changed / len(base)
    if limit is not None and share > limit:
        verdict = "regression"
    where = _named(_places(pair, base, candidate), MOST_CHANGED_NAMED)
    return Finding(
        pair.case_id, metric.key, verdict, limit is not None, effect=share,
        note="; ".join([f"{n_changed} of {counted(len(base), 'transcript')} changed", *where]),
        details={"n_changed": n_changed, "n_texts": len(base)},
    )  # fmt: skip


def _words(pair: Pair, metric: Metric, base: Sequence[str], candidate: Sequence[str]) -> Finding:
    """Say which utterances two systems hear in other words, and where."""
    places = _places(pair, base, candidate)
    if not places:
        note = f"the same words in all of {counted(len(base), 'utterance')}, case and punctuation apart"
        return Finding(pair.case_id, metric.key, "unchanged", gated=False, note=note)
    named = _named(places, MOST_NAMED)
    note = "; ".join([f"other words in {len(places)} of {counted(len(base), 'utterance')}", *named])
    return Finding(
        pair.case_id, metric.key, "inconclusive", gated=False, effect=len(places) / len(base), note=note,
        details={"n_differing": len(places)},
    )  # fmt: skip


def _places(pair: Pair, base: Sequence[str], candidate: Sequence[str]) -> dict[str, str]:
    """Give where the words of each utterance differ, by its id; those that differ in case alone do not."""
    ids = pair.base[0].result.utterances.ids or tuple(map(str, range(len(base))))
    return {
        name: where
        for name, before, after in zip(ids, base, candidate, strict=True)
        if (where := differing_words(before, after))
    }


def _named(places: Mapping[str, str], n_most: int) -> list[str]:
    named = [f"{name}: {where}" for name, where in list(places.items())[:n_most]]
    return [*named, f"and {len(places) - n_most} more"] if len(places) > n_most else named


def _count(pair: Pair, metric: Metric, policy: Policy) -> Finding | None:
    base, candidate = (_values(side, metric) for side in (pair.base, pair.candidate))
    gated = policy.is_gated(metric, pair.case_id)
    if not base or not candidate:
        return one_sided(pair.case_id, metric.key, bool(base), bool(candidate), gated=gated)
    before, after = median(base), median(candidate)
    effect = after / before - 1 if before else float(after > 0)
    agree = min(base) == max(base) and min(candidate) == max(candidate)
    note = "" if agree else f"{metric.key} differ between runs of the same side"
    verdict = _verdict(base, candidate, 1 + policy.tolerance_of(metric, pair.case_id))
    return Finding(pair.case_id, metric.key, verdict, gated, before, after, effect, effect, effect, note=note)


def _verdict(base: Sequence[float], candidate: Sequence[float], allowed: float) -> Verdict:
    """Hold the ranges of both sides against each other, which are points unless runs of a side differ."""
    if min(candidate) > allowed * max(base):
        return "regression"
    if max(candidate) < min(base):
        return "improvement"
    return "unchanged" if max(candidate) <= allowed * max(base) else "inconclusive"


def _values(side: Sequence[Measured], metric: Metric) -> list[float]:
    return [value for one in side if (value := metric.read(one.result)) is not None]


def _agreed(side: Sequence[Measured], metric: Metric) -> float | None:
    values = {metric.read(one.result) for one in side}
    return values.pop() if len(values) == 1 else None
