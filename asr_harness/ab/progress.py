"""What the forks of a session have shown so far: log ratios, runs, and the cases that were left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asr_harness.ab import schedule
from asr_harness.ab.protocol import Ended, Ready
from asr_harness.judge import Evidence, Forks, Policy
from asr_harness.judge.evidence import SIDES
from asr_harness.judge.judge_forks import decide_cases
from asr_harness.stats.sequential import MIN_FORKS, planned_looks

if TYPE_CHECKING:
    from asr_harness.ab.estimate import Pairs
    from asr_harness.ab.worker import CaseDiedError, Worker
    from asr_harness.judge import LogRatio
    from asr_harness.judge.evidence import Side
    from asr_harness.schema import RunFile
    from asr_harness.stats.sequential import Decision, Looks


@dataclass(slots=True)
class LiveSession:
    """The forks so far: for each case its log ratios, and what was left out with the reason.

    `pairs` are what the rounds of the latest fork were like.
    `rounds_s` is what all rounds took, and `least_rounds_s` what the fewest would have taken. `runs` are what
    the workers saved. `lost` has for each case that ended on one side alone that side, the outcome and the
    reason. `died` are the tests that a process died in: they are not tried again.
    """

    policy: Policy = field(default_factory=Policy)
    looks: Looks = field(default_factory=lambda: planned_looks(MIN_FORKS))
    log_ratios: dict[str, list[LogRatio]] = field(default_factory=dict)
    test_ids: dict[str, str] = field(default_factory=dict)
    pairs: dict[str, Pairs] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    lost: dict[str, tuple[Side, str, str]] = field(default_factory=dict)
    died: set[str] = field(default_factory=set)
    rounds_s: float = 0.0
    least_rounds_s: float = 0.0
    runs: dict[Side, list[RunFile]] = field(default_factory=lambda: {side: [] for side in SIDES})

    def evidence(self) -> Evidence:
        """Give what a judgement can rest on so far."""
        forks = Forks(self.log_ratios, self.looks, self.lost)
        return Evidence(self.runs["base"], self.runs["candidate"], forks=forks)

    def decisions(self) -> dict[str, Decision]:
        """Judge the latency of every case on its forks so far."""
        evidence = self.evidence()
        return decide_cases(evidence, evidence.forks, self.policy) if evidence.forks else {}

    def leave_out(self, side: Side, ended: Ended, ready: Ready | None) -> None:
        """Note a case that ended on one side, while the other one was ready for it or ended as well."""
        self.left_out[ended.test_id] = f"{ended.outcome} on {side}: {ended.reason}"
        if ready is not None:
            self.lost[ready.case_id] = side, ended.outcome, ended.reason

    def note_death(self, death: CaseDiedError, *, is_on_both: bool) -> None:
        """Note a case that a process died in; what dies on both sides is lost on neither."""
        self.died.add(death.test_id)
        sides = "both sides" if is_on_both else death.side
        self.left_out[death.test_id] = f"{death.outcome} on {sides}: {death.reason}"
        if not is_on_both:
            self.lost[death.case_id] = death.side, death.outcome, death.reason

    def note_alone(self, side: Side, case: Ready | Ended) -> None:
        """Note a case that only one side's suite has: one that the candidate lacks is lost."""
        missing = schedule.other(side)
        self.left_out[case.test_id] = f"not in the suite of {missing}"
        if side == "base" and isinstance(case, Ready):
            self.lost[case.case_id] = missing, "absent", "its suite no longer has it"

    def forget_runs(self, but_last: int) -> None:
        """Leave out earlier runs: they hold more memory than those of processes that were forked from one."""
        self.runs = {side: runs[-but_last:] for side, runs in self.runs.items()}

    def keep_run(self, worker: Worker) -> None:
        """Take the run that a worker handed over at its end. Raises RecordError for what is none."""
        run = worker.saved_run()
        if run is not None:
            self.runs[worker.side].append(run)
