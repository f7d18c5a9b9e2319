"""The metrics that are judged by statistics over runs, and how one run's value is read."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median, quantiles
from typing import TYPE_CHECKING, Literal

from asr_harness import devices

if TYPE_CHECKING:
    from collections.abc import Callable

    from asr_harness.saved import CaseRecord

Family = Literal["together", "headline", "detail", "quality"]

SHARES: dict[Family, float] = {"together": 0.2, "headline": 0.3, "detail": 0.1, "quality": 0.4}
"""How the false-alarm rate of a comparison is shared out among the families that it has."""

LATENCY = "latency"
QUALITY_TOLERANCE = 0.005


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure of which more is worse.

    `read` gives a run's value, None where it was not measured or is not above 0.

    A change is a regression only above `tolerance`, and none is claimed only within `margin`; both are
    relative. A `twin` is the same measurement in another unit, and shares that one's test.
    """

    name: str
    read: Callable[[CaseRecord], float | None]
    family: Family
    is_time: bool = False
    gated: bool = True
    twin: str | None = None
    tolerance: float = 0.02
    margin: float = 0.05


def _info(record: CaseRecord, name: str) -> float | None:
    value = (record.info or {}).get(name)
    return None if value is None else _above_0(float(value))


def _above_0(value: float) -> float | None:
    """Let go of what has no logarithm, and so no ratio to anything."""
    return value if value > 0 else None


def _latency(record: CaseRecord) -> float | None:
    return median(record.rounds_s) / float((record.info or {})["n_utterances"])


def _rtf(record: CaseRecord) -> float | None:
    return median(record.rounds_s) / float((record.info or {})["audio_s"])


def _p95(record: CaseRecord) -> float | None:
    requests_s = [value for round_ in (record.info or {})["batch_latency_s"] for value in round_]
    return quantiles(requests_s, n=20, method="inclusive")[-1] if len(requests_s) > 1 else None


def _stage(name: str) -> Callable[[CaseRecord], float | None]:
    def read(record: CaseRecord) -> float | None:
        return _above_0(float(median((record.info or {})["stage_s"][name])))

    return read


def _energy(record: CaseRecord) -> float | None:
    evidence = ((record.info or {}).get("energy_evidence") or {}).get("whole") or {}
    return _info(record, "energy_per_utterance_j") if evidence.get("label") == "measured" else None


def _memory(record: CaseRecord) -> float | None:
    return _info(record, devices.recorded(record.case.device).peak_memory_name)


METRICS = (
    Metric(LATENCY, _latency, "headline", is_time=True),
    Metric("rtf", _rtf, "headline", is_time=True, twin=LATENCY),
    Metric("energy", _energy, "headline"),
    Metric("memory", _memory, "headline", tolerance=0.05, margin=0.1),
    Metric("p95", _p95, "detail", is_time=True, gated=False),
    Metric("preprocess", _stage("preprocess"), "detail", is_time=True, gated=False),
    Metric("encode", _stage("encode"), "detail", is_time=True, gated=False),
    Metric("decode", _stage("decode"), "detail", is_time=True, gated=False),
)
RATES = ("wer", "cer")
EXACT = ("transcripts", "tokens", "flops", "operators")
OUTCOME = "outcome"
NAMES = (*(metric.name for metric in METRICS), *RATES, *EXACT, OUTCOME)
