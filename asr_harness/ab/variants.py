"""A session of several variants: a live worker for each, of which one alone computes at a time.

All come to a case together. They load and warm up one after another, take their rounds in turn, A B C C B A,
and measure energy one after another: what slows the machine for a while slows all of them alike.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import harmonic_mean, median
from typing import TYPE_CHECKING

from asr_harness.ab import git
from asr_harness.ab.neighbours import arguments_for
from asr_harness.ab.protocol import CASES, ENERGY, GATES, STARTS, Ready
from asr_harness.ab.schedule import MAX_PAIRS, MIN_PAIRS
from asr_harness.ab.starting import Start, connected, saving
from asr_harness.ab.worker import CaseDiedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import TypeVar

    from asr_harness.ab.worker import Lock, Worker

    Value = TypeVar("Value")

ROUND_S = 60.0
"""A round is waited for some times as long: a variant may be that much slower than its plan."""


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """A case that a variant has no rounds of, and why; `has_died` where its process ended in it."""

    variant: str
    case_id: str
    test_id: str
    reason: str
    has_died: bool = False


@dataclass(slots=True)
class VariantSession:
    """One session: the order in which variants begin, what each saves in `folder`, and what had no rounds.

    `arguments` are pytest's. `on_case` hears of each place of the grid, with the median round of each variant
    in seconds; `n_places` is how many there are. `lock` locks devices by name for all of them.
    """

    variants: Sequence[str]
    arguments: Sequence[str]
    folder: Path
    on_case: Callable[[str, Mapping[str, float]], None] = lambda *_: None
    lock: Lock | None = None
    unmeasured: list[Unmeasured] = field(default_factory=list)
    n_places: int = 0
    _workers: dict[str, Worker] = field(default_factory=dict)
    _at: dict[str, str | None] = field(default_factory=dict)

    def run(self) -> None:
        """Measure every case once. Raises AbError where a worker cannot start, or hangs.

        Interrupted, it lets the workers save the cases that are over.
        """
        with ExitStack() as stack:
            try:
                self._run(stack)
            except (KeyboardInterrupt, SystemExit):
                for worker in self._workers.values():
                    worker.stop(ROUND_S)
                raise

    def _run(self, stack: ExitStack) -> None:
        for variant in self.variants:
            name, start = f"the worker of {variant}", self._start(variant)
            worker = stack.enter_context(connected(name, start, lock=self.lock))
            self._workers[variant], self._at[variant] = worker, worker.next_gate()
            self.n_places = max(self.n_places, len(worker.case_ids or ()))
        while standing := [one for one in self.variants if self._at.get(one) is not None]:
            place = min(map(self._place, standing))
            self._measure(place, [one for one in standing if self._place(one) == place])

    def _start(self, variant: str) -> Start:
        arguments = (*self.arguments, f"--asr-variants={variant}", *saving(self.folder, variant))
        return Start(
            sys.executable,
            (*arguments, *arguments_for(sys.executable)),
            Path.cwd(),
            git.environment(),
            (CASES, STARTS, GATES, ENERGY),
            self.folder,
        )

    def _place(self, variant: str) -> str:
        """Give what a case's id has before its variant: workers come to their cases in its order."""
        return (self._at[variant] or "").removesuffix(variant)

    def _measure(self, place: str, here: Sequence[str]) -> None:
        ready: dict[str, Ready] = {}
        for variant, case in self._each(here, lambda one: self._workers[one].begin()):
            if isinstance(case, Ready):
                ready[variant] = case
            else:
                reason = f"{case.outcome}: {case.reason}"
                self.unmeasured.append(Unmeasured(variant, place + variant, case.test_id, reason))
        rounds_s = self._rounds(ready)

        def leave(variant: str) -> str | None:
            if variant in rounds_s:
                self._workers[variant].finish()
            return self._workers[variant].next_gate()

        for variant, case_id in self._each(here, leave):
            self._at[variant] = case_id
        self.on_case(place.rstrip("-"), {one: median(each) for one, each in rounds_s.items() if each})

    def _rounds(self, ready: Mapping[str, Ready]) -> dict[str, list[float]]:
        """Let all take turns, each second time in the opposite order, and give what each round took.

        All have as many rounds; together they take what the plan gives so many cases. A variant that is ready
        alone has none, as there is nothing to hold it against.
        """
        names = list(ready) if len(ready) > 1 else []
        planned = harmonic_mean([max(ready[name].n_rounds, 1) for name in names]) if names else 0
        n_rounds = max(MIN_PAIRS, min(MAX_PAIRS, round(planned))) if names else 0
        rounds_s: dict[str, list[float]] = {name: [] for name in names}
        for variant in ready:
            self._workers[variant].go(n_rounds)
        for number in range(n_rounds):
            order = names if number % 2 == 0 else names[::-1]
            for variant, turn in self._each(order, lambda one: self._workers[one].turn(ROUND_S)):
                rounds_s[variant].append(turn.latency_s)
        return rounds_s

    def _each(self, variants: Iterable[str], ask: Callable[[str], Value]) -> Iterator[tuple[str, Value]]:
        """Ask the workers of variants one by one; one that dies is noted, and not asked again."""
        for variant in variants:
            if self._at[variant] is None:
                continue
            try:
                answer = ask(variant)
            except CaseDiedError as death:
                self._at[variant] = None
                reason = f"{death.outcome}: {death.reason}"
                self.unmeasured.append(Unmeasured(variant, death.case_id, death.test_id, reason, True))
            else:
                yield variant, answer
