"""The command itself, as a shell runs it."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from asr_harness.cli import EXIT_BROKEN_PIPE
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
