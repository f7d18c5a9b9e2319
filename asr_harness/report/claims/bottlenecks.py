"""Claims C9 to C11: which stage takes the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.metrics import units
from asr_harness.report.claims.picking import groups, smallest_batch
from asr_harness.report.claims.voting import Answer, Claim, Vote, decide, unless_few

if TYPE_CHECKING:
    import pandas as pd

MOST = 0.5
NEARLY_ALL = 0.95
MATTERS = 0.2


def ctc_encoder(cells: pd.DataFrame) -> Answer:
    """C9: the encoder's share of wav2vec2, over buckets."""
    rows = smallest_batch(cells)
    rows = rows[rows["family"] == "wav2vec2"]
    answer = decide(_dominates(rows, "encode"), "missing: a wav2vec2")
    if not answer.votes:
        return answer
    low, high = rows["encode_share_low"].max(), rows["encode_share_high"].max()
    detail = f"{answer.detail}; at most {units.percent_range(low, high)}"
    result = answer.result
    if result == "holds" and low < NEARLY_ALL:
        result = "does not hold" if high < NEARLY_ALL else "cannot be told"
    return Answer(result, detail, answer.votes)


def both_on_cpu(cells: pd.DataFrame) -> Answer:
    """C10: the smaller of the two shares at the longest bucket, and whether it grew."""
    rows = smallest_batch(cells)
    rows = rows[(rows["family"] == "whisper") & (rows["device"] == "cpu")]
    votes = []
    for name, group in groups(rows, ("model", "device")):
        lows, highs = (
            group[[f"encode_share_{end}", f"decode_share_{end}"]].min(axis=1) for end in ("low", "high")
        )
        if len(group) > 1:
            (short_low, long_low), (short_high, long_high) = lows.iloc[[0, -1]], highs.iloc[[0, -1]]
            grew = long_low > max(MATTERS, short_high)
            value = True if grew else False if long_high < max(MATTERS, short_low) else None
            first, last = group["bucket"].iloc[[0, -1]]
            said = (
                f"lesser of both {units.percent_range(short_low, short_high, 0)} at {first}, "
                f"{units.percent_range(long_low, long_high, 0)} at {last}"
            )
            votes.append(Vote(name, value, said, group["model"].iloc[0]))
    return unless_few(decide(votes, "missing: a Whisper on cpu with two buckets"), kind="Whispers")


def decoder_on_gpu(cells: pd.DataFrame) -> Answer:
    """C11: the decoder's share of the Whispers on the GPU."""
    rows = smallest_batch(cells)
    rows = rows[(rows["family"] == "whisper") & (rows["device"] == "cuda")]
    return unless_few(decide(_dominates(rows, "decode"), "missing: a Whisper on cuda"), kind="Whispers")


def _dominates(rows: pd.DataFrame, stage: str) -> list[Vote]:
    """Vote by the intervals of a stage's share over buckets: all above half, all below, or both."""
    votes = []
    for name, group in groups(rows, ("model", "device")):
        low, high = group[f"{stage}_share_low"].min(), group[f"{stage}_share_high"].max()
        value = True if low > MOST else False if high <= MOST else None
        said = f"{stage} {units.percent_range(low, high, 0)} over buckets"
        votes.append(Vote(name, value, said, group["model"].iloc[0]))
    return votes


CLAIMS = (
    Claim(
        "C9",
        "wav2vec2's bottleneck is the encoder (up to 99 % of time).",
        "For each device the interval of the encoder's share above half in every bucket (contradicted if "
        "below in all), and above 95 % somewhere.",
        ctc_encoder,
    ),
    Claim(
        "C10",
        "Whisper on CPU: encoder and decoder both matter, the more so for long audio.",
        "For each model the interval of the lesser of both shares is above a fifth in the longest bucket, "
        "and above that of the shortest (contradicted where below either).",
        both_on_cpu,
    ),
    Claim(
        "C11",
        "Whisper on GPU: most time goes to the autoregressive decoder.",
        "For each model the interval of the decoder's share above half in every bucket (contradicted if "
        "below in all).",
        decoder_on_gpu,
    ),
)
