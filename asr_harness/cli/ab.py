"""Settle on one noisy machine whether a commit is slower than another: run both, in turn, until it is clear.

A git worktree and a live worker for each commit run the suite's own cases, rounds taken A B B A with the
calibration kernel in each turn; whole forks are the unit of the test. What both sides saved is compared,
too: transcripts, error rates, memory, FLOPs and outcomes. What follows `--` selects cases as for pytest
(default: benchmarks/). `asr-harness ab REF REF` compares a commit with itself: the honest self-test. Exit
status: 0 nothing regressed, 1 a regression, 2 unusable input or a worker that failed, 3 undecided.
"""

from __future__ import annotations

import re
import sys
from argparse import ArgumentTypeError
from contextlib import closing, suppress
from datetime import UTC, datetime
from functools import partial
from math import inf
from pathlib import Path
from shutil import get_terminal_size
from time import monotonic
from typing import TYPE_CHECKING

from asr_harness.ab import interrupts, session
from asr_harness.ab.progress import LiveSession
from asr_harness.ab.schedule import Pace
from asr_harness.ab.telling import told
from asr_harness.ab.workplace import check_suite, cores, own_python
from asr_harness.ab.worktrees import sides, worktrees
from asr_harness.ab.zygote import Nursery
from asr_harness.cli._colour import add_colour, is_wanted, painted
from asr_harness.cli._lines import say
from asr_harness.cli._standing import Standing
from asr_harness.cli._storage import add_storage
from asr_harness.counting import counted
from asr_harness.errors import AbError
from asr_harness.judge import Forks, judge, policy
from asr_harness.metrics import units
from asr_harness.report import forks, forms, step_summary
from asr_harness.runs.device_locks import DeviceLocks
from asr_harness.runs.select import AB
from asr_harness.stats.sequential import ended, planned_looks

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from asr_harness.ab.worker import Lock
    from asr_harness.ab.worktrees import Worktree
    from asr_harness.judge.evidence import Side

DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|)")
UNITS_S = {"s": 1, "m": units.MINUTE_S, "h": units.HOUR_S}
N_LEARNED = 2
"""Forks that the pace is learnt from: the second starts in another way than the first."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take two commits, the effort, and what to run."""
    parser.add_argument(
        "base",
        metavar="BASE_REF",
        help="the commit to compare with; A...B for both: B with where it left A",
    )
    parser.add_argument(
        "candidate", metavar="CANDIDATE_REF", nargs="?", help="the commit to judge (after A...B: nothing)"
    )
    parser.set_defaults(selection=[])
    parser.add_argument(
        "--budget", default="10m", help="90s, 10m or 1h; forks end when it is spent (%(default)s)"
    )
    parser.add_argument(
        "--forks",
        "--restarts",
        type=_at_least_one,
        default=100,
        help="at most so many starts of both sides (%(default)s)",
    )
    parser.add_argument(
        "--turn-time",
        type=_not_negative,
        default=None,
        help="seconds of rounds for a case in a fork (by the budget)",
    )
    policy.add_arguments(parser)
    parser.add_argument("--cores", default=None, help="cores that both workers run on, such as 0,1 (all)")
    parser.add_argument(
        "--environment", metavar="COMMAND", help="a shell command that makes .venv in each worktree"
    )
    parser.add_argument(
        "--fresh", action="store_true", help="one process after another instead of two in turn"
    )
    parser.add_argument(
        "--cheap-forks",
        action="store_true",
        help="fork later workers from one process that has imported the installed packages (Linux)",
    )
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the verdicts for a comment, too")
    parser.add_argument("--seed", type=int, default=0, help="of the start orders")
    add_colour(parser)
    add_storage(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run forks, show the estimate after each, and end with the verdicts."""
    began, progress = monotonic(), LiveSession(policy.from_arguments(arguments))
    _check(arguments)
    refs = sides(arguments.base, arguments.candidate, Path.cwd())
    with interrupts.remembered(), DeviceLocks() as locks, worktrees(refs, Path.cwd()) as (base, candidate):
        for line in told(base, candidate, has_own_environments=bool(arguments.environment)):
            say(line)
        number, spent_s = _run_forks(
            arguments, {"base": base, "candidate": candidate}, progress, began, locks
        )
    evidence, width = progress.evidence(), get_terminal_size().columns
    judgement = judge(evidence, progress.policy)
    for line in forks.conclusion(judgement, evidence.forks or Forks({}, ()), progress.left_out, width):
        say(painted(line, arguments.color))
    budget_s = duration_s(arguments.budget)
    if advice := forks.once_more(judgement, number, spent_s, budget_s, arguments.forks):
        say(advice)
    comment = forms.render("markdown", judgement, width)
    step_summary.add(comment)
    if arguments.markdown:
        arguments.markdown.write_text(comment + "\n", "utf-8")
    return judgement.exit_status


def _check(arguments: argparse.Namespace) -> None:
    """Raise AbError before anything runs for what would only be noticed when the budget is spent."""
    duration_s(arguments.budget)
    if arguments.markdown is not None:
        if not arguments.markdown.absolute().parent.is_dir():
            raise AbError(
                f"--markdown {arguments.markdown}: there is no such folder to write to; make it first"
            )
        if arguments.markdown.is_dir():
            raise AbError(f"--markdown {arguments.markdown}: it is a folder; name a file")
    try:
        (arguments.storage / AB).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AbError(
            f"--storage {arguments.storage}: cannot be written to ({error.strerror}); name another folder"
        ) from error


def _at_least_one(text: str) -> int:
    with suppress(ValueError):
        if (value := int(text)) > 0:
            return value
    raise ArgumentTypeError(f"{text!r} is not a whole number above 0")


def _not_negative(text: str) -> float:
    with suppress(ValueError):
        if 0 <= (value := float(text)) < inf:
            return value
    raise ArgumentTypeError(f"{text!r} is not a number of seconds, 0 or more")


def duration_s(text: str) -> float:
    """Read a duration such as `90s`, `10m` or `1h`. Raises AbError."""
    match = DURATION.fullmatch(text.strip())
    if match is None or not float(match[1]):
        raise AbError(f"--budget {text!r} is no duration; give one such as 90s, 10m or 1h")
    if not match[2]:
        raise AbError(f"--budget {text!r} has no unit; give {match[1]}s, {match[1]}m or {match[1]}h")
    return float(match[1]) * UNITS_S[match[2]]


def _run_forks(
    arguments: argparse.Namespace,
    trees: Mapping[Side, Worktree],
    progress: LiveSession,
    began: float,
    locks: DeviceLocks,
) -> tuple[int, float]:
    """Fork until every case is decided, or the budget or the user's patience is spent; give how many forks
    there were, and the seconds that they took.

    What was waited for another session's devices is not of the budget.
    """
    budget_s, storage = duration_s(arguments.budget), arguments.storage.resolve() / AB
    standing = Standing(
        sys.stdout, lambda: began + locks.waited_s + budget_s, has_colour=is_wanted(arguments.color)
    )
    progress.on_turn = standing.takes_turn
    pace = Pace(budget_s, arguments.turn_time)
    sides = _sides(arguments, trees, storage, partial(locks.acquire, tell=say, check=interrupts.check))
    record = _record(storage, trees["base"], trees["candidate"])
    named = " → ".join(tree.name for tree in trees.values())
    standing.say(f"{named}, turns in {record}")
    runs = session.forks(
        sides,
        progress,
        record,
        seed=arguments.seed,
        turn_time_s=pace.turn_time_s,
        on_case=standing.measured,
        fresh=arguments.fresh,
    )
    number, spent_s, prepared_s, rounds_s, least_s = 0, 0.0, 0.0, 0.0, 0.0
    standing.loads()
    try:
        with closing(runs):
            for number, _ in enumerate(runs, 1):
                interrupts.check()
                now_s = monotonic() - began - locks.waited_s
                next_s, spent_s = now_s - spent_s, now_s
                if number <= N_LEARNED:
                    rounds_s, least_s = progress.rounds_s - rounds_s, progress.least_rounds_s - least_s
                    pace.learn(next_s, rounds_s, least_s, once_s=prepared_s, pairs=progress.pairs.values())
                    next_s = _plan(progress, pace, arguments.forks, standing, spent_s)
                    if number > 1 and sides.nursery and sides.nursery.zygote:
                        progress.forget_runs(but_last=1)
                decisions = progress.decisions()
                standing.ends_fork(number, decisions, progress.so_far())
                is_decided = all(decision.verdict in session.DECIDED for decision in decisions.values())
                if is_decided or number >= arguments.forks or spent_s + next_s > budget_s:
                    break
                if number == 1 and sides.nursery:
                    prepared_s = _prepare(sides, standing)
                    spent_s += prepared_s
                standing.loads()
    except KeyboardInterrupt:
        if not number:
            raise AbError("interrupted before the first fork was over: nothing can be said") from None
        standing.say(f"interrupted: judged by {counted(number, 'fork')}, which ended before")
    finally:
        standing.erase()
        if sides.nursery:
            sides.nursery.close()
    progress.looks = ended(progress.looks, number)
    return number, spent_s


def _prepare(sides: session.Sides, standing: Standing) -> float:
    """Make what the next workers are forked from, and give the seconds that it took."""
    began = monotonic()
    if sides.nursery:
        sides.nursery.prepare(sides.pythons.values(), sides.cores)
        if sides.nursery.why_not:
            standing.say(f"--cheap-forks: every worker is started anew, as {sides.nursery.why_not}")
    return monotonic() - began


def _plan(progress: LiveSession, pace: Pace, most: int, standing: Standing, spent_s: float) -> float:
    """Plan the looks after the first fork, say what would spoil the end, and give the next's length."""
    n_cases = len(progress.log_ratios)
    n_forks, next_s = pace.n_forks(n_cases), pace.fork_s(n_cases)
    progress.looks = planned_looks(min(most, n_forks))
    judge(progress.evidence(), progress.policy)  # raises for a rule that guards nothing
    if warning := forks.too_short(n_forks, next_s, spent_s, pace.budget_s):
        standing.say(warning)
    return next_s


def _sides(
    arguments: argparse.Namespace, trees: Mapping[Side, Worktree], storage: Path, lock: Lock
) -> session.Sides:
    selection = tuple(arguments.selection or ["benchmarks/"])
    check_suite(trees.values(), selection)
    pythons: dict[Side, str] = {}
    for side, tree in trees.items():
        pythons[side] = own_python(arguments.environment, tree) if arguments.environment else sys.executable
    nursery = Nursery() if arguments.cheap_forks else None
    return session.Sides(trees, pythons, selection, storage, cores(arguments.cores), nursery, lock)


def _record(storage: Path, base: Worktree, candidate: Worktree) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%d_%H%M%S")
    return storage / f"{stamp}_{base.commit[:7]}_{candidate.commit[:7]}.jsonl"
