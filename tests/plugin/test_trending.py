"""What a session says of the commits before it."""

import json
import random
from pathlib import Path

from asr_harness.plugin.trending import MAX_LINES, lines
from asr_harness.runs.former import recent_commits
from tests.saved_runs import content, measured

CASES = ("ctc-cpu-5s-b1-baseline", "ctc-cpu-15s-b1-baseline")


def save(folder: Path, scales: list[float], names: tuple[str, ...] = CASES) -> str:
    """Save a run for each commit, and give the id of the last one's session."""
    rng = random.Random(4)
    for i, scale in enumerate(scales):
        noise = scale * rng.gauss(1, 0.01)
        made = [measured(case, rounds_s=(noise,) * 3, calibration_s=(0.02,) * 3) for case in names]
        saved = content(*made, commit=f"{i:07x}".ljust(40, "0"), day=i)
        saved["asr"]["session_id"] = f"session {i}"
        folder.mkdir(exist_ok=True)
        (folder / f"{i:04d}.json").write_text(json.dumps(saved))
    return f"session {len(scales) - 1}"


def test_a_creep_and_a_step_are_told_in_a_line_of_their_row(tmp_path: Path) -> None:
    own = save(tmp_path / "creep", [1.01**i for i in range(21)])
    (line,) = lines(tmp_path / "creep", own)
    assert line.startswith("ctc-cpu-*-baseline: creep, +0.9")
    assert "0000000 to 0000014" in line
    own = save(tmp_path / "step", [1.0] * 8 + [1.2] * 8)
    (line,) = lines(tmp_path / "step", own)
    assert line.startswith("ctc-cpu-*-baseline: step, +")
    assert "0000008" in line


def test_nothing_is_told_of_a_steady_row_of_another_session_or_without_a_history(tmp_path: Path) -> None:
    assert lines(tmp_path / "steady", save(tmp_path / "steady", [1.0] * 12)) == []
    own = save(tmp_path / "step", [1.0] * 8 + [1.2] * 8)
    assert lines(tmp_path / "step", f"not {own}") == []
    assert lines(tmp_path / "none", own) == []


def test_a_step_of_long_ago_is_no_longer_told(tmp_path: Path) -> None:
    own = save(tmp_path, [1.0] * 8 + [1.2] * 31)
    assert lines(tmp_path, own) == []
    assert len(recent_commits(tmp_path, 30, ())) == 30


def test_many_rows_are_counted(tmp_path: Path) -> None:
    names = tuple(f"m{i}-cpu-5s-b1-baseline" for i in range(MAX_LINES + 2))
    told = lines(tmp_path, save(tmp_path, [1.0] * 8 + [1.2] * 8, names))
    assert len(told) == MAX_LINES + 1
    assert told[-1] == "and 2 more: `asr-harness history --judge` has all"
