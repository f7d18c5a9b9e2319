"""Put the shards of one session, from any number of machines, into one file.

A run is named as for compare. Each case keeps the machine that it ran on, and is only compared with cases of
such a machine. A case that two runs measured, two commits, codes or plans, and cases of a shard that is
absent are conflicts: each is named, nothing is written, and the exit status is 2.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from asr_harness.cli._storage import add_storage
from asr_harness.counting import counted
from asr_harness.errors import RecordError
from asr_harness.judge.alike import machine
from asr_harness.measure.frontier import oom_frontiers
from asr_harness.report.terminal import table
from asr_harness.report.writing import write_whole
from asr_harness.runs import select_runs
from asr_harness.runs.merging import merge
from asr_harness.schema.latest import latest_of_each
from asr_harness.schema.part import dump
from asr_harness.schema.run import BLOCK

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from asr_harness.runs.merging import Merged
    from asr_harness.schema import Block, RunFile


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take runs and the file that they become."""
    parser.add_argument("runs", metavar="RUN", nargs="+", help="files, globs, folders, numbers or commits")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE", help="the file to write; it must be new"
    )
    parser.add_argument(
        "--partial", action="store_true", help="merge without absent shards; their cases are interrupted"
    )
    add_storage(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the merged file, and say what is in it."""
    if arguments.output.exists():
        raise RecordError(f"{arguments.output} exists; remove it, or give -o another name")
    if not arguments.output.absolute().parent.is_dir():
        raise RecordError(f"cannot write {arguments.output}: its folder does not exist; make it first")
    named = [one for side in arguments.runs for one in select_runs(side, arguments.storage)]
    runs = sorted(latest_of_each(named), key=lambda one: (str(one.time), one.path.name))
    merged = write_merged(runs, arguments.output, is_partial=arguments.partial)
    print("\n".join(summary(merged, get_terminal_size().columns)))  # noqa: T201
    return 0


def write_merged(
    runs: Sequence[RunFile], path: Path, *, is_partial: bool = False, is_one_session: bool = False
) -> Merged:
    """Merge runs into a new file. Raises RecordError for a conflict, OSError where it cannot be written.

    What was one session in several processes of one machine has no parts.
    """
    from pytest_benchmark.utils import safe_dumps

    merged = merge(runs, path, is_partial=is_partial)
    whole = dump(_united(merged.run)) if is_one_session else merged.content[BLOCK]
    block = {**whole, "oom_frontier": oom_frontiers(merged.run.block.cases)}
    text = safe_dumps({**merged.content, BLOCK: block}, ensure_ascii=True, indent=4)  # type: ignore[no-untyped-call]
    write_whole(path, lambda temporary: temporary.write_text(text, "utf-8"))
    return merged


def _united(run: RunFile) -> Block:
    """Give the block of one session, its code that of all its processes; as it is if machines differ."""
    from asr_harness.measure.imports import merged

    first, *others = run.by_machine()
    if any(machine(part) != machine(first) for part in others):
        return run.block
    code = [part.code for part in run.block.parts if part.code is not None]
    return replace(run.block, parts=(), code=merged(code) if code else None)


def summary(merged: Merged, width: int) -> list[str]:
    """Say of each session what came of its cases, and on which machine."""
    rows = [
        (part.file, _outcomes(merged.run, part.cases), part.environment.machine)
        for part in merged.run.block.parts
    ]
    n_cases, n_sessions = counted(len(merged.run.records), "case"), counted(len(rows), "session")
    total = f"{n_cases} of {n_sessions}: {_outcomes(merged.run, merged.run.records)}"
    absent = [f"absent, and kept as interrupted: {', '.join(merged.absent)}"] if merged.absent else []
    return [
        *table(("session", "cases", "machine"), rows, width),
        total,
        *absent,
        f"written: {merged.run.path}",
    ]


def _outcomes(run: RunFile, case_ids: Iterable[str]) -> str:
    counts = Counter(run.records[case_id].outcome for case_id in case_ids)
    return ", ".join(f"{n} {outcome}" for outcome, n in counts.most_common()) or "none"
