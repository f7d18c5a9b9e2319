"""Former runs: which they are, and that the index has what is asked of them."""

import json
from pathlib import Path

import pytest

from asr_harness.judge import history_columns
from asr_harness.runs import former, former_runs, index, newest_runs, select_runs
from asr_harness.runs.merging import merge
from asr_harness.runs.summary import summarised
from tests.saved_runs import CASE, measured, write_run

OTHER = "other-cpu-5s-b1-baseline"


@pytest.fixture(autouse=True)
def always_indexed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have an index of a few small files, and one of files that were just written."""
    monkeypatch.setattr(index, "WORTH_BYTES", 0)
    monkeypatch.setattr(index, "SETTLED_S", 0.0)


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    """Runs in two folders, as two machines leave them."""
    for number, commit in enumerate("abab"):
        write_run(
            tmp_path / f"of_{number % 2}" / f"{number:04d}.json", measured(), commit=commit * 40, day=number
        )
    return tmp_path


def test_they_are_asked_for_where_any_case_of_a_side_has_one_run_alone(storage: Path) -> None:
    both = select_runs("aaaaaaa", storage)
    assert former_runs(both, both, (), storage) == ()
    later = write_run(storage / "later.json", measured(), measured(OTHER), day=9)
    assert len(former_runs(both, (*both, later), (), storage)) == 5


def test_they_are_the_newest_of_all_folders_and_each_once(
    storage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(former, "MAX_RUNS", 3)
    assert [run.head.path.name for run in newest_runs((), storage)] == ["0001.json", "0002.json", "0003.json"]
    copied = storage / "of_0" / "copy.json"
    copied.write_bytes((storage / "of_1" / "0003.json").read_bytes())
    assert len(newest_runs((), storage)) == 2


def test_a_damaged_file_hides_no_history(storage: Path) -> None:
    (storage / "of_1" / "broken.json").write_text("{", "utf-8")
    assert len(newest_runs((), storage)) == 4


def test_no_file_is_read_that_the_index_holds(storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = history_columns()
    runs = summarised(select_runs(str(storage)), columns)
    assert newest_runs(columns, storage) == runs
    monkeypatch.setattr(index, "load_run", lambda path: pytest.fail(f"read {path} again"))
    assert newest_runs(columns, storage) == runs
    assert former.with_columns(newest_runs((), storage)[1:3], columns) == list(runs[1:3])


def test_of_a_merged_run_the_part_that_is_wanted_alone_is_completed(tmp_path: Path) -> None:
    halves = [
        write_run(tmp_path / f"{cpu}.half", measured(case_id), environment={"cpu": cpu})
        for case_id, cpu in ((CASE, "A"), (OTHER, "B"))
    ]
    path = tmp_path / "merged.json"
    path.write_text(json.dumps(merge(halves, path).content))
    one, other = newest_runs((), tmp_path)
    for part in (one, other):
        (completed,) = former.with_columns([part], history_columns())
        assert (completed.cases, completed.machine) == (part.cases, part.machine)


def test_a_name_that_only_the_index_has_stands_for_no_run(storage: Path) -> None:
    newest_runs((), storage)
    (storage / "of_1" / "0003.json").unlink()
    (run,) = former.summaries_of([storage / "of_0" / "0002.json"], history_columns())
    assert [case.id for case in run.cases] == [CASE]
    assert len(newest_runs((), storage)) == 3
