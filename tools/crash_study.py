"""What is lost when saving is killed, cut from power, refused or short of room.

    python tools/crash_study.py --kills 500

drives what a session does on disk (journal each case, save the run, read it back, let the journal go) in a
process of its own for each fault, and then looks: every case that was reported as kept has to be in a journal
or in a run that can be read, no file that can be seen may be half of one, and the next session leaves nothing
of the dead one behind. Faults are

- at each call that changes the disk, by its number: a kill before it, after it, and amid a write; ENOSPC, EIO
  and half a write; a power cut, which loses all that was not synced and every name whose folder was not;
- kills at random moments, `--kills` of them;
- a tmpfs with room for so many pages, from none on (as root on Linux; left out elsewhere, and said so);
- `--sessions` of whole sessions with a model, a quarter of them with --asr-isolate: each is killed up to
  three times by SIGKILL, SIGTERM or SIGHUP, resumed after each, and counted once it is through;
- `--workers` of those of `ab`, one in each comparison of two commits.

The last line counts what was lost, and the status is 1 if anything was.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from logging import getLogger
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

sys.path.insert(0, str(Path(__file__).parents[1]))

from pytest_benchmark.storage.file import FileStorage

from asr_harness.errors import AsrHarnessError
from asr_harness.plugin.storing import store, sweep
from asr_harness.runs import journal_content
from asr_harness.runs.journal import Journal
from asr_harness.schema import load_run
from asr_harness.schema.conditions import Conditions
from asr_harness.schema.journal import JournalEntry, JournalHeader
from tests import saved_runs
from tools.faulty_disk import CUTS, REFUSALS, Disk, cut_power
from tools.killed_sessions import killed_sessions
from tools.killed_workers import killed_workers

CASES = tuple(saved_runs.measured(f"model-cpu-5s-b{size}-baseline", wrong=(0, 1, 0, 0)) for size in (1, 2, 4))
CONTENT = saved_runs.content(*CASES)
CONTENT["asr"]["session_id"] = "one session"
KEPT, SAVED, KILLED = "kept", "saved", "killed"
PAGE = 4096
EXIT_TRACEBACK = 70

Report = Callable[[str], None]


def session(folder: Path, report: Report) -> None:
    """Do what a session does on disk; a refused write is passed over, as the plugin does."""
    conditions = Conditions(tuple(case.test_id for case in CASES))
    journal = Journal.begin(folder / "journal" / "one.jsonl", JournalHeader(conditions, "one session"))
    for case in CASES:
        with suppress(AsrHarnessError):
            journal.start(case.test_id)
        with suppress(AsrHarnessError):
            journal.write(JournalEntry(case.test_id, "measured", None, (1.0, 1.0, 1.0), case.result))
            report(f"{KEPT} {case.test_id}")
    path = store(FileStorage(str(folder), getLogger(), "machine"), CONTENT, "run")
    report(SAVED)
    if load_run(path).block.session_id == "one session":
        journal.remove()


def child(folder: Path, disk: Disk | None = None, kill_after_s: float | None = None) -> list[str]:
    """Run a session in a process of its own, and give what it reported before it ended."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        try:
            with disk or nullcontext():
                session(folder, lambda line: disk_free_write(writer, line))
        except (OSError, AsrHarnessError):
            os._exit(2)
        except BaseException:  # noqa: BLE001
            os._exit(EXIT_TRACEBACK)
        os._exit(0)
    os.close(writer)
    if kill_after_s is not None:
        sleep(kill_after_s)
        os.kill(pid, signal.SIGKILL)
    with os.fdopen(reader) as stream:
        reported = stream.read().splitlines()
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    endings = {EXIT_TRACEBACK: ["a traceback"], -signal.SIGKILL: [KILLED]}
    return [*reported, *endings.get(status, [])]


def disk_free_write(descriptor: int, line: str, write: Callable[[int, bytes], int] = os.write) -> None:
    """Report past the faulty disk."""
    write(descriptor, f"{line}\n".encode())


def losses(folder: Path, reported: list[str]) -> list[str]:
    """Look at what is there, say what is not, and begin the next session."""
    problems = [line for line in reported if line == "a traceback"]
    held: set[str] = set()
    for path in folder.glob("machine/*.json"):
        try:
            held |= {case.case.id for case in load_run(path).records.values() if case.result is not None}
        except AsrHarnessError as error:
            problems.append(f"half a run: {error}")
    for path in journal_content.newest_first(folder / "journal"):
        with suppress(AsrHarnessError):  # one whose header was never whole held nothing
            held |= set(journal_content.read(path).entries)
            Journal.reopen(path).close()
    names = {case.test_id: case.case.id for case in CASES}
    for line in reported:
        word, _, test_id = line.partition(" ")
        if word == KEPT and not {test_id, names[test_id]} & held:
            problems.append(f"lost: {test_id}")
    if SAVED in reported and not any(folder.glob("machine/*.json")):
        problems.append("lost: the run")
    sweep(folder / "machine")
    problems += [f"left behind: {path.name}" for path in folder.glob("machine/.saving-*")]
    return problems


def count_calls() -> int:
    """Count the calls of a session that change the disk."""
    with TemporaryDirectory() as name:
        disk = Disk(Path(name), None, "")
        with disk:
            session(Path(name), lambda _: None)
        return disk.n_calls


def at_every_call() -> Iterator[tuple[str, list[str]]]:
    """Break each call in each way."""
    for number in range(count_calls()):
        for how in (*CUTS, *REFUSALS):
            with TemporaryDirectory() as name:
                folder = Path(name) / "storage"
                folder.mkdir()
                log = Path(name) / "synced"
                reported = child(folder, Disk(folder, number, how, log))
                if how == "power":
                    cut_power(folder, log)
                yield how, losses(folder, reported)


def at_random(n_kills: int, seed: int) -> Iterator[tuple[str, list[str]]]:
    """Kill at moments that are spread over what a session takes."""
    generator = random.Random(seed)
    with TemporaryDirectory() as name:
        began = perf_counter()
        child(Path(name))
        whole_s = perf_counter() - began
    for _ in range(n_kills):
        with TemporaryDirectory() as name:
            reported = child(Path(name), kill_after_s=generator.uniform(0, whole_s))
            how = "kill at random" if KILLED in reported else "killed too late"
            yield how, losses(Path(name), reported)


@contextmanager
def tmpfs(folder: Path, n_pages: int) -> Iterator[Path]:
    """Mount a small disk."""
    size = f"size={n_pages * PAGE}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], check=True, capture_output=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def short_of_room() -> Iterator[tuple[str, list[str]]]:
    """Give one page more each time, until a session fits."""
    for n_pages in range(1, 64):
        with TemporaryDirectory() as name, tmpfs(Path(name), n_pages) as folder:
            reported = child(folder)
            yield "full tmpfs", losses(folder, reported)
            if SAVED in reported:
                return


def study(
    n_kills: int, seed: int, *, with_tmpfs: bool, n_sessions: int = 0, n_workers: int = 0
) -> tuple[Counter[str], dict[str, Counter[str]]]:
    """Give how often each fault was tried, and what came of it."""
    n_tried: Counter[str] = Counter()
    problems: dict[str, Counter[str]] = {}
    trials = [at_every_call(), at_random(n_kills, seed), *([short_of_room()] if with_tmpfs else [])]
    trials += [killed_sessions(n_sessions, seed)] if n_sessions else []
    trials += [killed_workers(n_workers, seed)] if n_workers else []
    for trial in trials:
        for how, found in trial:
            n_tried[how] += 1
            problems.setdefault(how, Counter()).update(found)
    return n_tried, problems


def main() -> int:
    """Print a line for each kind of fault; 1 if anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=500, help="kills at random moments (500)")
    parser.add_argument("--sessions", type=int, default=0, help="kills of whole sessions (none)")
    parser.add_argument("--workers", type=int, default=0, help="kills of workers of ab (none)")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    can_mount = sys.platform == "linux" and os.geteuid() == 0
    print(f"{platform.machine()}, {os.cpu_count()} logical cores, {platform.system()} {platform.release()}")
    print(f"a session of {len(CASES)} cases makes {count_calls()} calls that change the disk")
    began = perf_counter()
    n_tried, problems = study(
        arguments.kills,
        arguments.seed,
        with_tmpfs=can_mount,
        n_sessions=arguments.sessions,
        n_workers=arguments.workers,
    )
    for how, n in n_tried.items():
        print(f"{how:16} {n:5} tried, {sum(problems[how].values())} problems {json.dumps(problems[how])}")
    if not can_mount:
        print("full tmpfs       not tried: mounting one needs root on Linux")
    n_problems = sum(sum(found.values()) for found in problems.values())
    took_s = perf_counter() - began
    print(f"{sum(n_tried.values())} faults in {took_s:.0f} s: {n_problems} losses, half files or leftovers")
    return int(n_problems > 0)


if __name__ == "__main__":
    raise SystemExit(main())
