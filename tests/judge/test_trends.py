"""Rows over commits, of runs made by hand."""

import random
from pathlib import Path

import pytest

from asr_harness.errors import RecordError
from asr_harness.judge.trends import judge_trends
from asr_harness.metrics import by_key
from asr_harness.report.trends import headline, lines
from asr_harness.runs.summary import Summary, summarised
from tests.saved_runs import Made, measured, write_run

LATENCY = by_key("latency")
CASES = ("ctc-cpu-5s-b1-baseline", "ctc-cpu-15s-b1-baseline")


def commit(number: int) -> str:
    return f"{number:07x}".ljust(40, "0")


def cases(scale: float, pace: float = 1.0) -> list[Made]:
    return [measured(case, rounds_s=(scale * pace,) * 3, calibration_s=(0.02 * pace,) * 3) for case in CASES]


def history(folder: Path, scales: list[float], **described: object) -> tuple[Summary, ...]:
    rng = random.Random(4)
    return summarised(
        write_run(
            folder / f"{i:04d}.json",
            *cases(scale * rng.gauss(1, 0.01), rng.gauss(1, 0.2)),
            commit=commit(i),
            day=i,
            **described,
        )
        for i, scale in enumerate(scales)
    )


def test_a_step_names_its_commit_though_the_machine_changes_pace(tmp_path: Path) -> None:
    (row,) = judge_trends(history(tmp_path, [1.0] * 8 + [1.1] * 8), LATENCY)
    assert row.calibrated
    assert row.is_worse
    ((name, n_points, kind, change, where),) = lines([row])
    assert (name, n_points, kind) == ("ctc-cpu-*-baseline", "16", "step")
    assert 8 < float(change.split()[0]) < 12
    assert where.startswith(commit(8)[:7])
    assert headline([row]) == "1 row, 1 worse than before"


def test_commits_that_measured_different_cases_of_a_row_are_no_series(tmp_path: Path) -> None:
    runs = [
        write_run(tmp_path / f"{i}.json", case, commit=commit(i), day=i)
        for i, case in enumerate(cases(1.0, 1.0))
    ]
    assert judge_trends(summarised(runs), LATENCY) == ()


def test_what_was_undone_is_not_worse(tmp_path: Path) -> None:
    (row,) = judge_trends(history(tmp_path, [1.0] * 8 + [1.2] * 8 + [1.0] * 8), LATENCY)
    assert [step.place for step in row.drift.steps] == [8, 16]
    assert not row.is_worse


def test_an_improvement_that_is_lost_again_is_worse(tmp_path: Path) -> None:
    (row,) = judge_trends(history(tmp_path, [1.0] * 8 + [0.8] * 8 + [1.0] * 8), LATENCY)
    assert row.is_worse


def test_other_environments_are_judged_apart(tmp_path: Path) -> None:
    before = history(tmp_path / "a", [1.0] * 8)
    after = history(tmp_path / "b", [1.5] * 9, environment={"python": "3.14.0"})
    rows = judge_trends((*before, *after), LATENCY)
    assert [(row.circumstances, len(row.values), row.drift.kind) for row in rows] == [
        (2, 8, "steady"),
        (1, 9, "steady"),
    ]


def test_runs_of_uncommitted_changes_are_no_points(tmp_path: Path) -> None:
    assert judge_trends(history(tmp_path, [1.0] * 8, dirty=True), LATENCY) == ()


def test_few_commits_are_said_to_be_too_few(tmp_path: Path) -> None:
    rows = judge_trends(history(tmp_path, [1.0, 2.0]), LATENCY)
    assert lines(rows)[0][2] == "too few"
    assert headline(rows) == "1 row, none worse than before, 1 with fewer than 7 commits"


def test_a_commit_without_a_usual_case_is_left_out(tmp_path: Path) -> None:
    runs = history(tmp_path, [1.0] * 8)
    alone = write_run(tmp_path / "9.json", cases(1.0)[0], commit="f" * 40, day=9)
    (row,) = judge_trends((*runs, *summarised([alone])), LATENCY)
    assert "fffffff" not in row.labels


def test_a_rate_has_no_trend(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"wer has no trend: .* choose a time, energy or memory"):
        judge_trends(history(tmp_path, [1.0]), by_key("wer"))


def sliced(folder: Path, slices: list[dict[str, str]]) -> tuple[Summary, ...]:
    """Give a run for each mapping of cases to slices; those of another slice take twice as long."""
    return summarised(
        write_run(
            folder / f"{i:04d}.json",
            *[
                measured(case, rounds_s=(2.0 if name == "new" else 1.0,) * 3, fingerprints={"slice": name})
                for case, name in of_cases.items()
            ],
            commit=commit(i),
            day=i,
        )
        for i, of_cases in enumerate(slices)
    )


def test_another_corpus_is_a_row_of_its_own_and_no_step(tmp_path: Path) -> None:
    old, new = (dict.fromkeys(CASES, name) for name in ("old", "new"))
    rows = judge_trends(sliced(tmp_path, [old] * 8 + [new] * 8), LATENCY)
    assert [(row.circumstances, len(row.values), row.drift.kind) for row in rows] == [
        (2, 8, "steady"),
        (1, 8, "steady"),
    ]
    assert [line[0] for line in lines(rows)] == ["ctc-cpu-*-baseline (other slices)", "ctc-cpu-*-baseline"]


def test_a_run_of_few_cases_is_of_the_slices_that_it_does_not_contradict(tmp_path: Path) -> None:
    all_of, first = dict.fromkeys(CASES, "old"), {CASES[0]: "old"}
    (row,) = judge_trends(sliced(tmp_path, [first, all_of, all_of, all_of, first]), LATENCY)
    assert row.labels == tuple(commit(i)[:7] for i in (1, 2, 3))
