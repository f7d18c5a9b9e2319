"""One line at the foot of a terminal that is drawn anew; nothing where there is no terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

    from rich.console import Console

STYLE = "cyan"


class LiveLine:
    """A line that says what is going on, until it is erased.

    It has no end, so that what a killed process leaves is one line, and the cursor stays to be seen.
    """

    def __init__(
        self, stream: TextIO, *, is_terminal: bool | None = None, has_colour: bool | None = None
    ) -> None:
        """Draw on a stream; what pytest captures is no terminal meanwhile, and has to be told to be one."""
        is_there = stream.isatty() if is_terminal is None else is_terminal
        self._console = _console(stream, has_colour) if is_there else None

    @property
    def is_live(self) -> bool:
        """Whether there is a terminal that can draw a line anew."""
        return self._console is not None

    def show(self, words: str) -> None:
        """Draw the line, cut where the terminal ends."""
        if self._console is not None:
            self.erase()
            # A line as wide as the terminal would go on in the next, and stay.
            room = self._console.width - 1
            self._console.print(words, style=STYLE, end="", width=room, no_wrap=True, overflow="ellipsis")

    def erase(self) -> None:
        """Leave the line empty, with the cursor at its begin."""
        if self._console is not None:
            from rich.control import Control
            from rich.segment import ControlType

            self._console.control(Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2)))


def _console(stream: TextIO, has_colour: bool | None) -> Console | None:
    """Make what draws; None on a terminal that cannot (TERM=dumb). By itself it heeds NO_COLOR."""
    from rich.console import Console

    no_colour = None if has_colour is None else not has_colour
    made = Console(
        file=stream, force_terminal=True, no_color=no_colour, highlight=False, markup=False, emoji=False
    )
    return None if made.is_dumb_terminal else made
