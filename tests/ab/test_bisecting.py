"""The search, on a simulated oracle."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from asr_harness.ab.bisecting import By, Look, Picture, Search, UnmeasurableError, bisect
from asr_harness.cli._bisection import bars, conclusion
from asr_harness.errors import AbError
from asr_harness.stats.bisection import next_look, posterior

COMMITS = tuple(f"{i:040x}" for i in range(16))
SD = 0.03


@dataclass
class Simulated:
    """Commits from `first` on are slower by `effect`, or say other words."""

    first: int
    effect: float = 0.18
    words: bool = False
    seed: int = 0
    broken: frozenset[int] = frozenset()
    n_forks: int = 0
    n_runs: int = 0
    rng: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)

    def fork(self, commit: str) -> Look:
        place = self.place(commit)
        self.n_forks += 1
        effect = self.effect if place >= self.first else 0.0
        return Look({"a": self.rng.gauss(effect, SD)}, self.said(-1), self.said(place))

    def signals(self, commit: str) -> Mapping[str, str]:
        self.n_runs += 1
        return self.said(self.place(commit))

    def place(self, commit: str) -> int:
        place = COMMITS.index(commit)
        if place in self.broken:
            raise UnmeasurableError(f"{commit[:7]} cannot be measured: no such module")
        return place

    def said(self, place: int) -> dict[str, str]:
        return {"a transcripts": "other" if self.words and place >= self.first else "words"}


def search(oracle: Simulated, by: By = "any", n_looks: int = 40) -> tuple[Search, Picture]:
    state, looks = Search(COMMITS), iter(range(n_looks))
    has_time = lambda: next(looks, None) is not None  # noqa: E731
    return state, bisect(state, oracle, by=by, has_time=has_time, tell=lambda *_: None)


def test_a_slow_down_is_named_right_nine_times_in_ten() -> None:
    draws = random.Random(5)
    right = sure = 0
    for seed in range(60):
        oracle = Simulated(first := draws.randrange(16), seed=seed)
        _, picture = search(oracle)
        sure += picture.is_sure
        right += picture.suspect == first
        assert oracle.n_forks <= 25
    assert sure >= 57
    assert right >= 54


def test_a_change_of_words_is_named_always_in_few_runs() -> None:
    for first in range(16):
        oracle = Simulated(first, effect=0.0, words=True)
        _, picture = search(oracle)
        assert (picture.by, picture.suspect, picture.is_sure) == ("exact", first, True)
        assert (oracle.n_forks, oracle.n_runs <= 4) == (2, True)


def test_commits_that_cannot_be_measured_are_skipped() -> None:
    state, picture = search(Simulated(9, words=True, broken=frozenset({7, 8, 3})))
    assert picture.probabilities[7:10] == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert not picture.is_sure
    assert {COMMITS.index(commit) for commit in state.skipped} >= {7, 8}
    said = conclusion(state, picture, {})
    assert "not settled: one of 3 commits; run the same command again to go on" in said


def test_a_skipped_neighbour_does_not_hide_a_slow_down_elsewhere() -> None:
    _, picture = search(Simulated(4, broken=frozenset({7})))
    assert picture.is_sure
    assert picture.suspect == 4


def test_a_search_goes_on_where_it_stopped() -> None:
    oracle = Simulated(11, words=True)
    state, first = search(oracle, n_looks=2)
    assert not first.is_sure
    again = Simulated(11, words=True)
    picture = bisect(state, again, by="any", has_time=lambda: True, tell=lambda *_: None)
    assert picture.suspect == 11
    assert again.n_forks == 0


def test_signals_that_a_commit_does_not_repeat_are_none() -> None:
    state = Search(COMMITS)
    for words in ("one", "two"):
        state.note(state.bad, Look({"a": 0.0}, {"x": "same"}, {"x": words}))
    assert state.changed_signals(state.bad) == []


def test_ends_that_do_not_differ_are_one_message() -> None:
    with pytest.raises(AbError, match="does not differ from the good commit in 12 forks"):
        search(Simulated(16), n_looks=100)


def test_time_can_be_asked_for_although_words_differ() -> None:
    _, picture = search(Simulated(6, words=True), by="time")
    assert (picture.by, picture.suspect) == ("time", 6)


def test_a_look_multiplies_the_odds_by_its_likelihood_ratio() -> None:
    # One look at place 1 of 3, halfway between 0 and the effect, tells nothing.
    assert posterior(3, {1: [0.1]}, 0.2, (0.05, 4)) == pytest.approx([1 / 3] * 3)
    # At the effect itself: z is 0 against 4, so (1 + 16 / 4) ** 2.5 to one for either of the first two.
    odds = 5**2.5
    whole = 2 * odds + 1
    assert posterior(3, {1: [0.2]}, 0.2, (0.05, 4)) == pytest.approx([odds / whole, odds / whole, 1 / whole])


def test_the_next_look_halves_what_is_left() -> None:
    assert next_look([0.25] * 4, set()) == 1
    assert next_look([0.25] * 4, {1}) in (0, 2)
    assert next_look([0.0, 0.0, 1.0], set()) is None


def test_bars_leave_out_what_is_next_to_nothing() -> None:
    assert bars([0.0, 0.5, 1.0]) == "·▅█"
