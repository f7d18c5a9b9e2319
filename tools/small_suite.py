"""A suite of its own for kills: ctc-mini on embedded speech, a few cases, a session of seconds.

Peaks and the calibration kernel are small, which takes nothing from what is saved, and when.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import psutil

REPOSITORY = Path(__file__).parents[1]
CONFTEST = """
from dataclasses import replace
from asr_harness.defaults import EMBEDDED_MODELS
from asr_harness.devices import HOST
from asr_harness.devices.instruments import calibration
from asr_harness.grid import Grid, Profile

calibration.N_STEPS = calibration.N_COPIES = 1
type(HOST).sizes = replace(HOST.sizes, probe_matrix=64, peak_matrix=96, peak_copy_bytes=4 << 10)
PROFILE = Profile(
    models=("ctc-mini",), devices=("cpu",), buckets=("5s",), batch_sizes=(1, 2, 4), variants=("baseline",),
    n_utterances=4, time_s=0.3,
)

def pytest_asr_grid():
    return Grid(models=EMBEDDED_MODELS, profiles={"small": PROFILE}, default_profile="small")
"""
N_CASES = 3
LEFT = ("Traceback (most recent call last)", "INTERNALERROR")
"""What no output may hold."""


def lay_out(folder: Path) -> None:
    """Write the suite into a folder, and commit it."""
    benchmarks = folder / "benchmarks"
    benchmarks.mkdir(parents=True)
    source = REPOSITORY / "benchmarks" / "test_transcribe.py"
    (benchmarks / source.name).write_text(source.read_text("utf-8"), "utf-8")
    (benchmarks / "conftest.py").write_text(CONFTEST, "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p no:cacheprovider\nasr_energy = off\n", "utf-8")
    (folder / ".gitignore").write_text(".benchmarks/\n__pycache__/\n", "utf-8")
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    commit(folder, "one")


def commit(folder: Path, message: str) -> None:
    """Commit what is staged, or nothing."""
    git(folder, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", message, "--allow-empty")


def git(folder: Path, *arguments: str) -> str:
    """Ask git."""
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def environment(folder: Path) -> dict[str, str]:
    """Give a process its own folders for locks and temporary files; all trials share the slices."""
    for name in ("tmp", "locks"):
        (folder / name).mkdir(exist_ok=True)
    return {
        **os.environ,
        "TMPDIR": str(folder / "tmp"),
        "ASR_HARNESS_LOCKS": str(folder / "locks"),
        "ASR_HARNESS_CACHE": str(folder.parent / "cache"),
        "PYTHONPATH": str(REPOSITORY),
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
    }


def processes_in(folder: Path) -> list[psutil.Process]:
    """List the processes that work in a folder or below it."""
    there = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()).is_relative_to(folder) and process.status() != psutil.STATUS_ZOMBIE:
                there.append(process)
        except (psutil.Error, OSError):
            continue
    return there


def leftovers(folder: Path, patience_s: float = 5.0) -> list[str]:
    """List what no session may leave: temporary files, journals, half runs, worktrees and processes."""
    suite = folder / "suite"
    _, alive = psutil.wait_procs(processes_in(suite), timeout=patience_s)
    left = [f"process {process.pid}" for process in alive]
    # What is torch's own, such as its cache of compiled code, it keeps there on purpose.
    left += [str(path.relative_to(folder)) for path in (folder / "tmp").glob("*asr-harness*")]
    storage = suite / ".benchmarks"
    left += [path.name for path in (*storage.glob("journal/*"), *storage.glob("*/.saving-*"))]
    trees = git(suite, "worktree", "list").splitlines()[1:]
    return [f"left behind: {what}" for what in (*left, *trees)]
