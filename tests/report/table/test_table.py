"""One row per run and case, its values by hand."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from asr_harness.metrics import all_metrics
from asr_harness.report.table import as_markdown, columns, table
from asr_harness.schema import (
    CaseResult,
    Energy,
    EnergyMeasurement,
    Environment,
    MachinePeaks,
    Memory,
    Roof,
    RunFile,
    SavedPlan,
    Speed,
    StageName,
    Utterances,
    Work,
)
from tests.report import hand_made

STAGE_S: dict[StageName, tuple[float, ...]] = {
    "preprocess": (0.2, 0.2, 0.2),
    "encode": (1.0, 1.0, 1.0),
    "decode": (0.8, 0.8, 0.8),
}
RESULT = CaseResult(
    family="whisper",
    n_utterances=2,
    audio_s=10.0,
    speed=Speed(((1.0, 1.0), (1.0, 2.0), (2.0, 2.0)), STAGE_S, (0.1, 0.3, 0.2)),
    work=Work(
        n_tokens=8, flops={"encode": 6.0, "decode": 2.0}, roofline={"encode": Roof(3.0, 0.5, "memory", 0.5)}
    ),
    memory=Memory(100.0),
    energy=Energy(EnergyMeasurement("none", "unmeasured", reason="no counter")),
    utterances=Utterances(("a", "b"), ("t", "t")),
    reasons={"wer": "dummy weights"},
)


def run(
    result: CaseResult | None = RESULT, outcome: str = "measured", reason: str | None = None, **more: Any
) -> RunFile:
    return hand_made.run(
        result,
        outcome,
        reason,
        plan=SavedPlan(weights="dummy"),
        environment=Environment(cpu="C", n_physical_cores=2),
        peaks={"cpu": MachinePeaks({"float32": 9.0}, 4.0)},
        **more,
    )


def with_stages(**stage_s: tuple[float, ...]) -> RunFile:
    return run(replace(RESULT, speed=replace(RESULT.speed, stage_s={**STAGE_S, **stage_s})))


@pytest.fixture(scope="module")
def row() -> pd.Series:
    return table([run()]).iloc[0]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("latency_s", 1.5),  # the median round 3.0 over 2 utterances
        ("latency_low_s", 1.05),  # 5th percentile of 2, 3, 4: 2.1
        ("latency_high_s", 1.95),
        ("rtf", 0.3),
        ("rtfx", 1 / 0.3),
        ("audio_s", 5.0),
        ("request_p50_s", 1.5),  # batches 1, 1, 1, 2, 2, 2
        ("request_p95_s", 2.0),
        ("encode_s", 0.5),
        ("time_per_token_s", 0.1),  # 0.8 s for 8 tokens
        ("calibration_s", 0.2),
        ("preprocess_share", 0.1),
        ("encode_share", 0.5),
        ("decode_share", 0.4),
        ("decode_share_low", 0.4),  # of the shares 0.4, 0.4, 0.4
        ("decode_high_s", 0.4),  # of 0.8, 0.8, 0.8 over 2 utterances
        ("flops", 4.0),
        ("encode_flops_per_s", 6.0),
        ("peak_flops_per_s", 9.0),
        ("memory_bytes", 100.0),
        ("memory_kind", "resident in the process"),
        ("wer_reason", "dummy weights"),
        ("energy_reason", "no counter"),
        ("energy_label", "unmeasured"),
        ("machine", "C, 2 cores, no GPU"),
        ("weights", "dummy"),
    ],
)
def test_a_column_by_hand(row: pd.Series, column: str, value: object) -> None:
    assert row[column] == (pytest.approx(value) if isinstance(value, float) else value)


def test_a_stages_share_is_taken_round_by_round() -> None:
    row = table(
        [with_stages(preprocess=(0.0,) * 4, encode=(1.0, 1.0, 1.0, 0.0), decode=(1.0, 3.0, 0.0, 0.0))]
    ).iloc[0]
    # The encoder's shares are 1/2, 1/4 and 1; the last round took no time and has none.
    assert (row["encode_share_low"], row["encode_share_high"]) == pytest.approx((0.275, 0.95))
    assert (row["preprocess_share_low"], row["preprocess_share_high"]) == (0.0, 0.0)


def test_what_a_stage_takes_has_percentiles_over_rounds() -> None:
    row = table([with_stages(encode=(1.0, 2.0, 3.0))]).iloc[0]
    # 5th and 95th percentile of 1, 2, 3 over 2 utterances.
    assert (row["encode_low_s"], row["encode_high_s"]) == pytest.approx((0.55, 1.45))


def stage_energy(joules: dict[StageName, float], uncertain: tuple[str, ...]) -> RunFile:
    stages = {
        stage: EnergyMeasurement(
            "c", "measured", value, relative_uncertainty=0.1 if stage in uncertain else None
        )
        for stage, value in joules.items()
    }
    return run(replace(RESULT, energy=Energy(stages=stages)))


def test_the_uncertainty_of_stages_adds_up_in_squares() -> None:
    joules: dict[StageName, float] = {"preprocess": 0.0, "encode": 30.0, "decode": 40.0}
    row = table([stage_energy(joules, ("preprocess", "encode", "decode"))]).iloc[0]
    # 3 J and 4 J make 5 J of 70 J.
    assert row["stage_energy_uncertainty"] == pytest.approx(5 / 70)


def test_stages_of_which_one_has_no_uncertainty_have_none_together() -> None:
    joules: dict[StageName, float] = {"preprocess": 1.0, "encode": 30.0, "decode": 40.0}
    row = table([stage_energy(joules, ("encode", "decode"))]).iloc[0]
    assert pd.isna(row["stage_energy_uncertainty"])


def test_what_was_not_measured_is_missing_and_not_zero(row: pd.Series) -> None:
    for column in ("wer", "energy_per_utterance_j", "decode_intensity", "peak_allocated_bytes"):
        assert pd.isna(row[column])


def test_a_case_that_did_not_run_keeps_its_outcome_and_reason() -> None:
    row = table([run(None, "oom", "out of memory")]).iloc[0]
    assert (row["outcome"], row["reason"]) == ("oom", "out of memory")
    assert pd.isna(row["latency_s"])


def test_every_column_is_documented_in_the_docs() -> None:
    documented = (Path(__file__).parents[3] / "docs" / "report.md").read_text("utf-8")
    lines = [f"| `{name}` | {column.meaning} |" for name, column in columns().items()]
    assert [line for line in lines if line not in documented] == []
    assert documented.endswith(as_markdown())


def test_the_table_has_the_documented_columns_and_no_others() -> None:
    assert list(table([run()]).columns) == list(columns())


def test_every_metric_is_a_column_with_its_meaning_and_its_value(row: pd.Series) -> None:
    for metric in all_metrics():
        value = metric.read(RESULT)
        assert columns()[metric.column].meaning == metric.meaning
        assert pd.isna(row[metric.column]) if value is None else row[metric.column] == value


def test_equal_environments_have_equal_digits() -> None:
    assert table([run(), run()])["environment"].nunique() == 1


def test_a_roof_without_flops_has_no_speed_under_it() -> None:
    row = table([run(replace(RESULT, work=replace(RESULT.work, flops=None)))]).iloc[0]
    assert row["encode_intensity"] == 3.0
    assert pd.isna(row["encode_flops_per_s"])


def test_times_are_times_in_utc() -> None:
    in_paris = datetime(2026, 1, 1, 13, tzinfo=timezone(timedelta(hours=1)))
    times = table([run(time=in_paris), run(), run(time=datetime(9999, 1, 1, tzinfo=UTC))])["time"]
    assert str(times.dtype) == "datetime64[ns, UTC]"
    assert times[0] == pd.Timestamp("2026-01-01T12:00:00Z")
    assert pd.isna(times[1])
    assert pd.isna(times[2])  # nanoseconds end in 2262


def test_no_run_is_an_empty_table_of_the_same_columns() -> None:
    assert list(table([]).columns) == list(columns())


def test_a_notebook_pays_for_no_drawing() -> None:
    code = "import sys, asr_harness.report.table; sys.exit('altair' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
