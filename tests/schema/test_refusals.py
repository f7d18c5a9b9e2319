"""Damage is refused where a file is read, by the name of what is wrong, and never in Python's words."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_harness.errors import AsrHarnessError, OtherBenchmarkError, RecordError
from asr_harness.schema import Case, CaseResult, Environment, SavedCase, Speed, load_run, parse_run
from asr_harness.schema.migrate import VERSION
from asr_harness.schema.part import load
from tests.saved_runs import CASE, content, measured, unmeasured

PATH = Path("run.json")
CASES, RESULT = ("asr", "cases", 0), ("benchmarks", 0, "extra_info")
GONE = object()


def refusal(saved: dict[str, Any]) -> str:
    with pytest.raises(RecordError) as caught:
        parse_run(PATH, saved)
    return str(caught.value)


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


@pytest.mark.parametrize("name", ["family", "n_utterances", "audio_s", "speed"])
def test_what_every_result_has_is_missed(name: str) -> None:
    assert f"run.json is damaged: {CASE}: " in refusal(changed((*RESULT, name), GONE))


@pytest.mark.parametrize(
    "name",
    ["n_utterances", "audio_s", "speed", "work", "memory", "energy", "quality", "utterances", "reasons"],
)
def test_a_text_in_place_of_a_part_is_refused_with_its_place(name: str) -> None:
    assert f"{CASE}: Expected" in (said := refusal(changed((*RESULT, name), "x")))
    assert f"at `$.{name}`" in said


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("asr",), [], "the `asr` block is [], not values by name"),
        (("asr", "schema_version"), GONE, "schema_version of the `asr` block is None, not a whole number"),
        (("asr", "schema_version"), "1", "schema_version of the `asr` block is '1', not a whole number"),
        (("asr", "schema_version"), True, "schema_version of the `asr` block is True, not a whole number"),
        (("asr", "cases"), None, "the `asr` block: Expected `array`, got `null` - at `$.cases`"),
        ((*CASES, "case"), "x", "at `$.cases[0].case`"),
        ((*CASES, "case", "bucket"), GONE, "missing required field `bucket`"),
        ((*CASES, "case", "bucket"), 5, "at `$.cases[0].case.bucket`"),
        ((*CASES, "case", "batch_size"), 1.5, "at `$.cases[0].case.batch_size`"),
        ((*CASES, "case", "batch_size"), 0, "at `$.cases[0].case.batch_size`"),
        ((*CASES, "outcome"), "exploded", "Invalid enum value 'exploded' - at `$.cases[0].outcome`"),
        (("asr", "environment"), None, "at `$.environment`"),
        (("asr", "environment", "gpus"), ["T4"], "at `$.environment.gpus[0]`"),
        (("asr", "environment", "versions"), None, "at `$.environment.versions`"),
        (("asr", "plan"), "study", "at `$.plan`"),
        (("asr", "plan"), {"variants": [1]}, "at `$.plan.variants`"),
        (("asr", "peaks"), {"cpu": {}}, "at `$.peaks[...]`"),
        (("asr", "judgement"), {"regressions": 5}, "at `$.judgement.regressions`"),
        (("benchmarks",), None, "benchmarks are None, not a list of benchmarks"),
        (("benchmarks", 0, "fullname"), GONE, "a benchmark has no fullname but None"),
        (("benchmarks", 0, "extra_info"), [], f"{CASE}: Expected `object`, got `array`"),
        ((*RESULT, "speed", "batch_latency_s"), [], "a measured case has no rounds"),
        ((*RESULT, "speed", "batch_latency_s"), [[0.0]], "a round took no time above 0"),
        ((*RESULT, "speed", "batch_latency_s"), [[-1.0]], "at `$.speed.batch_latency_s[0][0]`"),
        ((*RESULT, "speed", "batch_latency_s"), [[1e300]], "at `$.speed.batch_latency_s[0][0]`"),
        ((*RESULT, "speed", "calibration_s"), [0.0], "at `$.speed.calibration_s[0]`"),
        ((*RESULT, "speed", "stage_s", "decode"), GONE, "stage_s has to hold preprocess, encode, decode"),
        ((*RESULT, "speed", "stage_s", "decode"), [1.0], "all of as many rounds"),
        ((*RESULT, "work", "flops"), {"encode": None}, "at `$.work.flops[...]`"),
        ((*RESULT, "work", "operators"), {"encode": -1}, "at `$.work.operators[...]`"),
        ((*RESULT, "quality", "hypotheses"), ["x"], "hypotheses are 1 for 4 utterances"),
        ((*RESULT, "quality", "errors", "words", "hits"), [1], "are not of as many utterances"),
        ((*RESULT, "quality", "errors", "words", "hits", 0), -1, "at `$.quality.errors.words.hits[0]`"),
        ((*RESULT, "quality", "errors", "characters"), GONE, "missing required field `characters`"),
        ((*RESULT, "utterances", "talks"), ["a"], "ids, talks and audio_s are not of as many utterances"),
        (("commit_info",), "x", "commit_info: Expected `object`, got `str`"),
        (("commit_info", "id"), 5, "commit_info: Expected `str | null`, got `int` - at `$.id`"),
        (("datetime",), "yesterday", "datetime is 'yesterday', not a time as ISO 8601 has it"),
        (("datetime",), 5, "datetime is 5, not a time"),
    ],
)
def test_damage_is_told_in_words_and_not_in_pythons(path: tuple[Any, ...], value: Any, said: str) -> None:
    found = refusal(changed(path, value))
    assert said in found
    assert not re.search("[A-Z][a-z]+Error|NoneType|subscript|iterable|argument|attribute", found)


def test_two_cases_of_one_name_are_refused() -> None:
    saved = content(measured())
    saved["asr"]["cases"] *= 2
    assert f"two cases are called {CASE}" in refusal(saved)


def test_a_file_of_a_later_version_says_to_update() -> None:
    saved = content(measured())
    saved["asr"]["schema_version"] = VERSION + 1
    with pytest.raises(RecordError, match=f"knows {VERSION}: update it"):
        parse_run(PATH, saved)


def test_plain_pytest_benchmark_is_another_benchmark() -> None:
    with pytest.raises(OtherBenchmarkError, match="plain pytest-benchmark JSON"):
        parse_run(PATH, {"benchmarks": []})


def test_an_outcome_without_a_reason_has_none() -> None:
    saved = content(unmeasured("oom"))
    del saved["asr"]["cases"][0]["reason"]
    (record,) = parse_run(PATH, saved).records.values()
    assert (record.outcome, record.reason) == ("oom", None)


def test_another_benchmark_of_the_same_session_is_passed_over() -> None:
    saved = content(measured())
    saved["benchmarks"].append({"fullname": "tests/test_other.py::test_it", "stats": {}, "extra_info": {}})
    assert len(parse_run(PATH, saved).records) == 1


def test_a_measured_case_without_a_result_failed() -> None:
    saved = content(measured())
    saved["benchmarks"] = []
    (record,) = parse_run(PATH, saved).records.values()
    assert (record.outcome, record.result) == ("failed", None)


@pytest.mark.parametrize("text", ['{"benchmarks": [', "[1, 2]", "NaN", "[" * 100_000, '"\\ud800"'])
def test_what_is_no_run_at_all_says_so(text: str, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text(text)
    with pytest.raises(RecordError, match=r"run\.json"):
        load_run(path)


def test_half_a_surrogate_pair_stands_for_no_character(tmp_path: Path) -> None:
    saved = content(unmeasured("failed", reason="lost"))
    saved["asr"]["cases"][0]["reason"] = "lost \ud800 half"
    path = tmp_path / "run.json"
    path.write_text(json.dumps(saved))
    assert load_run(path).records[CASE].reason == "lost \N{REPLACEMENT CHARACTER} half"


@pytest.mark.parametrize(
    "make",
    [
        lambda: Speed(((-1.0,),), {}, (1.0,)),
        lambda: Speed(((1.0,),), dict.fromkeys(("preprocess", "encode", "decode"), (1.0,)), ("x",)),  # type: ignore[arg-type]
        lambda: Environment(cpu=5),  # type: ignore[arg-type]
    ],
)
def test_wrong_values_are_refused_where_a_part_is_made(make: Any) -> None:
    with pytest.raises(RecordError):
        make()


def test_half_a_surrogate_pair_is_refused_where_a_part_is_made() -> None:
    with pytest.raises(RecordError, match="surrogates not allowed"):
        SavedCase(Case("m", "cpu", "5s", 1, "baseline"), "failed", "lost \ud800 half")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List every place of a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, inner in items for place in places(inner, (*path, key)))]


PLACES = [place for place in places(content(measured(wrong=(0, 1, 0, 1)))) if place]


@given(st.sampled_from(PLACES), JSON)
def test_anything_anywhere_is_read_or_refused_in_words(place: tuple[Any, ...], value: Any) -> None:
    try:
        run = parse_run(PATH, changed(place, value))
    except AsrHarnessError:
        return
    assert run.label


@given(JSON)
def test_any_json_that_is_no_result_is_refused(value: Any) -> None:
    # A result has a family, rounds and more, which no value of these has.
    with pytest.raises(RecordError, match=r"^a case: "):
        load(CaseResult, value, "a case")


def test_a_name_of_a_megabyte_is_refused() -> None:
    said = refusal(changed(("asr", "environment", "cpu"), "x" * 1_000_000))
    assert "asr.environment.cpu has 1,000,000 characters, and at most 10,000 are read" in said


def test_reasons_are_cut_where_they_are_read() -> None:
    saved = changed((*RESULT, "reasons"), {"wer": "x" * 1_000_000})
    saved["asr"]["cases"].append(
        {"case": {**saved["asr"]["cases"][0]["case"], "bucket": "9s"}, "outcome": "oom"}
    )
    saved["asr"]["cases"][1]["reason"] = "y" * 1_000_000
    measured_, lost = parse_run(PATH, saved).records.values()
    assert measured_.result is not None
    assert len(measured_.result.reasons["wer"]) == len(lost.reason or "") == 4001
