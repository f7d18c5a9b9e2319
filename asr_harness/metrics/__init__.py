"""Metrics, one file each: what is measured, its unit and direction, how it is pooled, tested and printed."""

from __future__ import annotations

from functools import cache

from asr_harness.metrics.base import Metric, RateMetric
from asr_harness.registry import Registry

__all__ = ["REGISTRY", "Metric", "RateMetric", "all_metrics", "by_key", "session_metrics"]

REGISTRY = Registry("asr_harness.metrics", "METRIC", Metric, group="asr_harness.metrics")


@cache
def all_metrics() -> tuple[Metric, ...]:
    """Give every metric in the order in which tables show them."""
    return tuple(sorted(REGISTRY.all().values(), key=lambda metric: metric.rank))


def by_key(key: str) -> Metric:
    """Give one metric. Raises RegistryError, with those there are, where none has the key."""
    known = {metric.key: metric for metric in all_metrics()}
    return known[key] if key in known else REGISTRY.get(key)


@cache
def session_metrics() -> tuple[Metric, ...]:
    """Give the metrics that a session's own tables show."""
    return tuple(metric for metric in all_metrics() if metric.in_session)
