"""Values as people read them; the only place where units are scaled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

UNMEASURED = "–"
MINUTE_S = 60
HOUR_S = 3600
KILO = 1000


def seconds(value: float | None) -> str:
    """Three significant digits in µs, ms or s."""
    if value is None:
        return UNMEASURED
    for limit, scale, unit in ((1e-3, 1e6, "µs"), (1.0, 1e3, "ms")):
        if value < limit:
            return f"{value * scale:.3g} {unit}"
    return f"{value:.3g} s" if value < HOUR_S else f"{value:.0f} s"


def duration(value_s: float) -> str:
    """A span for planning, such as `1 h 20 min`, `3 min` or `40 s`."""
    if value_s < MINUTE_S:
        return f"{value_s:.0f} s"
    if value_s < HOUR_S:
        return f"{value_s / MINUTE_S:.0f} min"
    return f"{value_s // HOUR_S:.0f} h {value_s % HOUR_S / MINUTE_S:.0f} min"


def ratio(value: float | None) -> str:
    """Three significant digits."""
    return UNMEASURED if value is None else f"{value:.3g}"


def number(value: float, digits: int = 3) -> str:
    """Significant digits, written out."""
    return f"{float(f'{value:.{digits}g}'):,.12g}"


def percent(value: float | None, digits: int = 1) -> str:
    """A fraction in percent."""
    return UNMEASURED if value is None else f"{100 * value:.{digits}f} %"


def percent_range(low: float, high: float, digits: int = 1) -> str:
    """Two fractions in percent, from one to the other."""
    return f"{percent(low, digits)} to {percent(high, digits)}"


def joules(value: float | None) -> str:
    """Three significant digits in mJ, J or kJ."""
    if value is None:
        return UNMEASURED
    if value < 1:
        return f"{1e3 * value:.3g} mJ"
    return f"{value:.3g} J" if value < KILO else f"{value / KILO:.3g} kJ"


def file_size(value_bytes: float) -> str:
    """Bytes in kB or MB, as file managers do."""
    return f"{value_bytes / 1e3:.0f} kB" if value_bytes < 1e6 else f"{value_bytes / 1e6:.1f} MB"  # noqa: PLR2004


def memory(value_bytes: float | None) -> str:
    """Bytes in MiB or GiB."""
    if value_bytes is None:
        return UNMEASURED
    mebibytes = value_bytes / 2**20
    return f"{mebibytes:.0f} MiB" if mebibytes < 1000 else f"{mebibytes / 1024:.1f} GiB"  # noqa: PLR2004


def count(value: float | None) -> str:
    """A whole number, its thousands apart; three significant digits beyond a million."""
    if value is None:
        return UNMEASURED
    return f"{value:,.0f}" if abs(value) < 1e6 else f"{value:.3g}"  # noqa: PLR2004


def flops(value: float | None) -> str:
    """Three significant digits in FLOP, MFLOP, GFLOP or TFLOP."""
    if value is None:
        return UNMEASURED
    for limit, scale, unit in ((1e6, 1.0, "FLOP"), (1e9, 1e6, "MFLOP"), (1e12, 1e9, "GFLOP")):
        if value < limit:
            return f"{value / scale:.3g} {unit}"
    return f"{value / 1e12:.3g} TFLOP"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit's symbol in SI base units, and how its values are written."""

    symbol: str
    written: Callable[[float | None], str]


SECONDS = Unit("s", seconds)
RATIO = Unit("", ratio)
JOULES = Unit("J", joules)
BYTES = Unit("B", memory)
ERROR_RATE = Unit("", percent)
FLOPS = Unit("FLOP", flops)
COUNT = Unit("", count)
