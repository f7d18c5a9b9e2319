"""A panel for each device, or the reason why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness import devices
from asr_harness.report.figures.base import NOTHING_RAN, Missing, Panel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import altair as alt
    import pandas as pd

REASONS = {"wer": "wer_reason", "energy": "energy_reason"}
WORDS = {
    "wer": "WER",
    "energy": "energy",
    "memory": "memory",
    "peak": "the machine's peak",
    "flops": "work",
    "intensity": "intensity",
    "padding": "padding",
}


def by_device(
    cases: pd.DataFrame,
    draw: Callable[[pd.DataFrame], alt.LayerChart],
    column: str,
    needs: Sequence[str] = (),
) -> tuple[Panel, ...]:
    """Draw each device's cases; where `column` or one of `needs` was never measured, say why."""
    return tuple(
        Panel(name_of(device), absent(rows, (column, *needs)) or draw(rows))
        for device, rows in cases.groupby("device", sort=False)
    )


def name_of(device: object) -> str:
    """Name a device as people do."""
    return devices.recorded(str(device)).title


def absent(rows: pd.DataFrame, columns: Sequence[str]) -> Missing | None:
    """Say why one of the columns has no figure at all, None if each has one."""
    done = rows[rows["outcome"] == "measured"]
    if not len(done):
        return Missing(f"{NOTHING_RAN}: {_most_common(rows['reason'])}")
    for column in columns:
        if done[column].isna().all():
            word = next((word for part, word in WORDS.items() if part in column), column)
            return Missing(f"{word} was not measured: {_why(done, column)}")
    if len(columns) > 1 and not len(done.dropna(subset=list(columns))):
        return Missing(f"no case has all of {', '.join(columns)}")
    return None


def _why(done: pd.DataFrame, column: str) -> str:
    reason = next((name for part, name in REASONS.items() if part in column), None)
    return _most_common(done[reason]) if reason else "the runs do not have it"


def _most_common(reasons: pd.Series) -> str:
    known = reasons.dropna()
    return str(known.mode().iloc[0]) if len(known) else "no reason was saved"
