"""Short ways to judge made-up runs."""

from collections.abc import Sequence
from typing import Any

from asr_harness.judge import Evidence, Finding, Judgement, Policy, history_columns, judge
from asr_harness.runs.summary import summarised
from asr_harness.schema import RunFile
from tests.saved_runs import CASE


def compare(
    base: Sequence[RunFile],
    candidate: Sequence[RunFile],
    *,
    history: Sequence[RunFile] = (),
    **policy: Any,
) -> Judgement:
    """Judge two sides by a policy of these fields."""
    former = summarised(history, history_columns())
    return judge(Evidence(base, candidate, former), Policy(**policy))


def finding(judgement: Judgement, metric: str, case_id: str = CASE) -> Finding:
    """Pick what was found of one metric of one case."""
    return next(each for each in judgement.findings if (each.case_id, each.metric) == (case_id, metric))
