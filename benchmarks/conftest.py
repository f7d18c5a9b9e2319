"""Hands the grid to the plugin."""

from asr_harness.grid import Grid
from benchmarks.grid import GRID


def pytest_asr_grid() -> Grid:
    return GRID
