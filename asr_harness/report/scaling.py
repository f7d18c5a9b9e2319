"""Scaling laws: what is fixed, and what each further second of audio or utterance of a batch costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asr_harness.report.comparable import comparable_groups, with_origin
from asr_harness.report.pooled import measured
from asr_harness.stats import FittedLine, fit_line

if TYPE_CHECKING:
    import pandas as pd

MEBIBYTE = 2**20


@dataclass(frozen=True, slots=True)
class Law:
    """One fitted line and the cases that it goes through."""

    model: str
    device: str
    variant: str
    held: str
    line: FittedLine


def latency_laws(cases: pd.DataFrame) -> tuple[Law, ...]:
    """Fit latency_s = a + b · audio_s through the buckets, for each batch size."""
    return _laws(measured(cases), "batch_size", "batch size {}", "audio_s", "latency_s", 1.0)


def memory_laws(cases: pd.DataFrame) -> tuple[Law, ...]:
    """Fit memory in MiB = a + b · batch_size, for each bucket."""
    return _laws(measured(cases), "bucket", "{}", "batch_size", "memory_bytes", MEBIBYTE)


def _laws(rows: pd.DataFrame, held: str, named: str, x: str, y: str, unit: float) -> tuple[Law, ...]:
    laws = []
    rows = rows.dropna(subset=[x, y])
    for (model, device, variant, value), origin, group in comparable_groups(
        rows, ["model", "device", "variant", held]
    ):
        line = fit_line(list(group[x]), list(group[y] / unit))
        if line is not None:
            laws.append(Law(model, with_origin(device, origin), variant, named.format(value), line))
    return tuple(laws)
