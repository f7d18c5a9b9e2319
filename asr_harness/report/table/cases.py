"""What tells a row of the table from others: its run and its case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.privacy import public_location
from asr_harness.report.table.column import Column, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asr_harness.runs.summary import Summary
    from asr_harness.schema import Block, Case, CaseRecord, CaseResult, RunFile

RUN = {
    "run": Column("text", "file name of the run"),
    "label": Column("text", "seven digits of the commit, with a + where the tree had changes"),
    "commit": Column("text", "the whole commit"),
    "branch": Column("text", "branch"),
    "is_dirty": Column("flag", "whether the tree had changes, or sources that git does not track"),
    "time": Column("time", "when the run was saved, UTC"),
    "environment": Column(
        "text", "eight digits that stand for machine and versions; equal if all of them are"
    ),
    "machine": Column("text", "processor and GPU by name"),
    "profile": Column("text", "profile of the session"),
    "data": Column("text", "corpus, as it was asked for"),
    "weights": Column("text", "`pretrained` or `dummy`"),
}

AXES = {
    "model": Column("text", "model"),
    "device": Column("text", "device"),
    "bucket": Column("text", "bucket of audio lengths"),
    "batch_size": Column("number", "utterances in a batch"),
    "variant": Column("text", "how the model was run"),
}

CASE = {
    "case": Column("text", "id of the case"),
    "model": AXES["model"],
    "family": Column("text", "its family"),
    **AXES,
    "outcome": Column("text", "what became of the case"),
    "reason": Column("text", "why, if it was not measured"),
    "n_utterances": Column("number", "utterances in the slice"),
    "slice_audio_s": Column("number", "seconds of audio in the slice"),
    "audio_s": Column("number", "mean seconds of audio of an utterance"),
    "n_rounds": Column("number", "rounds"),
    "peak_flops_per_s": Column("number", "the machine's peak on the device in the variant's dtype"),
    "peak_bytes_per_s": Column("number", "the machine's bandwidth on the device"),
}

DEFAULT_DTYPE = "float32"
Place = tuple[str, str]
"""A commit's label, and digits of an environment."""


def run_row(run: RunFile) -> Row:
    """Give what all rows of a run share."""
    return {
        **name_row(run),
        "commit": run.commit,
        "branch": run.branch,
        "is_dirty": run.is_dirty,
        "time": run.time,
        "environment": run.environment_digest,
        "machine": run.environment.machine,
        "profile": run.block.profile,
        "data": None if run.block.plan.data is None else public_location(run.block.plan.data),
        "weights": run.block.plan.weights,
    }


def name_row(run: RunFile) -> Row:
    """Give what people know a run by."""
    return {"run": spelled_out(run.path.name), "label": spelled_out(run.label)}


def place_of(run: RunFile | Summary) -> Place:
    """Give what runs share that are one point of the history."""
    return spelled_out(run.label), run.environment_digest


def spelled_out(text: str) -> str:
    """Spell out the halves of surrogate pairs that stand for bytes of a file's name which are no text."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def case_row(record: CaseRecord, block: Block) -> Row:
    """Give what is a case's own, whatever became of it, with the peaks of the machine that it ran on."""
    row = axes(record.case) | {"outcome": record.outcome, "reason": record.reason}
    result = record.result
    if result is None:
        return row
    return {
        **row,
        "family": result.family,
        "n_utterances": result.n_utterances,
        "slice_audio_s": result.audio_s,
        "audio_s": result.audio_s / result.n_utterances,
        "n_rounds": len(result.speed.batch_latency_s),
        **_peaks(record.case, block),
    }


def axes(case: Case) -> Row:
    """Give a case's id and its values on the axes of the grid."""
    return {"case": case.id, **{axis: getattr(case, axis) for axis in AXES}}


def finer_rows(run: RunFile, of_result: Callable[[CaseResult], Iterator[Row]]) -> Iterator[Row]:
    """Give the rows that each measured case of a run has, with the run and the case in front."""
    for record in run.records.values():
        if record.result is not None:
            shared = name_row(run) | axes(record.case)
            yield from (shared | row for row in of_result(record.result))


def _peaks(case: Case, block: Block) -> Row:
    peaks = block.peaks.get(case.device)
    if peaks is None:
        return {}
    dtype = block.plan.variants.get(case.variant, {}).get("dtype", DEFAULT_DTYPE)
    return {
        "peak_flops_per_s": peaks.flops_per_s.get(str(dtype)),
        "peak_bytes_per_s": peaks.bytes_per_s,
    }
