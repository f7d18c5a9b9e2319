"""Saved runs with made-up figures, for tests alone: power laws of a seeded generator, nothing measured."""

from __future__ import annotations

import json
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MODELS = {
    # name: family, encoder GFLOP per 30 s, decoder GFLOP per token, made-up WER, weights in bytes
    "whisper-tiny": ("whisper", 37, 0.06, 0.10, 151e6),
    "whisper-base": ("whisper", 89, 0.11, 0.08, 290e6),
    "whisper-small": ("whisper", 355, 0.31, 0.06, 967e6),
    "whisper-medium": ("whisper", 1138, 0.95, 0.055, 3055e6),
    "whisper-large-v3-turbo": ("whisper", 2274, 0.5, 0.05, 3236e6),
    "wav2vec2-base-960h": ("wav2vec2", 420, 0.0, 0.21, 378e6),
}
BUCKETS = {"5s": 5.0, "15s": 14.0, "30s": 29.0, "60s": 58.0}
BATCH_SIZES = (1, 4, 8, 16, 32)
RATES = {"cpu": (1.0e11, 3.0e10), "cuda": (6.0e12, 3.0e11)}
"""Made-up FLOP/s and bytes/s."""
N_UTTERANCES, N_TALKS, N_ROUNDS = 8, 4, 5
GPU_BYTES = 16e9


def write_study(path: Path, *, seed: int = 0, commit: str = "a" * 40, hour: int = 1, **options: Any) -> Path:
    """Write one run of the full study: 240 baseline cells, and 120 of fp16 on cuda unless told otherwise."""
    cases = [
        {"model": model, "device": device, "bucket": bucket, "batch_size": size, "variant": variant}
        for model, device, bucket, size, variant in product(
            options.get("models", MODELS),
            options.get("devices", RATES),
            options.get("buckets", BUCKETS),
            options.get("batch_sizes", BATCH_SIZES),
            options.get("variants", ("baseline", "fp16")),
        )
        if variant == "baseline" or device == "cuda"
    ]
    path.write_text(json.dumps(content(cases, seed=seed, commit=commit, hour=hour, **options)), "utf-8")
    return path


def content(
    cases: list[dict[str, Any]], *, seed: int, commit: str, hour: int, **options: Any
) -> dict[str, Any]:
    """Give the JSON of a run over these cases."""
    rng = np.random.default_rng(seed)
    pace = float(rng.lognormal(0, 0.03)) * options.get("slower", 1.0)
    benchmarks, outcomes = [], []
    for case in cases:
        name = f"benchmarks/test_transcribe.py::test_transcribe[{case_id(case)}]"
        outcome, reason = fate(case)
        outcomes.append({"name": name, "case": case, "outcome": outcome, "reason": reason})
        if outcome == "measured":
            benchmarks.append(benchmark(name, case, rng, pace, weights=options.get("weights", "pretrained")))
    return {
        "machine_info": {},
        "commit_info": {"id": commit, "branch": "main", "dirty": False, "time": "2026-01-01T00:00:00+00:00"},
        "datetime": f"2026-01-0{1 + hour // 24}T{hour % 24:02d}:00:00+00:00",
        "version": "5.3.1",
        "benchmarks": benchmarks,
        "asr": asr_block(outcomes, options),
    }


def asr_block(outcomes: list[dict[str, Any]], options: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "profile": "study",
        "plan": {
            "data": "made up",
            "weights": options.get("weights", "pretrained"),
            "variants": {"baseline": {}, "fp16": {"dtype": "float16"}},
            "buckets_s": {name: [0.5 * length_s, 1.5 * length_s] for name, length_s in BUCKETS.items()},
        },
        "environment": {
            "cpu": "Made-Up Processor",
            "n_physical_cores": 2,
            "n_logical_cores": 2,
            "memory_bytes": 32e9,
            "gpus": [{"name": "Made-Up GPU", "memory_bytes": GPU_BYTES}],
            "system": "Made-Up OS",
            "python": "3.11",
            "versions": {"torch": options.get("torch", "2.13.0")},
        },
        "session": {"wall_s": 3600.0, "loading_s": 60.0},
        "peaks": {
            device: {
                "device": device,
                "flops_per_s": {"float32": rate, "float16": 2 * rate},
                "bytes_per_s": bandwidth,
            }
            for device, (rate, bandwidth) in RATES.items()
        },
        "oom_frontier": [],
        "outcomes": outcomes,
    }


def case_id(case: Mapping[str, Any]) -> str:
    return f"{case['model']}-{case['device']}-{case['bucket']}-b{case['batch_size']}-{case['variant']}"


def fate(case: Mapping[str, Any]) -> tuple[str, str | None]:
    """Let large models run out of memory, and one cell be unavailable."""
    weight_bytes = MODELS[case["model"]][4]
    needed = memory_bytes(case)
    if case["device"] == "cuda" and needed > GPU_BYTES:
        return "oom", "CUDA out of memory"
    if case["device"] == "cpu" and weight_bytes > 2e9 and case["batch_size"] == 32:
        return "too_big", "needs more than the machine has"
    if case["model"] == "whisper-base" and case["device"] == "cpu" and case["bucket"] == "30s":
        return "unavailable", "made unavailable, so that a gap is seen"
    return "measured", None


def memory_bytes(case: Mapping[str, Any]) -> float:
    weight_bytes = MODELS[case["model"]][4]
    half = 0.5 if case["variant"] == "fp16" else 1.0
    return half * weight_bytes * (1.0 + 0.11 * case["batch_size"] * (1 + BUCKETS[case["bucket"]] / 60))


def benchmark(
    name: str, case: dict[str, Any], rng: np.random.Generator, pace: float, *, weights: str
) -> dict[str, Any]:
    family, encoder_gflop, token_gflop, wer, weight_bytes = MODELS[case["model"]]
    audio_s = BUCKETS[case["bucket"]]
    windows = -(-audio_s // 30) if family == "whisper" else audio_s / 30
    n_tokens = int(3.3 * audio_s) * N_UTTERANCES
    flops = {
        "encode": 1e9 * encoder_gflop * windows * N_UTTERANCES,
        "decode": 1e9 * token_gflop * n_tokens + 1e7,
    }
    rate, bandwidth = RATES[case["device"]]
    reach = 0.5 * (1.6 if case["variant"] == "fp16" else 1.0) / pace
    steps = n_tokens / case["batch_size"]
    stage_s = {
        "preprocess": 0.002 * audio_s * pace,
        "encode": flops["encode"] / (reach * rate),
        "decode": steps * (weight_bytes / (reach * bandwidth) if token_gflop else 0.0) + 1e-4,
    }
    noise = rng.lognormal(0, 0.02, N_ROUNDS)
    rounds_s = [float(sum(stage_s.values()) * factor) for factor in noise]
    info = {
        "case": {**case, "family": family},
        "n_utterances": N_UTTERANCES,
        "audio_s": audio_s * N_UTTERANCES,
        "utterances": [
            {"id": f"u{i}", "talk": f"talk{i % N_TALKS}", "audio_s": audio_s} for i in range(N_UTTERANCES)
        ],
        "latency_per_utterance_s": float(np.median(rounds_s)) / N_UTTERANCES,
        "batch_latency_s": [split(seconds, case["batch_size"]) for seconds in rounds_s],
        "rtf": float(np.median(rounds_s)) / (audio_s * N_UTTERANCES),
        "stage_s": {stage: [float(value * f) for f in noise] for stage, value in stage_s.items()},
        "calibration_s": [0.04] * N_ROUNDS,
        "n_tokens": n_tokens,
        "padding_fraction": max(0.0, 1 - audio_s / (30 * windows)) if family == "whisper" else 0.1,
        "flops": flops,
        "useful_flops": {stage: 0.8 * value for stage, value in flops.items()},
        "n_passes": {"encode": N_UTTERANCES, "step": int(steps)},
        "cache_bytes": 1e7,
        "n_parameters": int(weight_bytes / 4),
        "weight_bytes": weight_bytes,
        "roofline": roofs(flops, stage_s, weight_bytes, steps, case["device"]),
        **memory(case),
        **energy(case, stage_s, audio_s),
        **quality(wer, rng, weights),
        "fingerprints": {
            "slice": case["bucket"],
            "weights": case["model"],
            "normaliser": "n",
            "decoding": "d",
        },
    }
    return {"name": name, "fullname": name, "extra_info": info, "stats": {"data": rounds_s}}


def split(seconds: float, batch_size: int) -> list[float]:
    n_batches = -(-N_UTTERANCES // batch_size)
    return [seconds / n_batches] * n_batches


def roofs(
    flops: Mapping[str, float], stage_s: Mapping[str, float], weight_bytes: float, steps: float, device: str
) -> dict[str, Any]:
    rate, bandwidth = RATES[device]
    moved = {"encode": weight_bytes * N_UTTERANCES, "decode": weight_bytes * max(1.0, steps)}
    found = {}
    for stage, count in flops.items():
        floor_s = max(count / rate, moved[stage] / bandwidth)
        found[stage] = {
            "intensity": count / moved[stage],
            "floor_s": floor_s,
            "share": floor_s / stage_s[stage],
            "bound": "arithmetic" if count / rate > moved[stage] / bandwidth else "memory",
        }
    return found


def memory(case: Mapping[str, Any]) -> dict[str, float | None]:
    peak = memory_bytes(case)
    on_gpu = case["device"] == "cuda"
    return {
        "peak_resident_bytes": 1e9 if on_gpu else 5e8 + peak,
        "peak_allocated_bytes": peak if on_gpu else None,
        "peak_reserved_bytes": 1.1 * peak if on_gpu else None,
    }


def energy(case: Mapping[str, Any], stage_s: Mapping[str, float], audio_s: float) -> dict[str, Any]:
    """Measured on cuda at a made-up 70 W; unmeasured on the processor."""
    if case["device"] == "cpu":
        reason = "energy of cpu is unmeasured: made up to be so"
        return {
            "energy_j": None,
            "energy_per_utterance_j": None,
            "energy_per_audio_s_j": None,
            "net_energy_j": None,
            "stage_energy_j": dict.fromkeys(stage_s),
            "energy_evidence": {
                "whole": {"source": "none", "label": "unmeasured", "relative_uncertainty": None}
            },
            "reasons": {"energy_j": reason, "wer": "dummy weights: their transcripts mean nothing"},
        }
    energy_j = 70 * sum(stage_s.values()) + 5
    return {
        "energy_j": energy_j,
        "energy_per_utterance_j": energy_j / N_UTTERANCES,
        "energy_per_audio_s_j": energy_j / (N_UTTERANCES * audio_s),
        "net_energy_j": 0.8 * energy_j,
        "stage_energy_j": {stage: 70 * value for stage, value in stage_s.items()},
        "energy_evidence": {
            "whole": {"source": "made up", "label": "measured", "relative_uncertainty": 0.01}
        },
        "reasons": {"wer": "dummy weights: their transcripts mean nothing"},
    }


def quality(wer: float, rng: np.random.Generator, weights: str) -> dict[str, Any]:
    hypotheses = [f"made up words number {i}" for i in range(N_UTTERANCES)]
    if weights == "dummy":
        return {"wer": None, "cer": None, "wer_raw": None, "errors": None, "hypotheses": hypotheses}
    n_words = 100
    wrong = [round(n_words * wer) + (-1) ** i for i in range(N_UTTERANCES)]
    counts = [{"hits": n_words - n, "substitutions": n, "deletions": 0, "insertions": 0} for n in wrong]
    rate = sum(wrong) / (n_words * N_UTTERANCES)
    return {
        "wer": rate,
        "cer": rate / 2,
        "wer_raw": min(1.0, 1.5 * rate),
        "errors": [{"words": c, "characters": c, "raw_words": c, "alignment": ""} for c in counts],
        "hypotheses": hypotheses,
    }


def runs(folder: Path, n_runs: int, **options: Any) -> Iterator[Path]:
    """Write several runs of one commit."""
    for i in range(n_runs):
        yield write_study(folder / f"{i:04d}_run.json", seed=i, hour=i, **options)
