"""What `ab` shows while it runs, as a terminal's screen has it."""

from dataclasses import replace

import pyte
import pytest

from asr_harness.cli._standing import Standing
from asr_harness.stats.sequential import Decision
from tests.report.test_live import Terminal

CASE = "ctc-mini-cpu-5s-b1-baseline"
OPEN = Decision("inconclusive", 0.2, -0.1, 0.6, p=0.5, n=1)
NARROWER = Decision("regression", 0.18, 0.1, 0.3, p=0.001, n=5)


@pytest.fixture(params=[80, 120])
def terminal(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[Terminal, int]:
    made = Terminal()
    monkeypatch.setattr("asr_harness.cli._standing.monotonic", lambda: 60.0)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", str(request.param))
    return made, request.param


def lines(terminal: tuple[Terminal, int]) -> list[str]:
    stream, columns = terminal
    screen = pyte.Screen(columns, 12)
    pyte.Stream(screen).feed(stream.getvalue().replace("\n", "\r\n"))
    return [line.rstrip() for line in screen.display if line.strip()]


def test_the_estimate_narrows_in_lines_that_stay_and_the_turn_stands_below(
    terminal: tuple[Terminal, int],
) -> None:
    standing = Standing(terminal[0], lambda: 600.0, has_colour=False)
    standing.loads()
    assert lines(terminal) == ["fork 1; 9 min left; loading both sides"]
    standing.takes_turn(CASE, 1, 24)
    standing.ends_fork(1, {CASE: OPEN}, {})
    standing.loads()
    standing.takes_turn(CASE, 3, 24)
    *kept, live = lines(terminal)
    assert " ".join(kept).startswith("fork 1: +22.1 % [-9.5 to +82.2]; 0 of 1 case decided; 9 min")
    assert live.startswith("fork 2; 9 min left; +22.1 % [-9.5 to +82.2]; turn 3 of 24: ctc-mini-")
    assert len(live) < terminal[1]
    standing.ends_fork(2, {CASE: NARROWER}, {})
    assert "; 1 of 1 case decided; 9 min left" in " ".join(lines(terminal))
    assert "turn" not in " ".join(lines(terminal))


def test_nothing_stays_at_the_foot(terminal: tuple[Terminal, int]) -> None:
    standing = Standing(terminal[0], lambda: 600.0, has_colour=False)
    standing.loads()
    standing.erase()
    assert lines(terminal) == []


def test_of_several_cases_the_slowest_is_named(terminal: tuple[Terminal, int]) -> None:
    standing = Standing(terminal[0], lambda: 600.0, has_colour=False)
    standing.ends_fork(1, {"a": NARROWER, CASE: OPEN}, {})
    standing.loads()
    assert f"slowest {CASE} +22.1 %" in lines(terminal)[-1]


def test_before_a_look_the_forks_so_far_bound_the_estimate(terminal: tuple[Terminal, int]) -> None:
    standing = Standing(terminal[0], lambda: 600.0, has_colour=False)
    unbounded = replace(OPEN, low=None, high=None)
    standing.ends_fork(1, {CASE: unbounded}, {})
    standing.ends_fork(2, {CASE: unbounded}, {CASE: (-0.1, 0.6)})
    assert lines(terminal) == [
        "fork 1: +22.1 % [not yet bounded]; 0 of 1 case decided; 9 min left",
        "fork 2: +22.1 % [-9.5 to +82.2 so far]; 0 of 1 case decided; 9 min left",
    ]


def test_a_line_that_stays_breaks_no_word(terminal: tuple[Terminal, int]) -> None:
    standing = Standing(terminal[0], lambda: 600.0, has_colour=False)
    standing.say(f"base → worse, turns in {'/folder' * 9}/ab.jsonl {'word ' * 30}")
    assert "".join(lines(terminal)).count("word") == 30
    assert all(line.split()[-1] in ("in", "word") or "jsonl" in line for line in lines(terminal))
