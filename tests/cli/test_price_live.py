"""`asr-harness price` with real workers: what it saves, and what a signal amid a round leaves."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from asr_harness.schema import load_run
from tests.ab.test_own_code import CONFTEST, HARNESS, make
from tests.ab.test_surroundings import START, is_of, marked

pytestmark = pytest.mark.heavy

VARIANTS = '{"baseline": {}, "prune50": {"prune_encoder": 0.5}, "flash": {"attention": "flash_attention_2"}}'
EMBEDDED = CONFTEST.replace('"tiny": "tinyasr.recogniser:load"', '"tiny": "asr-harness/ctc-mini"').replace(
    'variants={"baseline": {}}', f"variants={VARIANTS}"
)
HOLDING = """
import os, time
from pathlib import Path
from asr_harness.measure.rounds import SliceRunner

FOLDER = Path(os.environ["MARK"])
whole_round = SliceRunner.run_round

def run_round(self):
    if (FOLDER / "hold").exists():
        (FOLDER / "amid a round").touch()
        time.sleep(3)
    whole_round(self)

SliceRunner.run_round = run_round
"""
HEEDING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
PATIENCE_S = 300


def command(n_sessions: int) -> list[str]:
    asked = f"price baseline prune50 flash --sessions {n_sessions} --into prices"
    return [sys.executable, "-c", HEEDING + START, *asked.split()]


def started(n_sessions: int, project: Path, mark: Path, temporary: Path) -> "subprocess.Popen[str]":
    """Start a session whose children all have the mark in their environment."""
    variables = {"PYTHONPATH": str(HARNESS), "TMPDIR": str(temporary), "MARK": str(mark), "COLUMNS": "200"}
    return subprocess.Popen(
        command(n_sessions), cwd=project, env={**os.environ, **variables},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def measured_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with one session that is saved."""
    folder = tmp_path_factory.mktemp("once")
    project = make(folder / "team", "src", conftest=HOLDING + EMBEDDED)
    output, _ = (process := started(1, project, folder, folder)).communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, output
    return project


@pytest.mark.parametrize(
    ("number", "status", "how"),
    [(signal.SIGINT, 130, "asr-harness price: interrupted"), (signal.SIGTERM, 143, "ended by SIGTERM")],
)
def test_a_signal_amid_a_round_keeps_what_is_saved_and_leaves_nothing_else(
    number: signal.Signals, status: int, how: str, measured_once: Path, tmp_path: Path
) -> None:
    project, temporary = tmp_path / "team", tmp_path / "t"
    shutil.copytree(measured_once, project)
    temporary.mkdir()
    (tmp_path / "hold").touch()
    (saved,) = (project / "prices").glob("*.json")
    content = saved.read_bytes()
    elsewhere = {*Path("/tmp").glob("asr-harness-live-*")}
    process = started(3, project, tmp_path, temporary)
    deadline = time.monotonic() + PATIENCE_S
    while not (tmp_path / "amid a round").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(marked(tmp_path)) == 3  # the command and a worker for each variant
    process.send_signal(number)
    output, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == status, output
    goes_on = "1 of 3 sessions saved in prices; `--into prices` goes on with them"
    assert output.splitlines()[-1] == f"{how}: {goes_on}"
    assert ("prune50" in output.partition("tiny on cpu: 1 run,")[2]) == (number == signal.SIGINT)
    assert "Traceback" not in output
    assert marked(tmp_path) == []
    # What torch keeps for later processes is its own.
    assert [path for path in temporary.iterdir() if "torchinductor" not in path.name] == []
    left = {*Path("/tmp").glob("asr-harness-live-*")} - elsewhere
    assert not [folder for folder in left if is_of(folder, temporary)]
    assert [path.read_bytes() for path in (project / "prices").iterdir()] == [content]


def test_a_folder_with_a_session_goes_on(measured_once: Path, tmp_path: Path) -> None:
    output, _ = (process := started(2, measured_once, tmp_path, tmp_path)).communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, output
    first, second = map(load_run, sorted((measured_once / "prices").iterdir()))
    assert f"1 session there of {first.label}, 2 in all" in output
    assert "tiny on cpu: 2 runs, 1 case" in output
    assert "flash could not be priced: unavailable" in " ".join(output.split())
    # Which cannot run was tried once; the others took three rounds at least.
    assert [len(run.records) for run in (first, second)] == [3, 2]
    results = [record.result for record in second.records.values() if record.result]
    assert [len(result.speed.batch_latency_s) >= 3 for result in results] == [True, True]
