"""What `ab` shows while it runs: lines that stay, and on a terminal one at the foot that is drawn anew."""

from __future__ import annotations

from shutil import get_terminal_size
from time import monotonic
from typing import TYPE_CHECKING

from asr_harness.metrics import units
from asr_harness.report import forks
from asr_harness.report.live import LiveLine
from asr_harness.report.verdicts import wrap

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TextIO

    from asr_harness.stats.sequential import Decision

    Intervals = Mapping[str, tuple[float, float]]

SILENCE_S = 30.0
LOADING = "loading both sides"


class Standing:
    """Where `ab` stands: the fork, the estimate so far, what is being measured, the time left.

    Without a terminal, a long fork has a line now and then. `ends` gives the budget's end, as
    `time.monotonic` counts.
    """

    def __init__(self, stream: TextIO, ends: Callable[[], float], *, has_colour: bool) -> None:
        self._stream, self._ends = stream, ends
        self._said = monotonic()
        self._n_cases = 0
        self._number = 1
        self._decisions: Mapping[str, Decision] = {}
        self._so_far: Intervals = {}
        self._line = LiveLine(stream, has_colour=has_colour)

    def say(self, line: str) -> None:
        """Write a line that stays; on a terminal no word is broken."""
        self._line.erase()
        width = get_terminal_size().columns if self._line.is_live else len(line) + 1
        for part in wrap(line, width, breaks_words=False):
            print(part, file=self._stream, flush=True)
        self._said = monotonic()

    def loads(self) -> None:
        """Show that the next fork's processes are starting."""
        self._show(LOADING)

    def takes_turn(self, case_id: str, number: int, n_turns: int) -> None:
        """Show the turn that is about to be taken."""
        self._show(f"turn {number} of {n_turns}: {case_id}")

    def measured(self, case_id: str) -> None:
        """Take note of a case that was measured."""
        self._n_cases += 1
        if not self._line.is_live and monotonic() - self._said > SILENCE_S:
            self.say(f"  {case_id} measured, {self._n_cases} so far; {units.duration(self._left_s())} left")

    def ends_fork(self, number: int, decisions: Mapping[str, Decision], so_far: Intervals) -> None:
        """Write the line of a fork: how many cases are decided, and the estimate as it narrows."""
        self._number, self._decisions, self._so_far = number + 1, decisions, so_far
        self.say(forks.progress(number, decisions, self._left_s(), so_far))

    def erase(self) -> None:
        """Leave nothing of the line at the foot."""
        self._line.erase()

    def _show(self, doing: str) -> None:
        if self._line.is_live:
            shown = forks.standing(self._number, self._decisions, self._left_s(), doing, self._so_far)
            self._line.show(shown)

    def _left_s(self) -> float:
        return max(self._ends() - monotonic(), 0)
