"""All that a report says, computed once; page, Markdown and images are made from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asr_harness.errors import RecordError
from asr_harness.report.advice import Advice, Limits, advise
from asr_harness.report.bottlenecks import Bottleneck, bottlenecks
from asr_harness.report.cells import cells
from asr_harness.report.claims import Finding, check_all
from asr_harness.report.facts import Machine, machines
from asr_harness.report.figures import draw_all, drawable
from asr_harness.report.figures.history import history
from asr_harness.report.history import points
from asr_harness.report.scaling import Law, latency_laws, memory_laws
from asr_harness.tidy import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from asr_harness.report.figures.drawing import Figure
    from asr_harness.report.page.differences import Differences
    from asr_harness.saved import SavedRun


@dataclass(frozen=True, slots=True)
class Content:
    """The tidy table, the cells made of it, and what was concluded; `not_drawn` names what has no figures."""

    title: str
    table: pd.DataFrame
    cells: pd.DataFrame
    machines: tuple[Machine, ...]
    drawn: pd.DataFrame
    figures: tuple[Figure, ...]
    not_drawn: tuple[str, ...]
    findings: tuple[Finding, ...]
    latency_laws: tuple[Law, ...]
    memory_laws: tuple[Law, ...]
    bottlenecks: tuple[Bottleneck, ...]
    advice: tuple[Advice, ...]
    differences: Differences | None


def gather(
    runs: Sequence[SavedRun], limits: Limits | None = None, differences: Differences | None = None
) -> Content:
    """Work out all that a report says. Raises RecordError where the runs hold no case."""
    tidy = table(runs)
    if not len(tidy):
        raise RecordError(
            f"no case in {', '.join(run.path.name for run in runs)}; there is nothing to report"
        )
    found = cells(tidy)
    shown, not_drawn = drawable(found)
    labels = ", ".join(dict.fromkeys(run.label for run in runs))
    return Content(
        title=f"asr-harness: {labels}" if len(labels) < 60 else f"asr-harness: {len(runs)} runs",  # noqa: PLR2004
        table=tidy,
        cells=found,
        machines=machines(runs),
        drawn=shown,
        figures=_figures(shown, tidy[tidy["case"].isin(shown["case"])], runs),
        not_drawn=not_drawn,
        findings=check_all(found),
        latency_laws=latency_laws(found),
        memory_laws=memory_laws(found),
        bottlenecks=bottlenecks(found),
        advice=advise(found, limits or Limits()),
        differences=differences,
    )


def _figures(shown: pd.DataFrame, tidy: pd.DataFrame, runs: Sequence[SavedRun]) -> tuple[Figure, ...]:
    """Draw the cells, and the history where there is more than one commit or environment."""
    timeline = points(runs)
    return (*draw_all(shown), *([history(shown, tidy, timeline)] if len(timeline) > 1 else []))
