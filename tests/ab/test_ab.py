"""`asr-harness ab` on a repository of its own: real workers, a recogniser that sleeps."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

import pytest
import soundfile

import benchmarks
from asr_harness.ab.schedule import MIN_PAIRS
from asr_harness.cli import main
from asr_harness.cli._standing import Standing
from asr_harness.cli.ab import duration_s
from asr_harness.errors import AbError
from asr_harness.judge import Finding, Judgement
from asr_harness.report.forks import once_more, too_short
from asr_harness.runs.device_locks import DeviceLocks
from tests.ab.test_worktrees import git
from tests.conftest import noise

CONFTEST = """
from asr_harness.grid import Grid, Profile
from recogniser import N_UTTERANCES

PROFILE = Profile(
    models=("sleeper",), devices=("cpu",), buckets=("5s",), batch_sizes=(1,), variants=("baseline",),
    data="tedlium:corpus", weights="pretrained", n_utterances=N_UTTERANCES, time_s=0.01,
)

def pytest_asr_grid():
    return Grid(
        models={"sleeper": "recogniser:make"}, devices=("cpu",), buckets_s={"5s": (3.0, 7.0)},
        batch_sizes=(1,), variants={"baseline": {}}, profiles={"tiny": PROFILE}, default_profile="tiny",
    )
"""
RECOGNISER = """
import os, signal, time
from asr_harness.systems.base import Transcription

SLEEP_S, N_UTTERANCES, DIES, FAILS, TEXT = 0.005, 2, False, False, "hello"

if "WITNESS" in os.environ:
    with open(os.environ["WITNESS"], "a") as stream, open("/proc/self/cmdline") as words:
        print("forked" if "def become" in words.read() else "new", file=stream)

class Sleeper:
    n_rounds = 0

    def preprocess(self, audio):
        return audio

    def encode(self, features):
        Sleeper.n_rounds += 1
        if DIES and Sleeper.n_rounds > 4:
            print("these were my last words", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        if FAILS:
            raise RuntimeError("no longer works")
        time.sleep(SLEEP_S)
        return features

    def decode(self, encoded):
        return Transcription((TEXT,) * len(encoded))

def make(*, device):
    return Sleeper()
"""
COMMITS = {
    "base": RECOGNISER,
    # So slow that what a busy machine adds to both sides cannot hide it.
    "slow": RECOGNISER.replace("0.005, 2", "0.2, 2"),
    "other-slice": RECOGNISER.replace("0.005, 2", "0.005, 1"),
    "dies": RECOGNISER.replace("2, False", "2, True"),
    "dies-in-batches": RECOGNISER.replace("2, False", "2, True").replace(
        "Sleeper.n_rounds > 4", "len(features) > 1"
    ),
    "fails": RECOGNISER.replace('False, "hello"', 'True, "hello"'),
    "mishears": RECOGNISER.replace('"hello"\n', '"yellow"\n'),
    "sets-variables": RECOGNISER + "\nos.environ['MKL_DYNAMIC'] = 'FALSE'\n",
    "broken": "raise RuntimeError('cannot be imported')",
}
TIMEOUT_S = 600
"""For whatever ends by itself: only a test that hangs takes as long."""

STM = "talk 1 s 0.00 5.00 <o,f0,male> hello\ntalk 1 s 5.00 10.00 <o,f0,male> hello\n"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A suite in a repository, with a tag for each commit."""
    folder = tmp_path_factory.mktemp("suite")
    dev = folder / "corpus" / "legacy" / "dev"
    for name in ("sph", "stm"):
        (dev / name).mkdir(parents=True)
    (dev / "stm" / "talk.stm").write_text(STM)
    soundfile.write(dev / "sph" / "talk.flac", noise(10), 16_000)
    (folder / "benchmarks").mkdir()
    source = Path(benchmarks.__file__).parent / "test_transcribe.py"
    (folder / "benchmarks" / "test_transcribe.py").write_text(source.read_text("utf-8"))
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
    (folder / ".gitignore").write_text(".benchmarks/\n__pycache__/\n")
    git(folder, "init", "-q", "-b", "main")
    for tag, text in COMMITS.items():
        (folder / "recogniser.py").write_text(text)
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", tag)
        git(folder, "tag", tag)
    return folder


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    """The command up to its refs, saving into a folder of the test's own."""
    storage = f"--storage={tmp_path / 'storage'}"
    # A suite that was started in the background may ignore interrupts, and what it starts would, too.
    heeding = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    heeding += "signal.signal(signal.SIGQUIT, signal.SIG_DFL)"
    start = f"{heeding}; from asr_harness.cli import main; raise SystemExit(main())"
    return [sys.executable, "-c", start, "ab", storage, "--turn-time=0.1", "--budget=5m"]


def environment(tmp_path: Path) -> dict[str, str]:
    root = Path(benchmarks.__file__).parent.parent
    return {
        **os.environ,
        "ASR_HARNESS_CACHE": str(tmp_path / "cache"),
        "COLUMNS": "80",
        "PYTHONPATH": str(root),
    }


def ab(command: list[str], repository: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*command, *arguments],
        cwd=repository,
        env=environment(repository),
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )
    assert len(git(repository, "worktree", "list").splitlines()) == 1
    assert "\nTraceback" not in f"\n{done.stderr}"
    return done


def started(command: list[str], repository: Path) -> tuple[subprocess.Popen[str], Iterator[str]]:
    """Start to compare a commit with itself, and give what is printed line by line."""
    process = subprocess.Popen(
        [*command, "base", "base"],
        cwd=repository,
        env=environment(repository),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, iter(process.stdout.readline, "")


@pytest.mark.heavy
def test_a_commit_many_times_slower_is_a_regression(
    command: list[str],
    repository: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in environment(repository).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(repository)
    # Two restarts are no evidence for anyone; here they are to show what a verdict looks like.
    monkeypatch.setattr("asr_harness.stats.sequential.MIN_FORKS", 2)
    status = main([*command[3:], "base", "slow", "--alpha=0.5", "--forks=2"])
    said = capsys.readouterr().out
    assert status == 1, said
    verdicts = said.split("\n\n", 1)[1]
    assert re.search(r"^  latency +regression", verdicts, re.MULTILINE)
    assert "unchanged: " in verdicts
    assert "transcripts 1" in verdicts
    assert "\n  encode " in verdicts
    assert verdicts.splitlines()[-1].startswith("REGRESSION: regression 1, ")
    assert max(map(len, verdicts.splitlines())) <= 80

    runs = [json.loads(path.read_text()) for path in tmp_path.glob("storage/ab/*/*.json")]
    commits = {git(repository, "rev-parse", tag) for tag in ("base", "slow")}
    assert {run["commit_info"]["id"] for run in runs} == commits
    assert all(run["asr"]["cases"][0]["outcome"] == "measured" for run in runs)
    if sys.platform == "linux":
        tunables = [run["asr"]["environment"]["variables"]["GLIBC_TUNABLES"] for run in runs]
        assert all("glibc.malloc.hugetlb=" in one for one in tunables)

    lines = [
        json.loads(line)
        for path in tmp_path.glob("storage/ab/*.jsonl")
        for line in path.read_text().splitlines()
    ]
    assert len(runs) == 2 * len(lines)
    assert {line["start_order"][0] for line in lines} == {"base", "candidate"}
    for line in lines:
        assert len(line["turns"]["base"]) == len(line["turns"]["candidate"]) >= MIN_PAIRS
        assert line["log_ratio"]["raw"] > 0.1


@pytest.fixture
def witness(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that each worker of the repository, which is the working folder, says in how it was started."""
    path = tmp_path / "witness"
    for name, value in {**environment(repository), "WITNESS": str(path)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(repository)
    # Three forks are no evidence for anyone; here they are to show what a verdict looks like.
    monkeypatch.setattr("asr_harness.stats.sequential.MIN_FORKS", 3)
    return path


@pytest.mark.heavy
@pytest.mark.skipif(sys.platform != "linux", reason="forks are for Linux alone")
@pytest.mark.parametrize(
    ("candidate", "later", "reason"),
    [
        ("slow", "forked", ""),
        ("sets-variables", "new", "the code of candidate sets MKL_DYNAMIC, too late for what is imported"),
    ],
)
def test_later_workers_are_forked_where_that_is_sound(
    candidate: str,
    later: str,
    reason: str,
    command: list[str],
    witness: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    status = main([*command[3:], "base", candidate, "--cheap-forks", "--alpha=0.2", "--forks=3"])
    told = " ".join(capsys.readouterr().out.split())
    assert candidate != "slow" or status == 1, told
    assert reason in told
    assert ("started anew" in told) == bool(reason)
    assert witness.read_text().split() == ["new"] * 2 + [later] * 4


@pytest.mark.heavy
def test_one_process_after_another_gives_the_same_kind_of_answer(
    command: list[str], repository: Path
) -> None:
    done = ab(command, repository, "base", "slow", "--fresh", "--forks=1")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "inconclusive" in done.stdout


def test_a_case_that_the_candidate_can_no_longer_run_fails(command: list[str], repository: Path) -> None:
    done = ab(command, repository, "base", "fails", "--forks=1")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "measured → failed: RuntimeError: no longer works" in done.stdout
    assert "REGRESSION: missing 1" in done.stdout


@pytest.mark.heavy
def test_a_commit_that_hears_other_words_is_told_in_the_comment_too(
    command: list[str], repository: Path, tmp_path: Path
) -> None:
    comment = tmp_path / "comment.md"
    done = ab(command, repository, "base", "mishears", "--forks=1", f"--markdown={comment}")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "2 of 2 transcripts changed" in done.stdout
    text = comment.read_text("utf-8").replace("\xa0", " ")
    assert "| wer | 🟡 inconclusive | 0.0 → 100.0 % | +100.00 pt |" in text
    assert "2 of 2 transcripts changed" in text.partition("<details><summary>how this was judged")[2]


@pytest.mark.heavy
def test_a_rule_that_guards_nothing_is_told_after_the_first_restart(
    command: list[str], repository: Path
) -> None:
    done = ab(command, repository, "base", "base", "--fail-on=*-cuda-*:latency>3%")
    assert done.returncode == 2
    assert "matches nothing that was compared" in done.stderr


@pytest.mark.heavy
def test_an_interrupt_ends_with_what_is_known(command: list[str], repository: Path) -> None:
    process, lines = started(command, repository)
    assert any(line.startswith("fork 1") for line in lines)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 3, said
    assert re.search(r"interrupted: judged by \d+ forks?, which ended before", said)
    assert "UNDECIDED: inconclusive" in said
    assert len(git(repository, "worktree", "list").splitlines()) == 1


@pytest.mark.heavy
def test_a_device_that_another_session_times_on_is_waited_for(command: list[str], repository: Path) -> None:
    with DeviceLocks() as other:
        other.acquire(["cpu"], print)
        process, lines = started([*command, "--forks=1"], repository)
        heard = list(takewhile(lambda line: not line.startswith("waiting for cpu"), lines))
        assert not [line for line in heard if "fork" in line]
    rest, _ = process.communicate(timeout=TIMEOUT_S)
    assert rest.startswith("cpu is free; going on\n")
    assert "1 fork" in rest


def test_a_killed_worker_is_named_with_its_last_words(command: list[str], repository: Path) -> None:
    done = ab(command, repository, "base", "dies")
    assert done.returncode == 1, done.stdout + done.stderr
    told = " ".join(done.stdout.split())
    assert "measured → crashed: its process was ended by SIGKILL" in told
    assert "these were my last words" in told


@pytest.mark.heavy
@pytest.mark.parametrize("how", [(), ("--fresh",)])
def test_a_case_that_kills_its_worker_costs_no_other_case(
    how: tuple[str, ...], command: list[str], repository: Path
) -> None:
    both = ("--", "benchmarks/", "--asr-batch-sizes=1,2")
    done = ab(command, repository, "base", "dies-in-batches", "--forks=2", *how, *both)
    told = " ".join(done.stdout.split())
    assert "5s b2 (measured" in told.partition("→ crashed")[0], done.stderr
    assert re.search(r"-b1-\S*\s+latency", done.stdout), done.stdout + done.stderr


@pytest.mark.heavy
def test_a_case_that_kills_both_sides_is_a_regression_of_neither(
    command: list[str], repository: Path
) -> None:
    both = ("--", "benchmarks/", "--asr-batch-sizes=1,2")
    done = ab(command, repository, "dies-in-batches", "dies-in-batches", "--forks=1", *both)
    assert "crashed on both sides" in " ".join(done.stdout.split())
    assert "→ crashed" not in done.stdout


def test_a_suite_that_cannot_be_imported_is_named_with_its_reason(
    command: list[str], repository: Path
) -> None:
    done = ab(command, repository, "broken", "base")
    assert done.returncode == 2
    assert "the worker of base broken" in done.stderr
    assert "cannot be imported" in done.stderr
    assert "rootdir" not in done.stderr


@pytest.mark.heavy
def test_other_slices_are_refused(command: list[str], repository: Path) -> None:
    done = ab(command, repository, "base", "other-slice")
    assert done.returncode == 2
    assert "different slices" in done.stderr


@pytest.mark.heavy
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1])
def test_a_termination_removes_workers_and_worktrees(
    number: int, command: list[str], repository: Path
) -> None:
    process, lines = started(command, repository)
    next(lines)
    time.sleep(0.5)
    process.send_signal(number)
    process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 128 + number
    assert len(git(repository, "worktree", "list").splitlines()) == 1


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("10m", 600), ("1.5h", 5400)])
def test_a_budget_is_read(text: str, seconds: float) -> None:
    assert duration_s(text) == seconds


@pytest.mark.parametrize("text", ["", "0m", "ten", "-5m"])
def test_a_budget_that_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(AbError, match="no duration"):
        duration_s(text)


@pytest.mark.parametrize("command", [["ab", "HEAD", "HEAD"], ["bisect", "HEAD~1", "HEAD"], ["demo"]])
def test_a_budget_without_a_unit_is_refused(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--budget", "2"]) == 2
    assert "--budget '2' has no unit; give 2s, 2m or 2h" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--tolerance=-100", "--margin=nan", "--turn-time=inf", "--turn-time=-1"])
def test_an_effort_that_is_no_number_from_0_on_is_a_usage_error(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        status = main(["ab", "HEAD", "HEAD", option])
    except SystemExit as ended:  # as argparse has it
        status = ended.code
    assert status == 2
    assert option.strip("-").partition("=")[0] in capsys.readouterr().err


def test_a_comment_that_could_not_be_written_is_told_before_anything_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ab", "HEAD", "HEAD", f"--markdown={tmp_path / 'gone' / 'ab.md'}"]) == 2
    assert "there is no such folder" in capsys.readouterr().err


def test_a_budget_that_holds_no_verdict_is_told_after_the_first_restart() -> None:
    told = too_short(n_forks=4, fork_s=30) or ""
    assert "a verdict needs 5" in told
    assert "give --budget 3m" in told
    assert too_short(n_forks=5, fork_s=30) is None


def test_a_budget_that_the_first_fork_exceeds_is_told_with_the_reason() -> None:
    told = too_short(n_forks=1, fork_s=30, spent_s=42, budget_s=5) or ""
    assert told.startswith("the budget of 5 s is exceeded: the first fork of both sides is always taken")
    assert "took 42 s; a fork takes 30 s" in told


def test_an_open_end_says_what_to_type_and_that_it_begins_anew() -> None:
    finding = Finding("case", "latency", "inconclusive", more_units=4, unit="fork")
    left_open = Judgement("a", "b", "fork", (8, 8), 0.01, (finding,))
    line = once_more(left_open, 8, spent_s=160, budget_s=150, most=100) or ""
    assert "begins anew" in line
    assert line.endswith("give it --budget 5m")  # 12 forks of 20 s, and a tenth more
    assert (once_more(left_open, 8, 160, 150, most=8) or "").endswith("--budget 5m --forks 12")
    # As much as before, where all that it lacked was a little time.
    assert (once_more(left_open, 8, 16, 150, most=100) or "").endswith("--budget 3m")
    for verdict, undecided in (("unchanged", None), ("regression", None), ("inconclusive", "pass")):
        end = replace(left_open, findings=(replace(finding, verdict=verdict),), undecided=undecided)
        assert once_more(end, 8, 160, 150, most=100) is None


def test_a_long_restart_tells_how_far_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = iter((0.0, 20.0, 40.0, 40.0, 40.0, 60.0))
    monkeypatch.setattr("asr_harness.cli._standing.monotonic", lambda: next(now))
    standing = Standing(sys.stdout, lambda: 600.0, has_colour=False)
    for case_id in ("first", "second", "third"):
        standing.measured(case_id)
    assert capsys.readouterr().out == "  second measured, 2 so far; 9 min left\n"
