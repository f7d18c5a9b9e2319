"""All that a report says, computed once; page, Markdown and images are made from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asr_harness.errors import RecordError
from asr_harness.report.cells import cells
from asr_harness.report.facts import Machine, machines
from asr_harness.report.figures import draw_all
from asr_harness.tidy import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from asr_harness.report.figures.drawing import Figure
    from asr_harness.saved import SavedRun


@dataclass(frozen=True, slots=True)
class Content:
    """The tidy table, the cells made of it, and what was concluded."""

    title: str
    table: pd.DataFrame
    cells: pd.DataFrame
    machines: tuple[Machine, ...]
    figures: tuple[Figure, ...]


def gather(runs: Sequence[SavedRun]) -> Content:
    """Work out all that a report says. Raises RecordError where the runs hold no case."""
    tidy = table(runs)
    if not len(tidy):
        raise RecordError(
            f"no case in {', '.join(run.path.name for run in runs)}; there is nothing to report"
        )
    found = cells(tidy)
    labels = ", ".join(dict.fromkeys(run.label for run in runs))
    return Content(
        title=f"asr-harness: {labels}" if len(labels) < 60 else f"asr-harness: {len(runs)} runs",  # noqa: PLR2004
        table=tidy,
        cells=found,
        machines=machines(runs),
        figures=draw_all(found),
    )
