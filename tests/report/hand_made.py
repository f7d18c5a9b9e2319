"""Cells written by hand, for tests of what is concluded from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from asr_harness.report.cells import ENDS
from asr_harness.tidy import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable

USUAL = {
    "model": "whisper-tiny",
    "family": "whisper",
    "device": "cpu",
    "bucket": "5s",
    "batch_size": 1,
    "variant": "baseline",
    "outcome": "measured",
    "audio_s": 5.0,
    "n_runs": 1,
    "interval": "none",
}
LENGTHS_S = {"5s": 5.0, "15s": 15.0, "30s": 30.0}
MORE = (*ENDS, "bucket_audio_s", "n_runs", "interval")


def cells(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Fill what a row leaves out: a measured baseline cell, its other figures missing."""
    filled = []
    for row in rows:
        whole = {**USUAL, **row}
        whole["audio_s"] = row.get("audio_s", LENGTHS_S.get(whole["bucket"], 60.0))
        whole["case"] = "-".join(
            [whole["model"], whole["device"], whole["bucket"], f"b{whole['batch_size']}", whole["variant"]]
        )
        filled.append(whole)
    frame = pd.DataFrame(filled, columns=list(dict.fromkeys([*COLUMNS, *MORE])))
    numbers = [name for name, column in COLUMNS.items() if column.kind == "number"]
    return frame.assign(**{name: pd.to_numeric(frame[name]) for name in (*numbers, *ENDS, "bucket_audio_s")})
