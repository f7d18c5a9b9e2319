"""Metrics, one file each: what is measured, its unit and direction, how it is pooled, tested and printed."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from asr_harness.metrics.base import Metric, RateMetric, Test
from asr_harness.registry import Registry

if TYPE_CHECKING:
    from asr_harness.schema import CaseResult

__all__ = [
    "REGISTRY",
    "Metric",
    "RateMetric",
    "all_metrics",
    "by_key",
    "error_rate_of",
    "find",
    "measurement",
    "session_metrics",
    "test_of",
]

REGISTRY = Registry("asr_harness.metrics", "METRIC", Metric, group="asr_harness.metrics")


@cache
def all_metrics() -> tuple[Metric, ...]:
    """Give every metric in the order in which tables show them."""
    return tuple(sorted(REGISTRY.all().values(), key=lambda metric: metric.rank))


def by_key(key: str) -> Metric:
    """Give one metric. Raises RegistryError, with those there are, where none has the key."""
    known = {metric.key: metric for metric in all_metrics()}
    return known[key] if key in known else REGISTRY.get(key)


def find(key: str) -> Metric | None:
    """Give one metric; None for what is judged and is no metric, such as an outcome."""
    return next((metric for metric in all_metrics() if metric.key == key), None)


def measurement(key: str) -> str:
    """Give the key under which a metric is judged: that of the measurement of which it is another unit."""
    metric = find(key)
    return key if metric is None else metric.same_as or key


def test_of(key: str) -> Test | None:
    """Give how a metric is compared; None for what is no metric, or is shown alone."""
    metric = find(key)
    return None if metric is None else metric.test


def error_rate_of(result: CaseResult) -> Metric:
    """Give the headline error rate of a result: CER where the language has no spaces between words."""
    errors = result.quality.errors
    return by_key("cer" if errors is not None and errors.by_character else "wer")


@cache
def session_metrics() -> tuple[Metric, ...]:
    """Give the metrics that a session's own tables show."""
    return tuple(metric for metric in all_metrics() if metric.in_session)
