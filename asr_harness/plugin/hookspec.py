"""The hook by which a suite hands its grid to the plugin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from asr_harness.grid import Grid


@pytest.hookspec(firstresult=True)
def pytest_asr_grid() -> Grid | None:
    """Return the grid of models, devices, buckets, batch sizes, variants and profiles."""
