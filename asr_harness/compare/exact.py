"""Deterministic signals: alike in every run of the same code, so that any difference is a change."""

from __future__ import annotations

import json
from statistics import fmean, median
from typing import TYPE_CHECKING, Any

from asr_harness.compare.cells import Cell

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from asr_harness.compare.sides import Measured, Pair
    from asr_harness.types import Verdict

SIDE_DIFFERS = "{} differ between runs of the same side"


def judge_exact(pair: Pair, limits: Mapping[str, float | None]) -> list[Cell]:
    """Compare transcripts, tokens, FLOPs and operators; `limits` are the tolerances that rules give."""
    cells = [
        _transcripts(pair),
        _count(pair, "tokens", lambda info: info.get("n_tokens"), limits, gated=False),
        _count(pair, "flops", lambda info: _sum(info.get("flops")), limits, gated=True),
        _count(pair, "operators", lambda info: _sum(info.get("operators")), limits, gated=False),
    ]
    return [cell for cell in cells if cell is not None]


def hypotheses(side: Sequence[Measured]) -> list[list[str]] | None:
    """Give the transcripts of every run of a side, each distinct one once; None where there are none."""
    found = {json.dumps(one.info.get("hypotheses")): one.info.get("hypotheses") for one in side}
    return [texts for texts in found.values() if texts] or None


def explain_by_tokens(pair: Pair) -> str:
    """Say how much of a change in latency is more, or fewer, tokens; empty where their number is the same.

    The decode time splits into tokens times seconds per token; the tokens' part is their difference at the
    base's pace.
    """
    sides = (pair.base, pair.candidate)
    tokens = [_agreed(side, lambda info: info.get("n_tokens")) or 0.0 for side in sides]
    if 0.0 in tokens or tokens[0] == tokens[1]:
        return ""
    decode_s = [fmean(median(one.info["stage_s"]["decode"]) for one in side) for side in sides]
    latency_s = [fmean(median(one.record.rounds_s) for one in side) for side in sides]
    per_token_s = [seconds / count for seconds, count in zip(decode_s, tokens, strict=True)]
    by_tokens_s = (tokens[1] - tokens[0]) * per_token_s[0]
    pace = per_token_s[1] / per_token_s[0] - 1
    return (
        f"{tokens[1] / tokens[0] - 1:+.1%} tokens account for {by_tokens_s / latency_s[0]:+.1%} "
        f"of {latency_s[1] / latency_s[0] - 1:+.1%}; time per token {pace:+.1%}"
    )


def _transcripts(pair: Pair) -> Cell | None:
    base, candidate = hypotheses(pair.base), hypotheses(pair.candidate)
    if base is None or candidate is None:
        return None
    repeat = all(one.info.get("transcripts_repeat", True) for one in (*pair.base, *pair.candidate))
    if len(base) > 1 or len(candidate) > 1 or not repeat:
        note = "transcripts differ between runs or rounds of the same side"
        return Cell(pair.case_id, "transcripts", "inconclusive", gated=False, note=note)
    n_changed = sum(before != after for before, after in zip(base[0], candidate[0], strict=True))
    if not n_changed:
        return Cell(pair.case_id, "transcripts", "unchanged", gated=False)
    note, share = f"{n_changed} of {len(base[0])} transcripts changed", n_changed / len(base[0])
    return Cell(pair.case_id, "transcripts", "inconclusive", gated=False, effect=share, note=note)


def _count(
    pair: Pair,
    name: str,
    read: Callable[[Mapping[str, Any]], float | None],
    limits: Mapping[str, float | None],
    *,
    gated: bool,
) -> Cell | None:
    base, candidate = (_counted(side, read) for side in (pair.base, pair.candidate))
    limit = limits.get(name)
    gated = gated or limit is not None
    if not base or not candidate:
        return one_sided(pair.case_id, name, bool(base), bool(candidate), gated=gated)
    before, after = median(base), median(candidate)
    effect = after / before - 1 if before else float(after > 0)
    note = "" if min(base) == max(base) and min(candidate) == max(candidate) else SIDE_DIFFERS.format(name)
    verdict = _verdict(base, candidate, 1 + (limit or 0.0))
    return Cell(pair.case_id, name, verdict, gated, before, after, effect, effect, effect, note=note)


def one_sided(case_id: str, metric: str, has_base: bool, has_candidate: bool, *, gated: bool) -> Cell | None:
    """Judge what the sides do not both tell: lost where the base has it, None where neither does."""
    if has_base:
        return Cell(case_id, metric, "missing", gated, note="the base has it, the candidate does not")
    note = "only the candidate has it"
    return Cell(case_id, metric, "inconclusive", gated=False, note=note) if has_candidate else None


def _verdict(base: Sequence[float], candidate: Sequence[float], allowed: float) -> Verdict:
    """Hold the ranges of both sides against each other, which are points unless runs of a side differ."""
    if min(candidate) > allowed * max(base):
        return "regression"
    if max(candidate) < min(base):
        return "improvement"
    return "unchanged" if max(candidate) <= allowed * max(base) else "inconclusive"


def _counted(side: Sequence[Measured], read: Callable[[Mapping[str, Any]], float | None]) -> list[float]:
    return [value for value in (read(one.info) for one in side) if value is not None]


def _agreed(side: Sequence[Measured], read: Callable[[Mapping[str, Any]], float | None]) -> float | None:
    values = {read(one.info) for one in side}
    return values.pop() if len(values) == 1 else None


def _sum(by_stage: Mapping[str, float] | None) -> float | None:
    return None if by_stage is None else sum(by_stage.values())
