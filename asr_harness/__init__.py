"""asr-harness tells a speech team whether a commit made its recogniser slower, hungrier or wrong.

Three functions are for notebooks and scripts: `load_runs` finds and reads saved runs, `table` puts them into
a pandas table, `compare` judges one set of them against another.

PYTEST_DONT_REWRITE: there are no assertions for pytest to rewrite here, and a plugin that is imported before
pytest can rewrite it would make pytest warn.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from asr_harness.judge import Judgement, Policy
    from asr_harness.schema import RunFile

try:
    __version__ = version("asr-harness")
except PackageNotFoundError:  # imported from a checkout that is not installed
    __version__ = "0+unknown"
__all__ = ["__version__", "compare", "load_runs", "table"]


def load_runs(which: str | Path = ".benchmarks", storage: str | Path = ".benchmarks") -> tuple[RunFile, ...]:
    """Read saved runs, oldest first.

    `which` is what `asr-harness compare` takes for a side: a file, a folder, a glob, a run number, a commit
    or `latest:BRANCH`, or several of these separated by commas. Raises RecordError naming what was not found.
    """
    from pathlib import Path

    from asr_harness.runs import select_runs

    return select_runs(str(which), Path(storage))


def table(runs: Sequence[RunFile], per: Literal["case", "utterance", "round"] = "case") -> pd.DataFrame:
    """Put runs into a table: a row for each case of each run, or for each of its utterances or rounds.

    Columns are SI base units, and end with their unit; what was not measured is missing. docs/report.md lists
    them.
    """
    from asr_harness.report.table import rounds, table, utterances

    return {"case": table, "utterance": utterances, "round": rounds}[per](runs)


def compare(
    base: Sequence[RunFile],
    candidate: Sequence[RunFile],
    *,
    policy: Policy | None = None,
    history: Sequence[RunFile] = (),
) -> Judgement:
    """Judge the runs of a candidate against those of a base, as `asr-harness compare` does.

    `history` are former runs, from which the noise of a single run is known. Raises RecordError where the
    sides have no case in common, RuleError where a rule of the policy guards nothing.
    """
    from asr_harness.judge import Evidence, history_columns, judge
    from asr_harness.runs.summary import summarised

    return judge(Evidence(base, candidate, summarised(history, history_columns())), policy)
