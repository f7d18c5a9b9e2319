"""Which runs a side means, and what is said of files that are none."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from asr_harness.errors import RecordError
from asr_harness.runs import STORAGE, known_runs, select_runs, select_summaries, sides
from asr_harness.runs.select import all_of
from asr_harness.schema import load_run
from tests.ab.test_worktrees import git
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


def test_a_damaged_run_among_sound_ones_is_passed_over_where_somebody_hears_of_it(storage: Path) -> None:
    (storage / "machine" / f"0004_{MAIN}_x.json").write_text("{", "utf-8")
    for side in (str(storage), f"{storage}/machine/*.json", MAIN):
        with pytest.raises(RecordError, match=r"is not JSON .*; move or delete it"):
            select_runs(side, storage)
        heard: list[str] = []
        runs = select_runs(side, storage, tell=heard.append)
        assert len(select_summaries(side, storage, tell=heard.append)) == len(runs) >= 2
        assert len(heard) == 2
        assert all(line.startswith("passed over: ") and "0004_" in line for line in heard)


@pytest.mark.parametrize("side", ["4", "FILE", "FOLDER"])
def test_a_damaged_run_that_was_named_or_stands_alone_is_an_error(side: str, storage: Path) -> None:
    broken = storage / "broken" / "0004_x.json"
    broken.parent.mkdir()
    broken.write_text("{", "utf-8")
    named = {"FILE": str(broken), "FOLDER": str(broken.parent)}.get(side, side)
    with pytest.raises(RecordError, match="is not JSON"):
        select_runs(named, storage, tell=lambda _: None)


def test_a_copy_of_a_run_is_no_second_one(storage: Path) -> None:
    shutil.copy(storage / "machine" / f"0001_{MAIN}_x.json", storage / "machine" / f"0009_{MAIN}_x.json")
    assert len(select_runs(str(storage), storage)) == len(known_runs(storage)) == 3


def test_a_commit_is_found_in_a_file_of_any_name(storage: Path) -> None:
    write_run(storage / "machine" / "0004_mine.json", measured(), commit=MAIN, day=9)
    assert names("aaaaaaa", storage) == ["0001", "0003", "0004"]


def test_what_was_taken_side_by_side_is_found_by_its_own_folder_alone(storage: Path) -> None:
    write_run(storage / "ab" / "machine" / f"0001_{MAIN}_y.json", measured(), commit=MAIN, day=4)
    write_run(storage / "bisect" / "machine" / f"0001_{MAIN}_z.json", measured(), commit=MAIN, day=5)
    assert names("1", storage) == ["0001"]
    assert names("aaaaaaa", storage) == ["0001", "0003"]
    assert names("latest:main", storage) == ["0001", "0003"]
    assert names(str(storage), storage) == ["0001", "0002", "0003"]
    assert names(str(storage / "ab"), storage) == ["0001"]


def test_a_glob_that_matches_a_folder_means_the_runs_in_it(storage: Path) -> None:
    assert names(f"{storage}/mach*", storage) == ["0001", "0002", "0003"]


@pytest.mark.parametrize("side", ["~no-such-user/x", "a**b", "a" * 300])
def test_what_cannot_even_be_looked_for_is_named(side: str, storage: Path) -> None:
    # From Python 3.13 on `**` may stand anywhere in a pattern.
    with pytest.raises(RecordError, match=r"cannot look for|no file matches 'a\*\*b'"):
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


def test_a_run_whose_judgement_was_left_open_is_no_baseline_unless_accepted(storage: Path) -> None:
    path = storage / "machine" / "0004_c_x.json"
    write_run(path, measured(), commit="c" * 40, day=9, judged_status=3)
    told: list[str] = []
    runs = select_runs("latest:main", storage, tell=told.append)
    assert [run.path.name.split("_")[0] for run in runs] == ["0001", "0003"]
    assert "1 run whose own judgement was left open" in told[0]
    assert names("4", storage) == ["0004"]
    write_run(path, measured(), commit="c" * 40, day=9, judged_status=0)  # --undecided pass
    assert names("latest:main", storage) == ["0004"]


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
    result = run.records[CASE].result
    assert result is not None
    assert result.speed.rounds_s == (1.0, 2.0)
    assert result.family == "whisper"
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


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, list[str]]:
    """A repository that one stands in, three commits on main, the last one tagged, and a run of each."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    made = []
    for number in range(3):
        git(folder, "commit", "-qm", str(number), "--allow-empty")
        made.append(git(folder, "rev-parse", "HEAD"))
        # The older the commit, the later it was measured, and all of them on a detached head.
        path = folder / ".benchmarks" / f"{number}.json"
        write_run(path, measured(), commit=made[-1], branch="(detached head)", day=20 - number)
    git(folder, "tag", "v1")
    monkeypatch.chdir(folder)
    return folder / ".benchmarks", made


def commits_of(side: str, storage: Path, **options: Any) -> list[str | None]:
    return [run.commit for run in select_runs(side, storage, **options)]


def test_a_side_is_whatever_git_calls_a_commit(history: tuple[Path, list[str]]) -> None:
    storage, made = history
    assert commits_of("HEAD~1", storage) == [made[1]]
    assert commits_of("v1", storage) == commits_of("main", storage) == [made[2]]
    assert sides("v1~1...main", None) == (made[1], made[2])


def test_the_latest_is_by_ancestry_and_never_what_is_judged(history: tuple[Path, list[str]]) -> None:
    storage, made = history
    assert commits_of("latest:main", storage) == [made[2]]
    assert commits_of("latest:main", storage, excluding={made[2]}) == [made[1]]


def test_a_damaged_file_that_was_passed_over_is_told(history: tuple[Path, list[str]]) -> None:
    storage, made = history
    (storage / "2.json").write_text("{", "utf-8")
    told: list[str] = []
    assert commits_of("latest:main", storage, tell=told.append) == [made[1]]
    assert len(told) == 1
    assert "passed over: " in told[0]
    assert "2.json" in told[0]


def test_a_latest_by_the_saved_name_alone_is_told(history: tuple[Path, list[str]]) -> None:
    storage, _ = history
    write_run(storage / "9.json", measured(), commit=OTHER, branch="gone", day=30)
    told: list[str] = []
    assert commits_of("latest:gone", storage, tell=told.append) == [OTHER]
    assert told == [
        "latest:gone: git knows no branch 'gone' here; taken: the newest that was saved under that name"
    ]
    told.clear()
    commits_of("latest:main", storage, tell=told.append)
    assert not told


def test_outside_a_repository_a_ref_is_refused_with_what_git_says(
    storage: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RecordError, match=r"not a git repository.*run it inside a git repository"):
        select_runs("HEAD~1", storage)


def test_what_is_there_is_listed_by_commit_and_branch(storage: Path) -> None:
    with pytest.raises(RecordError, match="newest first: 2 of aaaaaaa on main, 1 of bbbbbbb on topic"):
        select_runs("latest:gone", storage)


def test_a_number_that_is_none_is_answered_with_the_newest_that_are(storage: Path) -> None:
    with pytest.raises(RecordError, match=r"no run number 77 under .*; there are, newest first: 3, 2, 1$"):
        select_runs("77", storage)


def test_runs_in_a_folder_above_are_named_as_far_as_the_top_of_the_repository(
    storage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (storage / "machine").rename(storage / ".benchmarks")
    monkeypatch.chdir(storage)
    assert all_of(STORAGE) == ".benchmarks"
    (storage / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(storage / "a" / "b")
    above = "nothing is saved there, but in ../../.benchmarks: give --storage ../../.benchmarks"
    with pytest.raises(RecordError, match=rf"no saved run under .benchmarks; {above}"):
        all_of(STORAGE)
    with pytest.raises(RecordError, match=above):
        select_runs("7")
    (storage / "a" / ".git").mkdir()
    with pytest.raises(RecordError, match="nothing is saved there: run `pytest benchmarks/"):
        all_of(STORAGE)


def test_one_side_alone_is_refused_with_the_way_out() -> None:
    with pytest.raises(RecordError, match="is one side; give two"):
        sides("main", None)


@pytest.mark.parametrize("rounds_s", [(1.0, 2.0), (1.0, 2.5)])
def test_of_version_1_what_was_resumed_is_known_by_its_rounds(
    tmp_path: Path, rounds_s: tuple[float, ...]
) -> None:
    other = "x-cpu-5s-b4-fp16"
    write_run(tmp_path / "0001_a.json", measured(rounds_s=(1.0, 2.0)), unmeasured("interrupted", other))
    write_run(tmp_path / "0002_a.json", measured(rounds_s=rounds_s), measured(other), day=1)
    resumed = rounds_s == (1.0, 2.0)
    assert names(str(tmp_path), tmp_path) == (["0002"] if resumed else ["0001", "0002"])
