"""A process of an isolating session: a pytest session of its own, whose journal the parent reads along."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from asr_harness.errors import RecordError
from asr_harness.runs import journal_content
from asr_harness.schema import load_run
from asr_harness.schema.environment import MachinePeaks
from asr_harness.schema.part import dump, load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pytest

    from asr_harness.runs.journal_content import JournalContent
    from asr_harness.schema import RunFile

TASK, LOG, CACHE = "task.json", "log", "cache"
GRACE_S = 10.0
POLL_S = 0.2
LOG_LINES = 8
PR_SET_PDEATHSIG = 1
"""prctl(2): which signal a process gets when its parent dies."""

OURS: Mapping[str, Any] = {
    "asr_isolate": False,
    "asr_resume": False,
    "asr_quiet": True,
    "benchmark_save": None,
    "benchmark_autosave": "isolated",
    "benchmark_json": None,
    "benchmark_compare": [],
    "benchmark_compare_fail": None,
    "benchmark_histogram": [],
    "benchmark_csv": [],
    "xmlpath": None,
}
"""Options that are the parent's affair, or this one's own."""


class Task:
    """What a process is to do: tests by their ids, with the peaks that another one measured."""

    def __init__(self, test_ids: Sequence[str], peaks: Mapping[str, MachinePeaks]) -> None:
        self.test_ids, self.peaks = tuple(test_ids), dict(peaks)

    def write(self, folder: Path) -> None:
        """Leave the task where the process finds it."""
        peaks = {device: dump(measured) for device, measured in self.peaks.items()}
        content = msgspec.json.encode({"tests": self.test_ids, "peaks": peaks})
        folder.joinpath(TASK).write_bytes(content)

    @classmethod
    def read(cls, folder: Path) -> Task:
        """Find the task of this process."""
        content = msgspec.json.decode(folder.joinpath(TASK).read_bytes())
        peaks = {device: load(MachinePeaks, each, device) for device, each in content["peaks"].items()}
        return cls(content["tests"], peaks)


def take_options(config: pytest.Config, folder: Path) -> None:
    """Keep this process's journal and file in its folder, whatever else the command says."""
    config.option.benchmark_storage = f"file://{folder}"
    for name, value in OURS.items():
        setattr(config.option, name, value)


class Child:
    """One such process, in `folder`."""

    def __init__(self, config: pytest.Config, folder: Path) -> None:
        self._folder = folder
        parameters = config.invocation_params
        path = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)
        with folder.joinpath(LOG).open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603
                # -P: the working folder is on the path if it is on the parent's.
                [sys.executable, "-P", "-m", "pytest", *_arguments(config, folder)],
                cwd=parameters.dir,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONPATH": path},
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509
            )

    def contents(self) -> Iterator[JournalContent]:
        """Give what its journal holds whenever it has grown, and at last when it has ended."""
        size, is_over = -1, False
        while not is_over:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(POLL_S)
                is_over = True
            for path in journal_content.newest_first(self._folder / "journal")[:1]:
                if (now := path.stat().st_size) != size:
                    size = now
                    # Its header is not whole yet.
                    with suppress(RecordError):
                        yield journal_content.read(path)

    def end(self) -> None:
        """End it with all that it has started, if it has not ended by itself."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self._process.poll() is not None:
                return
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE_S)

    def saved(self) -> RunFile | None:
        """Read the file that it left, None if it left none."""
        paths = sorted(self._folder.glob("*/*_isolated.json"))
        return load_run(paths[-1]) if paths else None

    @property
    def ending(self) -> str:
        """Say how it ended."""
        status = self._process.returncode
        if status is not None and status < 0:
            return f"its process was ended by {_signal_name(-status)}"
        return f"its process ended with status {status}"

    @property
    def last_words(self) -> str:
        """Give the end of what it printed."""
        lines = self._folder.joinpath(LOG).read_text("utf-8", "replace").splitlines()
        return "\n".join([line for line in lines if line.strip()][-LOG_LINES:])


def _arguments(config: pytest.Config, folder: Path) -> list[str]:
    """Take the command as it is, and our own options before what only can be paths."""
    given = list(config.invocation_params.args)
    n_options = given.index("--") if "--" in given else len(given)
    # What it prints belongs in its log at once: captured, the last words of a crash would be lost.
    own = [f"--asr-isolated={folder}", "--capture=no"]
    if config.pluginmanager.hasplugin("cacheprovider"):
        own += ["-o", f"cache_dir={folder / CACHE}"]
    if find_spec("xdist"):
        own.append("-n0")
    return [*given[:n_options], *own, *given[n_options:]]


def _signal_name(number: int) -> str:
    with suppress(ValueError):
        return signal.Signals(number).name
    return f"signal {number}"


def die_with_parent() -> None:
    """Have a process end when its parent does; run in it before its program."""
    # Not on every system; the parent ends it on every way out but its own kill.
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
