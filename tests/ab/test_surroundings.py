"""`asr-harness ab` from a hook, a linked worktree, under signals and beside other plugins."""

import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from asr_harness.runs.scratch import OWNER
from tests.ab.test_own_code import CONFTEST, HARNESS, ab, assert_each_ran_its_own, make
from tests.ab.test_worktrees import git

pytestmark = pytest.mark.heavy

FEW = "--forks=1 --turn-time=0 --undecided=pass"
START = "import sys; from asr_harness.cli import main; sys.exit(main())"
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT]


def state(project: Path) -> tuple[str, ...]:
    """Give what is the user's own: commits, branches, the index, and what is not committed."""
    asked = (
        ("rev-parse", "HEAD"), ("for-each-ref", "refs/heads", "refs/tags"),
        ("ls-files", "--stage"), ("status", "--porcelain"),
        ("stash", "list"), ("worktree", "list"), ("diff",),
    )  # fmt: skip
    return tuple(git(project, *question) for question in asked)


def edited(project: Path) -> Path:
    """Give the repository a staged and an unstaged change."""
    (project / "staged").write_text("staged\n")
    git(project, "add", "staged")
    (project / "pyproject.toml").write_text((project / "pyproject.toml").read_text() + "# mine\n")
    return project


def test_a_hook_before_a_push_measures_both_commits_and_leaves_the_users_state(tmp_path: Path) -> None:
    project = edited(make(tmp_path / "team", "src"))
    remote = tmp_path / "remote.git"
    git(tmp_path, "init", "-q", "--bare", str(remote))
    git(project, "remote", "add", "origin", str(remote))
    hook, log = project / ".git" / "hooks" / "pre-push", tmp_path / "log"
    hook.write_text(
        "#!/bin/sh\nexport GIT_DIR=$(git rev-parse --absolute-git-dir) GIT_INDEX_FILE=$GIT_DIR/index\n"
        f"PYTHONPATH={HARNESS} COLUMNS=200 exec {sys.executable} -c '{START}' ab main text {FEW} "
        f">{log} 2>&1\n"
    )
    hook.chmod(0o755)
    before = state(project)
    pushed = subprocess.run(
        ["git", "push", "-q", "origin", "text"], cwd=project, capture_output=True, text=True, check=False
    )
    assert pushed.returncode == 0, pushed.stderr + log.read_text()
    assert "2 of 2 transcripts changed" in log.read_text()
    assert state(project) == before
    assert git(remote, "rev-parse", "text") == git(project, "rev-parse", "text")


def test_a_linked_worktree_and_its_main_one_stay_as_they_are(tmp_path: Path) -> None:
    project = edited(make(tmp_path / "team", "src"))
    linked = tmp_path / "linked"
    git(project, "worktree", "add", "-q", str(linked), "text")
    before = state(project), state(linked)
    done = subprocess.run(
        [sys.executable, "-c", START, "ab", "main", "HEAD", *FEW.split()],
        cwd=linked,
        env={**os.environ, "PYTHONPATH": str(HARNESS), "COLUMNS": "200"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert_each_ran_its_own(done)
    assert (state(project), state(linked)) == before


@pytest.mark.parametrize("is_long", [False, True], ids=["", "long TMPDIR"])
@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_leaves_no_process_socket_folder_or_worktree(
    number: signal.Signals, is_long: bool, tmp_path: Path
) -> None:
    project = make(tmp_path / "team", "src")
    temporary = tmp_path / ("long" * 30 if is_long else "t")
    temporary.mkdir()
    elsewhere = {*Path("/tmp").glob("asr-harness-live-*")}
    heeding = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    heeding += "signal.signal(signal.SIGQUIT, signal.SIG_DFL)"
    process = subprocess.Popen(
        [sys.executable, "-c", f"{heeding}; {START}", "ab", "main", "text", "--turn-time=5", "--budget=5m"],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(HARNESS), "TMPDIR": str(temporary), "MARK": str(tmp_path)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.readline()
    wait_for_workers(tmp_path)
    process.send_signal(number)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == (2 if number == signal.SIGINT else 128 + number), said
    assert "Traceback" not in said
    assert marked(tmp_path) == []
    assert list(temporary.iterdir()) == []
    left = {*Path("/tmp").glob("asr-harness-live-*")} - elsewhere
    assert not [folder for folder in left if is_of(folder, temporary)]
    assert len(git(project, "worktree", "list").splitlines()) == 1


def is_of(folder: Path, temporary: Path) -> bool:
    """Whether a folder for sockets is of a session in `temporary`, or of nobody: not of another test."""
    try:
        return Path((folder / OWNER).read_text()).is_relative_to(temporary)
    except FileNotFoundError:
        return folder.exists()


def marked(folder: Path) -> list[int]:
    """List the processes that have the test's mark in their environment, as all children of `ab` do."""
    mark = f"MARK={folder}".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
        except OSError:  # it has ended
            continue
    return found


def wait_for_workers(folder: Path) -> None:
    """Wait until both workers run: the command itself is the third process."""
    while len(marked(folder)) < 3:
        time.sleep(0.05)
    time.sleep(1)


def test_the_first_failure_does_not_end_a_worker(tmp_path: Path) -> None:
    both = CONFTEST.replace("batch_sizes=(1,)", "batch_sizes=(1, 2)")
    project = make(tmp_path, "src", conftest=both)
    recogniser = project / "src" / "tinyasr" / "recogniser.py"
    git(project, "checkout", "-q", "text")
    failing = recogniser.read_text().replace(
        "return features", "assert len(features) > 1, 'too few'\n        return features"
    )
    recogniser.write_text(failing)
    git(project, "commit", "-qam", "fails for one at a time")
    done = ab(project, "main", "text", "--", "benchmarks", "-x")
    assert "measured → failed: AssertionError: too few" in done.stdout, done.stdout + done.stderr
    assert "tiny-cpu-5s-b2-baseline" in done.stdout


@pytest.mark.parametrize(("plugin", "asked"), [("xdist", ("-n", "2")), ("pytest_randomly", ())])
def test_other_plugins_confuse_no_side(plugin: str, asked: tuple[str, ...], tmp_path: Path) -> None:
    if find_spec(plugin) is None:
        pytest.skip(f"{plugin} is not installed")
    project = make(tmp_path, "src", conftest=CONFTEST.replace("batch_sizes=(1,)", "batch_sizes=(1, 2)"))
    done = ab(project, "main", "text", "--", "benchmarks", *asked)
    assert_each_ran_its_own(done)
    assert "0 of 2 cases decided" in done.stdout


def test_a_worker_that_does_not_tell_its_imports_is_refused(tmp_path: Path) -> None:
    silent = "import asr_harness.plugin.live as live\nlive.IMPORTS = 'a word that nobody asks for'\n"
    project = make(tmp_path, "src", conftest=silent + CONFTEST)
    done = ab(project)
    assert done.returncode == 2, done.stdout
    assert "does not tell what it imported, so that nobody knows whose code it ran" in done.stderr
