"""Saved runs with made-up values, for tests alone: power laws of a seeded generator, nothing measured."""

from __future__ import annotations

import json
from itertools import product
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from asr_harness.schema import (
    Block,
    Case,
    CaseResult,
    Energy,
    EnergyMeasurement,
    Environment,
    ErrorCounts,
    Errors,
    Fingerprints,
    Gpu,
    MachinePeaks,
    Memory,
    Outcome,
    Quality,
    Roof,
    SavedCase,
    SavedPlan,
    SessionCost,
    Speed,
    StageName,
    Utterances,
    Work,
)
from asr_harness.schema.part import dump

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
N_WORDS = 100
"""Words of each reference; it has twice as many characters."""


def write_study(path: Path, *, seed: int = 0, commit: str = "a" * 40, hour: int = 1, **options: Any) -> Path:
    """Write one run of the full study: 240 baseline cases, and 120 of fp16 on cuda unless told otherwise."""
    cases = [
        Case(*axes)
        for axes in product(
            options.get("models", MODELS),
            options.get("devices", RATES),
            options.get("buckets", BUCKETS),
            options.get("batch_sizes", BATCH_SIZES),
            options.get("variants", ("baseline", "fp16")),
        )
        if axes[-1] == "baseline" or axes[1] == "cuda"
    ]
    path.write_text(json.dumps(content(cases, seed=seed, commit=commit, hour=hour, **options)), "utf-8")
    return path


def content(cases: list[Case], *, seed: int, commit: str, hour: int, **options: Any) -> dict[str, Any]:
    """Give the JSON of a run over these cases."""
    rng = np.random.default_rng(seed)
    pace = float(rng.lognormal(0, 0.03)) * options.get("slower", 1.0)
    weights = options.get("weights", "pretrained")
    benchmarks, saved = [], []
    for case in cases:
        name = f"benchmarks/test_transcribe.py::test_transcribe[{case.id}]"
        outcome, reason = fate(case)
        saved.append(SavedCase(case, outcome, reason, name))
        if outcome == "measured":
            made = result(case, rng, pace, weights=weights)
            data = {"stats": {"data": list(made.speed.rounds_s)}}
            benchmarks.append({"name": name, "fullname": name, "extra_info": dump(made), **data})
    return {
        "machine_info": {},
        "commit_info": {"id": commit, "branch": "main", "dirty": False, "time": "2026-01-01T00:00:00+00:00"},
        "datetime": f"2026-01-0{1 + hour // 24}T{hour % 24:02d}:00:00+00:00",
        "version": "5.3.1",
        "benchmarks": benchmarks,
        "asr": dump(block(tuple(saved), weights=weights, torch=options.get("torch", "2.13.0"))),
    }


def block(cases: tuple[SavedCase, ...], *, weights: str, torch: str) -> Block:
    return Block(
        cases,
        Environment(
            cpu="Made-Up Processor",
            n_physical_cores=2,
            n_logical_cores=2,
            memory_bytes=32e9,
            gpus=(Gpu("Made-Up GPU", memory_bytes=GPU_BYTES),),
            system="Made-Up OS",
            python="3.11",
            versions={"torch": torch},
        ),
        profile="study",
        plan=SavedPlan(
            data="made up",
            weights=weights,
            variants={"baseline": {}, "fp16": {"dtype": "float16"}},
            buckets_s={name: (0.5 * length_s, 1.5 * length_s) for name, length_s in BUCKETS.items()},
        ),
        session=SessionCost(3600.0, 60.0),
        peaks={
            device: MachinePeaks({"float32": rate, "float16": 2 * rate}, bandwidth)
            for device, (rate, bandwidth) in RATES.items()
        },
    )


def fate(case: Case) -> tuple[Outcome, str | None]:
    """Let large models run out of memory, and one case be unavailable."""
    weight_bytes = MODELS[case.model][4]
    if case.device == "cuda" and memory_bytes(case) > GPU_BYTES:
        return "oom", "CUDA out of memory"
    if case.device == "cpu" and weight_bytes > 2e9 and case.batch_size == 32:
        return "too_big", "needs more than the machine has"
    if case.model == "whisper-base" and case.device == "cpu" and case.bucket == "30s":
        return "unavailable", "made unavailable, so that a gap is seen"
    return "measured", None


def memory_bytes(case: Case) -> float:
    weight_bytes = MODELS[case.model][4]
    half = 0.5 if case.variant == "fp16" else 1.0
    return half * weight_bytes * (1.0 + 0.11 * case.batch_size * (1 + BUCKETS[case.bucket] / 60))


def result(case: Case, rng: np.random.Generator, pace: float, *, weights: str) -> CaseResult:
    family, encoder_gflop, token_gflop, wer, weight_bytes = MODELS[case.model]
    audio_s = BUCKETS[case.bucket]
    windows = -(-audio_s // 30) if family == "whisper" else audio_s / 30
    n_tokens = int(3.3 * audio_s) * N_UTTERANCES
    flops: dict[StageName, float] = {
        "encode": 1e9 * encoder_gflop * windows * N_UTTERANCES,
        "decode": 1e9 * token_gflop * n_tokens + 1e7,
    }
    rate, bandwidth = RATES[case.device]
    reach = 0.5 * (1.6 if case.variant == "fp16" else 1.0) / pace
    steps = n_tokens / case.batch_size
    stage_s: dict[StageName, float] = {
        "preprocess": 0.002 * audio_s * pace,
        "encode": flops["encode"] / (reach * rate),
        "decode": steps * (weight_bytes / (reach * bandwidth) if token_gflop else 0.0) + 1e-4,
    }
    noise = rng.lognormal(0, 0.02, N_ROUNDS)
    rounds_s = [float(sum(stage_s.values()) * factor) for factor in noise]
    work = Work(
        n_tokens=n_tokens,
        padding_fraction=max(0.0, 1 - audio_s / (30 * windows)) if family == "whisper" else 0.1,
        flops=flops,
        useful_flops={stage: 0.8 * value for stage, value in flops.items()},
        n_passes={"encode": N_UTTERANCES, "step": int(steps)},
        cache_bytes=1e7,
        n_parameters=int(weight_bytes / 4),
        weight_bytes=weight_bytes,
        roofline=roofs(flops, stage_s, weight_bytes, steps, case.device),
    )
    return CaseResult(
        family=family,
        n_utterances=N_UTTERANCES,
        audio_s=audio_s * N_UTTERANCES,
        speed=Speed(
            tuple(split(seconds, case.batch_size) for seconds in rounds_s),
            {stage: tuple(float(value * factor) for factor in noise) for stage, value in stage_s.items()},
            (0.04,) * N_ROUNDS,
        ),
        work=work,
        memory=memory(case),
        energy=energy(case, stage_s),
        quality=quality(wer, weights),
        utterances=Utterances(
            tuple(f"u{i}" for i in range(N_UTTERANCES)),
            tuple(f"talk{i % N_TALKS}" for i in range(N_UTTERANCES)),
            (audio_s,) * N_UTTERANCES,
        ),
        fingerprints=Fingerprints(case.bucket, case.model, "n", "d"),
        reasons={"wer": "dummy weights: their transcripts mean nothing"},
    )


def split(seconds: float, batch_size: int) -> tuple[float, ...]:
    n_batches = -(-N_UTTERANCES // batch_size)
    return (seconds / n_batches,) * n_batches


def roofs(
    flops: Mapping[StageName, float],
    stage_s: Mapping[StageName, float],
    weight_bytes: float,
    steps: float,
    device: str,
) -> dict[StageName, Roof]:
    rate, bandwidth = RATES[device]
    moved = {"encode": weight_bytes * N_UTTERANCES, "decode": weight_bytes * max(1.0, steps)}
    made: dict[StageName, Roof] = {}
    for stage, count in flops.items():
        floor_s = max(count / rate, moved[stage] / bandwidth)
        bound: Literal["arithmetic", "memory"] = (
            "arithmetic" if count / rate > moved[stage] / bandwidth else "memory"
        )
        made[stage] = Roof(count / moved[stage], floor_s / stage_s[stage], bound, floor_s)
    return made


def memory(case: Case) -> Memory:
    peak = memory_bytes(case)
    if case.device == "cuda":
        return Memory(1e9, peak, 1.1 * peak)
    return Memory(5e8 + peak)


def energy(case: Case, stage_s: Mapping[StageName, float]) -> Energy:
    """Measured on cuda at a made-up 70 W; unmeasured on the processor."""
    if case.device == "cpu":
        reason = "energy of cpu is unmeasured: made up to be so"
        return Energy(EnergyMeasurement("none", "unmeasured", reason=reason))
    energy_j = 70 * sum(stage_s.values()) + 5
    return Energy(
        EnergyMeasurement("made up", "measured", energy_j, 0.8 * energy_j, relative_uncertainty=0.01),
        {stage: EnergyMeasurement("made up", "measured", 70 * value) for stage, value in stage_s.items()},
    )


def quality(wer: float, weights: str) -> Quality:
    hypotheses = tuple(f"made up words number {i}" for i in range(N_UTTERANCES))
    if weights == "dummy":
        return Quality(hypotheses)
    wrong = [round(N_WORDS * wer) + (-1) ** i for i in range(N_UTTERANCES)]
    raw_wrong = [min(N_WORDS, round(1.5 * n)) for n in wrong]
    return Quality(
        hypotheses,
        errors=Errors(
            counts(wrong, N_WORDS), counts(wrong, 2 * N_WORDS), counts(raw_wrong, N_WORDS), ("",) * len(wrong)
        ),
    )


def counts(wrong: list[int], n_reference: int) -> ErrorCounts:
    none = (0,) * len(wrong)
    return ErrorCounts(tuple(n_reference - n for n in wrong), tuple(wrong), none, none)


def runs(folder: Path, n_runs: int, **options: Any) -> Iterator[Path]:
    """Write several runs of one commit."""
    for i in range(n_runs):
        yield write_study(folder / f"{i:04d}_run.json", seed=i, hour=i, **options)
