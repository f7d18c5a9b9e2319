"""What a second run of `init` leaves as it was is told, with the line to write."""

from pathlib import Path

import pytest

from asr_harness.starter.files import grid_text
from asr_harness.starter.kept import unapplied


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Keep a grid of one model."""
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "conftest.py").write_text(grid_text({"tones": "tones:load"}, "embedded"))
    return tmp_path


def test_what_a_kept_grid_lacks_is_told_with_its_lines_and_the_way_out(root: Path) -> None:
    lines = unapplied(root, {"tones": "tones:load", "other": "my.other:load"}, "tedlium")
    kept = (root / "benchmarks" / "conftest.py").read_text().splitlines()
    models, data = (
        next(n for n, line in enumerate(kept, 1) if line.startswith(name)) for name in ("MODELS", "DATA")
    )
    assert lines[1:] == [
        "not applied, since benchmarks/conftest.py was kept:",
        f'  "other": "my.other:load" into MODELS (line {models})',
        f'  DATA = "tedlium" (line {data})',
        "write that there, or delete benchmarks/conftest.py and run this again",
    ]


def test_what_a_kept_grid_has_is_not_told(root: Path) -> None:
    assert unapplied(root, {"tones": "tones:load"}, "embedded") == []
    assert unapplied(root, {}, None) == []


def test_a_grid_that_is_written_otherwise_has_no_lines_to_name(root: Path) -> None:
    (root / "benchmarks" / "conftest.py").write_text("from mine import GRID")
    assert '  "other": "o:load" into MODELS' in unapplied(root, {"other": "o:load"}, None)
