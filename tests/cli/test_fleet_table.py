"""What a fleet shows while it works."""

import io

import pytest

from asr_harness.cli._fleet_table import FleetTable
from asr_harness.fleet.standing import AtWork, Standing

CASE = "whisper-tiny-cpu-5s-b1-baseline"
STANDING = Standing(("one:aaaaaa", "two:bbbbbb"), (AtWork("one:aaaaaa", CASE, 75.0),), 3, 10, 260.0)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_without_a_terminal_there_are_lines_alone() -> None:
    stream = io.StringIO()
    with FleetTable(stream) as table:
        table.tell("one:aaaaaa begins a case")
        table.show(STANDING)
    assert stream.getvalue() == "one:aaaaaa begins a case\n"


def test_a_terminal_has_a_row_for_each_host_and_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    with FleetTable(stream) as table:
        table.tell("a line that stays [0/3]")
        table.show(STANDING)
        table._live.refresh()
    drawn = stream.getvalue()
    assert "a line that stays [0/3]" in drawn
    assert "3 of 10 cases, about 4 min left" in drawn
    rows = [line.split() for line in drawn.splitlines()]
    assert any(row[:2] == ["one:aaaaaa", CASE] for row in rows)
    assert any(row[:2] == ["two:bbbbbb", "idle"] for row in rows)
