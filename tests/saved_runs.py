"""Made-up saved runs, built from the schema and written as a session writes them, for tests of readers."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from asr_harness.schema import (
    Block,
    Case,
    CaseResult,
    Environment,
    ErrorCounts,
    Errors,
    Fingerprints,
    Memory,
    Quality,
    RunFile,
    SavedCase,
    SavedJudgement,
    Speed,
    Utterances,
    Work,
    load_run,
)
from asr_harness.schema.part import dump

if TYPE_CHECKING:
    from pathlib import Path

    from asr_harness.schema import Outcome

ENVIRONMENT = Environment(
    cpu="A processor",
    n_logical_cores=2,
    n_threads=2,
    variables={"OMP_NUM_THREADS": None},
    python="3.11.7",
    versions={"torch": "2.13.0"},
)
CASE = "whisper-tiny-cpu-5s-b1-baseline"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Made:
    """A case of a made-up run."""

    case: Case
    outcome: Outcome = "measured"
    reason: str | None = None
    result: CaseResult | None = None

    @property
    def test_id(self) -> str:
        return f"benchmarks/test_transcribe.py::test_transcribe[{self.case.id}]"


def case_of(case_id: str) -> Case:
    """Split a case's id, whose model alone may hold dashes."""
    model, device, bucket, batch, variant = case_id.rsplit("-", 4)
    return Case(model, device, bucket, int(batch[1:]), variant)


def error_counts(wrong: tuple[int, ...], n_words: int = 10) -> ErrorCounts:
    """Count the errors of each utterance, all of them substitutions."""
    nothing = (0,) * len(wrong)
    return ErrorCounts(tuple(n_words - n for n in wrong), wrong, nothing, nothing)


def errors(wrong: tuple[int, ...], n_words: int = 10) -> Errors:
    """Count the errors of each utterance, all of them substitutions at the start."""
    counts = error_counts(wrong, n_words)
    return Errors(counts, counts, counts, tuple("S" * n + "C" * (n_words - n) for n in wrong))


def measured(
    case_id: str = CASE,
    *,
    rounds_s: tuple[float, ...] = (1.0, 1.0, 1.0),
    calibration_s: tuple[float, ...] | None = None,
    wrong: tuple[int, ...] | None = None,
    talks: tuple[str, ...] = ("a", "a", "b", "b"),
    decode_share: float = 0.5,
    **changed: Any,
) -> Made:
    """Make a measured case; `wrong` has the words wrong in each utterance, `changed` fields of any part."""
    n = len(talks)
    stages = {"preprocess": 0.1, "encode": 0.9 - decode_share, "decode": decode_share}
    parts = {
        "speed": Speed(
            tuple((value / n,) * n for value in rounds_s),
            {name: tuple(share * value for value in rounds_s) for name, share in stages.items()},
            calibration_s or (0.02,) * len(rounds_s),
        ),
        "work": Work(
            n_tokens=40,
            dtype="float32",
            flops={"encode": 1e9, "decode": 1e9},
            operators={"preprocess": 1, "encode": 100, "decode": 200},
            calls={"preprocess": 4, "encode": 4, "decode": 4},
        ),
        "memory": Memory(peak_resident_bytes=1e9),
        "quality": Quality(
            tuple(f"text {i} {0 if wrong is None else wrong[i]}" for i in range(n)),
            errors=None if wrong is None else errors(wrong),
        ),
        "fingerprints": Fingerprints("s", "w", "n", "d"),
    }
    own = {field.name for field in fields(CaseResult)}
    for name, part in parts.items():
        fitting = {key: changed.pop(key) for key in {field.name for field in fields(part)} & {*changed} - own}
        parts[name] = replace(part, **fitting)
    parts |= changed
    utterances = Utterances(tuple(f"u{i}" for i in range(n)), talks, (5.0,) * n)
    result = CaseResult("whisper", n, 5.0 * n, utterances=utterances, **parts)
    return Made(case_of(case_id), result=result)


def unmeasured(outcome: Outcome, case_id: str = CASE, reason: str = "because") -> Made:
    """Make a case that ended otherwise."""
    return Made(case_of(case_id), outcome, reason)


def content(
    *cases: Made,
    commit: str = "a" * 40,
    branch: str = "main",
    day: float = 0.0,
    environment: dict[str, Any] | None = None,
    dirty: bool = False,
    regressions: tuple[str, ...] = (),
    judged_status: int | None = None,
) -> dict[str, Any]:
    """Make the JSON of a run."""
    block = Block(
        tuple(SavedCase(made.case, made.outcome, made.reason, made.test_id) for made in cases),
        replace(ENVIRONMENT, **(environment or {})),
        judgement=SavedJudgement(regressions=regressions, exit_status=judged_status),
    )
    benchmarks = [
        {
            "fullname": made.test_id,
            "stats": {"data": list(made.result.speed.rounds_s)},
            "extra_info": dump(made.result),
        }
        for made in cases
        if made.result is not None
    ]
    saved = {
        "commit_info": {"id": commit, "branch": branch, "dirty": dirty},
        "datetime": (BEGAN + timedelta(days=day)).isoformat(),
        "version": "5.3.1",
        "benchmarks": benchmarks,
        "asr": dump(block),
    }
    # As a file has it: lists, and texts for keys.
    return json.loads(json.dumps(saved))


def write_run(path: Path, *cases: Made, **described: Any) -> RunFile:
    """Save a run and read it back."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content(*cases, **described)), "utf-8")
    return load_run(path)
