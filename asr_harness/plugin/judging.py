"""Judging a session against saved runs, as `asr-harness compare` would judge its file."""

from __future__ import annotations

from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

from asr_harness.errors import AsrHarnessError, RuleError
from asr_harness.judge import Evidence, history_columns, judge, policy
from asr_harness.judge.judgement import EXIT_UNDECIDED, EXIT_UNUSABLE
from asr_harness.judge.rules import check_all_used, rule_units
from asr_harness.plugin import options
from asr_harness.plugin.conditions import NO_CHANGES, uncommitted_changes
from asr_harness.plugin.ledger import storage_folder
from asr_harness.report import verdicts
from asr_harness.runs import newest_runs, select_runs
from asr_harness.runs.commits import commit_of
from asr_harness.schema import SavedJudgement, parse_run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pytest

    from asr_harness.judge import Judgement, Policy
    from asr_harness.runs.summary import Summary
    from asr_harness.schema import RunFile


def make_judging(config: pytest.Config) -> Judging | None:
    """Load the baseline before hours are spent; None where no comparison is asked for.

    Raises RecordError where the baseline is not there, RuleError where a rule cannot be read or speaks of
    nothing in the baseline.
    """
    side = options.text(config, "compare")
    given = options.policy(config)
    chosen = policy.read(given, config.rootpath)
    if side is None:
        _check_nothing_is_asked(config)
        return None
    storage = storage_folder(config)
    # A tree with changes is no commit yet: it may be compared with the one it stands on.
    is_clean = uncommitted_changes(config.rootpath) == NO_CHANGES
    own = commit_of("HEAD", config.rootpath) if is_clean else None
    passed_over: list[str] = []
    base = select_runs(side, storage, excluding={own} if own else (), tell=passed_over.append)
    judgeable = [(case_id, metric) for run in base for case_id in run.records for metric in rule_units()]
    check_all_used((*chosen.rules, *chosen.waivers), judgeable)
    return Judging(side, base, newest_runs(history_columns(), storage), chosen, passed_over)


def _check_nothing_is_asked(config: pytest.Config) -> None:
    """Raise RuleError for a policy on the command line of a session that is compared with nothing."""
    for option in policy.OPTIONS:
        if options.is_given(config, option.key):
            raise RuleError(
                f"--asr-{option.key} judges nothing without --asr-compare; name the runs to compare with"
            )


class Judging:
    """Compares the session once it is measured; `status` is then its exit status."""

    def __init__(
        self,
        side: str,
        base: Sequence[RunFile],
        history: Sequence[Summary],
        chosen: Policy,
        passed_over: Sequence[str] = (),
    ) -> None:
        self.status = EXIT_UNDECIDED
        self._side, self._base, self._history, self._policy = side, base, history, chosen
        self._passed_over = passed_over
        self._judgement: Judgement | None = None
        self._problem = "the session ended before anything could be compared"

    def judge(self, content: Mapping[str, Any]) -> SavedJudgement:
        """Judge the content of this session's file, and give what the file keeps of it."""
        if self._judgement is None:
            try:
                candidate = parse_run(Path("this session"), content)
                self._judgement = judge(Evidence(self._base, (candidate,), self._history), self._policy)
                self.status = self._judgement.exit_status
            except AsrHarnessError as error:
                self._problem, self.status = str(error), EXIT_UNUSABLE
        findings = self._judgement.findings if self._judgement else ()
        return SavedJudgement(
            tuple(run.path.name for run in self._base),
            tuple(f"{finding.case_id} {finding.metric}" for finding in findings if finding.fails),
            self.status,
        )

    def tell(self, reporter: pytest.TerminalReporter) -> None:
        """Write the section of the comparison."""
        reporter.section(f"compared with {self._side}")
        for line in self._passed_over:
            reporter.write_line(line)
        if self._judgement is None:
            reporter.write_line(f"ERROR: not compared: {self._problem}", red=True)
            return
        for line in verdicts.lines(self._judgement, get_terminal_size().columns):
            reporter.write_line(line)
