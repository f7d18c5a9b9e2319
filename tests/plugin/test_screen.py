"""What a person sees in a real terminal: each case one line, none broken, the running one below them."""

import fcntl
import os
import pty
import struct
import sys
import termios

import pyte
import pytest

ROWS = 60


def screen_of(columns: int, *command: str) -> list[str]:
    """Run a command in a terminal of so many columns, and give the lines that stand there at its end."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.pop("COLUMNS", None)
        os.execvp(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
    screen = pyte.Screen(columns, ROWS)
    stream = pyte.ByteStream(screen)
    while True:
        try:
            written = os.read(terminal, 1 << 16)
        except OSError:  # the other end is closed
            break
        if not written:
            break
        stream.feed(written)
    os.waitpid(pid, 0)
    os.close(terminal)
    return [line.rstrip() for line in screen.display]


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # of forkpty; the child only execs
@pytest.mark.parametrize("columns", [80, 120])
def test_each_case_has_one_line_and_nothing_stays_of_the_rounds(
    suite: pytest.Pytester, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(suite.path)
    lines = screen_of(columns, sys.executable, "-m", "pytest", "-p", "no:cacheprovider")
    shared = lines.index("all 2 cases: steady, cpu, 5s, baseline")
    first, second = lines[shared + 1 : shared + 3]
    assert first.startswith("[1/2] b1  ")
    assert first.endswith(" left")
    assert second.startswith("[2/2] b2  ")
    assert "WER 33.3 %" in second
    assert not any(line.startswith("[") and ("round" in line or "preparing" in line) for line in lines)
    table = lines.index("all cases: steady, cpu, 5s, baseline")
    assert [line.split()[0] for line in lines[table + 1 : table + 4]] == ["case", "b1", "b2"]
