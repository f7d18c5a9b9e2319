"""Narrowing and widening the grid."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from asr_harness.errors import DataError, GridError
from asr_harness.grid import Grid, Plan, Profile, make_plan
from asr_harness.systems import Variant, is_own
from benchmarks.grid import BATCH_SIZES, BUCKETS_S, DEVICES, GRID, STUDY_MODELS


def parse_bucket(text: str) -> tuple[str, tuple[float, float]]:
    name, _, limits = text.partition("=")
    low, _, high = limits.partition("-")
    return name, (float(low), float(high))


def plan(**choices: object) -> Plan:
    return make_plan(GRID, parse_bucket=parse_bucket, custom_models=("mine",), **choices)


def test_the_study_has_240_baseline_cases() -> None:
    cases = plan(profile="study").cases
    assert len(cases) == len(set(cases)) == 240
    assert len(cases) == len(STUDY_MODELS) * len(DEVICES) * len(BUCKETS_S) * len(BATCH_SIZES)


def test_a_case_has_a_readable_id() -> None:
    assert plan(profile="study").cases[0].id == "whisper-tiny-cpu-5s-b1-baseline"


def test_ids_are_unique() -> None:
    ids = [case.id for case in plan(profile="study", variants=["baseline", "fp16+beam5"]).cases]
    assert len(ids) == len(set(ids)) == 480


def test_two_checkpoints_of_one_name_are_refused(tmp_path: Path) -> None:
    folders = [tmp_path / parent / "checkpoint-500" for parent in "ab"]
    for folder in folders:
        folder.mkdir(parents=True)
    with pytest.raises(GridError, match=r"two models are called 'checkpoint-500': .*a.* and .*b.*rename"):
        plan(models=list(map(str, folders)))
    assert len(plan(models=[str(folders[0])] * 2).sources) == 1


def test_a_bucket_given_twice_with_other_limits_is_refused() -> None:
    with pytest.raises(GridError, match=r"two buckets are called 'x': \(1.0, 2.0\) and \(3.0, 4.0\)"):
        plan(buckets=["x=1-2", "x=3-4"])
    with pytest.raises(GridError, match="two buckets are called '5s'"):
        plan(buckets=["5s", "5s=1-2"])


@pytest.mark.parametrize("name", ["run_12:30", "lr=1e-4,wd=0.1"])
def test_a_folder_is_a_checkpoint_whatever_its_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    (case_name,) = plan(models=[str(folder)]).sources
    assert case_name == name.replace(":", "_").replace(",", "_")
    assert not is_own(str(folder))


def test_the_working_folder_has_its_own_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "final"
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert plan(models=["."]).sources == {"final": "."}


def test_every_axis_can_be_narrowed() -> None:
    cases = plan(
        profile="study",
        models=["whisper-tiny"],
        devices=["cpu"],
        buckets=["15s"],
        batch_sizes=["4"],
        variants=["eager"],
    ).cases
    assert [case.id for case in cases] == ["whisper-tiny-cpu-15s-b4-eager"]


@pytest.mark.parametrize(
    ("axis", "value", "message"),
    [
        ("profile", "huge", r"unknown profile 'huge'; known are: embedded, smoke, study"),
        (
            "models",
            ["whisper-huge"],
            r"unknown model 'whisper-huge' \(did you mean 'whisper-.*'\?\); known are: whisper-tiny, .*mine",
        ),
        ("models", ["whisper-tny"], r"'whisper-tny' \(did you mean 'whisper-tiny'\?\)"),
        ("devices", ["abacus"], r"unknown device 'abacus'; known are: cpu, cuda"),
        ("devices", ["gpu"], r"unknown device 'gpu' \(did you mean 'cuda'\?\); known are: cpu, cuda"),
        ("devices", ["GPU:1"], r"unknown device 'GPU' \(did you mean 'cuda'\?\)"),
        ("buckets", ["7s"], r"unknown bucket '7s'; known are: 5s, 15s, 30s, 60s, NAME=LOW-HIGH"),
        ("batch_sizes", ["0"], r"batch size '0' is not a whole number above 0"),
        ("batch_sizes", ["four"], r"batch size 'four' is not"),
        ("variants", ["fp8"], r"unknown variant 'fp8'; known are: baseline, fp16"),
        ("variants", ["fp16+fp8"], r"unknown variant 'fp8'"),
    ],
)
def test_an_unknown_value_lists_the_known_ones(axis: str, value: object, message: str) -> None:
    with pytest.raises(GridError, match=message):
        plan(**{axis: value})


def test_variants_joined_by_plus_hold_together() -> None:
    assert plan(variants=["fp16+beam5"]).variants == {"fp16+beam5": Variant(dtype="float16", beams=5)}


def test_a_device_of_the_grid_may_be_named_by_index() -> None:
    assert {case.device for case in plan(devices=["cuda:1", "mps"]).cases} == {"cuda:1", "mps"}


@pytest.mark.parametrize("name", ["tpu:1", ":1"])
def test_an_index_makes_no_unknown_device_known(name: str) -> None:
    with pytest.raises(GridError, match="unknown device"):
        plan(devices=[name])


def test_a_bucket_of_ones_own_has_its_own_limits() -> None:
    assert plan(buckets=["10s=8-12"]).buckets_s == {"10s": (8.0, 12.0)}


def test_a_hub_id_is_a_model_under_its_last_name() -> None:
    assert plan(models=["openai/whisper-small.en"]).sources == {"whisper-small.en": "openai/whisper-small.en"}


def test_the_hub_id_of_a_known_model_keeps_its_name() -> None:
    assert plan(models=["openai/whisper-tiny"]).sources == {"whisper-tiny": "openai/whisper-tiny"}


def test_a_namesake_of_a_known_model_gets_its_full_name() -> None:
    assert plan(models=["someone/whisper-tiny"]).sources == {"someone--whisper-tiny": "someone/whisper-tiny"}


def test_a_checkpoint_folder_is_a_model(tmp_path: Path) -> None:
    folder = tmp_path / "my-model"
    folder.mkdir()
    assert plan(models=[str(folder)]).sources == {"my-model": str(folder)}


def test_ones_own_transcriber_is_a_model() -> None:
    assert plan(models=["mine", "package.module:load"]).sources == {
        "mine": "mine",
        "package.module.load": "package.module:load",
    }


def test_cases_of_one_model_follow_one_another_so_that_it_loads_once() -> None:
    keys = [(case.model, case.device, case.variant) for case in plan(profile="study").cases]
    assert len([key for key, before in zip(keys, [None, *keys], strict=False) if key != before]) == 12


def test_a_grid_of_ones_own_needs_its_models_alone() -> None:
    plan = make_plan(Grid({"mine": "my_asr:load"}), parse_bucket=parse_bucket)
    assert [case.id for case in plan.cases] == ["mine-cpu-5s-b1-baseline", "mine-cpu-15s-b1-baseline"]
    assert (plan.profile, plan.data, plan.weights) == ("default", "embedded", "pretrained")


def test_the_first_profile_is_the_default() -> None:
    profiles = {name: Profile(("mine",)) for name in ("quick", "full")}
    assert Grid({"mine": "my_asr:load"}, profiles=profiles).default_profile == "quick"


@pytest.mark.parametrize("models", [(), "mine"])
def test_a_profile_that_would_measure_nothing_or_letters_is_refused(models: tuple[str, ...]) -> None:
    with pytest.raises(GridError, match="models takes a tuple with at least one text"):
        Profile(models)


def test_a_default_profile_that_is_none_is_refused() -> None:
    with pytest.raises(GridError, match="unknown profile 'full'; known are: default"):
        Grid({"mine": "my_asr:load"}, default_profile="full")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"buckets": ("05s",)}, r"profile 'full': unknown bucket '05s' \(did you mean '5s'\?\)"),
        ({"devices": ("gpu",)}, r"profile 'full': unknown device 'gpu' \(did you mean 'cuda'\?\)"),
        (
            {"variants": ("fp16+beam_5",)},
            r"profile 'full': unknown variant 'beam_5' \(did you mean 'beam5'\?\)",
        ),
    ],
)
def test_every_profile_is_checked_when_the_grid_is_made(wrong: dict[str, Any], message: str) -> None:
    sound = Profile(("mine",), devices=("cpu", "cuda:1"), buckets=("5s", "all=1-9"), variants=("fp16+beam5",))
    with pytest.raises(GridError, match=message):
        Grid({"mine": "my_asr:load"}, profiles={"quick": sound, "full": replace(sound, **wrong)})


def test_a_grid_without_profiles_takes_what_it_has() -> None:
    grid = Grid(
        {"mine": "my_asr:load"}, devices=("cuda",), buckets_s={"all": (1.0, 9.0)}, variants={"loud": {}}
    )
    assert [case.id for case in make_plan(grid, parse_bucket=parse_bucket).cases] == ["mine-cuda-all-b1-loud"]


def test_a_language_that_nobody_knows_needs_a_normaliser_by_name() -> None:
    with pytest.raises(DataError, match="language 'xx' is no code that is known"):
        plan(language="xx")
    assert plan(language="xx", normaliser="basic").language == "xx"
