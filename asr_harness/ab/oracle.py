"""What `bisect` asks: forks and single runs of real commits, each in a worktree of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import count
from typing import TYPE_CHECKING

from asr_harness.ab import session
from asr_harness.ab.bisecting import Look, UnmeasurableError
from asr_harness.ab.progress import LiveSession
from asr_harness.ab.protocol import Ready
from asr_harness.ab.starting import started
from asr_harness.ab.worktrees import worktrees
from asr_harness.errors import AbError

if TYPE_CHECKING:
    from pathlib import Path

    from asr_harness.ab.worker import Lock
    from asr_harness.ab.worktrees import Worktree
    from asr_harness.ab.zygote import Nursery
    from asr_harness.schema import RunFile

N_DIGITS = 12
TURN_TIME_S = 3.0
"""Of rounds for a case in a fork: a process differs from the next by more than longer rounds would tell."""


@dataclass(slots=True)
class LiveOracle:
    """Runs commits by live workers; `good` is what each fork is against."""

    good: str
    here: Path
    python: str
    arguments: tuple[str, ...]
    storage: Path
    cores: frozenset[int] | None
    nursery: Nursery | None = None
    lock: Lock | None = None
    _numbers: count[int] = field(default_factory=count)

    def fork(self, commit: str) -> Look:
        """Run the good commit and another one side by side once."""
        progress = LiveSession()
        try:
            with worktrees((self.good, commit), self.here) as (good, other):
                sides = session.Sides(
                    {"base": good, "candidate": other},
                    {"base": self.python, "candidate": self.python},
                    self.arguments, self.storage, self.cores, self.nursery, self.lock,
                )  # fmt: skip
                record = self.storage / f"{self.good[:7]}_{commit[:7]}.jsonl"
                runs = session.forks(
                    sides, progress, record, seed=next(self._numbers), turn_time_s=lambda _: TURN_TIME_S
                )
                with closing(runs):
                    next(runs)
            self._prepare()
        except AbError as error:
            raise UnmeasurableError(f"{commit[:7]} cannot be measured: {error}") from error
        ratios = {case_id: forks[0].raw for case_id, forks in progress.log_ratios.items()}
        signals = [_signals(progress.runs[side]) for side in ("base", "candidate")]
        return Look(ratios, signals[0], signals[1])

    def signals(self, commit: str) -> Mapping[str, str]:
        """Run a commit alone once, a round a case."""
        try:
            with worktrees((commit,), self.here) as (tree,):
                return _signals([self._run(tree)])
        except AbError as error:
            raise UnmeasurableError(f"{commit[:7]} cannot be measured: {error}") from error

    def _prepare(self) -> None:
        """Once the first fork is over, make what all later workers are forked from."""
        if self.nursery and not self.nursery.zygote and not self.nursery.why_not:
            self.nursery.prepare((self.python,), self.cores)

    def _run(self, tree: Worktree) -> RunFile:
        with started(
            "candidate", tree, self.arguments,
            python=self.python, storage=self.storage, cores=self.cores, nursery=self.nursery, lock=self.lock,
        ) as worker:  # fmt: skip
            for case in worker.cases():
                if isinstance(case, Ready):
                    round_s = worker.try_round(case.warm_up_s)
                    worker.go(1)
                    worker.turn(round_s)
                    worker.finish()
            run = worker.saved_run()
        if run is None:
            raise AbError(f"{worker.name} saved no run")
        return run


def _signals(runs: list[RunFile]) -> dict[str, str]:
    """Give a digest of each exact signal of each case: outcome, transcripts, tokens, FLOPs, operators."""
    signals: dict[str, str] = {}
    for run in runs:
        for case_id, record in run.records.items():
            signals[f"{case_id} outcome"] = record.outcome
            if record.result is None:
                continue
            work = record.result.work
            values = {
                "transcripts": record.result.quality.hypotheses,
                "tokens": work.n_tokens,
                "flops": work.flops,
                "operators": work.operators,
            }
            signals |= {f"{case_id} {name}": _digest(value) for name, value in values.items()}
    return signals


def _digest(value: object) -> str:
    plain = dict(value) if isinstance(value, Mapping) else value
    return blake2b(json.dumps(plain, sort_keys=True).encode(), digest_size=N_DIGITS // 2).hexdigest()
