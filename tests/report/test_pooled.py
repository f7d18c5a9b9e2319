"""Runs of a case pooled, and which of them are shown."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from asr_harness.report.intervals import BETWEEN_RUNS, OVER_ROUNDS
from asr_harness.report.pooled import pooled
from asr_harness.report.table import table
from asr_harness.schema import (
    Case,
    CaseResult,
    Energy,
    EnergyMeasurement,
    Environment,
    ErrorCounts,
    Errors,
    Memory,
    Quality,
    RunFile,
    SavedPlan,
    StageName,
    Utterances,
)
from tests.report.hand_made import run, speed

OLD, NEW = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
PLAN = SavedPlan(data="d", weights="w")


def measured(*rounds_s: float, time: datetime = OLD, audio_s: float = 5.0, **parts: Any) -> RunFile:
    """Give a run of one utterance, a round as long as its latency."""
    described = {name: parts.pop(name) for name in ("commit", "environment") if name in parts}
    stage_s = parts.pop("stage_s", None)
    result = CaseResult("whisper", 1, audio_s, speed(rounds_s or (1.0,), stage_s), **parts)
    return run(result, time=time, plan=PLAN, **described)


def lost(outcome: str, time: datetime = NEW, **described: Any) -> RunFile:
    return run(None, outcome, "because", time=time, plan=PLAN, commit="d" * 40, **described)


def shown(*runs: RunFile) -> pd.Series:
    return pooled(table(runs), runs).iloc[0]


def stages(preprocess: float, encode: float, decode: float) -> dict[StageName, tuple[float, ...]]:
    return {"preprocess": (preprocess,), "encode": (encode,), "decode": (decode,)}


def test_the_candidate_is_shown_whenever_it_was_measured() -> None:
    base = replace(measured(1.0, time=NEW, commit="a" * 40), path=Path("base.json"))
    candidate = replace(measured(2.0, time=OLD, commit="b" * 40), path=Path("candidate.json"))
    runs = [candidate, base]
    assert pooled(table(runs), runs).iloc[0]["latency_s"] == 1.0
    assert pooled(table(runs), runs, {"candidate.json"}).iloc[0]["latency_s"] == 2.0


def test_one_run_shows_the_spread_of_its_rounds_and_says_so() -> None:
    case = shown(measured(0.9, 1.0, 1.2))
    assert case["interval"] == OVER_ROUNDS
    # The 5th percentile is a tenth of the way from 0.9 to 1.0, the 95th nine tenths from 1.0 to 1.2.
    assert (case["latency_low_s"], case["latency_high_s"]) == pytest.approx((0.91, 1.18))
    assert (case["rtf_low"], case["rtf_high"]) == pytest.approx((0.182, 0.236))


def test_several_runs_show_the_interval_between_them() -> None:
    case = shown(measured(1.0), measured(4.0))
    assert case["interval"] == BETWEEN_RUNS.format(n=2)
    assert case["latency_s"] == pytest.approx(2.0)
    assert case["n_runs"] == 2


def test_a_rate_of_several_runs_is_their_errors_over_their_words() -> None:
    # 1 of 10 and 5 of 10: 6 of 20, where the geometric mean of the rates would be 0.22.
    def scored(n_wrong: int) -> RunFile:
        words = ErrorCounts((10 - n_wrong,), (n_wrong,), (0,), (0,))
        return measured(
            quality=Quality(("x",), errors=Errors(words, words)), utterances=Utterances(("u",), ("t",))
        )

    assert shown(scored(1), scored(5))["wer"] == pytest.approx(0.3)


def test_shares_of_several_runs_have_an_interval_between_them() -> None:
    # Of 0.49, 0.50, 0.51: t(2) · 0.01 / √3 = 4.3027 · 0.0057735 = 0.024842.
    case = shown(*(measured(stage_s=stages(0.0, share, 1 - share)) for share in (0.49, 0.50, 0.51)))
    ends = tuple(case[f"encode_share{end}"] for end in ("", "_low", "_high"))
    assert ends == pytest.approx((0.5, 0.475158, 0.524842), rel=1e-5)


def test_seconds_of_a_stage_have_an_interval_between_runs() -> None:
    # As of one and four in tests/stats/test_intervals.py; where a run took nothing the logarithm has no mean.
    case = shown(measured(stage_s=stages(0.0, 1.0, 0.0)), measured(stage_s=stages(0.0, 4.0, 1.0)))
    assert (case["encode_s"], case["encode_low_s"]) == pytest.approx((2.0, 2.9928e-4), rel=1e-3)
    assert case["decode_s"] == 0.5


def test_memory_of_several_runs_has_an_interval_between_them() -> None:
    case = shown(measured(memory=Memory(1.0)), measured(memory=Memory(4.0)))
    assert (case["memory_low_bytes"], case["memory_high_bytes"]) == pytest.approx(
        (2.9928e-4, 13365), rel=1e-3
    )


def test_runs_that_took_no_energy_have_no_interval() -> None:
    nothing = Energy(EnergyMeasurement("c", "measured", 0.0, relative_uncertainty=0.1))
    case = shown(measured(energy=nothing), measured(energy=nothing))
    assert (case["energy_low_j"], case["energy_high_j"]) == (0.0, 0.0)


def test_energy_of_a_second_of_audio_is_that_of_an_utterance_over_its_length() -> None:
    case = shown(*(measured(energy=Energy(EnergyMeasurement("c", "measured", j))) for j in (10.0, 40.0)))
    assert case["energy_per_utterance_j"] == pytest.approx(20.0)
    assert case["energy_per_audio_s_j"] == pytest.approx(4.0)


def test_the_newest_commit_is_shown() -> None:
    assert shown(measured(7.0, time=NEW, commit="b" * 40), measured())["latency_s"] == 7.0


def test_runs_of_another_machine_are_not_pooled() -> None:
    case = shown(measured(), measured(7.0, time=NEW, environment=Environment(cpu="other")))
    assert (case["latency_s"], case["n_runs"]) == (7.0, 1)


def test_runs_of_another_slice_are_not_pooled() -> None:
    case = shown(measured(), measured(7.0, time=NEW, audio_s=20.0))
    assert (case["latency_s"], case["n_runs"]) == (7.0, 1)


def test_a_newer_run_without_the_device_does_not_hide_an_older_with_it() -> None:
    assert shown(measured(), lost("unavailable"))["latency_s"] == 1.0


def test_a_newer_run_that_ran_out_of_memory_is_not_hidden() -> None:
    assert shown(measured(), lost("oom"))["outcome"] == "oom"


def test_a_missing_case_stands_at_the_length_of_its_bucket() -> None:
    runs = (measured(), lost("oom", case=Case("other", "cpu", "5s", 1, "baseline")))
    assert list(pooled(table(runs), runs)["bucket_audio_s"]) == [5.0, 5.0]
