"""Points along commits, and what changed in the environment between them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from asr_harness.metrics import by_key
from asr_harness.metrics.base import geometric_mean
from asr_harness.report.history import case_histories, commit_points, difference, measured_cases
from asr_harness.report.table import table
from asr_harness.runs.summary import Summary, summarised
from asr_harness.schema import CaseResult, Environment, Gpu, RunFile, SavedPlan, load_run
from tests.report import hand_made, made_up
from tests.saved_runs import errors, measured, write_run

SMALL: dict[str, Any] = {
    "models": ("whisper-tiny",),
    "buckets": ("5s",),
    "batch_sizes": (1,),
    "devices": ("cpu",),
}
LATENCY = by_key("latency")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[RunFile]:
    folder = tmp_path_factory.mktemp("history")
    made_up.write_study(folder / "0001_a.json", commit="a" * 40, hour=1, **SMALL)
    made_up.write_study(folder / "0002_a.json", commit="a" * 40, hour=2, seed=1, **SMALL)
    made_up.write_study(folder / "0003_b.json", commit="b" * 40, hour=3, torch="2.14.0", slower=2.0, **SMALL)
    return [load_run(path) for path in sorted(folder.iterdir())]


@pytest.fixture(scope="module")
def runs(files: list[RunFile]) -> tuple[Summary, ...]:
    return summarised(files)


def test_cases_that_were_measured_are_those_that_have_a_history(tmp_path: Path) -> None:
    # One that is not scored, one whose references are empty, and one that is scored in the second run alone.
    silent = measured("silent-cpu-5s-b1-baseline", errors=errors((0,) * 4, 0))
    first = write_run(tmp_path / "0.json", measured(), silent, measured("late-cpu-5s-b1-baseline"))
    scored = measured("late-cpu-5s-b1-baseline", wrong=(0, 1, 0, 0))
    runs = summarised([first, write_run(tmp_path / "1.json", scored, silent, day=1)])
    for metric in map(by_key, ("latency", "wer", "energy")):
        lines = case_histories(runs, commit_points(runs), metric)
        assert sorted(measured_cases(runs, metric)) == sorted({line.case for line in lines})
    assert measured_cases(runs, by_key("wer")) == ["late-cpu-5s-b1-baseline"]


def test_a_commit_in_one_environment_is_one_point(runs: Sequence[Summary]) -> None:
    assert [point.label for point in commit_points(runs)] == ["aaaaaaa", "bbbbbbb"]


def test_a_changed_environment_is_said(runs: Sequence[Summary]) -> None:
    changes = [point.changed for point in commit_points(runs)]
    assert changes == [None, "versions.torch 2.13.0 → 2.14.0"]


def test_a_line_has_the_geometric_mean_of_each_points_runs(
    files: list[RunFile], runs: Sequence[Summary]
) -> None:
    (line,) = case_histories(runs, commit_points(runs), LATENCY)
    rows = table(files)
    assert line.values[0] == pytest.approx(geometric_mean(list(rows["latency_s"][:2])))
    assert line.values[1] == pytest.approx(rows["latency_s"][2])
    assert line.case == "whisper-tiny-cpu-5s-b1-baseline"


def slice_run(
    audio_s: float = 40.0, data: str = "made up", weights: str = "pretrained", **run: Any
) -> RunFile:
    result = CaseResult("whisper", 8, audio_s, hand_made.speed())
    return hand_made.run(result, plan=SavedPlan(data=data, weights=weights), **run)


@pytest.mark.parametrize(
    ("other", "origins"),
    [
        ({"data": "tedlium"}, ["made up", "tedlium"]),
        ({"weights": "dummy"}, ["pretrained", "dummy"]),
        ({"audio_s": 5.0}, ["40 s", "5 s"]),
    ],
)
def test_another_corpus_or_slice_is_another_line(other: dict[str, Any], origins: list[str]) -> None:
    runs = summarised([slice_run(commit="a" * 40), slice_run(commit="b" * 40, **other)])
    lines = case_histories(runs, commit_points(runs), LATENCY)
    assert [line.origin for line in lines] == origins
    assert [value is None for line in lines for value in line.values] == [False, True, True, False]


def test_a_case_without_the_metric_has_no_line(runs: Sequence[Summary]) -> None:
    assert case_histories(runs, commit_points(runs), by_key("energy")) == ()


def test_a_gpu_more_is_said_in_words() -> None:
    assert difference(Environment(), Environment(gpus=(Gpu(name="T4"),))) == "gpus.0.name none → T4"
    assert difference(Environment(), Environment(cuda="12.8")) == "cuda none → 12.8"


def test_many_changes_are_counted() -> None:
    old, new = (Environment(versions={str(i): value for i in range(6)}) for value in ("1", "2"))
    changes = ", ".join(f"versions.{i} 1 → 2" for i in range(4))
    assert difference(old, new) == f"{changes}, and 2 more"
