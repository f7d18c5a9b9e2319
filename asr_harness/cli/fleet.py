"""Measure one session on all hosts of a Ray cluster, one case at a time on each device.

RAY_ADDRESS names the cluster; without it, this machine is one. Every host has the repository in the same
place, at the same commit, and its own environment. What follows -- goes to pytest; with --asr-resume among it
an interrupted fleet goes on. A case goes to the kind of machine that its last saved run was measured on.
Exit status: 0 all cases have an outcome, 2 unusable input, 3 some have none, which --asr-resume tries again.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from shutil import get_terminal_size
from typing import TYPE_CHECKING

import msgspec

from asr_harness.cli._fleet_table import FleetTable
from asr_harness.cli._lines import say
from asr_harness.cli._storage import add_storage
from asr_harness.cli.merge import summary, write_merged
from asr_harness.counting import counted
from asr_harness.errors import GridError
from asr_harness.fleet.driver import Driver, FleetCase, connect
from asr_harness.fleet.hosts import sticky_kinds
from asr_harness.fleet.store import Store, ids
from asr_harness.runs import known_runs
from asr_harness.runs.scratch import scratch
from asr_harness.schema import Case
from asr_harness.schema.conditions import Conditions
from asr_harness.schema.part import load

if TYPE_CHECKING:
    import argparse

RESUME = "--asr-resume"
EXIT_INCOMPLETE = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the threads of each session, and the selection."""
    parser.add_argument(
        "--threads",
        type=int,
        metavar="N",
        help="OMP_NUM_THREADS of sessions on hosts without a label asr-threads (default: the host's own)",
    )
    add_storage(parser)
    parser.set_defaults(selection=[])


def run(arguments: argparse.Namespace) -> int:
    """Measure, and save one file."""
    selection = [one for one in arguments.selection if one != RESUME]
    cases, conditions = _selected(selection)
    folder = arguments.storage.absolute() / "fleet"
    open_store = Store.resume if RESUME in arguments.selection else Store.begin
    store = open_store(folder, conditions)
    sticky = sticky_kinds(known_runs(arguments.storage))
    done = ids(store.runs())
    ray = connect(os.environ.get("RAY_ADDRESS"))
    try:
        with FleetTable() as table:
            driver = Driver(ray, store, selection, arguments.threads, table)
            left = driver.run([one for one in cases if one.case.id not in done], sticky)
    except KeyboardInterrupt:
        say(f"interrupted; {counted(len(store.runs()), 'case')} kept in {folder}: add {RESUME} to go on")
        raise
    finally:
        ray.shutdown()
    if left:
        for case_id, reason in left.items():
            say(f"{case_id}: {reason}")
        lost = counted(len(left), "case")
        say(f"{lost} without an outcome; the others are kept in {folder}: add {RESUME} to go on")
        return EXIT_INCOMPLETE
    runs = sorted(store.runs(), key=lambda one: (str(one.time), one.path.name))
    stamp = datetime.now(UTC).strftime("%Y%m%d_%H%M%S")
    path = arguments.storage / f"fleet_{(runs[0].commit or 'unversioned')[:7]}_{stamp}.json"
    merged = write_merged(runs, path)
    say("\n".join(summary(merged, get_terminal_size().columns)))
    store.remove()
    return 0


def _selected(selection: list[str]) -> tuple[list[FleetCase], Conditions]:
    """Ask a session what it would measure."""
    with scratch("fleet") as place:
        listing = place / "selected"
        command = [sys.executable, "-m", "pytest", *selection, f"--asr-selected={listing}"]
        done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
        if not listing.exists():
            raise GridError(f"pytest selects no case:\n{(done.stdout + done.stderr)[-2000:].strip()}")
        listed = msgspec.json.decode(listing.read_bytes())
    cases = [FleetCase(load(Case, one["case"], "a case"), one["nominal_s"]) for one in listed["cases"]]
    return cases, load(Conditions, listed["conditions"], "the conditions")
