"""One row per round: the raw times behind every median."""

import pandas as pd

from asr_harness.report.table import rounds
from asr_harness.schema import CaseResult, Speed
from tests.report.hand_made import CASE, run


def test_a_round_has_its_times_for_an_utterance_and_the_kernels() -> None:
    stage_s = {"preprocess": (0.2, 0.4), "encode": (1.0, 2.0), "decode": (0.8, 1.6)}
    speed = Speed(((1.0, 1.0), (2.0, 2.0)), stage_s, (0.1, 0.2))  # type: ignore[arg-type]
    rows = rounds([run(CaseResult("whisper", 2, 10.0, speed))])
    assert list(rows["case"]) == [CASE.id] * 2
    assert list(rows["round"]) == [1, 2]
    assert list(rows["latency_s"]) == [1.0, 2.0]
    assert list(rows["encode_s"]) == [0.5, 1.0]
    assert list(rows["calibration_s"]) == [0.1, 0.2]


def test_a_round_without_a_calibration_beside_it_has_none() -> None:
    speed = Speed(((1.0,), (2.0,)), dict.fromkeys(("preprocess", "encode", "decode"), (0.5, 0.5)), (0.1,))
    assert pd.isna(rounds([run(CaseResult("whisper", 1, 5.0, speed))])["calibration_s"][1])
