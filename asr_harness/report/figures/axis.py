"""A column on an axis: its domain, with room for what stands at the top, and its ticks."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10
from typing import TYPE_CHECKING, Literal

from asr_harness.report.figures.drawing import HEIGHT

if TYPE_CHECKING:
    import pandas as pd

PLAIN = ".12~g"
SCALES: dict[str, dict[str, object]] = {
    "linear": {"zero": True},
    "log": {"type": "log"},
    "counts": {"zero": True},
}
MARK_HEIGHT = 10
MARGIN, LOG_MARGIN = 1.04, 1.12
LEAST_TICKS, MOST_TICKS = 3, 10
MANTISSAS = ((1, 1.5, 2, 3, 4, 5, 7), (1, 2, 5), (1,))


@dataclass(frozen=True, slots=True)
class Axis:
    """A column on an axis, with its unit in the title."""

    column: str
    title: str
    scale: Literal["linear", "log", "counts"] = "linear"
    percent: bool = False
    number: str = PLAIN

    def options(self, values: pd.Series | None = None, n_words: int = 0) -> dict[str, object]:
        """Give scale and axis as Altair takes them.

        `values`, shown or not, give the domain, and `n_words` the lines of words that it leaves room for.
        """
        import altair as alt

        settings: dict[str, object] = {**SCALES[self.scale]}
        known = [] if values is None else sorted(float(value) for value in values.dropna())
        if self.scale == "log":
            known = [value for value in known if value > 0]
        domain = self._domain(known[0], known[-1], n_words * MARK_HEIGHT / HEIGHT) if known else None
        if domain:
            settings |= {"domain": list(domain), "nice": False}
        number = "%" if self.percent else self.number
        ticks = self._ticks(domain, known) if domain else []
        chosen: dict[str, object] = {"values": ticks} if ticks else {"tickCount": 6}
        return {
            "title": self.title,
            "scale": alt.Scale(**settings),
            "axis": alt.Axis(format=number, **chosen),
        }

    def _domain(self, low: float, high: float, headroom: float) -> tuple[float, float]:
        if self.scale != "log":
            return 0.0, (high or 1.0) * MARGIN / (1 - headroom)
        low, high = low / LOG_MARGIN, high * LOG_MARGIN
        return low, high * (high / low) ** (headroom / (1 - headroom))

    def _ticks(self, domain: tuple[float, float], known: list[float]) -> list[float]:
        if self.scale == "counts":
            distinct = sorted(set(known))
            return distinct if len(distinct) <= MOST_TICKS else []
        return log_ticks(*domain) if self.scale == "log" else []


def log_ticks(low: float, high: float) -> list[float]:
    """Give round numbers from low to high: the finest of MANTISSAS, or of decades, that are not too many.

    Empty where even the finest are too few to read a scale from.
    """
    decades = range(floor(log10(low)), ceil(log10(high)) + 1)
    for mantissas in MANTISSAS:
        ticks = [float(f"{mantissa}e{decade}") for decade in decades for mantissa in mantissas]
        inside = [tick for tick in ticks if low <= tick <= high]
        if len(inside) <= MOST_TICKS:
            return inside if len(inside) >= LEAST_TICKS else []
    step = ceil(len(inside) / MOST_TICKS)
    return inside[::step]
