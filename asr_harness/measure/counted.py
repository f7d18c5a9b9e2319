"""What a pass over the slice made the machine do, as it is saved: tokens, FLOPs, operators, the roofline."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING

from asr_harness.measure import flops
from asr_harness.measure.roofline import roof
from asr_harness.schema import Work
from asr_harness.types import RecordsPasses

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asr_harness.measure.measurement import Measurement
    from asr_harness.schema import Roof, StageName
    from asr_harness.types import Pass

Reasons = dict[str, str]

BY_PASSES = ("dtype", "flops", "flops_by_kind", "n_passes", "cache_bytes", "n_parameters", "weight_bytes")
NO_PASSES = "the transcriber does not record its passes"
NO_OPERATORS = "not counted where the encoder is compiled"
NO_TOKENS = "the transcriber does not count its tokens"
NO_PROCESSED_AUDIO = "the transcriber does not say how much audio it computed on"
NO_PEAKS = "the machine's peaks were not measured: rounds were taken in turn"


def work_part(measurement: Measurement) -> tuple[Work, Reasons]:
    """Give the counts of a pass, and for each that is None the reason."""
    work = Work(
        n_tokens=_n_tokens(measurement),
        padding_fraction=_padding_fraction(measurement),
        operators=measurement.counts.operators,
    )
    uncounted = {"n_tokens": NO_TOKENS, "padding_fraction": NO_PROCESSED_AUDIO, "operators": NO_OPERATORS}
    reasons = {name: reason for name, reason in uncounted.items() if getattr(work, name) is None}
    transcriber, passes = measurement.model.transcriber, measurement.counts.passes
    if not passes or not isinstance(transcriber, RecordsPasses):
        return work, reasons | dict.fromkeys((*BY_PASSES, "useful_flops", "roofline"), NO_PASSES)
    work = _with_passes(work, transcriber, passes)
    work = replace(work, roofline=_roofline(measurement, transcriber, passes, work.flops or {}))
    if work.roofline is None:
        reasons["roofline"] = NO_PEAKS
    useful, why = _useful_flops(work, passes, reasons)
    return replace(work, useful_flops=useful), reasons | why


def _with_passes(work: Work, transcriber: RecordsPasses, passes: Sequence[Pass]) -> Work:
    n_parameters, weight_bytes = transcriber.weights()
    return replace(
        work,
        dtype=transcriber.dtype,
        flops=flops.stage_flops(passes, transcriber.flops),
        flops_by_kind=flops.flops_by_kind(passes, transcriber.flops),
        n_passes=dict(Counter(network_pass.kind for network_pass in passes)),
        cache_bytes=max(network_pass.cache_bytes for network_pass in passes),
        n_parameters=n_parameters,
        weight_bytes=weight_bytes,
    )


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
    measurement: Measurement,
    transcriber: RecordsPasses,
    passes: Sequence[Pass],
    by_stage: Mapping[StageName, float],
) -> Mapping[StageName, Roof] | None:
    """Compare each stage's median time with the least that the machine's peaks allow."""
    peaks = measurement.peaks
    if peaks is None:
        return None
    moved_bytes: dict[StageName, float] = dict.fromkeys(by_stage, 0.0)
    for network_pass in passes:
        moved_bytes[network_pass.stage] += transcriber.moved_bytes(network_pass)
    return {
        stage: roof(
            flops=stage_flops,
            moved_bytes=moved_bytes[stage],
            time_s=median(round_.stage_s[stage] for round_ in measurement.rounds),
            peak_flops_per_s=peaks.flops_per_s[transcriber.dtype],
            peak_bytes_per_s=peaks.bytes_per_s,
        )
        for stage, stage_flops in by_stage.items()
    }
