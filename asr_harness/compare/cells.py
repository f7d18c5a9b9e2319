"""What a comparison says: a cell for each case and metric, and all of them together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asr_harness.compare.metrics import OUTCOME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asr_harness.types import Verdict

VERDICTS: tuple[Verdict, ...] = (
    "regression",
    "missing",
    "incomparable",
    "inconclusive",
    "improvement",
    "unchanged",
)
"""From worst to best, as tables are sorted."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The verdict on one metric of one case.

    `base` and `candidate` are in the metric's own unit. `effect`, its interval `low` to `high` and
    `smallest_effect`, the least change that these runs would have shown nine times in ten, are relative (0.05
    is 5 %), or differences of rates for WER and CER. `more_runs` are those a side still lacks to decide.
    A cell that is not `gated` informs, and does not set the exit status.
    """

    case_id: str
    metric: str
    verdict: Verdict
    gated: bool = True
    base: float | None = None
    candidate: float | None = None
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    smallest_effect: float | None = None
    more_runs: int | None = None
    calibrated: bool = False
    note: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every cell of a comparison, worst first, with what bears on all of them.

    `calibrated_devices` tells for each device whether times were divided by the calibration kernel's, and
    what the spread between runs was with and without.
    """

    base: str
    candidate: str
    n_runs: tuple[int, int]
    alpha: float
    cells: tuple[Cell, ...]
    notes: tuple[str, ...] = ()
    calibrated_devices: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing could be compared: neither a metric, nor a case that runs now and did not."""
        judged = [cell for cell in self.cells if cell.metric != OUTCOME]
        barred = all(cell.verdict == "incomparable" for cell in judged)
        return barred and bool(judged or not self.of("improvement"))

    def of(self, *verdicts: Verdict, gated: bool | None = None) -> tuple[Cell, ...]:
        """Pick the cells of some verdicts."""
        return tuple(cell for cell in self.cells if cell.verdict in verdicts and gated in (None, cell.gated))
