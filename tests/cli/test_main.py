"""The command itself, as a shell runs it."""

import contextlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from asr_harness.cli import EXIT_BROKEN_PIPE, EXIT_UNUSABLE_INPUT, main
from tests.report import made_up

SMALL: dict[str, Any] = {"models": ("whisper-tiny",), "buckets": ("5s",), "batch_sizes": (1,)}
CALL = "import sys; from asr_harness.cli import main; sys.exit(main(sys.argv[1:]))"


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    made_up.write_study(folder / "0001_a.json", **SMALL)
    return folder


@pytest.mark.parametrize("words", [("history",), ("compare", "1", "1")])
def test_a_reader_that_has_gone_is_no_error(words: tuple[str, ...], storage: Path) -> None:
    command = [sys.executable, "-c", CALL, *words, "--storage", str(storage)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as called:
        assert called.stdout
        assert called.stderr
        called.stdout.close()
        assert called.stderr.read() == b""
    assert called.returncode == EXIT_BROKEN_PIPE


@pytest.mark.skipif(sys.platform == "win32", reason="has no sh")
def test_closed_streams_are_no_error(storage: Path) -> None:
    command = 'exec "$0" -c "$1" history --storage "$2" >&- 2>&-'
    done = subprocess.run(["sh", "-c", command, sys.executable, CALL, str(storage)], check=False)
    assert done.returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
@pytest.mark.parametrize("words", [("--help",), ("compare", "--help"), ("--version",)])
def test_help_that_could_not_be_printed_is_an_error(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr("sys.stdout", full)
        monkeypatch.setattr("os.dup2", lambda *_: None)
        full.reconfigure(write_through=True)
        assert main(words) == EXIT_UNUSABLE_INPUT
        monkeypatch.undo()
        with contextlib.suppress(OSError):
            full.close()
    assert "No space left on device" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("compare", "\x1b[31m", "1"), r"no file matches '\x1b[31m'"),
        (("history", "--\x1b[31m"), r"unrecognized arguments: --\x1b[31m"),
        (("price", "baseline", "baseline"), "no variant beside the baseline"),
        (("price", "baseline", "\x1b[31m"), r"baseline,\x1b[31m"),
        (("ab", "HEAD", "HEAD", "--forks", "0"), "'0' is not a whole number above 0"),
        (("ab", "HEAD", "HEAD", "--turn-time", "x"), "'x' is not a number of seconds, 0 or more"),
        (("ab", "HEAD", "HEAD", "--markdown", "/"), "--markdown /: it is a folder"),
        (("ab", "HEAD", "HEAD", "--storage", "/dev/null/x"), "--storage /dev/null/x: cannot be written to"),
        (("demo", "--budget", "x"), "--budget 'x' is no duration"),
        (("init", ""), "'' names no model"),
        (("init", "/"), "'/' names no model"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(
    words: tuple[str, ...],
    message: str,
    storage: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    in_storage = ("--storage", str(storage)) if words[0] in ("compare", "price") else ()
    assert ended((*words, *in_storage)) == EXIT_UNUSABLE_INPUT
    told = capsys.readouterr().err
    assert message in told
    assert "\x1b" not in told
    assert "Traceback" not in told
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_gone_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def gone() -> Path:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr("pathlib.Path.cwd", gone)
    assert main(["history"]) == EXIT_UNUSABLE_INPUT
    assert "change to one that is there" in capsys.readouterr().err


def ended(words: tuple[str, ...]) -> object:
    try:
        return main(words)
    except SystemExit as ending:
        return ending.code
