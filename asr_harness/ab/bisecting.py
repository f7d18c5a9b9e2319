"""Which commit changed something: exact signals by plain bisection, else times by probabilistic bisection.

What is seen goes into a `Search`, which is all that a resumed session needs. The oracle makes it: `ab.oracle`
by real workers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from asr_harness import stats
from asr_harness.counting import counted
from asr_harness.errors import AbError
from asr_harness.stats import bisection

if TYPE_CHECKING:
    from collections.abc import Sequence

SURE = 0.95
N_FIRST_FORKS = 4
MAX_FIRST_FORKS = 12
ALPHA = 0.01
SHARE_OF_LARGEST = 0.5

Signals = Mapping[str, str]
"""A digest of each exact signal, by case and name."""
By = Literal["any", "exact", "time"]


class UnmeasurableError(AbError):
    """A commit cannot be measured: it is skipped."""


@dataclass(frozen=True, slots=True)
class Look:
    """One fork of the good commit and another: log ratios by case, and the exact signals of both."""

    log_ratios: Mapping[str, float]
    good: Signals
    other: Signals


class Oracle(Protocol):
    """What measures; both raise UnmeasurableError for a commit that cannot be."""

    def fork(self, commit: str) -> Look:
        """Run the good commit and another one side by side once."""

    def signals(self, commit: str) -> Signals:
        """Run a commit alone once."""


@dataclass(slots=True)
class Search:
    """What has been seen of the commits after the good one, oldest first; the last is the bad one."""

    commits: tuple[str, ...]
    forks: dict[str, list[dict[str, float]]] = field(default_factory=dict)
    signals: dict[str, dict[str, str]] = field(default_factory=dict)
    good: dict[str, str] = field(default_factory=dict)
    unsteady: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)

    @property
    def bad(self) -> str:
        """The last commit."""
        return self.commits[-1]

    def note(self, commit: str, look: Look) -> None:
        """Take a fork in; a signal that is not alike in all runs of a commit is none."""
        self.forks.setdefault(commit, []).append(dict(look.log_ratios))
        for known, seen in ((self.good, look.good), (self.signals.setdefault(commit, {}), look.other)):
            for name, digest in seen.items():
                if known.setdefault(name, digest) != digest and name not in self.unsteady:
                    self.unsteady.append(name)

    def changed_signals(self, commit: str) -> list[str]:
        """Name the exact signals in which a commit differs from the good one."""
        here = self.signals.get(commit, {})
        names = sorted(self.good.keys() | here.keys())
        return [name for name in names if name not in self.unsteady and here.get(name) != self.good.get(name)]


@dataclass(frozen=True, slots=True)
class Picture:
    """How it stands: the probability of each commit, and by what."""

    by: Literal["exact", "time"]
    probabilities: tuple[float, ...]
    effect: float | None = None
    signals: tuple[str, ...] = ()

    @property
    def suspect(self) -> int:
        """The place of the likeliest commit."""
        return max(range(len(self.probabilities)), key=self.probabilities.__getitem__)

    @property
    def is_sure(self) -> bool:
        """Whether the likeliest commit has 95 %."""
        return self.probabilities[self.suspect] >= SURE


Tell = Callable[[Search, Picture], None]


def bisect(search: Search, oracle: Oracle, *, by: By, has_time: Callable[[], bool], tell: Tell) -> Picture:
    """Look until one commit has 95 %, no look can tell more, or the time is over; `tell` hears of every look.

    Raises AbError where the bad commit differs from the good one in nothing, or cannot be measured.
    """
    _first_forks(search, oracle, has_time, by)
    changed = search.changed_signals(search.bad)
    if changed and by != "time":
        return _exactly(search, oracle, changed, has_time, tell)
    if by == "exact":
        raise AbError("the commits differ in no exact signal; leave --by out to search by time")
    return _by_time(search, oracle, has_time, tell)


def _first_forks(search: Search, oracle: Oracle, has_time: Callable[[], bool], by: By) -> None:
    """Run the ends side by side: for exact signals a few times, for times until it is clear."""
    while len(search.forks.get(search.bad, ())) < MAX_FIRST_FORKS:
        n_forks = len(search.forks.get(search.bad, ()))
        if n_forks >= 2 and by != "time" and search.changed_signals(search.bad):  # noqa: PLR2004
            return
        if n_forks >= N_FIRST_FORKS and _is_clear(search):
            return
        if n_forks and not has_time():
            break
        search.note(search.bad, oracle.fork(search.bad))
    if not search.changed_signals(search.bad) and not _is_clear(search):
        forks = counted(len(search.forks[search.bad]), "fork")
        raise AbError(
            f"{search.bad[:7]} does not differ from the good commit in {forks}: there is nothing to "
            "search for; a larger --budget, or more cases, would show a smaller change"
        )


def _exactly(
    search: Search, oracle: Oracle, names: Sequence[str], has_time: Callable[[], bool], tell: Tell
) -> Picture:
    """Halve what lies between: a commit is bad where any of the signals differs from the good one's."""
    while True:
        picture = _exact_picture(search, names)
        tell(search, picture)
        barred = _barred(search)
        looked = {i for i, commit in enumerate(search.commits) if commit in search.signals}
        place = bisection.next_look(picture.probabilities, barred | looked)
        if picture.is_sure or place is None or not has_time():
            return picture
        commit = search.commits[place]
        try:
            search.signals[commit] = dict(oracle.signals(commit))
        except UnmeasurableError as error:
            search.skipped[commit] = str(error)


def _exact_picture(search: Search, names: Sequence[str]) -> Picture:
    low, high = -1, len(search.commits) - 1
    for place, commit in enumerate(search.commits):
        if commit in search.signals and commit not in search.skipped:
            if any(search.signals[commit].get(name) != search.good.get(name) for name in names):
                high = min(high, place)
                break
            low = place
    n = high - low
    shares = tuple(1 / n if low < place <= high else 0.0 for place in range(len(search.commits)))
    return Picture("exact", shares, signals=tuple(names))


def _by_time(search: Search, oracle: Oracle, has_time: Callable[[], bool], tell: Tell) -> Picture:
    while True:
        picture = time_picture(search)
        tell(search, picture)
        place = bisection.next_look(picture.probabilities, _barred(search))
        if picture.is_sure or place is None or not has_time():
            return picture
        commit = search.commits[place]
        try:
            search.note(commit, oracle.fork(commit))
        except UnmeasurableError as error:
            search.skipped[commit] = str(error)


def time_picture(search: Search) -> Picture:
    """Weigh every fork so far, over the cases that the ends differ most in."""
    looks = {
        place: _ratios(search, commit)
        for place, commit in enumerate(search.commits)
        if commit in search.forks and commit not in search.skipped
    }
    effect = stats.mean(looks.pop(len(search.commits) - 1))
    spread = bisection.pooled_spread([_ratios(search, search.bad), *looks.values()])
    probabilities = bisection.posterior(len(search.commits), looks, effect, spread)
    return Picture("time", tuple(probabilities), effect)


def _ratios(search: Search, commit: str) -> list[float]:
    """Give for each fork the mean log ratio over the cases that the ends differ in by half as much as any."""
    ends = search.forks[search.bad]
    cases = [case for case in ends[0] if all(case in fork for fork in ends)]
    means = {case: abs(stats.mean([fork[case] for fork in ends])) for case in cases}
    chosen = [case for case, size in means.items() if size >= SHARE_OF_LARGEST * max(means.values())]
    forks = [[fork[case] for case in chosen if case in fork] for fork in search.forks[commit]]
    return [stats.mean(values) for values in forks if values]


def _is_clear(search: Search) -> bool:
    """Whether the ends differ in time, by a t test over their forks."""
    ratios = _ratios(search, search.bad) if search.forks.get(search.bad) else []
    test = stats.paired(ratios, ALPHA) if len(ratios) > 1 else None
    return test is not None and test.p <= ALPHA


def _barred(search: Search) -> set[int]:
    return {place for place, commit in enumerate(search.commits) if commit in search.skipped}
