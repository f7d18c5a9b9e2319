"""Whole sessions killed at random moments, resumed, killed again, and counted once they are through."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TYPE_CHECKING

from asr_harness.errors import AsrHarnessError
from asr_harness.judge.judgement import EXIT_UNUSABLE
from asr_harness.runs import journal_content
from asr_harness.schema import load_run
from asr_harness.schema.latest import latest_of_each
from asr_harness.schema.reading import read_content
from tools import small_suite

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP)
MOST_KILLS = 3
"""Of one session, before it is left to finish."""
TIMEOUT_S = 300.0


@dataclass
class Story:
    """A session from its first start to its end; `kept` has the rounds of each case that a journal held."""

    folder: Path
    is_isolated: bool
    kept: dict[str, tuple[float, ...]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def suite(self) -> Path:
        """Where it runs."""
        return self.folder / "suite"

    def run(self, kill_after_s: float = TIMEOUT_S, number: int = signal.SIGKILL) -> int:
        """Start it, or resume it where it left a journal, and give its exit status."""
        command = [sys.executable, "-m", "pytest", "benchmarks", "--benchmark-autosave"]
        command += ["--asr-isolate"] if self.is_isolated else []
        if self.journals():
            status = self._run([*command, "--asr-resume"], kill_after_s, number)
            if status != EXIT_UNUSABLE:  # a header that was never whole cannot be resumed, and held nothing
                return status
        return self._run(command, kill_after_s, number)

    def _run(self, command: list[str], kill_after_s: float, number: int) -> int:
        log = self.folder / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=self.suite,
                env=small_suite.environment(self.folder),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                status = process.wait(kill_after_s)
            except subprocess.TimeoutExpired:
                process.send_signal(number)
                status = process.wait(TIMEOUT_S)
        text = log.read_text("utf-8", "replace")
        self.problems += [f"{sign} in its output" for sign in small_suite.LEFT if sign in text]
        if status in (1, 3) or (status > 0 and "--asr-resume" not in command):
            self.problems.append(f"status {status}: {text[-300:]}")
        self._keep()
        return status

    def journals(self) -> tuple[Path, ...]:
        """List the journals that are there."""
        return journal_content.newest_first(self.suite / ".benchmarks" / "journal")

    def is_saved(self) -> bool:
        """Whether a run is there."""
        return any(self.suite.glob(".benchmarks/*/*.json"))

    def _keep(self) -> None:
        for path in self.journals():
            with suppress(AsrHarnessError):
                for test_id, entry in journal_content.read(path).entries.items():
                    if self.kept.setdefault(test_id, entry.rounds_s) != entry.rounds_s:
                        self.problems.append(f"measured twice: {test_id}")

    def look(self) -> list[str]:
        """Say what is lost, doubled or left behind, now that it is through."""
        runs = latest_of_each([load_run(path) for path in sorted(self.suite.glob(".benchmarks/*/*.json"))])
        if len(runs) != 1:
            return [*self.problems, f"{len(runs)} runs of one session"]
        measured = [record for record in runs[0].records.values() if record.outcome == "measured"]
        if len(measured) != small_suite.N_CASES:
            self.problems.append(f"{len(measured)} of {small_suite.N_CASES} cases measured")
        benchmarks = read_content(runs[0].path)["benchmarks"]
        rounds = {each["fullname"]: tuple(each["stats"]["data"]) for each in benchmarks}
        lost = [test_id for test_id, rounds_s in self.kept.items() if rounds.get(test_id) != rounds_s]
        return [*self.problems, *(f"lost: {each}" for each in lost), *small_suite.leftovers(self.folder)]


def killed_sessions(n_kills: int, seed: int) -> Iterator[tuple[str, list[str]]]:
    """Give how each of at least so many kills was made; the last of a session has its problems."""
    generator = random.Random(seed)
    with TemporaryDirectory() as name:
        whole_s = {is_isolated: _length_s(Path(name), is_isolated) for is_isolated in (False, True)}
        number = 0
        while n_kills > 0:
            number += 1
            story = _story(Path(name) / f"{number}", is_isolated=number % 4 == 0)
            made = []
            for _ in range(MOST_KILLS):
                # A case that SIGKILL ended twice is given up, as one that takes all memory has to be.
                is_killed = f"session {signal.SIGKILL.name}" in made
                how = generator.choice(SIGNALS[1:] if is_killed else SIGNALS)
                moment_s = generator.uniform(0, whole_s[story.is_isolated])
                status = story.run(moment_s, how)
                made.append(f"session {how.name}" if status == -how else "session too late")
                if story.is_saved() and not story.journals():
                    break
            else:
                story.run()
            n_kills -= sum(each != "session too late" for each in made)
            yield from ((each, []) for each in made[:-1])
            yield made[-1], story.look()


def _story(folder: Path, *, is_isolated: bool) -> Story:
    small_suite.lay_out(folder / "suite")
    return Story(folder, is_isolated)


def _length_s(folder: Path, is_isolated: bool) -> float:
    """Time a session that nobody kills."""
    story = _story(folder / f"whole-{is_isolated}", is_isolated=is_isolated)
    began = monotonic()
    story.run()
    length_s = monotonic() - began
    if problems := story.look():
        raise RuntimeError(f"a session that nobody killed: {problems}")
    return length_s
