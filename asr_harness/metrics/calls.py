"""How often the three stages are entered: a count that is exact for any system, whatever it computes with."""

from asr_harness.metrics import units
from asr_harness.metrics.base import Metric
from asr_harness.schema import CaseResult


def read(result: CaseResult) -> float | None:
    """Give the calls of all stages in a pass over the slice; None in runs that did not count them."""
    calls = result.work.calls
    return None if calls is None else sum(calls.values())


METRIC = Metric(
    key="calls",
    column="n_calls",
    title="stage calls",
    meaning="stages entered in a pass over the slice",
    unit=units.COUNT,
    rank=104,
    read=read,
    test="count",
    tolerance=0.0,
)
