"""Workers of `ab` killed at random moments: it goes on with the next case, or says in words why not."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import TYPE_CHECKING

from tools import small_suite

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNALS = (signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM)
COMMAND = ("ab", "HEAD~1", "HEAD", "--forks", "1", "--turn-time", "0.3", "--undecided", "pass")
TIMEOUT_S = 300.0
VERDICTS = (0, 1, 3)


def killed_workers(n_kills: int, seed: int) -> Iterator[tuple[str, list[str]]]:
    """Give how each kill was made, and what was wrong with how `ab` ended."""
    generator = random.Random(seed)
    with TemporaryDirectory() as name:
        length_s, _ = _ab(Path(name) / "whole", None, signal.SIGKILL, 0)
        for number in range(n_kills):
            how = generator.choice(SIGNALS)
            moment_s = generator.uniform(0.3, 1) * length_s
            _, ending = _ab(Path(name) / f"{number}", moment_s, how, generator.randrange(2))
            yield ending[0], ending[1]


def _ab(folder: Path, moment_s: float | None, how: int, which: int) -> tuple[float, tuple[str, list[str]]]:
    """Run it, kill one of its workers at a moment, and look."""
    small_suite.lay_out(folder / "suite")
    small_suite.commit(folder / "suite", "two")
    log = folder / "log"
    began = monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "asr_harness", *COMMAND],
            cwd=folder / "suite",
            env=small_suite.environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        killed = ""
        if moment_s is not None:
            sleep(moment_s)
            workers = sorted(small_suite.processes_in(folder / "tmp"), key=lambda each: each.pid)
            if workers:
                victim = workers[which % len(workers)]
                victim.send_signal(how)
                killed = signal.Signals(how).name
        status = process.wait(TIMEOUT_S)
    took_s = monotonic() - began
    text = log.read_text("utf-8", "replace")
    return took_s, (f"worker {killed or 'too late'}", [*_problems(folder, status, text)])


def _problems(folder: Path, status: int, text: str) -> Iterator[str]:
    yield from (f"{sign} in its output" for sign in small_suite.LEFT if sign in text)
    yield from small_suite.leftovers(folder)
    if status in VERDICTS:
        turns = folder.glob("suite/.benchmarks/ab/*.jsonl")
        taken = {json.loads(line)["case_id"] for path in turns for line in path.read_text().splitlines()}
        n_died = text.count("crashed on")
        if len(taken) + n_died < small_suite.N_CASES:
            yield f"{len(taken)} cases taken and {n_died} crashed, of {small_suite.N_CASES}: {text[-300:]}"
    elif "the worker of" not in text:
        yield f"status {status} without a word on the worker: {text[-300:]}"
