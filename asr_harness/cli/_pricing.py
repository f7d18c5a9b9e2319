"""The sessions of `asr-harness price`: one after another until there are enough, each saved as one run."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from math import inf
from shutil import get_terminal_size
from statistics import mean
from time import monotonic
from typing import TYPE_CHECKING

from asr_harness.ab import interrupts
from asr_harness.ab.variants import VariantSession
from asr_harness.cli._lines import say
from asr_harness.cli.merge import write_merged
from asr_harness.errors import RecordError
from asr_harness.metrics import units
from asr_harness.runs.device_locks import DeviceLocks
from asr_harness.runs.scratch import scratch
from asr_harness.schema import load_run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from asr_harness.ab.variants import Unmeasured
    from asr_harness.schema import CaseRecord

MAX_SESSIONS = 100


@dataclass(slots=True)
class Pricing:
    """Measures variants into `folder` until it holds `n_sessions` of these, or the time is spent.

    `gone` has variants that cannot run here, each with its reason: they are not tried again.
    """

    variants: Sequence[str]
    selection: Sequence[str]
    folder: Path
    n_sessions: int = MAX_SESSIONS
    budget_s: float = inf
    gone: dict[str, str] = field(default_factory=dict)
    _dead: set[str] = field(default_factory=set)
    _began: float = field(default_factory=monotonic)
    _lengths_s: list[float] = field(default_factory=list)
    _locks: DeviceLocks = field(default_factory=DeviceLocks)

    def run(self) -> None:
        """Measure. What was saved stays, whatever ends it: another call with the same folder goes on.

        Raises AbError where a worker cannot start, KeyboardInterrupt where nothing was saved yet.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        n_before = self._heed_saved()
        say(f"{', '.join(self.variants)}: {self._goal(n_before)}, saved in {self.folder}")
        try:
            with interrupts.remembered(), self._locks:
                for number in range(n_before, self.n_sessions):
                    is_too_late = self._lengths_s and self._left_s() < mean(self._lengths_s)
                    if is_too_late or len(self._active()) == 1:
                        break
                    began = monotonic()
                    self._measure(number)
                    self._lengths_s.append(monotonic() - began)
                    interrupts.check()
        except KeyboardInterrupt:
            if not self._saved():
                raise
            say(f"interrupted: priced by what was saved; `--into {self.folder}` goes on")

    def _measure(self, number: int) -> None:
        names = self._active()
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
                self._keep(place)
                raise
            self._heed(session)
            records = self._keep(place)
            if not any(record.result for record in records):
                raise RecordError(f"no case ran with two of {', '.join(names)}: {_reasons(session, records)}")

    def _keep(self, place: Path) -> list[CaseRecord]:
        """Save what workers saved there as one run, if there is any result, and give its records."""
        runs = sorted(map(load_run, place.glob("*/*.json")), key=lambda run: run.path.name)
        records = [record for run in runs for record in run.records.values()]
        if any(record.result for record in records):
            name = f"{len(self._saved()) + 1:04d}_{runs[0].commit or 'none'}_variants.json"
            write_merged(runs, self.folder / name, is_one_session=True)
        return records

    def _heed(self, session: VariantSession) -> None:
        """Note what need not be tried again: variants that no case runs with, and cases that kill."""
        by_variant: dict[str, list[Unmeasured]] = {}
        for one in session.unmeasured:
            by_variant.setdefault(one.variant, []).append(one)
            if one.has_died:
                self._dead.add(one.test_id)
        for variant, cases in by_variant.items():
            reason, *_ = cases[0].reason.splitlines()
            say(_cut(f"{variant}: {len(cases)} of {session.n_places} cases have no rounds: {reason}"))
            if len(cases) == session.n_places or any(one.has_died for one in cases):
                self.gone[variant] = cases[0].reason
        if self.variants[0] in self.gone:
            raise RecordError(f"{self.variants[0]}, the baseline, cannot run: {self.gone[self.variants[0]]}")

    def _active(self) -> list[str]:
        return [variant for variant in self.variants if variant not in self.gone]

    def _saved(self) -> list[Path]:
        return sorted(self.folder.glob("*.json"))

    def _heed_saved(self) -> int:
        """Count whole sessions of all that can run; what never could is not tried again."""
        runs = [tuple(load_run(path).records.values()) for path in self._saved()]
        records = [record for run in runs for record in run]
        measured = {record.case.variant for record in records if record.result}
        for record in records:
            if record.case.variant not in measured and record.outcome == "unavailable":
                self.gone[record.case.variant] = f"{record.outcome}: {record.reason}"
        return sum(
            {*self._active()} <= {record.case.variant for record in run}
            and all(record.outcome != "interrupted" for record in run)
            for run in runs
        )

    def _goal(self, n_before: int) -> str:
        parts = [f"{n_before} sessions are there"] if n_before else []
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
    reasons = {one.variant: one.reason for one in reversed(session.unmeasured)}
    for record in reversed(records):
        reasons[record.case.variant] = f"{record.outcome}: {record.reason}"
    return "; ".join(f"{name} {why.splitlines()[-1]}" for name, why in reasons.items()) or "nothing ran"
