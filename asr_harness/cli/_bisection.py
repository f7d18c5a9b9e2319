"""A search for a commit in words: what each look left of the probability, as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness import stats
from asr_harness.counting import counted, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.ab.bisecting import Picture, Search

BARS = "▁▂▃▄▅▆▇█"
MAX_NAMED = 5
LEAST_SHOWN = 0.005


def progress(search: Search, picture: Picture) -> str:
    """Give one line: the bars, the likeliest commit, and how much was looked at."""
    commit = search.commits[picture.suspect][:7]
    n_looks = sum(map(len, search.forks.values())) if picture.by == "time" else len(search.signals)
    unit = "forks" if picture.by == "time" else "commits"
    share = picture.probabilities[picture.suspect]
    return f"{bars(picture.probabilities)}  {commit} {share:.0%} after {n_looks} {unit}".replace("%", " %")


def bars(probabilities: Sequence[float]) -> str:
    """Draw probabilities, the oldest commit first; nothing where there is next to none."""
    return "".join(
        BARS[round(value * (len(BARS) - 1))] if value >= LEAST_SHOWN else "·" for value in probabilities
    )


def conclusion(search: Search, picture: Picture, subjects: dict[str, str]) -> list[str]:
    """Name the commit, or those that are left, with the evidence."""
    ranked = sorted(range(len(search.commits)), key=lambda place: -picture.probabilities[place])
    likely = [place for place in ranked if picture.probabilities[place] >= LEAST_SHOWN]
    lines = [f"{counted(len(search.commits), 'commit')}, oldest first: {bars(picture.probabilities)}"]
    for place in likely[:MAX_NAMED]:
        commit = search.commits[place]
        share = f"{picture.probabilities[place]:4.0%}".replace("%", " %")
        lines.append(f"  {share}  {commit[:7]}  {subjects.get(commit, '')}{_seen(search, commit)}")
    lines += [f"  skipped: {reason.splitlines()[0]}" for reason in search.skipped.values()]
    if picture.effect is not None:
        change = f"{stats.as_change(picture.effect):+.1%}".replace("%", " %")
        lines.append(f"time: the bad commit is {change} over the good one in {_forks(search, search.bad)}")
    if picture.signals:
        lines.append(f"changed: {listed(picture.signals, MAX_NAMED)}")
    suspect = search.commits[picture.suspect]
    if picture.is_sure:
        lines.append(f"{suspect[:7]} is the first changed commit: {subjects.get(suspect, '')}")
    else:
        lines.append(
            f"not settled: one of {counted(len(likely), 'commit')}; run the same command again to go on"
        )
    return lines


def _seen(search: Search, commit: str) -> str:
    forks = search.forks.get(commit)
    if not forks:
        return ""
    ratios = [value for fork in forks for value in fork.values()]
    change = f"{stats.as_change(stats.mean(ratios)):+.1%}".replace("%", " %") if ratios else "–"
    return f"  ({change} in {_forks(search, commit)})"


def _forks(search: Search, commit: str) -> str:
    return counted(len(search.forks.get(commit, ())), "fork")
