"""A terminal of so many columns: what a command draws on it, and a picture of that."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import termios
from io import StringIO
from itertools import groupby
from typing import TYPE_CHECKING

import pyte
from rich.console import Console
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ROWS = 200
RICH_NAMES = {"brown": "yellow"}
"""What pyte calls colours, as rich calls them."""
THEME = TerminalTheme(
    (28, 33, 40),
    (225, 230, 237),
    [(28, 33, 40), (255, 138, 128), (126, 211, 160), (232, 205, 110), (124, 184, 242), (214, 160, 230),
     (130, 210, 220), (225, 230, 237)],
)  # fmt: skip
"""Each of them at least 4.5:1 on the ground."""
# As rich draws it, but for its web font, which no picture may fetch.
FORMAT = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def recorded(columns: int, command: Sequence[str], folder: Path | None = None) -> bytes:
    """Run a command in a terminal of so many columns, and give what it wrote there."""
    pid, terminal = pty.fork()
    if pid == 0:
        for name in ("COLUMNS", "LINES", "NO_COLOR", "CI"):
            os.environ.pop(name, None)
        os.environ["TERM"] = "xterm-256color"
        if folder is not None:
            os.chdir(folder)
        os.execvp(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
    written = bytearray()
    while True:
        try:
            piece = os.read(terminal, 1 << 16)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        written += piece
    os.waitpid(pid, 0)
    os.close(terminal)
    return bytes(written)


def drawn(columns: int, written: bytes) -> pyte.Screen:
    """Give the screen as it stands when all of it is written."""
    screen = pyte.Screen(columns, ROWS)
    pyte.ByteStream(screen).feed(written)
    return screen


def lines(screen: pyte.Screen) -> list[str]:
    """Give the lines of a screen, without what is blank at their ends."""
    return [line.rstrip() for line in screen.display]


def picture(screen: pyte.Screen, called: str, title: str) -> str:
    """Give an SVG of a screen, below the command as it is called."""
    shown = [_line(screen, row) for row in range(ROWS)]
    while shown and not shown[-1].plain.strip():
        shown.pop()
    console = Console(record=True, width=screen.columns, file=StringIO(), legacy_windows=False)
    # The last line's descenders would be cut off at the frame.
    for line in (Text(f"$ {called}", style="bold"), *shown, Text("")):
        console.print(line, no_wrap=True, overflow="crop", highlight=False, soft_wrap=False)
    svg = console.export_svg(title=title, theme=THEME, code_format=FORMAT, unique_id="screen")
    return "\n".join(line.rstrip() for line in svg.splitlines() if line.strip()) + "\n"


def _line(screen: pyte.Screen, row: int) -> Text:
    line = Text(end="")
    cells = [screen.buffer[row][column] for column in range(screen.columns)]
    for style, alike in groupby(cells, key=_style):
        line.append("".join(cell.data for cell in alike), style)
    line.rstrip()
    return line


def _style(cell: pyte.screens.Char) -> Style | None:
    if cell.fg == "default" and not cell.bold:
        return None
    colour = None if cell.fg == "default" else RICH_NAMES.get(cell.fg, cell.fg)
    return Style(color=colour, bold=cell.bold or None)
