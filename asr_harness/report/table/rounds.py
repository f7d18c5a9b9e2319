"""A row for each round of each case and run: the raw times behind every median."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from asr_harness.report.table.cases import AXES, CASE, RUN, finer_rows
from asr_harness.report.table.column import Column, Row
from asr_harness.schema import STAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asr_harness.schema import CaseResult, RunFile

ROUND = {
    "round": Column("number", "number of the round, from 1"),
    "latency_s": Column("number", "seconds of an utterance: the round over the utterances in it"),
    **{f"{stage}_s": Column("number", f"seconds of an utterance in {stage}") for stage in STAGES},
    "calibration_s": Column("number", "time of the calibration kernel beside the round"),
}
COLUMNS = {"run": RUN["run"], "label": RUN["label"], "case": CASE["case"], **AXES, **ROUND}


def rows(run: RunFile) -> Iterator[Row]:
    """Give the rows of a run; a median over the rounds of a case is its value in the table."""
    return finer_rows(run, _of_result)


def _of_result(result: CaseResult) -> Iterator[Row]:
    speed, n = result.speed, result.n_utterances
    stages_s = [() if speed.one_stage else speed.stage_s[stage] for stage in STAGES]
    times_s = [speed.rounds_s, *stages_s]
    shared_out_s = [[value / n for value in values] for values in times_s]
    columns = zip_longest(*shared_out_s, speed.calibration_s)
    for number, values in enumerate(columns, start=1):
        yield dict(zip(ROUND, (number, *values), strict=True))
