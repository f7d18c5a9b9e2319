"""Files of version 1 are read as what they say, and stay refusable."""

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_harness.errors import AsrHarnessError
from asr_harness.metrics import by_key
from asr_harness.schema import parse_run
from tests.schema.test_refusals import JSON, places

CASE = {"model": "ctc-mini", "device": "cpu", "bucket": "5s", "batch_size": 1, "variant": "baseline"}
COUNTS = {"hits": 8, "substitutions": 1, "deletions": 1, "insertions": 2}
EVIDENCE = {"source": "a counter", "label": "measured", "n_ticks": 60, "relative_uncertainty": 0.01}
VERSION_1: dict[str, Any] = {
    "commit_info": {"id": "a" * 40, "branch": "main", "dirty": False},
    "datetime": "2026-01-01T00:00:00+00:00",
    "benchmarks": [
        {
            "fullname": "benchmarks/test_transcribe.py::test_transcribe[x]",
            "stats": {"data": [1.001, 1.101]},
            "extra_info": {
                "case": {**CASE, "family": "wav2vec2"},
                "n_utterances": 2,
                "audio_s": 10.0,
                "utterances": [{"id": f"u{i}", "talk": f"t{i}", "audio_s": 5.0} for i in range(2)],
                "latency_per_utterance_s": 0.525,
                "batch_latency_s": [[0.5, 0.5], [0.5, 0.6]],
                "rtf": 0.105,
                "rtfx": 9.5,
                "stage_s": {"preprocess": [0.1, 0.1], "encode": [0.7, 0.8], "decode": [0.2, 0.2]},
                "calibration_s": [0.04, 0.05],
                "n_tokens": 20,
                "padding_fraction": 0.1,
                "dtype": "float32",
                "flops": {"encode": 4e9, "decode": 2e9},
                "operators": None,
                "roofline": {
                    "encode": {"intensity": 3.0, "floor_s": 0.2, "share": 0.3, "bound": "arithmetic"}
                },
                "peak_resident_bytes": 5e8,
                "peak_allocated_bytes": None,
                "energy_j": 30.0,
                "energy_per_utterance_j": 15.0,
                "net_energy_j": 20.0,
                "stage_energy_j": {"encode": 25.0, "decode": None},
                "stages_add_up": True,
                "energy_evidence": {"whole": EVIDENCE, "encode": EVIDENCE},
                "hypotheses": ["one", "two"],
                "transcripts_repeat": False,
                "wer": 0.4,
                "errors": [
                    {"words": COUNTS, "characters": COUNTS, "raw_words": COUNTS, "alignment": "CCCCCCCCSDII"}
                ]
                * 2,
                "fingerprints": {"slice": "s", "weights": "w", "normaliser": "n", "decoding": "d"},
                "reasons": {"operators": "not counted"},
            },
        }
    ],
    "asr": {
        "schema_version": 1,
        "profile": "embedded",
        "plan": {"data": "embedded", "weights": "pretrained", "variants": {"baseline": {}}},
        "environment": {"cpu": "A processor", "n_threads": 2, "gpus": [{"name": "T4", "power_limit_w": 70}]},
        "session": {"wall_s": 9.0, "loading_s": 2.0},
        "peaks": {"cpu": {"device": "cpu", "flops_per_s": {"float32": 1e11}, "bytes_per_s": 6e9}},
        "oom_frontier": [],
        "outcomes": [
            {
                "name": "benchmarks/test_transcribe.py::test_transcribe[x]",
                "case": CASE,
                "outcome": "measured",
                "reason": None,
            }
        ],
    },
}


def test_version_1_says_what_it_said() -> None:
    run = parse_run(Path("old.json"), VERSION_1)
    (record,) = run.records.values()
    result = record.result
    assert result is not None
    assert record.case.id == "ctc-mini-cpu-5s-b1-baseline"
    assert (result.family, result.n_utterances, result.utterances.talks) == ("wav2vec2", 2, ("t0", "t1"))
    values = {key: by_key(key).read(result) for key in ("latency", "rtf", "wer", "flops", "energy", "memory")}
    assert values == {
        "latency": pytest.approx(0.525),
        "rtf": pytest.approx(0.105),
        "wer": pytest.approx(0.4),
        "flops": 3e9,
        "energy": 15.0,
        "memory": 5e8,
    }
    assert result.energy.whole.net_j == 20.0
    assert result.energy.stages["encode"].gross_j == 25.0
    assert result.energy.stages["decode"].gross_j is None
    assert result.quality.errors is not None
    assert result.quality.errors.words.insertions == (2, 2)
    assert result.quality.errors.alignments == ("CCCCCCCCSDII",) * 2
    assert result.work.roofline is not None
    assert result.work.roofline["encode"].share == 0.3
    assert not result.quality.transcripts_repeat
    assert run.environment.gpus[0].power_limit_w == 70
    assert run.block.peaks["cpu"].bytes_per_s == 6e9
    assert (run.block.profile, run.block.plan.data, run.block.session.loading_s) == (
        "embedded",
        "embedded",
        2.0,
    )


def test_energy_that_was_told_of_an_utterance_alone_is_that_of_all() -> None:
    old = copy.deepcopy(VERSION_1)
    del old["benchmarks"][0]["extra_info"]["energy_j"]
    (record,) = parse_run(Path("old.json"), old).records.values()
    assert record.result is not None
    assert record.result.energy.whole.gross_j == 30.0


@given(st.sampled_from([place for place in places(VERSION_1) if place]), JSON)
def test_anything_anywhere_in_version_1_is_read_or_refused_in_words(
    place: tuple[Any, ...], value: Any
) -> None:
    old = copy.deepcopy(VERSION_1)
    owner: Any = old
    for step in place[:-1]:
        owner = owner[step]
    owner[place[-1]] = value
    try:
        parse_run(Path("old.json"), old)
    except AsrHarnessError:
        return
