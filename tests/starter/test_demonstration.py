"""The scratch repository of the demonstration; .ci/run runs the whole of it, as README.md says."""

import subprocess
from pathlib import Path

import pytest

from asr_harness.ab.schedule import Pace
from asr_harness.cli.ab import duration_s
from asr_harness.cli.demo import outcome
from asr_harness.errors import StarterError
from asr_harness.starter.demonstration import PLANTED, RECOGNISER, Demonstration
from asr_harness.stats.sequential import MIN_FORKS, planned_looks


@pytest.fixture
def root(tmp_path: Path) -> Path:
    Demonstration.prepare(tmp_path / "repository", print)
    return tmp_path / "repository"


def git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("tag", PLANTED)
def test_each_commit_breaks_one_thing_and_is_a_program(root: Path, tag: str) -> None:
    assert git(root, "diff", "--name-only", "base", tag).split() == [RECOGNISER]
    broken = git(root, "show", f"{tag}:{RECOGNISER}")
    assert PLANTED[tag][1] in broken
    compile(broken, RECOGNISER, "exec")


def test_nothing_is_left_uncommitted(root: Path) -> None:
    assert git(root, "status", "--porcelain") == ""


def test_a_folder_that_is_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StarterError, match="is there already"):
        Demonstration.prepare(tmp_path, print)


def test_the_first_look_does_not_wait_for_the_budget(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[str] = []
    monkeypatch.setattr(Demonstration, "run", lambda _, *words: given.extend(words) or 1)
    assert Demonstration(root, print).show_slow_down("10m") == 1
    most = int(given[given.index("--forks") + 1])
    turn_time_s = float(given[given.index("--turn-time") + 1])
    assert planned_looks(most)[0][0] == MIN_FORKS
    # On a machine where a fork takes 30 s beside its rounds, every look fits.
    pace = Pace(duration_s("10m"), turn_time_s)
    pace.learn(30 + turn_time_s, turn_time_s)
    assert min(most, pace.n_forks(1)) == most


@pytest.mark.parametrize(
    ("status", "words"), [(1, "caught"), (3, "fewer than 5 forks fitted into 7m"), (2, "status 2")]
)
def test_what_became_of_it_is_said(status: int, words: str) -> None:
    assert words in outcome(status, "7m")
