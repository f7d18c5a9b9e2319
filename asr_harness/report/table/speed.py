"""Times beside the metrics: percentiles over rounds, of requests, of stages and of their shares."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from asr_harness.report.table.column import Column, ColumnGroup, Row
from asr_harness.schema import STAGES

if TYPE_CHECKING:
    from asr_harness.schema import CaseResult, Speed

COLUMNS = {
    "latency_low_s": Column("number", "seconds of an utterance: 5th percentile of the rounds"),
    "latency_high_s": Column("number", "95th percentile of them"),
    "request_p50_s": Column("number", "median of what a whole batch waits, over all batches of all rounds"),
    "request_p99_s": Column("number", "99th percentile of it"),
    "preprocess_low_s": Column("number", "5th percentile of the seconds in preprocessing, over rounds"),
    "preprocess_high_s": Column("number", "95th percentile of them"),
    "encode_low_s": Column("number", "5th percentile of the seconds in the encoder, over rounds"),
    "encode_high_s": Column("number", "95th percentile of them"),
    "decode_low_s": Column("number", "5th percentile of the seconds in the decoder, over rounds"),
    "decode_high_s": Column("number", "95th percentile of them"),
    "preprocess_share": Column("number", "preprocessing's part of the stages' sum"),
    "preprocess_share_low": Column("number", "5th percentile of it over rounds"),
    "preprocess_share_high": Column("number", "95th percentile of it"),
    "encode_share": Column("number", "the encoder's part"),
    "encode_share_low": Column("number", "5th percentile of it over rounds"),
    "encode_share_high": Column("number", "95th percentile of it"),
    "decode_share": Column("number", "the decoder's part"),
    "decode_share_low": Column("number", "5th percentile of it over rounds"),
    "decode_share_high": Column("number", "95th percentile of it"),
}
ENDS = (5, 95)


def read(result: CaseResult) -> Row:
    """Give seconds of an utterance, of a request and of each stage."""
    speed, n = result.speed, result.n_utterances
    low, high = np.percentile(speed.rounds_s, ENDS) / n
    batches_s = [batch_s for round_ in speed.batch_latency_s for batch_s in round_]
    p50, p99 = np.percentile(batches_s, (50, 99))
    return {
        "latency_low_s": low,
        "latency_high_s": high,
        "request_p50_s": p50,
        "request_p99_s": p99,
        **_stage_ends(speed, n),
        **_shares(speed),
        **_share_ends(speed),
    }


def _stage_ends(speed: Speed, n: int) -> Row:
    """Percentiles of what each stage took of an utterance."""
    if speed.one_stage:
        return {}
    ends = {stage: np.percentile(speed.stage_s[stage], ENDS) / n for stage in STAGES}
    return {
        f"{stage}_{end}_s": value
        for stage, values in ends.items()
        for end, value in zip(("low", "high"), values, strict=True)
    }


def _shares(speed: Speed) -> Row:
    if speed.one_stage:
        return {}
    stages_s = {stage: median(speed.stage_s[stage]) for stage in STAGES}
    total_s = sum(stages_s.values())
    return {f"{stage}_share": value / total_s for stage, value in stages_s.items() if total_s}


def _share_ends(speed: Speed) -> Row:
    """Percentiles of each stage's part of its own round, over the rounds that took any time."""
    if speed.one_stage:
        return {}
    rounds_s = np.array([speed.stage_s[stage] for stage in STAGES])
    taking = rounds_s[:, rounds_s.sum(axis=0) > 0]
    if not taking.size:
        return {}
    lows, highs = np.percentile(taking / taking.sum(axis=0), ENDS, axis=1)
    return {
        **{f"{stage}_share_low": low for stage, low in zip(STAGES, lows, strict=True)},
        **{f"{stage}_share_high": high for stage, high in zip(STAGES, highs, strict=True)},
    }


GROUP = ColumnGroup("Times, in detail", COLUMNS, read)
