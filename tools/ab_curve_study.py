"""How often `ab` is right after so many minutes, each way of starting its workers: on stored sessions.

    python -m tools.ab_curve_study pack FILE.jsonl new|forked SECONDS   # store a session of the same code
    python -m tools.ab_curve_study [--sessions 1000]

`tools/noise/ab.jsonl` holds a line for each session of a commit against itself: how its workers were started,
the seconds before its second fork was begun, and for each fork after the first what it took, which side
started first, and the seconds of each pair of rounds. A session is drawn as stretches of forks that followed
one another, the sides of each exchanged or not by chance (they ran the same code), and a slow-down is added
to the candidate's rounds. It looks when `ab` would and ends when its minutes are over.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
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
MINUTES = (3, 5, 7, 10)
SLOW_DOWNS = (0.0, 0.03, 0.05)
STRETCH = 5
WAYS = ("new", "forked")
VERDICTS = ("unchanged", "regression", "improvement")


@dataclass(frozen=True, slots=True)
class Fork:
    """One stored fork: its log ratio, whether the base started first, and what it took."""

    ratio: float
    is_base_first: bool
    seconds: float


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


def drawn(rng: random.Random, sessions: Sequence[Session], budget_s: float) -> list[Fork]:
    """Draw the forks of one session that fit into a budget."""
    left_s = budget_s - rng.choice(sessions).opening_s
    forks: list[Fork] = []
    for fork in _stretches(rng, sessions):
        left_s -= fork.seconds
        if left_s < 0:
            return forks
        forks.append(fork)
    return forks


def _stretches(rng: random.Random, sessions: Sequence[Session]) -> Iterator[Fork]:
    while True:
        forks = rng.choices(sessions, [len(session.forks) for session in sessions])[0].forks
        start, is_exchanged = rng.randrange(len(forks)), rng.random() < 0.5  # noqa: PLR2004
        for place in range(start, start + STRETCH):
            fork = forks[place % len(forks)]
            yield Fork(-fork.ratio, not fork.is_base_first, fork.seconds) if is_exchanged else fork


def main() -> None:
    """Store a session, or print how sessions end."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sessions", type=int, default=1000)
    packing = parser.add_subparsers(dest="step").add_parser("pack")
    packing.add_argument("file", type=Path)
    packing.add_argument("way", choices=WAYS)
    packing.add_argument("opening_s", type=float)
    arguments = parser.parse_args()
    if arguments.step == "pack":
        pack(arguments.file, arguments.way, arguments.opening_s)
        return
    stored = load()
    print(f"{'workers':<8}{'minutes':>8}{'forks':>7}{'slow-down':>11}{'green':>8}{'red':>8}{'faster':>8}")
    for way in WAYS:
        if sessions := [session for session in stored if session.way == way]:
            _print_way(way, sessions, arguments.sessions)


def _print_way(way: str, sessions: Sequence[Session], n_sessions: int) -> None:
    forks = [fork for session in sessions for fork in session.forks]
    each_s, opening_s = fmean(fork.seconds for fork in forks), fmean(each.opening_s for each in sessions)
    print(
        f"{way}: {len(forks)} stored forks of {len(sessions)} sessions, {each_s:.1f} s each after"
        f" {opening_s:.0f} s; they differ by {stdev(fork.ratio for fork in forks):.1%}"
    )
    for minutes in MINUTES:
        for slow_down in SLOW_DOWNS:
            rng = random.Random(0)
            ends: Counter[str] = Counter()
            numbers = []
            for _ in range(n_sessions):
                taken = drawn(rng, sessions, 60.0 * minutes)
                numbers.append(len(taken))
                ratios = [fork.ratio + log1p(slow_down) for fork in taken]
                ends[verdict_of(ratios, [fork.is_base_first for fork in taken])] += 1
            shares = "".join(f"{ends[verdict] / n_sessions:>8.1%}" for verdict in VERDICTS)
            print(f"{way:<8}{minutes:>8}{fmean(numbers):>7.1f}{slow_down:>11.0%}{shares}", flush=True)


if __name__ == "__main__":
    main()
