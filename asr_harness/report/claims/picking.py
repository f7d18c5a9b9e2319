"""The cases that claims speak of: the baseline at the smallest batch, with figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.comparable import comparable_groups, with_origin
from asr_harness.report.pooled import CONDITIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

BASELINE = "baseline"
DEVICES = ("cpu", "cuda")
ON_BOTH = ["model", "bucket", "batch_size", "data", "weights", "n_utterances", "slice_audio_s"]
"""What cases of two devices share where they worked on the same slice."""


def usual(cases: pd.DataFrame) -> pd.DataFrame:
    """Baseline cases that were measured."""
    return cases[(cases["outcome"] == "measured") & (cases["variant"] == BASELINE)]


def smallest_batch(cases: pd.DataFrame) -> pd.DataFrame:
    """The usual cases of each model, device and kind of runs at its smallest batch size."""
    rows = usual(cases)
    least = rows.groupby(["model", "device", *CONDITIONS], dropna=False)["batch_size"].transform("min")
    return rows[rows["batch_size"] == least]


def on_both_devices(rows: pd.DataFrame) -> pd.DataFrame:
    """Put each case of the processor beside that of the GPU, where both worked on the same slice."""
    cpu, gpu = rows[rows["device"] == "cpu"], rows[rows["device"] == "cuda"]
    return cpu.merge(gpu, on=ON_BOTH, suffixes=("_cpu", "_gpu"))


def groups(rows: pd.DataFrame, by: Sequence[str]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give each group of like cases with its name, shortest audio and smallest batch first."""
    ordered = rows.sort_values(["audio_s", "batch_size"], kind="stable")
    for values, origin, group in comparable_groups(ordered, by):
        yield with_origin(" ".join(values), origin), group


def absent_devices(rows: pd.DataFrame, devices: Sequence[str] = DEVICES) -> list[str]:
    """Name the devices that have no case."""
    return [f"cases on {device}" for device in devices if device not in set(rows["device"])]


def no_wer(cases: pd.DataFrame) -> str:
    """Say why there is no error rate."""
    reasons = usual(cases)["wer_reason"].dropna()
    return f"missing: WER ({reasons.iloc[0]})" if len(reasons) else "missing: cases with a WER"
