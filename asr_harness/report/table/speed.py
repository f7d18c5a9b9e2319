"""Times beside the metrics: percentiles over rounds, of requests, of stages and of their shares."""

from __future__ import annotations

from itertools import chain
from statistics import median
from typing import TYPE_CHECKING

from asr_harness.report.table.column import Column, ColumnGroup, Row
from asr_harness.schema import STAGES
from asr_harness.stats import percentiles

if TYPE_CHECKING:
    from asr_harness.schema import CaseResult, Speed

COLUMNS = {
    "latency_low_s": Column("number", "seconds of an utterance: 5th percentile of the rounds"),
    "latency_high_s": Column("number", "95th percentile of them"),
    "request_p50_s": Column("number", "median of what a whole batch waits, over all batches of all rounds"),
    "request_p99_s": Column("number", "99th percentile of it"),
    "first_batch_s": Column("number", "the slice's first batch, median over rounds: what `first_s` comes to"),
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
    low, high = percentiles(speed.rounds_s, ENDS)
    p50, p99 = percentiles(chain.from_iterable(speed.batch_latency_s), (50, 99))
    return {
        "latency_low_s": low / n,
        "latency_high_s": high / n,
        "request_p50_s": p50,
        "request_p99_s": p99,
        "first_batch_s": median(batches[0] for batches in speed.batch_latency_s),
        **_stage_ends(speed, n),
        **_shares(speed),
        **_share_ends(speed),
    }


def _stage_ends(speed: Speed, n: int) -> Row:
    """Percentiles of what each stage took of an utterance."""
    if speed.one_stage:
        return {}
    ends = {stage: percentiles(speed.stage_s[stage], ENDS) for stage in STAGES}
    return {
        f"{stage}_{end}_s": value / n
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
    rounds_s = zip(*(speed.stage_s[stage] for stage in STAGES), strict=True)
    totals_s = [(stages_s, sum(stages_s)) for stages_s in rounds_s]
    shares = [[value / total_s for value in stages_s] for stages_s, total_s in totals_s if total_s > 0]
    row: Row = {}
    for stage, of_stage in zip(STAGES, zip(*shares, strict=True), strict=False):
        row[f"{stage}_share_low"], row[f"{stage}_share_high"] = percentiles(of_stage, ENDS)
    return row


GROUP = ColumnGroup("Times, in detail", COLUMNS, read)
