"""Raw rounds and batches of one record reduced to medians and percentiles."""

from __future__ import annotations

from math import sqrt
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from asr_harness import devices
from asr_harness.schema import STAGES
from asr_harness.tidy.intervals import pooled_rate_interval
from asr_harness.tidy.naming import digest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asr_harness.schema import Case

MEMORY_KINDS = {
    "peak_allocated_bytes": "allocated on the GPU",
    "peak_resident_bytes": "resident in the process",
    "peak_reserved_bytes": "reserved on the GPU",
}

Row = dict[str, Any]


def speed(rounds_s: Sequence[float], info: Mapping[str, Any], n: int) -> Row:
    """Seconds of an utterance, of a request and of each stage."""
    low, high = np.percentile(rounds_s, (5, 95))
    batches = [batch_s for round_ in info["batch_latency_s"] for batch_s in round_]
    p50, p95, p99 = np.percentile(batches, (50, 95, 99)) if batches else (None, None, None)
    stages_s = {stage: median(info["stage_s"][stage]) / n for stage in STAGES}
    total_s = sum(stages_s.values())
    return {
        "n_rounds": len(rounds_s),
        "latency_s": median(rounds_s) / n,
        "latency_low_s": low / n,
        "latency_high_s": high / n,
        "request_p50_s": p50,
        "request_p95_s": p95,
        "request_p99_s": p99,
        "rtf": median(rounds_s) / info["audio_s"],
        "calibration_s": median(info["calibration_s"]) if info.get("calibration_s") else None,
        **{f"{stage}_s": value for stage, value in stages_s.items()},
        **_stage_ends(info["stage_s"], n),
        **{f"{stage}_share": value / total_s for stage, value in stages_s.items() if total_s},
        **_share_ends(info["stage_s"]),
    }


def _stage_ends(stage_s: Mapping[str, Sequence[float]], n: int) -> Row:
    """Percentiles of what each stage took of an utterance."""
    ends = {stage: np.percentile(stage_s[stage], (5, 95)) / n for stage in STAGES}
    return {
        f"{stage}_{end}_s": value
        for stage, values in ends.items()
        for end, value in zip(("low", "high"), values, strict=True)
    }


def _share_ends(stage_s: Mapping[str, Sequence[float]]) -> Row:
    """Percentiles of each stage's part of its own round, over the rounds that took any time."""
    rounds_s = np.array([stage_s[stage] for stage in STAGES])
    taking = rounds_s[:, rounds_s.sum(axis=0) > 0]
    if not taking.size:
        return {}
    lows, highs = np.percentile(taking / taking.sum(axis=0), (5, 95), axis=1)
    return {
        **{f"{stage}_share_low": low for stage, low in zip(STAGES, lows, strict=True)},
        **{f"{stage}_share_high": high for stage, high in zip(STAGES, highs, strict=True)},
    }


def work(info: Mapping[str, Any], n: int) -> Row:
    """Tokens, FLOPs, weights, and each stage under its roof."""
    found = {
        name: info.get(name) for name in ("n_tokens", "padding_fraction", "n_parameters", "weight_bytes")
    }
    found["cache_bytes"] = info.get("cache_bytes")
    for name in ("flops", "useful_flops"):
        found[name] = sum(info[name].values()) / n if info.get(name) else None
    found["n_decoder_steps"] = (info.get("n_passes") or {}).get("step")
    for stage, roof in (info.get("roofline") or {}).items():
        found[f"{stage}_intensity"] = roof["intensity"]
        found[f"{stage}_roof_share"] = roof["share"]
        found[f"{stage}_bound"] = roof["bound"]
        time_s, count = median(info["stage_s"][stage]), (info.get("flops") or {}).get(stage)
        found[f"{stage}_flops_per_s"] = count / time_s if time_s and count is not None else None
    return found


def peaks(case: Case, block: Mapping[str, Any]) -> Row:
    """The machine's peaks on the case's device, in its variant's dtype."""
    peaks = (block.get("peaks") or {}).get(case.device)
    if not peaks:
        return {}
    settings = ((block.get("plan") or {}).get("variants") or {}).get(case.variant) or {}
    return {
        "peak_flops_per_s": peaks["flops_per_s"].get(settings.get("dtype", "float32")),
        "peak_bytes_per_s": peaks["bytes_per_s"],
    }


def memory(case: Case, info: Mapping[str, Any]) -> Row:
    """Peak memory, and which peak stands for it."""
    found = {
        name: info.get(name)
        for name in ("peak_resident_bytes", "peak_allocated_bytes", "peak_reserved_bytes")
    }
    preferred = (devices.recorded(case.device).peak_memory_name, *MEMORY_KINDS)
    known = [name for name in preferred if found.get(name) is not None]
    if not known:
        return found
    return found | {"memory_bytes": found[known[0]], "memory_kind": MEMORY_KINDS[known[0]]}


def energy(info: Mapping[str, Any], n: int) -> Row:
    """Joules, shared out, and what they rest on."""
    whole = (info.get("energy_evidence") or {}).get("whole") or {}
    net_j = info.get("net_energy_j")
    stages_j = info.get("stage_energy_j") or {}
    return {
        "energy_per_utterance_j": info.get("energy_per_utterance_j"),
        "energy_per_audio_s_j": info.get("energy_per_audio_s_j"),
        "net_energy_per_utterance_j": None if net_j is None else net_j / n,
        "energy_uncertainty": whole.get("relative_uncertainty"),
        "energy_label": whole.get("label", "unmeasured"),
        "energy_source": whole.get("source"),
        "energy_reason": (info.get("reasons") or {}).get("energy_j"),
        **{f"{stage}_energy_j": value / n for stage, value in stages_j.items() if value is not None},
        "stage_energy_uncertainty": _uncertainty(stages_j, info.get("energy_evidence") or {}),
    }


def _uncertainty(stages_j: Mapping[str, float | None], evidence: Mapping[str, Any]) -> float | None:
    """Relative uncertainty of a sum of independent joules; None where one of them has none."""
    pairs = [(j, (evidence.get(stage) or {}).get("relative_uncertainty")) for stage, j in stages_j.items()]
    known = [(j, share) for j, share in pairs if j is not None and share is not None]
    sum_j = sum(j for j, _ in known)
    if len(known) < len(pairs) or not sum_j:
        return None
    return sqrt(sum((j * share) ** 2 for j, share in known)) / sum_j


def quality(info: Mapping[str, Any]) -> Row:
    """Error rates with their interval over talks."""
    found = {name: info.get(name) for name in ("wer", "wer_raw", "cer")}
    low, high = (
        pooled_rate_interval(info["errors"], info["utterances"]) if info.get("errors") else (None, None)
    )
    return {
        **found,
        "wer_low": low,
        "wer_high": high,
        "wer_reason": (info.get("reasons") or {}).get("wer"),
        "transcripts": digest(info.get("hypotheses")),
    }
