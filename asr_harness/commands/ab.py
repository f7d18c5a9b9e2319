"""Settle on one noisy machine whether a commit is slower than another: run both, in turn, until it is clear.

A git worktree and a live worker for each commit run the suite's own cases, rounds taken A B B A with the
calibration kernel in each turn; whole restarts are the unit of the test. What follows `--` selects cases as
for pytest (default: benchmarks/). `asr-harness ab REF REF` compares a commit with itself: the honest
self-test. Exit status: 0 nothing regressed, 1 a regression, 2 unusable input or a worker that failed, 3
undecided.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from math import ceil, expm1, log1p
from pathlib import Path
from shutil import get_terminal_size
from statistics import median
from textwrap import wrap
from time import monotonic
from typing import TYPE_CHECKING, Any

from asr_harness.ab import session
from asr_harness.ab.schedule import turn_time_s
from asr_harness.ab.worktrees import worktrees
from asr_harness.compare import EXIT_FINE, EXIT_REGRESSION, EXIT_UNDECIDED
from asr_harness.errors import AbError
from asr_harness.report import units
from asr_harness.report.terminal import table
from asr_harness.selecting import STORAGE
from asr_harness.sequential import MIN_RESTARTS, ended, planned_looks
from asr_harness.settings import UNDECIDED
from asr_harness.stats import ALPHA, standard_deviation

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping

    from asr_harness.ab.schedule import Side
    from asr_harness.ab.worktrees import Worktree
    from asr_harness.sequential import Decision

DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|)")
UNITS_S = {"s": 1, "": 1, "m": units.MINUTE_S, "h": units.HOUR_S}
PATH_END = 8
SILENCE_S = 30.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take two commits, the effort, and what to run."""
    parser.add_argument("base", metavar="BASE_REF", help="the commit to compare with")
    parser.add_argument("candidate", metavar="CANDIDATE_REF", help="the commit to judge")
    parser.set_defaults(selection=[])
    parser.add_argument(
        "--budget", default="10m", help="90s, 10m or 1h; restarts end when it is spent (%(default)s)"
    )
    parser.add_argument("--restarts", type=int, default=100, help="at most so many (%(default)s)")
    parser.add_argument(
        "--turn-time",
        type=float,
        default=None,
        help="seconds of rounds for a case in a restart (by the budget)",
    )
    parser.add_argument("--alpha", type=float, default=ALPHA, help="chance of any false alarm (%(default)s)")
    parser.add_argument("--tolerance", type=float, default=2.0, help="percent below which no change counts")
    parser.add_argument("--margin", type=float, default=5.0, help="percent within which a case is unchanged")
    parser.add_argument(
        "--undecided", choices=UNDECIDED, default=None, help="let what is undecided pass or fail"
    )
    parser.add_argument("--cores", default=None, help="cores that both workers run on, such as 0,1 (all)")
    parser.add_argument(
        "--environment", metavar="COMMAND", help="a shell command that makes .venv in each worktree"
    )
    parser.add_argument(
        "--fresh", action="store_true", help="one process after another instead of two in turn"
    )
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the verdicts for a comment, too")
    parser.add_argument("--seed", type=int, default=0, help="of the start orders")
    parser.add_argument("--storage", type=Path, default=STORAGE, help="where runs are saved (%(default)s)")


def run(arguments: argparse.Namespace) -> int:
    """Run restarts, show the estimate after each, and end with the verdicts."""
    budget_s, began = duration_s(arguments.budget), monotonic()
    storage = arguments.storage.resolve()
    tolerance, margin = log1p(arguments.tolerance / 100), log1p(arguments.margin / 100)
    findings = session.Findings(arguments.alpha, tolerance, margin)
    with (
        _ended_by_signals(),
        worktrees((arguments.base, arguments.candidate), Path.cwd()) as (base, candidate),
    ):
        sides = _sides(arguments, {"base": base, "candidate": candidate}, storage)
        record = _record(storage, base, candidate)
        _say(
            f"{arguments.base} ({base.commit[:7]}) → {arguments.candidate} ({candidate.commit[:7]}), "
            f"turns in {record}"
        )
        runs = session.restarts(
            sides,
            findings,
            record,
            seed=arguments.seed,
            turn_time_s=lambda n_cases: arguments.turn_time or turn_time_s(budget_s, n_cases),
            on_case=Progress(began, budget_s),
            fresh=arguments.fresh,
        )
        with closing(runs) as restarts:
            for number, _ in enumerate(restarts, 1):
                spent_s = monotonic() - began
                if number == 1:
                    findings.looks = planned_looks(min(arguments.restarts, int(budget_s / spent_s)))
                    say_if_too_short(budget_s, spent_s)
                decisions = findings.decisions()
                _say(_progress(number, decisions, max(budget_s - spent_s, 0)))
                is_decided = all(decision.verdict in session.DECIDED for decision in decisions.values())
                if is_decided or number >= arguments.restarts or spent_s * (1 + 1 / number) > budget_s:
                    break
    findings.looks = ended(findings.looks, number)
    decisions = findings.decisions()
    if arguments.markdown:
        arguments.markdown.write_text(_markdown(arguments, decisions), "utf-8")
    return _conclude(findings, decisions, arguments.undecided)


def duration_s(text: str) -> float:
    """Read a duration such as `90s`, `10m` or `1h`. Raises AbError."""
    found = DURATION.fullmatch(text.strip())
    if found is None or not float(found[1]):
        raise AbError(f"--budget {text!r} is no duration; give one such as 90s, 10m or 1h")
    return float(found[1]) * UNITS_S[found[2]]


def _sides(arguments: argparse.Namespace, trees: Mapping[Side, Worktree], storage: Path) -> session.Sides:
    pythons: dict[Side, str] = {}
    for side, tree in trees.items():
        pythons[side] = _python(arguments.environment, tree) if arguments.environment else sys.executable
    selection = tuple(arguments.selection or ["benchmarks/"])
    return session.Sides(trees, pythons, selection, storage, _cores(arguments.cores))


def _cores(text: str | None) -> frozenset[int] | None:
    """Give the cores that both workers run on; None where the system cannot pin a process to any."""
    if not hasattr(os, "sched_getaffinity"):
        if text:
            raise AbError(f"--cores {text!r}: this system cannot pin processes to cores; leave it out")
        return None
    mine = frozenset(os.sched_getaffinity(0))
    if text is None:
        return mine
    try:
        cores = frozenset(map(int, text.split(",")))
    except ValueError as error:
        raise AbError(f"--cores {text!r} is no list of cores, such as 0,1") from error
    if not cores <= mine:
        raise AbError(f"--cores {text!r}: this process may run on {sorted(mine)} only")
    return cores


def _python(command: str, tree: Worktree) -> str:
    """Make a side's own environment, and give its Python."""
    done = subprocess.run(  # noqa: S602
        command, shell=True, cwd=tree.root, check=False, capture_output=True, text=True
    )
    python = tree.root / ".venv" / "bin" / "python"
    if done.returncode or not python.exists():
        said = "".join(f"\n  {line}" for line in done.stderr.strip().splitlines()[-PATH_END:])
        raise AbError(f"--environment {shlex.quote(command)} left no .venv/bin/python for {tree.ref}{said}")
    return str(python)


def _record(storage: Path, base: Worktree, candidate: Worktree) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%d_%H%M%S")
    return storage / "ab" / f"{stamp}_{base.commit[:7]}_{candidate.commit[:7]}.jsonl"


def say_if_too_short(budget_s: float, restart_s: float) -> None:
    """Warn where the budget cannot hold as many restarts of this length as a verdict needs."""
    if budget_s < MIN_RESTARTS * restart_s:
        takes = f"a restart takes {units.duration(restart_s)}, and a verdict needs {MIN_RESTARTS}"
        enough = f"--budget {ceil(MIN_RESTARTS * restart_s * 1.1 / units.MINUTE_S)}m"
        _say(f"{takes}: this may end undecided; give {enough}, or select fewer cases")


class Progress:
    """Says in a long restart now and then how far it is."""

    def __init__(self, began: float, budget_s: float) -> None:
        self._ends = began + budget_s
        self._said = began
        self._n_cases = 0

    def __call__(self, case_id: str) -> None:
        """Take note of a case that was measured."""
        self._n_cases += 1
        if monotonic() - self._said > SILENCE_S:
            self._said = monotonic()
            left = units.duration(max(self._ends - self._said, 0))
            _say(f"  {case_id} measured, the {self._n_cases}. of all; {left} left")


def _progress(number: int, decisions: Mapping[str, Decision], left_s: float) -> str:
    n_decided = sum(decision.verdict in session.DECIDED for decision in decisions.values())
    name, worst = max(decisions.items(), key=lambda item: item[1].estimate or 0.0)
    said = f"restart {number}: {n_decided} of {len(decisions)} cases decided; slowest {name} {_change(worst)}"
    return f"{said} [{_interval(worst)}]; {units.duration(left_s)} left"


def _conclude(findings: session.Findings, decisions: Mapping[str, Decision], undecided: str | None) -> int:
    rows = [
        (name, decision.verdict, _change(decision), _interval(decision), str(decision.n))
        for name, decision in sorted(decisions.items(), key=lambda item: -(item[1].estimate or 0.0))
    ]
    _say("")
    for line in table(
        ("case", "verdict", "latency", "interval", "restarts"), rows, get_terminal_size().columns
    ):
        _say(line)
    for line in _spreads(findings):
        _say(line)
    for test_id, reason in findings.left_out.items():
        _say(f"left out: {test_id}: {reason}")
    found = {decision.verdict for decision in decisions.values()}
    if "regression" in found:
        return EXIT_REGRESSION
    if "inconclusive" in found:
        return {"pass": EXIT_FINE, "fail": EXIT_REGRESSION}.get(undecided or "", EXIT_UNDECIDED)
    return EXIT_FINE


def _spreads(findings: session.Findings) -> list[str]:
    """Say how much restarts differ, by the raw log ratios that were judged and by the calibrated ones."""
    raw, calibrated = (
        [
            spread
            for ratios in findings.ratios.values()
            if (spread := standard_deviation([getattr(ratio, name) for ratio in ratios])) is not None
        ]
        for name in ("raw", "calibrated")
    )
    if not raw:
        return []
    differ = f"{median(raw):.1%} (calibrated {median(calibrated):.1%}, not used)"
    said = f"restarts differ by {differ}; intervals hold for all cases and looks together"
    return wrap(said, get_terminal_size().columns)


def _markdown(arguments: argparse.Namespace, decisions: Mapping[str, Decision]) -> str:
    rows = [
        f"| `{name}` | {decision.verdict} | {_change(decision)} | {_interval(decision)} | {decision.n} |"
        for name, decision in sorted(decisions.items(), key=lambda item: -(item[1].estimate or 0.0))
    ]
    head = ["| case | verdict | latency | interval | restarts |", "| --- | --- | --- | --- | --- |"]
    title = f"### asr-harness ab: `{arguments.base}` → `{arguments.candidate}`"
    return "\n".join([title, "", *head, *rows, "", ""])


def _change(decision: Decision) -> str:
    return "–" if decision.estimate is None else f"{100 * expm1(decision.estimate):+.1f} %"


def _interval(decision: Decision) -> str:
    if decision.low is None or decision.high is None:
        return "not yet bounded"
    return f"{100 * expm1(decision.low):+.1f} to {100 * expm1(decision.high):+.1f}"


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let a termination unwind like an interrupt, so that workers and worktrees are removed."""

    def stop(number: int, _: Any) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201
