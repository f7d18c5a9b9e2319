"""How often `ab` is right after so many minutes, by how its workers are started: on stored sessions.

    python -m tools.ab_curve_study pack FILE.jsonl WAY SECONDS   # store a session of the same code
    python -m tools.ab_curve_study [--sessions 1000] [--chart FILE.png]

`tools/noise/ab.jsonl` holds a line for each session of a commit against itself: the way its workers were
started (new or forked ones, their memory in small or large pages), the seconds before its second fork was
begun, and for each fork after the first what it took, which side started first, and the seconds of each pair
of rounds. A session is drawn as stretches of forks that followed one another, the sides of each exchanged or
not by chance (they ran the same code), and a slow-down is added to the candidate's rounds. It looks when `ab`
would and ends when its minutes are over.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise, product
from math import log1p
from pathlib import Path
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

from asr_harness.ab.estimate import log_ratio
from asr_harness.ab.protocol import Turn
from tools.ab_replay_study import verdict_of
from tools.stored_noise import NOISE, rounded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STORED = NOISE / "ab.jsonl"
MINUTES = (2, 3, 5, 10)
SLOW_DOWNS = (0.0, 0.03, 0.05)
STRETCH = 5
WAYS = ("new-small", "new-large", "forked-small", "forked-large")
VERDICTS = ("unchanged", "regression", "improvement")


@dataclass(frozen=True, slots=True)
class Fork:
    """One stored fork: its log ratio, whether the base started first, and what it took."""

    ratio: float
    is_base_first: bool
    seconds: float

    def exchanged(self) -> Fork:
        """Call the base candidate, and the candidate base."""
        return Fork(-self.ratio, not self.is_base_first, self.seconds)


@dataclass(frozen=True, slots=True)
class Session:
    """One stored session: the seconds until its second fork, and the forks from there on."""

    way: str
    opening_s: float
    forks: tuple[Fork, ...]


def pack(path: Path, way: str, opening_s: float) -> None:
    """Append what `ab` recorded of a session."""
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    forks = [
        {
            "seconds": round(after["at_s"] - before["at_s"], 2),
            "first": after["start_order"][0],
            "pairs": [
                [rounded(turn["latency_s"]) for turn in pair]
                for pair in zip(after["turns"]["base"], after["turns"]["candidate"], strict=True)
            ],
        }
        for before, after in pairwise(lines)
    ]
    with STORED.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps({"way": way, "opening_s": opening_s, "forks": forks}) + "\n")


def load() -> list[Session]:
    """Read the stored sessions."""
    lines = map(json.loads, STORED.read_text("utf-8").splitlines())
    return [Session(line["way"], line["opening_s"], tuple(map(_fork, line["forks"]))) for line in lines]


def _fork(line: dict[str, Any]) -> Fork:
    base, candidate = ([Turn(pair[side], 1.0, {}) for pair in line["pairs"]] for side in (0, 1))
    return Fork(log_ratio(base, candidate).raw, line["first"] == "base", line["seconds"])


def drawn(rng: random.Random, noise: Sequence[Session], n: int) -> list[Fork]:
    """Draw so many forks of one session."""
    forks: list[Fork] = []
    while len(forks) < n:
        stored = rng.choices(noise, [len(session.forks) for session in noise])[0].forks
        start, is_exchanged = rng.randrange(len(stored)), rng.random() < 0.5  # noqa: PLR2004
        stretch = [stored[place % len(stored)] for place in range(start, start + STRETCH)]
        forks += (
            [Fork(-fork.ratio, not fork.is_base_first, 0) for fork in stretch] if is_exchanged else stretch
        )
    return forks[:n]


def rates(noise: Sequence[Session], n_forks: int, slow_down: float, n_sessions: int) -> dict[str, float]:
    """Give the share of sessions of so many forks that end with each verdict."""
    rng = random.Random(0)
    ends: Counter[str] = Counter()
    for _ in range(n_sessions):
        forks = drawn(rng, noise, n_forks)
        ratios = [fork.ratio + log1p(slow_down) for fork in forks]
        ends[verdict_of(ratios, [fork.is_base_first for fork in forks])] += 1
    return {verdict: ends[verdict] / n_sessions for verdict in VERDICTS}


def curve(stored: Sequence[Session], n_sessions: int) -> Iterator[dict[str, Any]]:
    """Give a row for each way, number of minutes and slow-down."""
    for way in WAYS:
        noise = [session for session in stored if session.way == way]
        if not noise:
            continue
        forks = [fork for session in noise for fork in session.forks]
        each_s = fmean(fork.seconds for fork in forks)
        opening_s = fmean(session.opening_s for session in noise)
        print(
            f"{way}: {len(forks)} forks of {len(noise)} sessions, {each_s:.1f} s each"
            f" after {opening_s:.0f} s; they differ by {stdev(fork.ratio for fork in forks):.1%}"
        )
        for minutes, slow_down in product(MINUTES, SLOW_DOWNS):
            n_forks = max(0, int((60 * minutes - opening_s) / each_s))
            ends = rates(noise, n_forks, slow_down, n_sessions)
            yield {"way": way, "minutes": minutes, "forks": n_forks, "slow": slow_down, **ends}


def draw(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Draw the shares that count: same code green, 3 % found."""
    import altair as alt

    wanted = {0.0: ("unchanged", "same code: green"), 0.03: ("regression", "3 % slower: red")}
    points = [
        {
            "minutes": row["minutes"],
            "share of sessions": row[wanted[row["slow"]][0]],
            "what": wanted[row["slow"]][1],
            "workers": row["way"],
        }
        for row in rows
        if row["slow"] in wanted
    ]
    chart = alt.Chart(alt.Data(values=points), width=260, height=220).mark_line(point=True)
    chart.encode(
        x="minutes:Q",
        y=alt.Y("share of sessions:Q", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])),
        color=alt.Color("workers:N", legend=alt.Legend(orient="bottom"), title=None),
        column=alt.Column("what:N", title=None),
    ).save(path)


def main() -> None:
    """Store a session, or print how sessions end."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--chart", type=Path, metavar="FILE.png")
    packing = parser.add_subparsers(dest="step").add_parser("pack")
    packing.add_argument("file", type=Path)
    packing.add_argument("way", choices=WAYS)
    packing.add_argument("opening_s", type=float)
    arguments = parser.parse_args()
    if arguments.step == "pack":
        pack(arguments.file, arguments.way, arguments.opening_s)
        return
    rows = []
    for row in curve(load(), arguments.sessions):
        if not rows:
            print("workers       minutes  forks  slow-down   green     red  faster")
        shares = "".join(f"{row[verdict]:>8.1%}" for verdict in VERDICTS)
        print(
            f"{row['way']:<14}{row['minutes']:>7}{row['forks']:>7}{row['slow']:>11.0%}{shares}",
            flush=True,
        )
        rows.append(row)
    if arguments.chart:
        draw(rows, arguments.chart)


if __name__ == "__main__":
    main()
