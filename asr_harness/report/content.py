"""All that a report says, computed once; page, Markdown and images are made from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asr_harness.counting import counted
from asr_harness.errors import RecordError
from asr_harness.judge.trends import RowTrend, judge_trends
from asr_harness.metrics import latency
from asr_harness.report.advice import Advice, AdviceLimits, advise
from asr_harness.report.bottlenecks import Bottleneck, bottlenecks
from asr_harness.report.claims import ClaimResult, check_all
from asr_harness.report.extent import Extent, History, extent, history_of, latencies, run_names
from asr_harness.report.figures import draw_all, drawable
from asr_harness.report.figures.base import Figure, FigureData
from asr_harness.report.history import commit_points
from asr_harness.report.machines import MachineFacts, changes, machines
from asr_harness.report.picks import Pick, picks
from asr_harness.report.pooled import pooled
from asr_harness.report.pricing import prices
from asr_harness.report.scaling import Law, latency_laws, memory_laws
from asr_harness.report.table import table
from asr_harness.report.table.cases import spelled_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from asr_harness.judge.price import Price
    from asr_harness.report.page.differences import Differences
    from asr_harness.runs.summary import Summary
    from asr_harness.schema import RunFile

MAX_TITLE = 60
MAX_NAMES = 8


@dataclass(frozen=True, slots=True)
class Content:
    """The table, its cases pooled, and what was concluded; `not_drawn` names what has no figures."""

    title: str
    table: pd.DataFrame
    cases: pd.DataFrame
    machines: tuple[MachineFacts, ...]
    drawn: pd.DataFrame
    figures: tuple[Figure, ...]
    not_drawn: tuple[str, ...]
    claims: tuple[ClaimResult, ...]
    latency_laws: tuple[Law, ...]
    memory_laws: tuple[Law, ...]
    bottlenecks: tuple[Bottleneck, ...]
    advice: tuple[Advice, ...]
    picks: tuple[Pick, ...]
    differences: Differences | None
    history: tuple[Summary, ...]
    extent: Extent
    trends: tuple[RowTrend, ...] = ()
    prices: tuple[Price, ...] = ()
    machine_changes: tuple[str, ...] = ()
    newest_label: str = ""
    """The commit whose values are shown wherever it has any: of a comparison the candidate."""


def gather(
    runs: Sequence[RunFile],
    limits: AdviceLimits | None = None,
    differences: Differences | None = None,
    candidate: Sequence[RunFile] = (),
    history: History | None = None,
) -> Content:
    """Work out all that a report says of runs, and of the `history` that they are the `whole` ones of.

    Of a comparison the candidate's values are those to show. Without a history the runs are all.
    Raises RecordError where the runs hold no case.
    """
    history = history or history_of(runs)
    known, newest = history.runs, history.newest
    rows = table(runs)
    if not len(rows):
        names = run_names(known)
        shown = ", ".join(names[:MAX_NAMES]) + (" …" if len(names) > MAX_NAMES else "")
        raise RecordError(f"no case in {shown}; there is nothing to report")
    cases = pooled(rows, runs, {run.path.name for run in candidate})
    drawn, not_drawn = drawable(cases)
    advice = advise(cases, limits or AdviceLimits())
    of_drawn = rows[rows["case"].isin(drawn["case"])]
    points = latencies(newest)
    priced = prices(runs)
    results = [record.result for run in runs for record in run.records.values() if record.result is not None]
    return Content(
        title=_title(known),
        table=rows,
        cases=cases,
        machines=machines(known),
        drawn=drawn,
        figures=draw_all(FigureData(drawn, of_drawn, commit_points(newest), priced, _of(points, drawn))),
        not_drawn=not_drawn,
        claims=check_all(cases),
        latency_laws=latency_laws(cases),
        memory_laws=memory_laws(cases),
        bottlenecks=bottlenecks(cases),
        advice=advice,
        picks=picks(advice),
        differences=differences,
        trends=judge_trends(newest, latency.METRIC),
        history=tuple(known),
        extent=extent(known, len(runs)),
        prices=priced,
        machine_changes=tuple(changes(results)),
        newest_label=spelled_out((candidate or known)[-1].label),
    )


def _of(points: pd.DataFrame, cases: pd.DataFrame) -> pd.DataFrame:
    return points[points["case"].isin(cases["case"])] if len(points) else points


def _title(history: Sequence[Summary]) -> str:
    labels = ", ".join(dict.fromkeys(run.label for run in history))
    n_runs = len({run.head.path for run in history})
    return f"asr-harness: {labels}" if len(labels) < MAX_TITLE else f"asr-harness: {counted(n_runs, 'run')}"
