"""A fleet at work: lines that stay, and under them on a terminal a table of hosts that is drawn anew."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table

from asr_harness.counting import counted
from asr_harness.metrics import units
from asr_harness.report.escaping import terminal

if TYPE_CHECKING:
    from typing import TextIO

    from asr_harness.fleet.standing import Standing

PER_SECOND = 2


class FleetTable:
    """Prints lines; while it is open, a terminal that can draw anew has the table under them."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        console = Console(file=self._stream, markup=False, emoji=False, highlight=False)
        is_live = console.is_terminal and not console.is_dumb_terminal
        self._live = Live(console=console, refresh_per_second=PER_SECOND, transient=True) if is_live else None

    def __enter__(self) -> Self:
        """Begin to draw."""
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing of the table."""
        if self._live is not None:
            self._live.stop()

    def tell(self, line: str) -> None:
        """Print a line that stays."""
        if self._live is None:
            print(line, file=self._stream, flush=True)
        else:
            self._live.console.print(terminal(line), soft_wrap=True)

    def show(self, standing: Standing) -> None:
        """Draw the table anew."""
        if self._live is not None:
            self._live.update(table_of(standing))


def table_of(standing: Standing) -> Table:
    """Give a row for each host, or for each case of one that has several devices at work."""
    left = "" if standing.left_s is None else f", about {units.duration(standing.left_s)} left"
    drawn = Table(
        title=f"{standing.n_done} of {counted(standing.n_all, 'case')}{left}",
        title_justify="left",
        box=None,
        pad_edge=False,
    )
    drawn.add_column("host", no_wrap=True)
    drawn.add_column("case", no_wrap=True, overflow="ellipsis")
    drawn.add_column("for", justify="right", no_wrap=True)
    for host in standing.hosts:
        of_host = [one for one in standing.at_work if one.host == host]
        for one in of_host:
            drawn.add_row(host, one.case_id, units.duration(one.for_s))
        if not of_host:
            drawn.add_row(host, "idle", "")
    return drawn
