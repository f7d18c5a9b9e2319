"""Hooks that pytest-benchmark's own command line loads from here, and pytest's plugin for testing plugins."""

from asr_harness.plugin.metric_tables import pytest_benchmark_group_stats, pytest_benchmark_scale_unit

__all__ = ["pytest_benchmark_group_stats", "pytest_benchmark_scale_unit"]

pytest_plugins = ["pytester"]
