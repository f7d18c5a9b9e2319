"""One row per run and case, its figures by hand."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from asr_harness import tidy
from asr_harness.saved import CaseRecord, SavedRun
from asr_harness.types import Case

CASE = Case("m", "cpu", "5s", 1, "baseline")
INFO: dict[str, Any] = {
    "case": {"family": "whisper"},
    "n_utterances": 2,
    "audio_s": 10.0,
    "utterances": [{"id": "a", "talk": "t"}, {"id": "b", "talk": "t"}],
    "batch_latency_s": [[1.0, 1.0], [1.0, 2.0], [2.0, 2.0]],
    "stage_s": {"preprocess": [0.2, 0.2, 0.2], "encode": [1.0, 1.0, 1.0], "decode": [0.8, 0.8, 0.8]},
    "flops": {"encode": 6.0, "decode": 2.0},
    "roofline": {
        "encode": {"intensity": 3.0, "floor_s": 0.5, "share": 0.5, "bound": "memory"},
    },
    "peak_resident_bytes": 100.0,
    "energy_per_utterance_j": None,
    "wer": None,
    "reasons": {"wer": "dummy weights", "energy_j": "no counter"},
}


def run(
    info: Mapping[str, Any] | None = INFO, outcome: str = "measured", reason: str | None = None
) -> SavedRun:
    rounds_s = (2.0, 3.0, 4.0) if info else ()
    record = CaseRecord(CASE, outcome, reason, rounds_s, info)
    block = {
        "plan": {"weights": "dummy"},
        "peaks": {"cpu": {"flops_per_s": {"float32": 9.0}, "bytes_per_s": 4.0}},
    }
    environment = {"cpu": "C", "n_physical_cores": 2, "gpus": []}
    return SavedRun(Path("r.json"), "c" * 40, "main", False, None, environment, block, {CASE.id: record})


@pytest.fixture(scope="module")
def row() -> pd.Series:
    return tidy.table([run()]).iloc[0]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("latency_s", 1.5),  # the median round 3.0 over 2 utterances
        ("latency_low_s", 1.05),  # 5th percentile of 2, 3, 4: 2.1
        ("latency_high_s", 1.95),
        ("rtf", 0.3),
        ("audio_s", 5.0),
        ("request_p50_s", 1.5),  # batches 1, 1, 1, 2, 2, 2
        ("request_p95_s", 2.0),
        ("encode_s", 0.5),
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
    stage_s = {"preprocess": [0.0] * 4, "encode": [1.0, 1.0, 1.0, 0.0], "decode": [1.0, 3.0, 0.0, 0.0]}
    row = tidy.table([run({**INFO, "stage_s": stage_s})]).iloc[0]
    # The encoder's shares are 1/2, 1/4 and 1; the last round took no time and has none.
    assert (row["encode_share_low"], row["encode_share_high"]) == pytest.approx((0.275, 0.95))
    assert (row["preprocess_share_low"], row["preprocess_share_high"]) == (0.0, 0.0)


def test_what_a_stage_takes_has_percentiles_over_rounds() -> None:
    stage_s = {**INFO["stage_s"], "encode": [1.0, 2.0, 3.0]}
    row = tidy.table([run({**INFO, "stage_s": stage_s})]).iloc[0]
    # 5th and 95th percentile of 1, 2, 3 over 2 utterances.
    assert (row["encode_low_s"], row["encode_high_s"]) == pytest.approx((0.55, 1.45))


def test_the_uncertainty_of_stages_adds_up_in_squares() -> None:
    joules = {"preprocess": 0.0, "encode": 30.0, "decode": 40.0}
    evidence = {stage: {"relative_uncertainty": 0.1} for stage in joules}
    row = tidy.table([run({**INFO, "stage_energy_j": joules, "energy_evidence": evidence})]).iloc[0]
    # 3 J and 4 J make 5 J of 70 J.
    assert row["stage_energy_uncertainty"] == pytest.approx(5 / 70)


def test_stages_of_which_one_has_no_uncertainty_have_none_together() -> None:
    joules = {"preprocess": 1.0, "encode": 30.0, "decode": 40.0}
    evidence = {stage: {"relative_uncertainty": 0.1} for stage in ("encode", "decode")}
    row = tidy.table([run({**INFO, "stage_energy_j": joules, "energy_evidence": evidence})]).iloc[0]
    assert pd.isna(row["stage_energy_uncertainty"])


def test_what_was_not_measured_is_missing_and_not_zero(row: pd.Series) -> None:
    for column in ("wer", "energy_per_utterance_j", "decode_intensity", "peak_allocated_bytes"):
        assert pd.isna(row[column])


def test_a_case_that_did_not_run_keeps_its_outcome_and_reason() -> None:
    row = tidy.table([run(None, "oom", "out of memory")]).iloc[0]
    assert (row["outcome"], row["reason"]) == ("oom", "out of memory")
    assert pd.isna(row["latency_s"])


def test_every_column_is_documented_in_the_docs() -> None:
    documented = (Path(__file__).parents[2] / "docs" / "report.md").read_text("utf-8")
    lines = [f"| `{name}` | {column.meaning} |" for name, column in tidy.COLUMNS.items()]
    assert [line for line in lines if line not in documented] == []


def test_the_table_has_the_documented_columns_and_no_others() -> None:
    assert list(tidy.table([run()]).columns) == list(tidy.COLUMNS)


def test_equal_environments_have_equal_digits() -> None:
    table = tidy.table([run(), run()])
    assert table["environment"].nunique() == 1


def test_a_roof_without_flops_has_no_speed_under_it() -> None:
    row = tidy.table([run({**INFO, "flops": None})]).iloc[0]
    assert row["encode_intensity"] == 3.0
    assert pd.isna(row["encode_flops_per_s"])
