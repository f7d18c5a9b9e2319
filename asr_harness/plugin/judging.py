"""Judging a session against saved runs, as `asr-harness compare` would judge its file."""

from __future__ import annotations

from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any, cast

from asr_harness import compare, settings
from asr_harness.compare.metrics import NAMES
from asr_harness.compare.rules import check_all_used
from asr_harness.errors import AsrHarnessError, RuleError
from asr_harness.plugin import options
from asr_harness.plugin.ledger import storage_folder
from asr_harness.report import verdicts
from asr_harness.schema import SavedJudgement, parse_run
from asr_harness.selecting import known_runs, select_runs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pytest

    from asr_harness.saved import SavedRun
    from asr_harness.schema import RunFile
    from asr_harness.settings import Settings


def make_judging(config: pytest.Config) -> Judging | None:
    """Load the baseline before hours are spent; None where no comparison is asked for.

    Raises RecordError where the baseline is not there, RuleError where a rule cannot be read or speaks of
    nothing in the baseline.
    """
    side = options.text(config, "compare")
    chosen = settings.join(
        fail_on=options.texts(config, "fail-on"),
        allow=options.texts(config, "allow"),
        undecided=options.text(config, "undecided"),
        folder=config.rootpath,
    )
    if side is None:
        _check_nothing_is_asked(config)
        return None
    storage = storage_folder(config)
    base = select_runs(side, storage)
    speakable = [(case_id, name) for run in base for case_id in run.records for name in NAMES]
    check_all_used((*chosen.rules, *chosen.trades), speakable)
    return Judging(side, base, known_runs(storage), chosen)


def _check_nothing_is_asked(config: pytest.Config) -> None:
    """Raise RuleError for a rule on the command line of a session that is compared with nothing."""
    for name in ("fail-on", "allow", "undecided"):
        if options.is_given(config, name):
            raise RuleError(
                f"--asr-{name} judges nothing without --asr-compare; name the runs to compare with"
            )


class Judging:
    """Compares the session once it is measured; `status` is then its exit status."""

    def __init__(
        self, side: str, base: Sequence[SavedRun], history: Sequence[SavedRun], chosen: Settings
    ) -> None:
        self.status = compare.EXIT_UNDECIDED
        self._side, self._base, self._history, self._chosen = side, base, history, chosen
        self._comparison: compare.Comparison | None = None
        self._problem = "the session ended before anything could be compared"

    def judge(self, content: Mapping[str, Any]) -> SavedJudgement:
        """Judge the content of this session's file, and give what the file keeps of it."""
        if self._comparison is None:
            try:
                self._compare(parse_run(Path("this session"), content))
            except AsrHarnessError as error:
                self._problem, self.status = str(error), compare.EXIT_UNUSABLE
        regressed = self._comparison.of("regression", "missing", gated=True) if self._comparison else ()
        return SavedJudgement(
            against=tuple(run.path.name for run in self._base),
            regressions=tuple(f"{finding.case_id} {finding.metric}" for finding in regressed),
            exit_status=self.status,
        )

    def tell(self, reporter: pytest.TerminalReporter) -> None:
        """Write the section of the comparison."""
        reporter.section(f"compared with {self._side}")
        if self._comparison is None:
            reporter.write_line(f"ERROR: not compared: {self._problem}", red=True)
            return
        for line in verdicts.lines(self._comparison, get_terminal_size().columns):
            reporter.write_line(line)

    # ADAPTER: `compare` and `selecting` still take saved.SavedRun, which reads version 1 alone. The lead's
    # judge takes the RunFile as it is; nothing else of this module depends on which.
    def _compare(self, candidate: RunFile) -> None:
        self._comparison = compare.compare(
            self._base,
            (cast(Any, candidate),),
            rules=self._chosen.rules,
            trades=self._chosen.trades,
            alpha=self._chosen.alpha,
            history=self._history,
        )
        self.status = compare.exit_status(self._comparison, undecided=self._chosen.undecided)
