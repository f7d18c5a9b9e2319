"""How one run a side ends by the stored history, when the candidate lies 5 to 30 runs after the base.

    python -m tools.one_run_study

Each stored series (tools/noise) is walked through: a run is the base, a later one the candidate, and all
runs before the candidate but the base are the history, as they lie in a storage. Nobody changed anything,
so every red is a false alarm, and so is a `latency` that is called better or
worse; `slower` has the candidate slowed by so much. Comparisons overlap: two
series are two machines' hours, not so many independent cases.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

from asr_harness.judge import Evidence, history_columns, judge
from asr_harness.runs.summary import summarised
from tools.stored_noise import RUNS, SESSIONS, load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from asr_harness.judge import Finding, Judgement

LAGS = range(5, 31)
BANDS = {"5 to 30": LAGS, "5 to 14": range(5, 15), "15 to 30": range(15, 31)}
SLOW_DOWNS = (0.0, 0.1, 0.2, 0.3)


def ends(path: Path, slow_down: float) -> Iterator[tuple[int, Judgement]]:
    """Give the lag and the judgement of every base and candidate of a series."""
    stored = load(path)
    runs = [replace(run.as_run(f"{place}"), commit=f"{place:040x}") for place, run in enumerate(stored)]
    former = summarised(runs, history_columns())
    for first, lag in product(range(len(runs)), LAGS):
        last = first + lag
        if last < len(runs):
            candidate = stored[last].slowed(slow_down).as_run(f"{last}")
            history = (*former[:first], *former[first + 1 : last])
            yield lag, judge(Evidence((runs[first],), (candidate,), history))


def _is_called(finding: Finding) -> bool:
    return finding.metric == "latency" and finding.verdict in {"regression", "improvement"}


def main() -> None:
    """Print how the comparisons end, by how far apart the two runs lie."""
    print(f"{'series':<10}{'slower':>7}{'runs apart':>12}{'of':>6}{'green':>8}{'red':>8}{'latency':>11}")
    for path, slow_down in product((RUNS, SESSIONS), SLOW_DOWNS):
        found = list(ends(path, slow_down))
        for name, lags in BANDS.items():
            ended = [judgement for lag, judgement in found if lag in lags]
            counts = (
                sum(each.exit_status == 0 for each in ended),
                sum(each.exit_status == 1 for each in ended),
                sum(any(_is_called(finding) for finding in each.findings) for each in ended),
            )
            shares = "".join(
                f"{count / len(ended):>{width}.1%}" for count, width in zip(counts, (8, 8, 11), strict=True)
            )
            print(f"{path.stem:<10}{slow_down:>7.0%}{name:>12}{len(ended):>6}{shares}", flush=True)


if __name__ == "__main__":
    main()
