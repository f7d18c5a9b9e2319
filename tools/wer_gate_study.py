"""What the judgement makes of error rates at its defaults: found where they rose, and false alarms.

    python -m tools.wer_gate_study

Whole comparisons of made-up runs, three a side: latency that scatters by 2 %, and transcripts that differ,
the candidate mending a fifth of the errors and making others. Utterances are of 8 talks, of equal length or
one of them with most of the words; a slice is heard alike in every batch size. Printed is the share of
comparisons in which a WER is called a regression, and the share with any call of WER either way.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from asr_harness.judge import Evidence, judge
from asr_harness.schema import (
    Block,
    Case,
    CaseRecord,
    CaseResult,
    Environment,
    ErrorCounts,
    Errors,
    Fingerprints,
    Quality,
    RunFile,
    Speed,
    Utterances,
)

N_TALKS, N_RUNS = 8, 3
LATENCY_SD = 0.02
DIFFICULTY, MENDED = (2, 18), 0.2
"""Beta distribution of utterances' error rates, 10 % on average, and the share of errors that are mended."""
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = {"5s": 14, "15s": 42, "30s": 84, "60s": 168}
"""Words of an utterance, at 2.8 words per second."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Which cases a comparison has."""

    name: str
    buckets: tuple[str, ...]
    n_utterances: int
    """In each bucket."""
    models: tuple[str, ...] = ("one",)
    batch_sizes: tuple[int, ...] = (1,)
    long_share: float | None = None
    """Share of the words that one talk has."""
    n_words: int | None = None
    """Words of an utterance, where the bucket does not tell."""


GRIDS = (
    Grid("500 utterances, one slice", ("15s",), 500, n_words=20),
    Grid("500 utterances in four slices", tuple(WORDS), 125, n_words=20),
    Grid("smoke profile", tuple(WORDS), 8, ("one", "two"), (1, 4, 8)),
    *(
        Grid(f"one talk has {share:.0%} of 500", ("15s",), 500, long_share=share, n_words=20)
        for share in (0.7, 0.8, 0.9)
    ),
)
RISES = {"none": 0.0, "+1 point": 0.01, "+5 points": 0.05}
TALK_SDS = (0.0, 0.01)


def compared(rng: np.random.Generator, grid: Grid, rise: float, talk_sd: float) -> tuple[bool, bool]:
    """Judge one comparison: whether a WER was called worse, and whether any was called changed."""
    cases: dict[str, list[CaseRecord]] = {"base": [], "candidate": []}
    for model in grid.models:
        by_talk = rng.normal(0, talk_sd, N_TALKS) if talk_sd else np.zeros(N_TALKS)
        for bucket in grid.buckets:
            heard = _heard(rng, grid, bucket, rise + by_talk)
            for side, quality in zip(cases, heard, strict=True):
                for size in grid.batch_sizes:
                    case = Case(model, "cpu", bucket, size, "baseline")
                    cases[side].append(CaseRecord(case, "measured", None, quality))
    judgement = judge(Evidence(*(_runs(rng, side, records) for side, records in cases.items())))
    called = {one.verdict for one in judgement.of("regression", "improvement") if one.metric == "wer"}
    return "regression" in called, bool(called)


def _heard(
    rng: np.random.Generator, grid: Grid, bucket: str, rises: np.ndarray
) -> tuple[CaseResult, CaseResult]:
    """Draw one slice, and what both sides make of it."""
    n = grid.n_utterances
    talks = np.arange(n) % N_TALKS
    if grid.long_share is not None:
        talks = np.where(np.arange(n) < grid.long_share * n, 0, 1 + np.arange(n) % (N_TALKS - 1))
    lengths = 2 + rng.poisson((grid.n_words or WORDS[bucket]) - 2, n)
    difficulty = rng.beta(*DIFFICULTY, n)
    base = rng.binomial(lengths, difficulty)
    broken = np.clip((MENDED * difficulty + rises[talks]) / (1 - difficulty), 0, 1)
    candidate = base - rng.binomial(base, MENDED) + rng.binomial(lengths - base, broken)
    utterances = Utterances(tuple(map(str, range(n))), tuple(map(str, talks)))
    return tuple(_result(bucket, utterances, wrong, lengths) for wrong in (base, candidate))  # type: ignore[return-value]


def _result(bucket: str, utterances: Utterances, wrong: np.ndarray, lengths: np.ndarray) -> CaseResult:
    nothing = (0,) * len(wrong)
    counts = ErrorCounts(tuple((lengths - wrong).tolist()), tuple(wrong.tolist()), nothing, nothing)
    texts = tuple(f"{i} {n}" for i, n in enumerate(wrong))
    return CaseResult(
        "made-up", len(wrong), 5.0 * len(wrong), _speed(1.0),
        quality=Quality(texts, errors=Errors(counts, counts)),
        utterances=utterances, fingerprints=Fingerprints(bucket, "w", "n", "d"),
    )  # fmt: skip


def _speed(seconds: float) -> Speed:
    nothing = (0.0, 0.0)
    stages = {"preprocess": nothing, "encode": nothing, "decode": nothing}
    return Speed(((seconds,), (seconds,)), stages, (0.02, 0.02))


def _runs(rng: np.random.Generator, side: str, records: list[CaseRecord]) -> list[RunFile]:
    runs = []
    for index in range(N_RUNS):
        of_run = {}
        for record in records:
            speed = _speed(float(np.exp(rng.normal(0, LATENCY_SD))))
            result = replace(record.result, speed=speed) if record.result else None
            of_run[record.case.id] = replace(record, result=result)
        at = BEGAN + timedelta(minutes=index)
        name = Path(f"{side}-{index}.json")
        runs.append(RunFile(name, None, None, False, at, Block((), Environment(cpu="one")), of_run))
    return runs


def main() -> None:
    """Print a line for each grid, rise and spread between talks."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--comparisons", type=int, default=300)
    n = parser.parse_args().comparisons
    print(f"{n} comparisons each, default policy")
    print(f"{'':32}{'talks differ by':>16}{'rise':>11}{'called worse':>14}{'any call':>10}")
    for grid in GRIDS:
        for talk_sd in TALK_SDS:
            for name in RISES if len(grid.models) > 1 else ("none", "+1 point"):
                rng = np.random.default_rng(0)
                called = [compared(rng, grid, RISES[name], talk_sd) for _ in range(n)]
                worse, any_call = np.mean(called, axis=0)
                shown = f"{grid.name:32}{100 * talk_sd:>13.1f} pt{name:>11}"
                print(f"{shown}{worse:>14.1%}{any_call:>10.1%}", flush=True)


if __name__ == "__main__":
    main()
