"""Every tool can be started: what it imports is there."""

from importlib import import_module
from pathlib import Path

import pytest

TOOLS = sorted(path.stem for path in (Path(__file__).parents[2] / "tools").glob("*.py"))


@pytest.mark.parametrize("name", TOOLS)
def test_a_tool_can_be_imported(name: str) -> None:
    assert import_module(f"tools.{name}").__doc__
