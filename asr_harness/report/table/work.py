"""What a pass made the machine do, and each stage under its roof."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from asr_harness.report.table.column import Column, ColumnGroup, Row

if TYPE_CHECKING:
    from asr_harness.schema import CaseResult, StageName

COLUMNS = {
    "useful_flops": Column("number", "FLOPs of an utterance without what was spent on padding"),
    "padding_fraction": Column("number", "part of the audio the encoder computed on that was padding"),
    "n_decoder_steps": Column("number", "decoder steps of a round, the prompt not counted"),
    "n_parameters": Column("number", "parameters of the model"),
    "weight_bytes": Column("number", "bytes of weights and buffers as loaded"),
    "cache_bytes": Column("number", "the decoder's cache at its largest"),
    "encode_intensity": Column("number", "FLOPs per byte of the encoder"),
    "encode_flops_per_s": Column("number", "FLOPs over time in the encoder"),
    "encode_roof_share": Column("number", "part of the roofline's speed that the encoder reached"),
    "encode_bound": Column("text", "what binds the encoder's roof: arithmetic or memory"),
    "decode_intensity": Column("number", "FLOPs per byte of the decoder"),
    "decode_flops_per_s": Column("number", "FLOPs over time in the decoder"),
    "decode_roof_share": Column("number", "part of the roofline's speed that the decoder reached"),
    "decode_bound": Column("text", "what binds the decoder's roof: arithmetic or memory"),
}


def read(result: CaseResult) -> Row:
    """Give counts, weights and roofs; what was not counted is None or left out."""
    work = result.work
    row: Row = {
        "useful_flops": _useful_flops(result),
        "padding_fraction": work.padding_fraction,
        "n_decoder_steps": (work.n_passes or {}).get("step"),
        "n_parameters": work.n_parameters,
        "weight_bytes": work.weight_bytes,
        "cache_bytes": work.cache_bytes,
    }
    for stage in work.roofline or {}:
        row |= _roof(result, stage)
    return row


def _useful_flops(result: CaseResult) -> float | None:
    """Give those of all stages; None where one of them is not known, as of a sum with a hole."""
    counts = list((result.work.useful_flops or {}).values())
    known = [count for count in counts if count is not None]
    return sum(known) / result.n_utterances if known and len(known) == len(counts) else None


def _roof(result: CaseResult, stage: StageName) -> Row:
    roof = (result.work.roofline or {})[stage]
    time_s, flops = median(result.speed.stage_s[stage]), (result.work.flops or {}).get(stage)
    return {
        f"{stage}_intensity": roof.intensity,
        f"{stage}_roof_share": roof.reached,
        f"{stage}_bound": roof.bound,
        f"{stage}_flops_per_s": flops / time_s if time_s and flops is not None else None,
    }


GROUP = ColumnGroup("Work, in detail", COLUMNS, read)
