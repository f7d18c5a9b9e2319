"""Made-up saved runs, written as a session writes them, for tests of what reads runs."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from asr_harness.saved import SavedRun, load_run

if TYPE_CHECKING:
    from pathlib import Path

ENVIRONMENT = {
    "cpu": "A processor",
    "n_logical_cores": 2,
    "n_threads": 2,
    "variables": {"OMP_NUM_THREADS": None},
    "python": "3.11.7",
    "versions": {"torch": "2.13.0"},
    "gpus": [],
}
CASE = "whisper-tiny-cpu-5s-b1-baseline"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def axes(case_id: str) -> dict[str, Any]:
    """Split a case's id, whose model alone may hold dashes."""
    model, device, bucket, batch, variant = case_id.rsplit("-", 4)
    return {
        "model": model,
        "device": device,
        "bucket": bucket,
        "batch_size": int(batch[1:]),
        "variant": variant,
    }


def errors(n_wrong: int, n_words: int = 10) -> dict[str, Any]:
    """Count one utterance's errors, all of them substitutions at the start."""
    words = {"hits": n_words - n_wrong, "substitutions": n_wrong, "deletions": 0, "insertions": 0}
    alignment = "S" * n_wrong + "C" * (n_words - n_wrong)
    return {"words": words, "characters": words, "raw_words": words, "alignment": alignment}


def measured(
    case_id: str = CASE,
    *,
    rounds_s: tuple[float, ...] = (1.0, 1.0, 1.0),
    calibration_s: tuple[float, ...] | None = None,
    wrong: tuple[int, ...] | None = None,
    talks: tuple[str, ...] = ("a", "a", "b", "b"),
    n_tokens: int = 40,
    decode_share: float = 0.5,
    **info: Any,
) -> dict[str, Any]:
    """Make the `extra_info` and rounds of a measured case; `wrong` has the words wrong in each utterance."""
    n = len(talks)
    stages = {"preprocess": 0.1, "encode": 0.9 - decode_share, "decode": decode_share}
    texts = [f"text {i} {0 if wrong is None else wrong[i]}" for i in range(n)]
    counted = None if wrong is None else [errors(count) for count in wrong]
    extra_info = {
        "case": {**axes(case_id), "family": "whisper"},
        "n_utterances": n,
        "audio_s": 5.0 * n,
        "utterances": [{"id": f"u{i}", "talk": talk, "audio_s": 5.0} for i, talk in enumerate(talks)],
        "batch_latency_s": [[value / n] * n for value in rounds_s],
        "stage_s": {name: [share * value for value in rounds_s] for name, share in stages.items()},
        "calibration_s": list(calibration_s or (0.02,) * len(rounds_s)),
        "n_tokens": n_tokens,
        "flops": {"encode": 1e9, "decode": 1e9},
        "operators": {"preprocess": 1, "encode": 100, "decode": 200},
        "dtype": "float32",
        "hypotheses": texts,
        "transcripts_repeat": True,
        "errors": counted,
        "wer": None if wrong is None else sum(wrong) / (10 * n),
        "peak_resident_bytes": 1e9,
        "fingerprints": {"slice": "s", "weights": "w", "normaliser": "n", "decoding": "d"},
        "reasons": {},
    }
    return {"case_id": case_id, "rounds_s": rounds_s, "extra_info": extra_info | info}


def unmeasured(outcome: str, case_id: str = CASE, reason: str = "because") -> dict[str, Any]:
    """Make a case that ended otherwise."""
    return {"case_id": case_id, "outcome": outcome, "reason": reason}


def content(
    *cases: dict[str, Any],
    commit: str = "a" * 40,
    branch: str = "main",
    day: float = 0.0,
    environment: dict[str, Any] | None = None,
    dirty: bool = False,
    regressions: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Make the JSON of a run."""
    names = {
        case["case_id"]: f"benchmarks/test_transcribe.py::test_transcribe[{case['case_id']}]"
        for case in cases
    }
    return {
        "commit_info": {"id": commit, "branch": branch, "dirty": dirty},
        "datetime": (BEGAN + timedelta(days=day)).isoformat(),
        "version": "5.3.1",
        "benchmarks": [
            {
                "fullname": names[case["case_id"]],
                "stats": {"data": list(case["rounds_s"])},
                "extra_info": case["extra_info"],
            }
            for case in cases
            if "extra_info" in case
        ],
        "asr": {
            "schema_version": 1,
            "environment": ENVIRONMENT | (environment or {}),
            "judgement": {"regressions": list(regressions)},
            "outcomes": [
                {
                    "name": names[case["case_id"]],
                    "case": axes(case["case_id"]),
                    "outcome": case.get("outcome", "measured"),
                    "reason": case.get("reason"),
                }
                for case in cases
            ],
        },
    }


def write_run(path: Path, *cases: dict[str, Any], **described: Any) -> SavedRun:
    """Save a run and read it back."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content(*cases, **described)), "utf-8")
    return load_run(path)
