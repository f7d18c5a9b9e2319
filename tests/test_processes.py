"""What a process said last, however much it said."""

from pathlib import Path

from asr_harness.processes import MAX_LINE_BYTES, last_lines


def test_the_last_lines_are_given_and_blank_ones_left_out(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("first\n\nsecond\n  \nthird\n")
    assert last_lines(log, 2) == ["second", "third"]


def test_a_line_without_an_end_is_not_read_whole(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("x" * (10 * MAX_LINE_BYTES) + "\nlast\n")
    cut, last = last_lines(log, 2)
    assert (len(cut), last) == (2 * MAX_LINE_BYTES - len("\nlast\n"), "last")


def test_a_log_that_is_gone_says_nothing(tmp_path: Path) -> None:
    assert last_lines(tmp_path / "log", 2) == []
