"""Runs of a case pooled, and which of them are shown."""

from typing import Any

import pandas as pd
import pytest

from asr_harness.report.cells import BETWEEN_RUNS, OVER_ROUNDS, cells
from asr_harness.tidy import COLUMNS

ROW = {
    "label": "a",
    "environment": "e",
    "data": "d",
    "weights": "w",
    "time": "2026-01-01T00:00:00",
    "case": "c",
    "bucket": "5s",
    "outcome": "measured",
    "latency_s": 1.0,
    "latency_low_s": 0.9,
    "latency_high_s": 1.2,
    "rtf": 0.2,
    "audio_s": 5.0,
    "slice_audio_s": 40.0,
}


def table(*rows: dict[str, Any]) -> pd.DataFrame:
    frame = pd.DataFrame([{**ROW, **row} for row in rows], columns=list(COLUMNS))
    numbers = [name for name, column in COLUMNS.items() if column.kind == "number"]
    return frame.assign(**{name: pd.to_numeric(frame[name]) for name in numbers})


def test_one_run_shows_the_spread_of_its_rounds_and_says_so() -> None:
    cell = cells(table({})).iloc[0]
    assert cell["interval"] == OVER_ROUNDS
    assert (cell["latency_low_s"], cell["latency_high_s"]) == pytest.approx((0.9, 1.2))
    assert (cell["rtf_low"], cell["rtf_high"]) == pytest.approx((0.18, 0.24))


def test_several_runs_show_the_interval_between_them() -> None:
    cell = cells(table({"latency_s": 1.0}, {"latency_s": 4.0})).iloc[0]
    assert cell["interval"] == BETWEEN_RUNS.format(n=2)
    assert cell["latency_s"] == pytest.approx(2.0)
    assert cell["n_runs"] == 2


def test_shares_of_several_runs_have_an_interval_between_them() -> None:
    # Of 0.49, 0.50, 0.51: t(2) · 0.01 / √3 = 4.3027 · 0.0057735 = 0.024842.
    cell = cells(table(*({"encode_share": share} for share in (0.49, 0.50, 0.51)))).iloc[0]
    found = tuple(cell[f"encode_share{end}"] for end in ("", "_low", "_high"))
    assert found == pytest.approx((0.5, 0.475158, 0.524842), rel=1e-5)


def test_seconds_of_a_stage_have_an_interval_between_runs() -> None:
    # As of one and four in tests/stats/test_intervals.py; where a run took nothing the logarithm has no mean.
    cell = cells(table({"encode_s": 1.0, "decode_s": 0.0}, {"encode_s": 4.0, "decode_s": 1.0})).iloc[0]
    assert (cell["encode_s"], cell["encode_low_s"]) == pytest.approx((2.0, 2.9928e-4), rel=1e-3)
    assert cell["decode_s"] == 0.5


def test_memory_of_several_runs_has_an_interval_between_them() -> None:
    cell = cells(table({"memory_bytes": 1.0}, {"memory_bytes": 4.0})).iloc[0]
    assert (cell["memory_low_bytes"], cell["memory_high_bytes"]) == pytest.approx(
        (2.9928e-4, 13365), rel=1e-3
    )


def test_runs_that_took_no_energy_have_no_interval() -> None:
    cell = cells(table(*({"energy_per_audio_s_j": 0.0, "energy_uncertainty": 0.1},) * 2)).iloc[0]
    assert (cell["energy_low_j"], cell["energy_high_j"]) == (0.0, 0.0)


def test_the_newest_commit_is_shown() -> None:
    newer = {"label": "b", "time": "2026-01-02T00:00:00", "latency_s": 7.0}
    assert cells(table(newer, {})).iloc[0]["latency_s"] == 7.0


def test_runs_of_another_machine_are_not_pooled() -> None:
    newer = {"environment": "f", "time": "2026-01-02T00:00:00", "latency_s": 7.0}
    cell = cells(table({}, newer)).iloc[0]
    assert (cell["latency_s"], cell["n_runs"]) == (7.0, 1)


def test_runs_of_another_slice_are_not_pooled() -> None:
    newer = {"slice_audio_s": 20.0, "time": "2026-01-02T00:00:00", "latency_s": 7.0}
    cell = cells(table({}, newer)).iloc[0]
    assert (cell["latency_s"], cell["n_runs"]) == (7.0, 1)


def test_a_newer_run_without_the_device_does_not_hide_an_older_with_it() -> None:
    newer = {"label": "b", "time": "2026-01-02T00:00:00", "outcome": "unavailable", "latency_s": None}
    assert cells(table({}, newer)).iloc[0]["latency_s"] == 1.0


def test_a_newer_run_that_ran_out_of_memory_is_not_hidden() -> None:
    newer = {"label": "b", "time": "2026-01-02T00:00:00", "outcome": "oom", "latency_s": None}
    assert cells(table({}, newer)).iloc[0]["outcome"] == "oom"


def test_a_missing_cell_stands_at_the_length_of_its_bucket() -> None:
    lost = {"case": "lost", "outcome": "oom", "audio_s": None}
    assert list(cells(table({}, lost))["bucket_audio_s"]) == [5.0, 5.0]
