"""Claims C9 to C11: which stage takes the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report import units
from asr_harness.report.claims.picking import groups, smallest_batch
from asr_harness.report.claims.voting import Answer, Claim, Vote, decide

if TYPE_CHECKING:
    import pandas as pd

MOST = 0.5
NEARLY_ALL = 0.95
MATTERS = 0.2


def ctc_encoder(cells: pd.DataFrame) -> Answer:
    """C9: the encoder's share of wav2vec2, over buckets."""
    rows = smallest_batch(cells)
    votes = _dominates(rows[rows["family"] == "wav2vec2"], "encode")
    answer = decide(votes, "missing: a wav2vec2")
    largest = rows[rows["family"] == "wav2vec2"]["encode_share"].max()
    if answer.result == "holds" and largest < NEARLY_ALL:
        return Answer(
            "does not hold", f"{answer.detail}, but at most {units.percent(largest, 0)}", answer.votes
        )
    return (
        Answer(answer.result, f"{answer.detail}, at most {units.percent(largest)}", answer.votes)
        if votes
        else answer
    )


def both_on_cpu(cells: pd.DataFrame) -> Answer:
    """C10: the smaller of the two shares at the longest bucket, and whether it grew."""
    rows = smallest_batch(cells)
    rows = rows[(rows["family"] == "whisper") & (rows["device"] == "cpu")]
    votes = []
    for name, group in groups(rows, ("model", "device")):
        lesser = group[["encode_share", "decode_share"]].min(axis=1)
        short, long = lesser.iloc[0], lesser.iloc[-1]
        if len(group) > 1:
            first, last = group["bucket"].iloc[[0, -1]]
            said = f"lesser of both {units.percent(short, 0)} at {first}, {units.percent(long, 0)} at {last}"
            votes.append(Vote(name, bool(long >= MATTERS and long >= short), said))
    return decide(votes, "missing: a Whisper on cpu with two buckets")


def decoder_on_gpu(cells: pd.DataFrame) -> Answer:
    """C11: the decoder's share of the Whispers on the GPU."""
    rows = smallest_batch(cells)
    rows = rows[(rows["family"] == "whisper") & (rows["device"] == "cuda")]
    return decide(_dominates(rows, "decode"), "missing: a Whisper on cuda")


def _dominates(rows: pd.DataFrame, stage: str) -> list[Vote]:
    """Vote by the range of a stage's share over buckets: all above half, all below, or both."""
    votes = []
    for name, group in groups(rows, ("model", "device")):
        low, high = group[f"{stage}_share"].min(), group[f"{stage}_share"].max()
        value = True if low > MOST else False if high <= MOST else None
        votes.append(
            Vote(name, value, f"{stage} {units.percent(low, 0)} to {units.percent(high, 0)} over buckets")
        )
    return votes


CLAIMS = (
    Claim(
        "C9",
        "wav2vec2's bottleneck is the encoder (up to 99 % of time).",
        "For each device the encoder's share above half in every bucket, and above 95 % somewhere.",
        ctc_encoder,
    ),
    Claim(
        "C10",
        "Whisper on CPU: encoder and decoder both matter, the more so for long audio.",
        "For each model the lesser of both shares at least a fifth in the longest bucket, and no less than "
        "in the shortest.",
        both_on_cpu,
    ),
    Claim(
        "C11",
        "Whisper on GPU: most time goes to the autoregressive decoder.",
        "For each model the decoder's share above half in every bucket (contradicted if below in all).",
        decoder_on_gpu,
    ),
)
