"""What a pass over the slice made the machine do, as it is saved: tokens, FLOPs, operators, the roofline."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING

from asr_harness.measure import flops
from asr_harness.measure.roofline import roof
from asr_harness.schema import Work

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from asr_harness.measure.measurement import Measurement
    from asr_harness.schema import Roof, StageName
    from asr_harness.systems.base import Pass, System

Reasons = dict[str, str]

BY_PASSES = ("flops", "flops_by_kind", "n_passes", "cache_bytes")
TOLD = ("dtype", "n_parameters", "weight_bytes")
NO_PASSES = "the transcriber does not record its passes"
UNTOLD = "the transcriber does not tell it"
NO_OPERATORS = "not counted where the encoder is compiled"
REMOTE_OPERATORS = "it runs elsewhere: its operators are not seen"
UNSEEN = (
    "PyTorch dispatched none, and what numpy, ONNX Runtime or C++ compute is not seen by its counter; "
    "`calls`, `tokens` and `transcripts` can be gated all the same"
)
NO_FLOPS = "the transcriber counted none, as a counter does that cannot see what computes"
NO_TOKENS = "the transcriber does not count its tokens"
NO_PROCESSED_AUDIO = "the transcriber does not say how much audio it computed on"
TOO_FAST = (
    "faster than the machine's measured peak, which is therefore wrong: the machine was busy when it was "
    "measured, or what the stage needs stays in its caches"
)
NO_PEAKS = "the machine's peaks were not measured: rounds were taken in turn"


def work_part(measurement: Measurement) -> tuple[Work, Reasons]:
    """Give the counts of a pass, and for each that is None the reason."""
    system, passes = measurement.model.system, measurement.counts.passes
    n_parameters, weight_bytes = system.weights() or (None, None)
    operators, no_operators = _operators(measurement)
    work = Work(
        n_tokens=_n_tokens(measurement),
        padding_fraction=_padding_fraction(measurement),
        dtype=system.dtype,
        operators=operators,
        calls=measurement.counts.calls or None,
        n_parameters=n_parameters,
        weight_bytes=weight_bytes,
    )
    uncounted = {
        "n_tokens": NO_TOKENS, "padding_fraction": NO_PROCESSED_AUDIO, "operators": no_operators,
        **dict.fromkeys(TOLD, UNTOLD),
    }  # fmt: skip
    reasons = {name: reason for name, reason in uncounted.items() if getattr(work, name) is None}
    if not passes:
        return work, reasons | dict.fromkeys((*BY_PASSES, "useful_flops", "roofline"), NO_PASSES)
    work = _with_passes(work, system, passes)
    reasons |= {name: UNTOLD for name in BY_PASSES if getattr(work, name) is None}
    if work.flops is None and _of_each(passes, system.flops) is not None:
        reasons |= dict.fromkeys(("flops", "flops_by_kind"), NO_FLOPS)
    roofs, why_not = _roofline(measurement, passes, work)
    useful, why = _useful_flops(work, passes, reasons)
    return replace(work, roofline=roofs, useful_flops=useful), reasons | why_not | why


def _with_passes(work: Work, system: System, passes: Sequence[Pass]) -> Work:
    pass_flops = _of_each(passes, system.flops)
    if pass_flops is not None and not any(pass_flops.values()):
        pass_flops = None
    return replace(
        work,
        flops=None if pass_flops is None else flops.stage_flops(passes, pass_flops.__getitem__),
        flops_by_kind=None if pass_flops is None else flops.flops_by_kind(passes, pass_flops.__getitem__),
        n_passes=dict(Counter(network_pass.kind for network_pass in passes)),
        cache_bytes=cache_bytes(passes),
    )


def cache_bytes(passes: Sequence[Pass]) -> int:
    """Give the largest cache; networks that work beside each other each have one."""
    largest: dict[str, int] = {}
    for network_pass in passes:
        before = largest.get(network_pass.network, 0)
        largest[network_pass.network] = max(before, network_pass.cache_bytes)
    return sum(largest.values())


def _operators(measurement: Measurement) -> tuple[Mapping[StageName, int] | None, str]:
    """Give the operators of the stages that had any; None where the network ran out of sight."""
    counted = measurement.counts.operators
    if measurement.model.system.is_remote:
        return None, REMOTE_OPERATORS
    if counted is None:
        return None, NO_OPERATORS
    seen = {stage: number for stage, number in counted.items() if number}
    return (seen if seen.keys() - {"preprocess"} else None), UNSEEN


def _n_tokens(measurement: Measurement) -> int | None:
    """Sum over the last round's utterances; None if any batch was not counted."""
    total = 0
    for transcription in measurement.rounds[-1].transcriptions:
        if transcription.n_tokens is None:
            return None
        # A transcriber of one's own may count in integers of numpy, which JSON has not.
        total += int(sum(transcription.n_tokens))
    return total


def _padding_fraction(measurement: Measurement) -> float | None:
    """Share of the audio that the encoder computed on that was padding."""
    processed_s = 0.0
    for transcription in measurement.rounds[-1].transcriptions:
        if transcription.processed_s is None:
            return None
        processed_s += float(transcription.processed_s)
    if not processed_s:
        return None
    fraction = 1.0 - measurement.slice.audio_s / processed_s
    # Not `max`, which would make 0 of NaN.
    return 0.0 if fraction < 0 else fraction


def _useful_flops(
    work: Work, passes: Sequence[Pass], reasons: Mapping[str, str]
) -> tuple[Mapping[StageName, float] | None, Reasons]:
    if work.flops is None or work.padding_fraction is None or work.n_tokens is None:
        missing = [reasons[name] for name in ("flops", "padding_fraction", "n_tokens") if name in reasons]
        return None, {"useful_flops": missing[0]}
    useful = flops.useful_flops(
        work.flops, passes, padding_fraction=work.padding_fraction, n_tokens=work.n_tokens
    )
    return useful, {}


def _roofline(
    measurement: Measurement, passes: Sequence[Pass], work: Work
) -> tuple[Mapping[StageName, Roof] | None, Reasons]:
    """Compare each stage's median time with the least that the machine's peaks allow."""
    pass_bytes, peaks = _of_each(passes, measurement.model.system.moved_bytes), measurement.peaks
    if pass_bytes is None or work.flops is None or work.dtype is None:
        return None, {"roofline": UNTOLD}
    if peaks is None:
        return None, {"roofline": NO_PEAKS}
    peak_flops_per_s = peaks.flops_per_s.get(work.dtype)
    if peak_flops_per_s is None:
        return None, {"roofline": f"the machine's peak in {work.dtype} is not measured"}
    moved_bytes: dict[StageName, float] = dict.fromkeys(work.flops, 0.0)
    for network_pass in passes:
        moved_bytes[network_pass.stage] += pass_bytes[network_pass]
    roofs = {
        stage: roof(
            flops=stage_flops,
            moved_bytes=moved_bytes[stage],
            time_s=median(round_.stage_s[stage] for round_ in measurement.rounds),
            peak_flops_per_s=peak_flops_per_s,
            peak_bytes_per_s=peaks.bytes_per_s,
        )
        for stage, stage_flops in work.flops.items()
    }
    return roofs, {f"roofline.{stage}": TOO_FAST for stage, each in roofs.items() if each.reached is None}


def _of_each(passes: Sequence[Pass], ask: Callable[[Pass], float | None]) -> Mapping[Pass, float] | None:
    """Ask once for each kind of pass; None if one of them cannot be told."""
    answers = {network_pass: ask(network_pass) for network_pass in set(passes)}
    known = {network_pass: answer for network_pass, answer in answers.items() if answer is not None}
    return known if len(known) == len(answers) else None
