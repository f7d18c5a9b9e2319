"""A line at the foot of a terminal, as its screen shows it."""

from io import StringIO

import pyte
import pytest

from asr_harness.report.live import LiveLine


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True

    def screen(self, columns: int) -> pyte.Screen:
        screen = pyte.Screen(columns, 5)
        pyte.Stream(screen).feed(self.getvalue().replace("\n", "\r\n"))
        return screen

    def lines(self, columns: int) -> list[str]:
        return [line.rstrip() for line in self.screen(columns).display]


@pytest.fixture(params=[80, 120])
def columns(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", str(request.param))
    width: int = request.param
    return width


def test_the_newest_words_stand_alone_in_one_line(columns: int) -> None:
    stream = Terminal()
    line = LiveLine(stream)
    for words in ("loading both sides", "turn 1", "long " * 60):
        line.show(words)
    first, second, *_ = stream.lines(columns)
    assert first.startswith("long long")
    assert first.endswith("…")
    assert len(first) < columns
    assert second == ""


def test_what_is_said_after_erasing_begins_the_line(columns: int) -> None:
    stream = Terminal()
    line = LiveLine(stream)
    line.show("fork 2; 3 min left; loading both sides")
    line.erase()
    stream.write("fork 2: done\n")
    assert stream.lines(columns)[:2] == ["fork 2: done", ""]


@pytest.mark.parametrize(("no_color", "colour"), [("", "cyan"), ("1", "default")])
def test_no_color_is_heeded(
    no_color: str, colour: str, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)
    stream = Terminal()
    LiveLine(stream).show("loading")
    assert stream.screen(columns).buffer[0][0].fg == colour


def test_a_colour_that_was_refused_is_not_used(columns: int) -> None:
    stream = Terminal()
    LiveLine(stream, has_colour=False).show("loading")
    assert stream.screen(columns).buffer[0][0].fg == "default"


@pytest.mark.parametrize("forced", ["", "1"])
def test_a_dumb_terminal_gets_nothing(forced: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("FORCE_COLOR", forced)
    check_silent(Terminal())


def test_a_file_gets_nothing_whatever_is_forced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    check_silent(StringIO())


def check_silent(stream: StringIO) -> None:
    line = LiveLine(stream)
    line.show("loading")
    line.erase()
    assert (line.is_live, stream.getvalue()) == (False, "")
