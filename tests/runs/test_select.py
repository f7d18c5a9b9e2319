"""Which runs a side means, and what is said of files that are none."""

import json
import shutil
from pathlib import Path

import pytest

from asr_harness.errors import RecordError
from asr_harness.runs import former_runs, known_runs, select_runs
from asr_harness.schema import load_run
from tests.saved_runs import CASE, content, measured, unmeasured, write_run

MAIN, OTHER = "a" * 40, "b" * 40


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    """Three runs as pytest-benchmark names them, the second of them of another branch."""
    for number, (commit, branch) in enumerate(((MAIN, "main"), (OTHER, "topic"), (MAIN, "main")), 1):
        path = tmp_path / "machine" / f"{number:04d}_{commit}_x.json"
        write_run(path, measured(), commit=commit, branch=branch, day=number)
    return tmp_path


def names(side: str, storage: Path) -> list[str]:
    return [run.path.name[:4] for run in select_runs(side, storage)]


def test_a_number_a_commit_a_folder_and_a_glob_find_their_runs(storage: Path) -> None:
    assert names("2", storage) == names("0002", storage) == ["0002"]
    assert names("aaaaaaa", storage) == ["0001", "0003"]
    assert names(str(storage), storage) == ["0001", "0002", "0003"]
    assert names(f"{storage}/*/*_b*.json", storage) == ["0002"]


def test_other_benchmarks_beside_the_runs_are_passed_over(storage: Path) -> None:
    plain = storage / "machine" / f"0004_{MAIN}_x.json"
    plain.write_text(json.dumps({"benchmarks": []}), "utf-8")
    assert names(str(storage), storage) == ["0001", "0002", "0003"]
    assert names("aaaaaaa", storage) == ["0001", "0003"]
    with pytest.raises(RecordError, match="plain pytest-benchmark JSON"):
        select_runs("4", storage)


def test_a_damaged_run_in_a_folder_is_not_passed_over(storage: Path) -> None:
    (storage / "machine" / "0004_x.json").write_text("{", "utf-8")
    with pytest.raises(RecordError, match="is not JSON"):
        select_runs(str(storage), storage)


def test_a_copy_of_a_run_is_no_second_one(storage: Path) -> None:
    shutil.copy(storage / "machine" / f"0001_{MAIN}_x.json", storage / "machine" / f"0009_{MAIN}_x.json")
    assert len(select_runs(str(storage), storage)) == len(known_runs(storage)) == 3


def test_a_commit_is_found_in_a_file_of_any_name(storage: Path) -> None:
    write_run(storage / "machine" / "0004_mine.json", measured(), commit=MAIN, day=9)
    assert names("aaaaaaa", storage) == ["0001", "0003", "0004"]


def test_a_glob_that_matches_a_folder_means_the_runs_in_it(storage: Path) -> None:
    assert names(f"{storage}/mach*", storage) == ["0001", "0002", "0003"]


@pytest.mark.parametrize("side", ["~no-such-user/x", "a**b", "a" * 300])
def test_what_cannot_even_be_looked_for_is_named(side: str, storage: Path) -> None:
    with pytest.raises(RecordError, match="cannot look for"):
        select_runs(side, storage)


def test_several_sides_join_without_repeating(storage: Path) -> None:
    assert names("3, 1, aaaaaaa", storage) == ["0001", "0003"]


def test_the_latest_of_a_branch_is_every_run_of_its_newest_commit(storage: Path) -> None:
    write_run(storage / "machine" / "0004_c_x.json", measured(), commit="c" * 40, day=9)
    write_run(storage / "machine" / "0005_c_x.json", measured(), commit="c" * 40, day=10)
    assert names("latest:main", storage) == ["0004", "0005"]


def test_a_run_that_regressed_is_no_baseline_unless_named(storage: Path) -> None:
    path = storage / "machine" / "0004_c_x.json"
    write_run(path, measured(), commit="c" * 40, day=9, regressions=("case latency",))
    assert names("latest:main", storage) == ["0001", "0003"]
    assert names("4", storage) == ["0004"]


def test_a_run_of_uncommitted_changes_is_no_baseline(tmp_path: Path) -> None:
    write_run(tmp_path / "0001_a_x.json", measured(), dirty=True)
    with pytest.raises(RecordError, match="skipped: 1 run with uncommitted changes; pass the file"):
        select_runs("latest:main", tmp_path)


@pytest.mark.parametrize("side", ["7", "ccccccc", "latest:gone", "*.none", "nonsense", ""])
def test_what_is_not_there_is_named(side: str, storage: Path) -> None:
    with pytest.raises(RecordError):
        select_runs(side, storage)


def test_a_run_reads_back_as_it_was_saved(tmp_path: Path) -> None:
    run = write_run(
        tmp_path / "run.json", measured(rounds_s=(1.0, 2.0)), unmeasured("oom", "x-cpu-5s-b4-fp16")
    )
    assert run.records[CASE].result.speed.rounds_s == (1.0, 2.0)
    assert run.records[CASE].result.family == "whisper"
    assert run.records["x-cpu-5s-b4-fp16"].outcome == "oom"
    assert run.records["x-cpu-5s-b4-fp16"].case.batch_size == 4
    assert run.label == "aaaaaaa"


def test_a_case_said_to_be_measured_without_figures_failed(tmp_path: Path) -> None:
    saved = content(measured())
    saved["benchmarks"] = []
    path = tmp_path / "run.json"
    path.write_text(json.dumps(saved), "utf-8")
    assert load_run(path).records[CASE].outcome == "failed"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not JSON"),
        ('{"benchmarks": [', "is not JSON"),
        ("[]", "holds no benchmarks"),
        ('{"benchmarks": []}', "plain pytest-benchmark JSON"),
        ('{"benchmarks": [], "asr": {"schema_version": 99}}', "schema version 99"),
        ('{"benchmarks": [], "asr": {"schema_version": 1, "outcomes": 3}}', "is damaged"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_a_broken_file_is_refused_with_its_name_and_its_fault(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text(text, "utf-8")
    with pytest.raises(RecordError, match=f"broken.json.*{said}"):
        load_run(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"gone\.json"):
        load_run(tmp_path / "gone.json")


def test_a_damaged_file_hides_no_history(storage: Path) -> None:
    (storage / "machine" / "0009_broken.json").write_text("{", "utf-8")
    assert len(known_runs(storage)) == 3


def test_former_runs_are_loaded_where_any_case_of_a_side_has_one_run_alone(storage: Path) -> None:
    both = select_runs("aaaaaaa", storage)
    assert former_runs(both, both, storage) == ()
    later = write_run(storage / "later.json", measured(), measured("other-cpu-5s-b1-baseline"), day=9)
    assert len(former_runs(both, (*both, later), storage)) == 4
