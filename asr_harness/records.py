"""Measurements to `extra_info`: the names and shapes under which a run's figures are saved."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from statistics import median
from typing import TYPE_CHECKING, Any

from asr_harness.measure import error_rate, flops, frontier, speed
from asr_harness.measure.energy_info import energy_info
from asr_harness.measure.roofline import roofline
from asr_harness.types import STAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from asr_harness.measure import Measurement
    from asr_harness.systems.base import Pass
    from asr_harness.types import Outcome, Round, Slice

SCHEMA_VERSION = 1
FRONTIER_AXES = ("model", "device", "bucket", "variant")
MEMORY_NAMES = ("peak_resident_bytes", "peak_allocated_bytes", "peak_reserved_bytes", "process_device_bytes")
DUMMY_REASON = "dummy weights: their transcripts mean nothing"


def extra_info(measurement: Measurement) -> Mapping[str, Any]:
    """Turn a measurement into plain JSON values; what is None has its reason in `reasons`.

    Lists over rounds are in the order of the rounds, lists over utterances in the order of the slice.
    """
    reasons: dict[str, str] = {}
    case, slice_, rounds = measurement.case, measurement.slice, measurement.rounds
    info: dict[str, Any] = {
        "case": {
            "model": case.model,
            "family": measurement.model.family,
            "device": case.device,
            "bucket": case.bucket,
            "batch_size": case.batch_size,
            "variant": case.variant,
        },
        "n_utterances": len(slice_.utterances),
        "audio_s": slice_.audio_s,
        "utterances": [
            {"id": utterance.id, "talk": utterance.talk, "audio_s": utterance.audio_s}
            for utterance in slice_.utterances
        ],
        **_speed(rounds, slice_),
        **_work(measurement, reasons),
        **_counted(measurement, reasons),
        **_memory(measurement, reasons),
        **_energy(measurement, reasons),
        **_quality(measurement, reasons),
        "fingerprints": {
            "slice": slice_.fingerprint,
            "weights": measurement.model.weights_fingerprint,
            "normaliser": error_rate.normaliser_fingerprint(slice_.normaliser),
            "decoding": measurement.model.decoding_fingerprint,
        },
    }
    if measurement.model.weights_fingerprint is None:
        reasons["fingerprints.weights"] = "the transcriber has no weights_fingerprint attribute"
    useful, roofline = _useful(measurement, info, reasons), _roofline(measurement, info, reasons)
    return {**info, **useful, **roofline, "reasons": reasons}


def _speed(rounds: tuple[Round, ...], slice_: Slice) -> Mapping[str, Any]:
    latencies_s = [round_.latency_s for round_ in rounds]
    rtf = speed.rtf(latencies_s, slice_.audio_s)
    return {
        "latency_per_utterance_s": speed.latency_per_utterance_s(latencies_s, len(slice_.utterances)),
        "batch_latency_s": [list(round_.batch_latency_s) for round_ in rounds],
        "rtf": rtf,
        "rtfx": 1 / rtf,
        "stage_s": {stage: [round_.stage_s[stage] for round_ in rounds] for stage in STAGES},
        "calibration_s": [round_.calibration_s for round_ in rounds],
    }


def _work(measurement: Measurement, reasons: dict[str, str]) -> Mapping[str, Any]:
    transcriptions = measurement.rounds[-1].transcriptions
    counts = [transcription.n_tokens for transcription in transcriptions]
    processed_s = [transcription.processed_s for transcription in transcriptions]
    if None in counts:
        reasons["n_tokens"] = "the transcriber does not count its tokens"
    if None in processed_s:
        reasons["padding_fraction"] = "the transcriber does not say how much audio it computed on"
    total_s = None if None in processed_s else sum(filter(None, processed_s))
    return {
        "n_tokens": None if None in counts else sum(sum(batch or ()) for batch in counts),
        "padding_fraction": speed.padding_fraction(measurement.slice.audio_s, total_s) if total_s else None,
    }


def _counted(measurement: Measurement, reasons: dict[str, str]) -> Mapping[str, Any]:
    """Deterministic counters: the same in every run of the same code on the same slice."""
    system, work = measurement.model.system, measurement.work
    if work.operators is None:
        reasons["operators"] = "not counted where the encoder is compiled"
    counted: dict[str, Any] = {"operators": work.operators}
    if not work.passes:
        names = ("dtype", "flops", "flops_by_kind", "n_passes", "cache_bytes", "n_parameters", "weight_bytes")
        reasons.update(dict.fromkeys(names, "the transcriber does not record its passes"))
        return counted | dict.fromkeys(names)
    n_parameters, weight_bytes = system.weights() or (None, None)
    pass_flops = _of_each(work.passes, system.flops)
    counted |= {
        "dtype": system.dtype,
        "flops": pass_flops and flops.stage_flops(work.passes, pass_flops.__getitem__),
        "flops_by_kind": pass_flops and flops.flops_by_kind(work.passes, pass_flops.__getitem__),
        "n_passes": dict(Counter(network_pass.kind for network_pass in work.passes)),
        "cache_bytes": max(network_pass.cache_bytes for network_pass in work.passes),
        "n_parameters": n_parameters,
        "weight_bytes": weight_bytes,
    }
    untold = (name for name in counted if name != "operators" and counted[name] is None)
    reasons.update(dict.fromkeys(untold, "the transcriber does not tell it of its passes"))
    return counted


def _of_each(passes: Iterable[Pass], ask: Callable[[Pass], float | None]) -> Mapping[Pass, float] | None:
    """Ask once for each kind of pass; None if one of them cannot be told."""
    answers = {network_pass: ask(network_pass) for network_pass in set(passes)}
    told = {network_pass: answer for network_pass, answer in answers.items() if answer is not None}
    return told if len(told) == len(answers) else None


def _memory(measurement: Measurement, reasons: dict[str, str]) -> Mapping[str, Any]:
    found: dict[str, Any] = dict.fromkeys(MEMORY_NAMES)
    reasons.update(dict.fromkeys(MEMORY_NAMES, f"nothing is allocated there on {measurement.case.device}"))
    for reading in measurement.memory:
        found[reading.name] = reading.value
        reasons.pop(reading.name, None)
        if reading.reason:
            reasons[reading.name] = reading.reason
    return found


def _energy(measurement: Measurement, reasons: dict[str, str]) -> Mapping[str, Any]:
    found, why = energy_info(
        measurement.energy,
        {**measurement.stage_energy},
        n_utterances=len(measurement.slice.utterances),
        audio_s=measurement.slice.audio_s,
    )
    reasons.update(why)
    return found


def _roofline(
    measurement: Measurement, info: Mapping[str, Any], reasons: dict[str, str]
) -> Mapping[str, Any]:
    """Compare each stage's median time with the least that the machine's peaks allow."""
    system, passes, peaks = measurement.model.system, measurement.work.passes, measurement.peaks
    pass_bytes = _of_each(passes, system.moved_bytes) if passes else None
    if not passes or pass_bytes is None or info["flops"] is None or system.dtype is None:
        reasons["roofline"] = reasons.get("flops", "the transcriber does not tell what its passes move")
        return {"roofline": None}
    if peaks is None:
        reasons["roofline"] = "the machine's peaks were not measured: rounds were taken in turn"
        return {"roofline": None}
    if system.dtype not in peaks.flops_per_s:
        reasons["roofline"] = f"the machine's peak in {system.dtype} is not measured"
        return {"roofline": None}
    moved_bytes: Counter[str] = Counter()
    for network_pass in passes:
        moved_bytes[network_pass.stage] += pass_bytes[network_pass]  # type: ignore[assignment]
    roofs = {
        stage: roofline(
            flops=stage_flops,
            moved_bytes=moved_bytes[stage],
            time_s=median(info["stage_s"][stage]),
            peak_flops_per_s=peaks.flops_per_s[system.dtype],
            peak_bytes_per_s=peaks.bytes_per_s,
        )
        for stage, stage_flops in info["flops"].items()
    }
    return {"roofline": {stage: asdict(roof) for stage, roof in roofs.items()}}


def _useful(measurement: Measurement, info: Mapping[str, Any], reasons: dict[str, str]) -> Mapping[str, Any]:
    for name in ("flops", "padding_fraction", "n_tokens"):
        if info[name] is None:
            reasons["useful_flops"] = reasons[name]
            return {"useful_flops": None}
    useful = flops.useful_flops(
        info["flops"],
        measurement.work.passes or (),
        padding_fraction=info["padding_fraction"],
        n_tokens=info["n_tokens"],
    )
    return {"useful_flops": useful}


def oom_frontiers(outcomes: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Find, for each model, device, bucket and variant, the largest batch that fits in memory."""
    groups: dict[tuple[str, ...], list[tuple[int, Outcome]]] = {}
    for outcome in outcomes:
        case = outcome["case"]
        key = tuple(case[axis] for axis in FRONTIER_AXES)
        groups.setdefault(key, []).append((case["batch_size"], outcome["outcome"]))
    return [
        {**dict(zip(FRONTIER_AXES, key, strict=True)), **asdict(frontier.oom_frontier(found))}
        for key, found in groups.items()
    ]


def _quality(measurement: Measurement, reasons: dict[str, str]) -> Mapping[str, Any]:
    hypotheses = measurement.hypotheses()
    repeat = all(measurement.hypotheses(i) == hypotheses for i in range(len(measurement.rounds)))
    found: dict[str, Any] = {"hypotheses": hypotheses, "transcripts_repeat": repeat}
    if measurement.model.is_dummy:
        names = ("wer", "cer", "wer_raw", "errors")
        reasons.update(dict.fromkeys(names, DUMMY_REASON))
        return found | dict.fromkeys(names)
    references = [utterance.reference for utterance in measurement.slice.utterances]
    return found | error_rate.score(references, hypotheses, reasons, measurement.slice.normaliser)
