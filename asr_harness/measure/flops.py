"""FLOPs of a pass over a slice, by stage, and how many of them were not spent on padding."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from asr_harness.schema import PassKind, StageName
    from asr_harness.systems.base import Pass


def stage_flops(passes: Iterable[Pass], flops: Callable[[Pass], float]) -> Mapping[StageName, float]:
    """Sum the FLOPs of all passes by stage; preprocessing runs no network and has none counted."""
    totals: dict[StageName, float] = {"encode": 0.0, "decode": 0.0}
    for network_pass in passes:
        totals[network_pass.stage] += flops(network_pass)
    return totals


def flops_by_kind(passes: Iterable[Pass], flops: Callable[[Pass], float]) -> Mapping[PassKind, float]:
    """Sum the FLOPs by kind of pass: the decoder's first step, with its projections, apart."""
    totals: dict[PassKind, float] = {}
    for network_pass in passes:
        totals[network_pass.kind] = totals.get(network_pass.kind, 0.0) + flops(network_pass)
    return totals


def useful_flops(
    by_stage: Mapping[StageName, float],
    passes: Sequence[Pass],
    *,
    padding_fraction: float,
    n_tokens: int,
) -> Mapping[StageName, float]:
    """Take padding off: of the encoder its audio, of the decoder the rows whose text had ended.

    A row of a decoder pass is useful for each token of its text and for its end; what another network drafts
    is no padding. A CTC head computes a frame for every stretch of audio, padding included.
    """
    own = [p for p in passes if not p.network]
    prompts, steps = (sum(p.n_rows for p in own if p.kind == kind) for kind in ("prompt", "step"))
    share = min(1.0, (n_tokens + prompts) / (prompts + steps)) if prompts else 1.0 - padding_fraction
    return {
        "encode": by_stage["encode"] * (1.0 - padding_fraction),
        "decode": by_stage["decode"] * share,
    }
