"""Forks until every case is decided or the budget is spent; each fork is two live workers in turn."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, replace
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from asr_harness.ab import estimate, schedule
from asr_harness.ab.matching import check_slices, matched, without_counterpart
from asr_harness.ab.protocol import Ended, Ready
from asr_harness.ab.starting import started
from asr_harness.ab.worker import CaseDiedError
from asr_harness.errors import AbError
from asr_harness.judge.evidence import SIDES

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from asr_harness.ab.progress import LiveSession
    from asr_harness.ab.protocol import Turn
    from asr_harness.ab.worker import Lock, Worker
    from asr_harness.ab.worktrees import Worktree
    from asr_harness.ab.zygote import Nursery
    from asr_harness.judge import LogRatio
    from asr_harness.judge.evidence import Side

TurnTime = Callable[[int], float]
OnCase = Callable[[str], None]
Taken = tuple[str, str, "Mapping[Side, list[Turn]]"]

DECIDED = ("regression", "improvement", "unchanged")


@dataclass(frozen=True, slots=True)
class Sides:
    """What is run: a worktree and a Python for each side, and the arguments of their pytest sessions.

    `lock` locks devices by name before anything is loaded there; without it nothing is locked.
    """

    worktrees: Mapping[Side, Worktree]
    pythons: Mapping[Side, str]
    arguments: tuple[str, ...]
    storage: Path
    cores: frozenset[int] | None
    nursery: Nursery | None = None
    lock: Lock | None = None


def forks(
    sides: Sides,
    progress: LiveSession,
    record: Path,
    *,
    seed: int,
    turn_time_s: TurnTime,
    on_case: OnCase = lambda _: None,
    fresh: bool = False,
) -> Generator[None, None, None]:
    """Restart both sides again and again, adding to `progress`; decided cases are left out of what follows.

    Every turn is appended to `record`, a JSON line for each fork of a case, so that any rule can be
    replayed. `turn_time_s` gives the seconds of rounds for each of so many cases; `on_case` is told of each
    case that a fork has measured. Raises AbError where a worker crashes or hangs, or where the sides do
    not run the same slices. Workers save their runs while those of the next fork start: close the
    generator to wait for the last ones.
    """
    with closing(ExitStack()) as leaving:
        take = _taken_alone if fresh else partial(_taken_in_turn, leaving)
        for order in schedule.start_orders(seed):
            decided = [
                progress.test_ids[case_id]
                for case_id, decision in progress.decisions().items()
                if decision.verdict in DECIDED
            ]
            for case_id, test_id, turns in take(sides, order, decided, progress, turn_time_s):
                progress.test_ids[case_id] = test_id
                rounds_s = sum(turn.latency_s for taken in turns.values() for turn in taken)
                progress.rounds_s += rounds_s
                progress.least_rounds_s += rounds_s * schedule.MIN_PAIRS / len(turns["base"])
                progress.pairs[case_id] = estimate.pairs(turns["base"], turns["candidate"])
                ratio = replace(estimate.log_ratio(turns["base"], turns["candidate"]), first=order[0])
                progress.log_ratios.setdefault(case_id, []).append(ratio)
                _append(record, case_id, order, turns, ratio)
                on_case(case_id)
            if not progress.log_ratios and not progress.lost:
                left_out = "; ".join(f"{name}: {why}" for name, why in progress.left_out.items())
                raise AbError(
                    f"no case ran on both sides{': ' if left_out else ''}{left_out}; widen the selection"
                )
            yield


def _taken_in_turn(
    leaving: ExitStack,
    sides: Sides,
    order: tuple[Side, Side],
    decided: Sequence[str],
    progress: LiveSession,
    turn_time_s: TurnTime,
) -> Iterator[Taken]:
    """Run both workers at once, of which only the one whose turn it is computes.

    Those of the fork before are waited for before any round, and these are put into `leaving` at last. Where
    one dies in a case, both are started again for the cases that are left.
    """
    done: set[str] = set()
    while True:
        with ExitStack() as stack:
            deselected = sorted({*decided, *done, *progress.died})
            workers = {side: stack.enter_context(_worker(sides, side, deselected)) for side in order}
            ready: dict[Side, Ready | Ended] = {}
            try:
                for taken in _turns(leaving, workers, ready, order, progress, turn_time_s):
                    done.add(taken[1])
                    yield taken
            except CaseDiedError as death:
                other = workers[schedule.other(death.side)]
                is_on_both = _dies_too(other, death.test_id, ready.get(other.side))
                progress.note_death(death, is_on_both=is_on_both)
                other.end()  # it waits for turns that nobody will give
                known = {test_id for worker in workers.values() for test_id in worker.case_ids or ()}
                if not known - done - progress.died - progress.left_out.keys():
                    return
                continue
            for worker in workers.values():
                progress.keep_run(worker)
            leaving.push(stack.pop_all())
            return


def _dies_too(worker: Worker, test_id: str, ready: Ready | Ended | None) -> bool:
    """Whether the other side's process dies in a case as well, when it is warmed up at the latest."""
    try:
        case = ready or worker.next_case()
    except CaseDiedError as death:
        return death.test_id == test_id
    return isinstance(case, Ended) and case.test_id == test_id


def _turns(
    leaving: ExitStack,
    workers: Mapping[Side, Worker],
    ready: dict[Side, Ready | Ended],
    order: tuple[Side, Side],
    progress: LiveSession,
    turn_time_s: TurnTime,
) -> Iterator[Taken]:
    """Take all cases; `ready` has what each side is at."""
    while True:
        for side, worker in workers.items():
            if side not in ready:
                ready[side] = worker.next_case()
        leaving.close()
        if alone := without_counterpart(ready, workers):
            progress.note_alone(alone, ready[alone])
            if isinstance(ready.pop(alone), Ready):
                workers[alone].go(0)
            continue
        cases = matched(ready, workers, progress)
        if cases is None:
            return
        if cases:
            case = cases["base"]
            known = progress.pairs.get(case.case_id)
            round_s = known.round_s if known else _tried(workers, cases)
            n_pairs = schedule.n_pairs(round_s, turn_time_s(case.n_cases))
            on_turn = partial(progress.on_turn, case.case_id)
            yield case.case_id, case.test_id, _rounds(workers, order, n_pairs, round_s, on_turn)
        ready.clear()


def _tried(workers: Mapping[Side, Worker], cases: Mapping[Side, Ready]) -> float:
    """Let each side run a round that does not count, and give the seconds of the longer one."""
    return max(worker.try_round(cases[side].warm_up_s) for side, worker in workers.items())


def _rounds(
    workers: Mapping[Side, Worker],
    order: tuple[Side, Side],
    n_pairs: int,
    round_s: float,
    on_turn: Callable[[int, int], None],
) -> Mapping[Side, list[Turn]]:
    turns: dict[Side, list[Turn]] = {"base": [], "candidate": []}
    for worker in workers.values():
        worker.go(n_pairs)
    for number, side in enumerate(schedule.turns(n_pairs, order[0]), 1):
        on_turn(number, len(SIDES) * n_pairs)
        turns[side].append(workers[side].turn(round_s))
    for worker in workers.values():
        worker.finish()
    return turns


def _taken_alone(
    sides: Sides,
    order: tuple[Side, Side],
    decided: Sequence[str],
    progress: LiveSession,
    turn_time_s: TurnTime,
) -> Iterator[Taken]:
    """Run one worker after the other, each with all its rounds: interleaved fresh processes."""
    turns_by_case: dict[str, dict[Side, tuple[Ready, list[Turn]]]] = {}
    ended: list[tuple[Side, Ended]] = []
    died: dict[str, list[CaseDiedError]] = {}

    def done(side: Side) -> set[str]:
        cases = {taken[side][0].test_id for taken in turns_by_case.values() if side in taken}
        cases |= {case.test_id for ended_side, case in ended if ended_side == side}
        return cases | {test_id for test_id, each in died.items() if any(one.side == side for one in each)}

    for side in order:
        while True:
            with _worker(sides, side, sorted({*decided, *progress.died, *done(side)})) as worker:
                try:
                    _take_all(worker, turns_by_case, ended, turn_time_s, progress.on_turn)
                    progress.keep_run(worker)
                    break
                except CaseDiedError as death:
                    died.setdefault(death.test_id, []).append(death)
                    if not set(worker.case_ids or ()) - done(side):
                        break
    for each in died.values():
        progress.note_death(each[0], is_on_both=len(each) > 1)
    ready = {case.test_id: case for by_side in turns_by_case.values() for case, _ in by_side.values()}
    for side, case in ended:
        progress.leave_out(side, case, ready.get(case.test_id))
    for case_id, by_side in turns_by_case.items():
        if len(by_side) == len(SIDES):
            check_slices({side: case for side, (case, _) in by_side.items()})
            n = min(len(turns) for _, turns in by_side.values())
            yield (
                case_id,
                by_side["base"][0].test_id,
                {side: turns[:n] for side, (_, turns) in by_side.items()},
            )


def _take_all(
    worker: Worker,
    turns_by_case: dict[str, dict[Side, tuple[Ready, list[Turn]]]],
    ended: list[tuple[Side, Ended]],
    turn_time_s: TurnTime,
    on_turn: Callable[[str, int, int], None],
) -> None:
    for case in worker.cases():
        if isinstance(case, Ended):
            ended.append((worker.side, case))
            continue
        round_s = worker.try_round(case.warm_up_s)
        n_rounds = schedule.n_pairs(round_s, turn_time_s(case.n_cases))
        worker.go(n_rounds)
        turns = []
        for number in range(1, n_rounds + 1):
            on_turn(case.case_id, number, n_rounds)
            turns.append(worker.turn(round_s))
        turns_by_case.setdefault(case.case_id, {})[worker.side] = case, turns
        worker.finish()


def _worker(sides: Sides, side: Side, decided: Sequence[str]) -> AbstractContextManager[Worker]:
    arguments = [*sides.arguments, *(f"--deselect={test_id}" for test_id in decided)]
    return started(
        side, sides.worktrees[side], arguments,
        python=sides.pythons[side], storage=sides.storage, cores=sides.cores,
        nursery=sides.nursery, lock=sides.lock,
    )  # fmt: skip


def _append(
    record: Path, case_id: str, order: tuple[Side, Side], turns: Mapping[Side, list[Turn]], ratio: LogRatio
) -> None:
    line = {
        "case_id": case_id,
        "start_order": order,
        "turns": {side: [asdict(turn) for turn in taken] for side, taken in turns.items()},
        "log_ratio": asdict(ratio),
        "at_s": monotonic(),
    }
    record.parent.mkdir(parents=True, exist_ok=True)
    with record.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line) + "\n")
