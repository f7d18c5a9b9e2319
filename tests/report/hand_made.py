"""Cases written by hand, for tests of what is concluded from them; and results of which little matters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from asr_harness.report.figures.base import FigureData
from asr_harness.report.intervals import ENDS
from asr_harness.report.table import columns
from asr_harness.schema import (
    Block,
    Case,
    CaseRecord,
    CaseResult,
    Environment,
    RunFile,
    SavedCase,
    SavedPlan,
    Speed,
    StageName,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

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
CASE = Case("m", "cpu", "5s", 1, "baseline")


def cases(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Fill what a row leaves out: a measured baseline case, its other values missing."""
    filled = []
    for row in rows:
        whole = {**USUAL, **row}
        whole["audio_s"] = row.get("audio_s", LENGTHS_S.get(whole["bucket"], 60.0))
        whole["case"] = "-".join(
            [whole["model"], whole["device"], whole["bucket"], f"b{whole['batch_size']}", whole["variant"]]
        )
        filled.append(whole)
    known = columns()
    frame = pd.DataFrame(filled, columns=list(dict.fromkeys([*known, *MORE])))
    numbers = [name for name, column in known.items() if column.kind == "number"]
    return frame.assign(**{name: pd.to_numeric(frame[name]) for name in (*numbers, *ENDS, "bucket_audio_s")})


def figure_data(rows: Iterable[dict[str, Any]]) -> FigureData:
    """Give cases as figures take them, of one commit."""
    made = cases(rows)
    return FigureData(made, made)


def speed(
    rounds_s: tuple[float, ...] = (1.0,),
    stage_s: Mapping[StageName, tuple[float, ...]] | None = None,
    calibration_s: tuple[float, ...] = (0.02,),
) -> Speed:
    """Give rounds of one batch; without more, all of their time is the encoder's."""
    none = (0.0,) * len(rounds_s)
    usual: dict[StageName, tuple[float, ...]] = {"preprocess": none, "encode": rounds_s, "decode": none}
    return Speed(tuple((value,) for value in rounds_s), stage_s or usual, calibration_s)


def run(
    result: CaseResult | None,
    outcome: Any = "measured",
    reason: str | None = None,
    *,
    name: str = "r.json",
    commit: str = "c" * 40,
    time: datetime | None = None,
    environment: Environment | None = None,
    plan: SavedPlan | None = None,
    case: Case = CASE,
    **block: Any,
) -> RunFile:
    """Give a run of one case."""
    saved = SavedCase(case, outcome, reason)
    made = Block((saved,), environment or Environment(), plan=plan or SavedPlan(), **block)
    record = CaseRecord(case, outcome, reason, result)
    return RunFile(Path(name), commit, "main", False, time, made, {case.id: record})
