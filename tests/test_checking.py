"""A damaged record is refused when its file is read, by the name of what is wrong."""

import math
from pathlib import Path
from typing import Any

import pytest

from asr_harness.errors import RecordError
from asr_harness.saved import parse_run
from tests.saved_runs import content, measured

REQUIRED = ("case", "n_utterances", "audio_s", "utterances", "batch_latency_s", "stage_s", "calibration_s")
PATH = Path("run.json")


def refusal(saved: dict[str, Any]) -> str:
    with pytest.raises(RecordError) as caught:
        parse_run(PATH, saved)
    return str(caught.value)


@pytest.mark.parametrize("name", REQUIRED)
def test_a_figure_that_every_case_has_is_missed(name: str) -> None:
    case = measured()
    del case["extra_info"][name]
    assert f"run.json is damaged: '{name}' of whisper-tiny-cpu-5s-b1-baseline is None" in refusal(
        content(case)
    )


@pytest.mark.parametrize(
    "name",
    [
        *REQUIRED,
        "operators",
        "flops",
        "roofline",
        "energy_evidence",
        "reasons",
        "errors",
        "wer",
        "hypotheses",
    ],
)
def test_a_text_in_place_of_a_figure_is_refused(name: str) -> None:
    assert f"'{name}' of whisper-tiny" in refusal(content(measured(**{name: "x"})))


@pytest.mark.parametrize("name", ["flops", "reasons", "energy_evidence", "errors", "hypotheses"])
def test_what_was_not_measured_may_be_null(name: str) -> None:
    assert parse_run(PATH, content(measured(**{name: None}))).records


def test_a_rate_that_is_not_a_number_is_one_that_was_not_measured() -> None:
    assert parse_run(PATH, content(measured(wer=math.nan))).records


@pytest.mark.parametrize("seconds", [0.0, -1.0, math.nan, math.inf])
def test_a_round_takes_some_time(seconds: float) -> None:
    assert "took no finite time above 0" in refusal(content(measured(rounds_s=(1.0, seconds))))


def test_a_transcript_for_each_utterance_is_needed() -> None:
    assert "'hypotheses' of whisper-tiny-cpu-5s-b1-baseline are 1 for 4" in refusal(
        content(measured(hypotheses=["x"]))
    )


@pytest.mark.parametrize(("axis", "value"), [("bucket", 5), ("batch_size", "4"), ("batch_size", 0)])
def test_an_axis_of_the_wrong_kind_is_refused(axis: str, value: Any) -> None:
    saved = content(measured())
    saved["asr"]["outcomes"][0]["case"][axis] = value
    assert "is no case: four names and a batch size above 0" in refusal(saved)


def test_an_unknown_outcome_is_refused() -> None:
    saved = content(measured())
    saved["asr"]["outcomes"][0]["outcome"] = "exploded"
    assert "outcome 'exploded' of whisper-tiny-cpu-5s-b1-baseline is none of measured, oom" in refusal(saved)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("environment", None),
        ("environment", {"gpus": ["T4"]}),
        ("environment", {"versions": None}),
        ("plan", "study"),
        ("peaks", {"cpu": {}}),
    ],
)
def test_a_part_of_the_block_of_the_wrong_kind_is_refused(name: str, value: Any) -> None:
    saved = content(measured())
    saved["asr"][name] = value
    assert f"'{name}' of the `asr` block is" in refusal(saved)


def test_a_commit_that_is_no_text_is_refused() -> None:
    saved = content(measured())
    saved["commit_info"]["id"] = 5
    assert "'id' of the commit is 5, not a text" in refusal(saved)
