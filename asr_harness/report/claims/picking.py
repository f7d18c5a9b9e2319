"""The cases that claims speak of: the baseline at the smallest batch, with figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.devices import HOST, recorded
from asr_harness.report.comparable import comparable_groups, with_origin
from asr_harness.report.pooled import CONDITIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

BASELINE = "baseline"
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
    return on_host(rows).merge(on_accelerator(rows), on=ON_BOTH, suffixes=("_cpu", "_gpu"))


def on_host(rows: pd.DataFrame) -> pd.DataFrame:
    """The cases on the processor."""
    return rows[_is_host(rows)]


def on_accelerator(rows: pd.DataFrame) -> pd.DataFrame:
    """The cases on what the study calls a GPU: any device but the processor."""
    return rows[~_is_host(rows)]


def _is_host(rows: pd.DataFrame) -> pd.Series:
    return rows["device"].map(lambda name: recorded(name).key == HOST.key).astype(bool)


def groups(rows: pd.DataFrame, by: Sequence[str]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give each group of like cases with its name, shortest audio and smallest batch first."""
    ordered = rows.sort_values(["audio_s", "batch_size"], kind="stable")
    for values, origin, group in comparable_groups(ordered, by):
        yield with_origin(" ".join(values), origin), group


def absent_devices(rows: pd.DataFrame) -> list[str]:
    """Name the kinds of device, of the two that the study compares, that have no case."""
    there = {"the processor": on_host(rows), "a GPU": on_accelerator(rows)}
    return [f"cases on {kind}" for kind, cases in there.items() if not len(cases)]


def no_wer(cases: pd.DataFrame) -> str:
    """Say why there is no error rate."""
    reasons = usual(cases)["wer_reason"].dropna()
    return f"missing: WER ({reasons.iloc[0]})" if len(reasons) else "missing: cases with a WER"
