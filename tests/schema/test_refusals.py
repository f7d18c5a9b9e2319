"""A damaged record is refused when its file is read, by the name of what is wrong."""

import math
import re
from pathlib import Path
from typing import Any

import pytest
from asr_harness.saved import parse_run

from asr_harness.errors import RecordError
from tests.saved_runs import content, measured, unmeasured

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


COUNTS = {"hits": 9, "substitutions": 1, "deletions": 0, "insertions": 0}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n_tokens", math.inf),
        ("audio_s", 10**400),
        ("peak_resident_bytes", math.nan),
        ("calibration_s", [0.0]),
        ("flops", {"encode": None}),
        ("operators", {"encode": -1}),
        ("errors", [{"words": COUNTS}] * 4),
        ("errors", [{"words": COUNTS, "characters": {"hits": 9}}] * 4),
        ("errors", [{"words": COUNTS, "characters": COUNTS | {"insertions": math.nan}}] * 4),
    ],
)
def test_a_figure_that_nobody_can_calculate_with_is_refused(name: str, value: Any) -> None:
    assert f"'{name}' of whisper-tiny" in refusal(content(measured(**{name: value})))


@pytest.mark.parametrize("seconds", [0.0, -1.0, math.nan, math.inf])
def test_a_round_takes_some_time(seconds: float) -> None:
    assert "took no finite time above 0" in refusal(content(measured(rounds_s=(1.0, seconds))))


def changed(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """Give a sound run in which one thing is another, or is missing where the value is GONE."""
    saved = content(measured(wrong=(0, 0, 0, 0)))
    owner: Any = saved
    for step in path[:-1]:
        owner = owner[step]
    if value is GONE:
        del owner[path[-1]]
    else:
        owner[path[-1]] = value
    return saved


GONE = object()
OUTCOME, BENCHMARK = ("asr", "outcomes", 0), ("benchmarks", 0)
CASE_WORDS = "a case of model, device, bucket, batch_size, variant"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("asr",), [], "'asr' of the file is [], not values by name"),
        (("asr", "schema_version"), GONE, "'schema_version' of the `asr` block is None, not a whole number"),
        (("asr", "schema_version"), "1", "'schema_version' of the `asr` block is '1', not a whole number"),
        (("asr", "outcomes"), None, "'outcomes' of the `asr` block is None, not a list of outcomes"),
        ((*OUTCOME, "name"), GONE, "'name' of outcome 1 is None, not a text"),
        ((*OUTCOME, "case"), "x", f"'case' of outcome 1 is 'x', not {CASE_WORDS}"),
        ((*OUTCOME, "case", "bucket"), GONE, f"not {CASE_WORDS}"),
        ((*OUTCOME, "case", "more"), 1, f"not {CASE_WORDS}"),
        ((*OUTCOME, "case", "batch_size"), 1.5, "is no case"),
        ((*OUTCOME, "outcome"), GONE, "outcome None of whisper-tiny-cpu-5s-b1-baseline is none of"),
        (("benchmarks",), None, "'benchmarks' of the file is None, not a list of benchmarks"),
        ((*BENCHMARK, "fullname"), GONE, "not a list of benchmarks with a fullname"),
        ((*BENCHMARK, "stats"), None, "'stats' of whisper-tiny-cpu-5s-b1-baseline is None"),
        ((*BENCHMARK, "stats", "data"), ["x"], "is ['x'], not seconds for each round"),
        ((*BENCHMARK, "extra_info"), [], "'extra_info' of whisper-tiny-cpu-5s-b1-baseline is []"),
        ((*BENCHMARK, "extra_info", "errors", 0, "words"), {"x": 1}, "not counts for each utterance"),
        ((*BENCHMARK, "extra_info", "errors", 0, "characters"), GONE, "not counts for each utterance"),
        (("commit_info",), "x", "'commit_info' of the file is 'x', not values by name"),
        (("datetime",), "yesterday", "'datetime' of the file is 'yesterday', not a time as ISO 8601 has it"),
        (("datetime",), 5, "'datetime' of the file is 5"),
        (("asr", "judgement"), {"regressions": 5}, "not a judgement with a list of regressions"),
        (("asr", "plan"), {"variants": [1]}, "not a plan with variants by name"),
    ],
)
def test_damage_is_told_in_words_and_not_in_pythons(path: tuple[Any, ...], value: Any, said: str) -> None:
    found = refusal(changed(path, value))
    assert said in found
    assert not re.search("[A-Z][a-z]+Error|NoneType|subscript|iterable|argument|attribute", found)


def test_an_outcome_without_a_reason_has_none() -> None:
    saved = content(unmeasured("oom"))
    del saved["asr"]["outcomes"][0]["reason"]
    (record,) = parse_run(PATH, saved).records.values()
    assert (record.outcome, record.reason) == ("oom", None)


def test_another_benchmark_of_the_same_session_is_passed_over() -> None:
    saved = content(measured())
    saved["benchmarks"].append({"fullname": "tests/test_other.py::test_it", "stats": {}, "extra_info": {}})
    assert len(parse_run(PATH, saved).records) == 1


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
