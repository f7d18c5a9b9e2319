"""The cells that claims speak of: the baseline at the smallest batch, with figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.alike import alike, placed
from asr_harness.report.cells import LIKE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

BASELINE = "baseline"
DEVICES = ("cpu", "cuda")
ON_BOTH = ["model", "bucket", "batch_size", "data", "weights", "n_utterances", "slice_audio_s"]
"""What cells of two devices share where they worked on the same slice."""


def usual(cells: pd.DataFrame) -> pd.DataFrame:
    """Baseline cells that were measured."""
    return cells[(cells["outcome"] == "measured") & (cells["variant"] == BASELINE)]


def smallest_batch(cells: pd.DataFrame) -> pd.DataFrame:
    """The usual cells of each model, device and kind of runs at its smallest batch size."""
    rows = usual(cells)
    least = rows.groupby(["model", "device", *LIKE], dropna=False)["batch_size"].transform("min")
    return rows[rows["batch_size"] == least]


def on_both_devices(rows: pd.DataFrame) -> pd.DataFrame:
    """Put each cell of the processor beside that of the GPU, where both worked on the same slice."""
    cpu, gpu = rows[rows["device"] == "cpu"], rows[rows["device"] == "cuda"]
    return cpu.merge(gpu, on=ON_BOTH, suffixes=("_cpu", "_gpu"))


def groups(rows: pd.DataFrame, by: Sequence[str]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give each group of like cells with its name, shortest audio and smallest batch first."""
    ordered = rows.sort_values(["audio_s", "batch_size"], kind="stable")
    for values, whence, group in alike(ordered, by):
        yield placed(" ".join(values), whence), group


def absent_devices(rows: pd.DataFrame, devices: Sequence[str] = DEVICES) -> list[str]:
    """Name the devices that have no cell."""
    return [f"cells on {device}" for device in devices if device not in set(rows["device"])]


def no_wer(cells: pd.DataFrame) -> str:
    """Say why there is no error rate."""
    reasons = usual(cells)["wer_reason"].dropna()
    return f"missing: WER ({reasons.iloc[0]})" if len(reasons) else "missing: cells with a WER"
