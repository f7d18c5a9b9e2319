"""`asr-harness bisect` on a repository of its own, with real workers."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ab.test_ab import RECOGNISER, environment, repository
from tests.ab.test_worktrees import git

__all__ = ["repository"]

pytestmark = pytest.mark.heavy
WORDS = RECOGNISER.replace('"hello"\n', '"yellow"\n')
SLOW = RECOGNISER.replace("0.005, 2", "0.2, 2")
BROKEN = "raise RuntimeError('cannot be imported')\n"


def history(folder: Path, source: Path, *sources: str) -> Path:
    """Copy the suite, with a commit for each source after the tag `good`."""
    shutil.copytree(source, folder)
    git(folder, "checkout", "-q", "base")
    git(folder, "tag", "good")
    for number, text in enumerate(sources):
        (folder / "recogniser.py").write_text(f"{text}\n# {number}\n")
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", f"change {number}")
    return folder


def bisect(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    start = "from asr_harness.cli import main; raise SystemExit(main())"
    command = [sys.executable, "-c", start, "bisect", "good", "HEAD", *words]
    return subprocess.run(
        command, cwd=folder, env=environment(folder), capture_output=True, text=True, check=False, timeout=300
    )


def test_a_word_that_changed_is_named_past_a_commit_that_cannot_run(tmp_path: Path, repository: Path) -> None:
    folder = history(tmp_path / "suite", repository, RECOGNISER, BROKEN, RECOGNISER, WORDS, WORDS)
    done = bisect(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    commit = git(folder, "rev-parse", "--short=7", "HEAD~1")
    assert done.stdout.splitlines()[-1] == f"{commit} is the first changed commit: change 3"
    assert "changed: sleeper-cpu-5s-b1-baseline transcripts" in done.stdout
    assert "cannot be measured" in done.stdout
    (state,) = (folder / ".benchmarks" / "bisect").glob("*.json")
    n_seen = len(json.loads(state.read_text("utf-8"))["signals"])
    again = bisect(folder)
    assert again.stdout.splitlines()[-1] == done.stdout.splitlines()[-1]
    assert len(json.loads(state.read_text("utf-8"))["signals"]) == n_seen


def test_a_slow_down_is_named_by_time(tmp_path: Path, repository: Path) -> None:
    folder = history(tmp_path / "suite", repository, RECOGNISER, RECOGNISER, SLOW, SLOW)
    done = bisect(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    commit = git(folder, "rev-parse", "--short=7", "HEAD~1")
    assert done.stdout.splitlines()[-1] == f"{commit} is the first changed commit: change 2"
    assert "time: the bad commit is +" in done.stdout
