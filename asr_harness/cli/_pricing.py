"""The sessions of `asr-harness price`: one after another until there are enough, each saved as one run."""

from __future__ import annotations

import signal
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from math import inf
from shutil import get_terminal_size
from statistics import mean
from time import monotonic
from typing import TYPE_CHECKING

from asr_harness.ab import interrupts
from asr_harness.ab.variants import VariantSession
from asr_harness.cli._lines import say, tell
from asr_harness.counting import counted
from asr_harness.errors import RecordError
from asr_harness.metrics import units
from asr_harness.runs.device_locks import DeviceLocks
from asr_harness.runs.scratch import scratch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asr_harness.ab.variants import Unmeasured
    from asr_harness.cli._sessions import SavedSessions
    from asr_harness.schema import CaseRecord

MAX_SESSIONS = 100
BY_SIGNAL = 128
"""What an exit status is above the number of the signal that ended the process."""


@dataclass(slots=True)
class Pricing:
    """Measures variants until `n_sessions` count, or the time is spent.

    `is_interrupted` says that neither was reached, as somebody pressed Ctrl-C.
    """

    sessions: SavedSessions
    selection: Sequence[str]
    n_sessions: int = MAX_SESSIONS
    budget_s: float = inf
    is_interrupted: bool = False
    _dead: set[str] = field(default_factory=set)
    _began: float = field(default_factory=monotonic)
    _lengths_s: list[float] = field(default_factory=list)
    _locks: DeviceLocks = field(default_factory=DeviceLocks)

    def run(self) -> None:
        """Measure. What was saved stays, whatever ends it: another call with the same folder goes on.

        Raises AbError where a worker cannot start, SystemExit where a signal other than Ctrl-C ended it.
        """
        is_new = not self.sessions.folder.exists()
        try:
            with interrupts.remembered(), self._locks:
                self.sessions.folder.mkdir(parents=True, exist_ok=True)
                self.sessions.count()
                say(f"{', '.join(self.sessions.variants)}: {self._goal()}, saved in {self.sessions.folder}")
                self._measure_all()
        except KeyboardInterrupt:
            self.is_interrupted = True
        except SystemExit as end:
            if isinstance(end.code, int) and end.code > BY_SIGNAL:
                tell(self.ended_early(f"ended by {signal.Signals(end.code - BY_SIGNAL).name}"))
            raise
        finally:
            if is_new:
                with suppress(OSError):  # it is not empty
                    self.sessions.folder.rmdir()

    def ended_early(self, how: str) -> str:
        """Say after a signal what was saved, and how to go on."""
        n, folder = len(self.sessions.counted), self.sessions.folder
        if not self.sessions.saved():
            return f"{how}: nothing was saved"
        is_limited = self.n_sessions < MAX_SESSIONS
        saved = f"{n} of {counted(self.n_sessions, 'session')}" if is_limited else counted(n, "session")
        return f"{how}: {saved} saved in {folder}; `--into {folder}` goes on with them"

    def _measure_all(self) -> None:
        for _ in range(self.n_sessions):
            is_too_late = self._lengths_s and self._left_s() < mean(self._lengths_s)
            if is_too_late or self._n_done >= self.n_sessions or len(self.sessions.active) == 1:
                return
            began = monotonic()
            self._measure(self._n_done)
            self._lengths_s.append(monotonic() - began)
            interrupts.check()

    @property
    def _n_done(self) -> int:
        return len(self.sessions.counted)

    def _measure(self, number: int) -> None:
        names = self.sessions.active
        turned = number // 2 % len(names)
        order = [*names[turned:], *names[:turned]][:: 1 if number % 2 == 0 else -1]
        began, n_done = monotonic(), 0

        def on_case(place: str, rounds_s: Mapping[str, float]) -> None:
            nonlocal n_done
            n_done += 1
            share = n_done / session.n_places
            left_s = self._rest_s(number, share, monotonic() - began)
            head = f"session {number + 1}, {n_done}/{session.n_places} {place}"
            say(_cut(f"{head}: {_values(names, rounds_s)}", f"; {units.duration(left_s)} left"))

        with scratch("price") as place:
            deselected = [f"--deselect={test_id}" for test_id in sorted(self._dead)]
            lock = partial(self._locks.acquire, tell=say, check=interrupts.check)
            session = VariantSession(order, [*self.selection, *deselected], place, on_case, lock)
            try:
                session.run()
            except (KeyboardInterrupt, SystemExit):
                self.sessions.save(place)
                raise
            self._heed(session)
            records = self.sessions.add(place)
            if not any(record.result for record in records):
                raise RecordError(f"no case ran with two of {', '.join(names)}: {_reasons(session, records)}")

    def _heed(self, session: VariantSession) -> None:
        """Note what need not be tried again: variants that no case runs with, and cases that kill."""
        by_variant: dict[str, list[Unmeasured]] = {}
        for case in session.unmeasured:
            by_variant.setdefault(case.variant, []).append(case)
            if case.has_died:
                self._dead.add(case.test_id)
        for variant, cases in by_variant.items():
            reason, *_ = cases[0].reason.splitlines()
            where = f"{len(cases)} of {counted(session.n_places, 'case')}"
            say(_cut(f"{variant}: no rounds in {where}: {reason}"))
            if len(cases) == session.n_places or any(case.has_died for case in cases):
                self.sessions.gone[variant] = cases[0].reason
        baseline = self.sessions.variants[0]
        if baseline in self.sessions.gone:
            raise RecordError(f"{baseline}, the baseline, cannot run: {self.sessions.gone[baseline]}")

    def _goal(self) -> str:
        known = self.sessions.counted
        parts = [f"{counted(len(known), 'session')} there of {known[-1].label}"] if known else []
        parts += [f"{self.n_sessions} in all"] if self.n_sessions < MAX_SESSIONS else []
        parts += [f"at most {units.duration(self.budget_s)}"] if self.budget_s < inf else []
        return ", ".join(parts)

    def _left_s(self) -> float:
        return self.budget_s - (monotonic() - self._began - self._locks.waited_s)

    def _rest_s(self, number: int, share: float, spent_s: float) -> float:
        """Give what is left of the whole, by what sessions took so far, and by the budget."""
        length_s = mean(self._lengths_s) if self._lengths_s else spent_s / share
        n_left = self.n_sessions - number - share
        return max(0.0, min(n_left * length_s, self._left_s()))


def _values(names: Sequence[str], rounds_s: Mapping[str, float]) -> str:
    base, *_ = names
    parts = [f"{base} {units.seconds(rounds_s[base])}"] if base in rounds_s else []
    parts += [
        f"{name} {rounds_s[name] / rounds_s[base] - 1:+.0%}"
        for name in names[1:]
        if base in rounds_s and name in rounds_s
    ]
    return ", ".join(parts) or "not measured"


def _cut(text: str, tail: str = "") -> str:
    room = get_terminal_size().columns - len(tail) - 1
    return (text if len(text) <= room else text[: room - 1] + "…") + tail


def _reasons(session: VariantSession, records: Sequence[CaseRecord]) -> str:
    """Say of each variant why its first case has no result, the last line of a long reason."""
    reasons = {case.variant: case.reason for case in reversed(session.unmeasured)}
    for record in reversed(records):
        reasons[record.case.variant] = f"{record.outcome}: {record.reason}"
    return "; ".join(f"{name} {why.splitlines()[-1]}" for name, why in reasons.items()) or "nothing ran"
