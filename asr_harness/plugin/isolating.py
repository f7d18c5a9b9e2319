"""`--asr-isolate`: each model in a process of its own, so that no case can disturb another model's.

The process is a session of the same command. What it finds of each case is taken over as it ends, and
replayed here as a resumed case is: the file is saved by one session, and in one way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from asr_harness.errors import GridError, RecordError
from asr_harness.plugin import options
from asr_harness.plugin.child import Child, Task
from asr_harness.runs.scratch import scratch
from asr_harness.schema.journal import JournalEntry
from asr_harness.schema.part import savable_text

if TYPE_CHECKING:
    from collections.abc import Generator

    from asr_harness.plugin.collecting import Collecting
    from asr_harness.plugin.ledger import Ledger
    from asr_harness.plugin.running import Running
    from asr_harness.plugin.workbench import Workbench
    from asr_harness.runs.journal_content import JournalContent

NOT_TOGETHER = {
    "usepdb": "--pdb, which has no terminal in another process",
    "trace": "--trace, which has no terminal in another process",
    "benchmark_disable": "--benchmark-disable, under which nothing is measured",
    "lf": "--lf, which would choose anew in each process",
    "failedfirst": "--ff, which would choose anew in each process",
    "newfirst": "--nf, which would choose anew in each process",
    "stepwise": "--sw, which would choose anew in each process",
}


def check(config: pytest.Config) -> None:
    """Raise GridError for what cannot be done in processes of their own."""
    if options.live_address(config):
        raise GridError(
            "--asr-isolate is not for the workers of asr-harness ab, which take turns in one process each: "
            "drop it there (-o asr_isolate=false where pytest.ini has it)"
        )
    for name, what in NOT_TOGETHER.items():
        if config.getoption(name, None):
            raise GridError(f"--asr-isolate does not go with {what}: drop one of them")


class Isolating:
    """Runs all cases of a model in a process of their own, when the first of them is due."""

    def __init__(
        self, ledger: Ledger, workbench: Workbench, running: Running, collecting: Collecting
    ) -> None:
        self._ledger, self._workbench = ledger, workbench
        self._running, self._collecting = running, collecting

    # Outside of what limits the time of one test: a process runs many.
    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Before a case of a model of which nothing is known yet, measure all that are left of the model."""
        if item.nodeid in self._ledger.selected.keys() - self._ledger.entries.keys():
            self._measure(item)
        return (yield)

    def _measure(self, item: pytest.Item) -> None:
        cases, known = self._ledger.selected, self._ledger.entries.keys()
        of_model = {test_id for test_id, case in cases.items() if case.model == cases[item.nodeid].model}
        items = {other.nodeid: other for other in item.session.items if other.nodeid in of_model - known}
        # Who dies in a case leaves the others of the model to another.
        while left := items.keys() - self._ledger.entries.keys():
            self._run_one([test_id for test_id in items if test_id in left], item.config)
        for other in items.values():
            self._collecting.replay(other)

    def _run_one(self, test_ids: list[str], config: pytest.Config) -> None:
        with scratch("isolated") as folder:
            Task(test_ids, self._workbench.known_peaks).write(folder)
            child = Child(config, folder)
            content: JournalContent | None = None
            started: set[str] = set()
            try:
                for content in child.contents():
                    self._take(content, started)
            finally:
                child.end()
            self._learn(child)
            self._give_up(test_ids, content, child)

    def _take(self, content: JournalContent, started: set[str]) -> None:
        for test_id in content.unfinished.keys() - started:
            started.add(test_id)
            self._running.starts(test_id)
        for test_id, entry in content.entries.items():
            if test_id in self._ledger.selected and test_id not in self._ledger.entries:
                self._running.take(entry)

    def _learn(self, child: Child) -> None:
        """Take over what its file says beside its cases; one that ended amid a case may have left none."""
        try:
            run = child.saved()
        except RecordError:
            return
        if run is None:
            return
        self._workbench.known_peaks |= run.block.peaks
        self._workbench.loading_s += run.block.session.loading_s or 0.0
        if run.block.code is not None:
            self._workbench.other_code.append(run.block.code)

    def _give_up(self, test_ids: list[str], content: JournalContent | None, child: Child) -> None:
        """Note what became of a case in which the process died; of all its cases if it began with none."""
        left = [test_id for test_id in test_ids if test_id not in self._ledger.entries]
        in_it = [test_id for test_id in left if content and test_id in content.unfinished]
        is_fruitless = len(left) == len(test_ids)
        for test_id in in_it or (left if is_fruitless else []):
            outcome, ending = child.ending(is_amid_case=test_id in in_it)
            where = "in it" if test_id in in_it else "before it could begin"
            reason = f"{ending} {where}; its last words:\n{child.last_words}"
            self._running.take(JournalEntry(test_id, outcome, savable_text(reason)))
