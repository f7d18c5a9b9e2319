"""A process of an isolating session: a pytest session of its own, whose journal the parent reads along."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from asr_harness.errors import RecordError
from asr_harness.processes import die_with_parent, end_group, last_lines
from asr_harness.runs import deaths, journal_content
from asr_harness.schema import load_run
from asr_harness.schema.environment import MachinePeaks
from asr_harness.schema.part import dump, load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pytest

    from asr_harness.runs.journal_content import JournalContent
    from asr_harness.schema import Outcome, RunFile

TASK, LOG, CACHE = "task.json", "log", "cache"
GRACE_S = 10.0
POLL_S = 0.2
LOG_LINES = 8

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
        self._n_oom_kills = deaths.count_oom_kills()
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
                # Its header is not whole yet, or it was removed this moment.
                with suppress(RecordError, FileNotFoundError):
                    if (now := path.stat().st_size) != size:
                        content = journal_content.read(path)
                        size = now
                        yield content

    def end(self) -> None:
        """End it with all that it has started, if it has not ended by itself."""
        end_group(self._process, GRACE_S)

    def saved(self) -> RunFile | None:
        """Read the file that it left, None if it left none."""
        paths = sorted(self._folder.glob("*/*_isolated.json"))
        return load_run(paths[-1]) if paths else None

    def ending(self, *, is_amid_case: bool) -> tuple[Outcome, str]:
        """Say how it ended, as it has by now.

        What ends by itself before it has begun a case has refused to, and says why in its last words.
        """
        is_oom = deaths.has_risen(self._n_oom_kills, deaths.count_oom_kills())
        status = self._process.wait()
        outcome, reason = deaths.of_status(status, is_oom=is_oom)
        return (outcome if is_amid_case or status < 0 else "failed"), reason

    @property
    def last_words(self) -> str:
        """Give the end of what it printed."""
        return "\n".join(last_lines(self._folder / LOG, LOG_LINES))


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
