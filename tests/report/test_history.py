"""Points along commits, and what changed in the environment between them."""

from typing import Any

import pytest

from asr_harness import tidy
from asr_harness.report.history import difference, lines, points
from asr_harness.saved import SavedRun
from asr_harness.selecting import select_runs
from tests.report import made_up

SMALL: dict[str, Any] = {
    "models": ("whisper-tiny",),
    "buckets": ("5s",),
    "batch_sizes": (1,),
    "devices": ("cpu",),
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[SavedRun, ...]:
    folder = tmp_path_factory.mktemp("history")
    made_up.write_study(folder / "0001_a.json", commit="a" * 40, hour=1, **SMALL)
    made_up.write_study(folder / "0002_a.json", commit="a" * 40, hour=2, seed=1, **SMALL)
    made_up.write_study(folder / "0003_b.json", commit="b" * 40, hour=3, torch="2.14.0", slower=2.0, **SMALL)
    return select_runs(str(folder))


def test_a_commit_in_one_environment_is_one_point(runs: tuple[SavedRun, ...]) -> None:
    assert [point.label for point in points(runs)] == ["aaaaaaa", "bbbbbbb"]


def test_a_changed_environment_is_said(runs: tuple[SavedRun, ...]) -> None:
    assert [point.changed for point in points(runs)] == [None, "versions.torch 2.13.0 → 2.14.0"]


def test_a_line_has_the_median_of_each_point(runs: tuple[SavedRun, ...]) -> None:
    table = tidy.table(runs)
    (line,) = lines(table, points(runs), "latency_s")
    first = table[table["label"] == "aaaaaaa"]["latency_s"].median()
    assert line.values[0] == pytest.approx(first)
    assert line.case == "whisper-tiny-cpu-5s-b1-baseline"


@pytest.mark.parametrize(
    ("other", "kinds"),
    [
        ({"data": "tedlium"}, ["made up", "tedlium"]),
        ({"weights": "dummy"}, ["pretrained", "dummy"]),
        ({"slice_audio_s": 5.0}, ["40 s", "5 s"]),
    ],
)
def test_another_corpus_or_slice_is_another_line(
    other: dict[str, Any], kinds: list[str], runs: tuple[SavedRun, ...]
) -> None:
    table = tidy.table(runs)
    found = lines(
        table.assign(**{name: [*table[name][:-1], value] for name, value in other.items()}),
        points(runs),
        "latency_s",
    )
    assert [line.kind for line in found] == kinds
    assert [value is None for line in found for value in line.values] == [False, True, True, False]


def test_a_case_without_the_metric_has_no_line(runs: tuple[SavedRun, ...]) -> None:
    assert lines(tidy.table(runs), points(runs), "energy_per_utterance_j") == ()


def test_a_gpu_more_is_said_in_words() -> None:
    assert difference({"gpus": []}, {"gpus": [{"name": "T4"}]}) == "gpus.0.name none → T4"
    assert difference({"cuda": None}, {"cuda": "12.8"}) == "cuda none → 12.8"


def test_many_changes_are_counted() -> None:
    old, new = ({str(i): value for i in range(6)} for value in (1, 2))
    assert difference(old, new) == "0 1 → 2, 1 1 → 2, 2 1 → 2, 3 1 → 2, and 2 more"
