"""Which models and batch sizes to take for online, streaming and offline use, and why the rest fall out."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, Any

from asr_harness.metrics import units
from asr_harness.report.comparable import comparable_groups, with_origin
from asr_harness.report.pooled import measured
from asr_harness.stats.fronts import beats

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd


NAN = float("nan")


@dataclass(frozen=True, slots=True)
class AdviceLimits:
    """What a user can accept; None is no limit. Latency is a request's 95th percentile."""

    latency_p95_s: float | None = None
    wer: float | None = None
    memory_bytes: float | None = None
    energy_per_utterance_j: float | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """A way of using a recogniser: which bucket speaks for it, how large a batch may be, what it costs."""

    key: str
    what: str
    place: int
    largest_batch: int | None
    cost: str
    cost_words: str


USES = (
    Use("online", "short commands, one at a time", 0, 1, "request_p95_s", "p95 of a request"),
    Use("streaming", "meetings and streams, few at a time, faster than speech", 1, 4, "rtf", "RTF"),
    Use("offline", "archives, as much as fits", -1, None, "rtf", "RTF"),
)
CHECKS: tuple[tuple[str, str, str, Callable[[float | None], str]], ...] = (
    ("latency_p95_s", "request_p95_s", "p95", units.seconds),
    ("wer", "wer", "WER", units.percent),
    ("memory_bytes", "memory_bytes", "memory", units.memory),
    ("energy_per_utterance_j", "energy_per_utterance_j", "energy", units.joules),
)
COSTS = {"wer": "WER", "energy_per_utterance_j": "energy", "memory_bytes": "memory"}
"""Beside a use's own cost; those that were not measured for all candidates are left out."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A case with what it costs, and why it fell out; None if it is on the front."""

    case: str
    figures: str
    reason: str | None
    rtf: float = NAN
    wer: float = NAN


@dataclass(frozen=True, slots=True)
class Advice:
    """The front and the rest for one use on one device, and whose it is where there are several."""

    use: Use
    device: str
    bucket: str
    compared: str
    front: tuple[Choice, ...]
    rest: tuple[Choice, ...]


def advise(cases: pd.DataFrame, limits: AdviceLimits) -> tuple[Advice, ...]:
    """Give advice for every use and device that has cases; only like ones compete."""
    done = measured(cases)
    return tuple(
        _advice(use, with_origin(device, origin), rows, limits)
        for use in USES
        for (device,), origin, rows in comparable_groups(done, ["device"])
    )


def _advice(use: Use, device: str, rows: pd.DataFrame, limits: AdviceLimits) -> Advice:
    lengths = rows.groupby("bucket")["audio_s"].mean().sort_values()
    bucket = str(lengths.index[min(use.place, len(lengths) - 1)])
    candidates = rows[rows["bucket"] == bucket]
    if use.largest_batch is not None:
        most = max(use.largest_batch, int(candidates["batch_size"].min()))
        candidates = candidates[candidates["batch_size"] <= most]
    records: list[dict[str, Any]] = [{**row} for row in candidates.to_dict("records")]  # type: ignore[dict-item]
    costs = [use.cost, *(name for name in COSTS if all(not isnan(row[name]) for row in records))]
    allowed = [row for row in records if _over(row, use, limits) is None]
    choices = [(row, _over(row, use, limits) or _beaten(row, allowed, costs)) for row in records]
    ordered = sorted(choices, key=lambda pair: pair[0][use.cost])
    made = [
        Choice(row["case"], _figures(row, use), reason, row["rtf"], row["wer"]) for row, reason in ordered
    ]
    return Advice(
        use,
        device,
        bucket,
        ", ".join([use.cost_words, *(COSTS[name] for name in costs[1:])]),
        tuple(choice for choice in made if choice.reason is None),
        tuple(choice for choice in made if choice.reason is not None),
    )


def _over(row: dict[str, Any], use: Use, limits: AdviceLimits) -> str | None:
    """Name the first limit that a case breaks; what was not measured cannot be allowed under a limit."""
    for name, column, word, written in CHECKS:
        limit = getattr(limits, name)
        if limit is None:
            continue
        if isnan(row[column]):
            return f"{word} was not measured, and is limited"
        if row[column] > limit:
            return f"{word} {written(row[column])}, more than {written(limit)}"
    if use.key == "streaming" and row["rtf"] >= 1:
        return f"RTF {units.ratio(row['rtf'])}: slower than speech"
    return None


def _beaten(row: dict[str, Any], others: list[dict[str, Any]], costs: list[str]) -> str | None:
    for other in others:
        if beats([other[name] for name in costs], [row[name] for name in costs]):
            return f"{other['case']} is no worse in any, and better in some"
    return None


def _figures(row: dict[str, Any], use: Use) -> str:
    return ", ".join(_said(row, use))


def _said(row: dict[str, Any], use: Use) -> Iterator[str]:
    yield (
        f"p95 {units.seconds(row['request_p95_s'])}"
        if use.key == "online"
        else f"RTF {units.ratio(row['rtf'])}"
    )
    for name, _, word, written in CHECKS[1:]:
        if not isnan(row[name]):
            yield f"{word} {written(row[name])}"
