from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_harness.ab import schedule
from asr_harness.ab.estimate import Pairs


def test_turns_go_a_b_b_a() -> None:
    taken = list(schedule.turns(4, "base"))
    assert "".join(side[0] for side in taken) == "bccbbccb"


@given(st.integers(1, 40), st.sampled_from(schedule.SIDES))
def test_every_pair_has_both_sides(n_pairs: int, first: schedule.Side) -> None:
    taken = list(schedule.turns(n_pairs, first))
    assert all({*taken[i : i + 2]} == {*schedule.SIDES} for i in range(0, 2 * n_pairs, 2))


@given(st.integers())
def test_of_two_restarts_each_side_starts_one(seed: int) -> None:
    firsts = [order[0] for order in islice(schedule.start_orders(seed), 10)]
    assert all({*firsts[i : i + 2]} == {*schedule.SIDES} for i in range(0, 10, 2))


def test_which_side_begins_is_random_and_repeats_with_the_seed() -> None:
    begins = {seed: next(schedule.start_orders(seed)) for seed in range(20)}
    assert {order[0] for order in begins.values()} == {*schedule.SIDES}
    assert begins == {seed: next(schedule.start_orders(seed)) for seed in range(20)}


def test_the_budget_is_shared_among_restarts_and_cases() -> None:
    long, short, tiny = (schedule.Pace(budget_s) for budget_s in (300.0, 120.0, 10.0))
    assert [long.turn_time_s(n_cases) for n_cases in (1, 2)] == [schedule.TURN_TIME_S] * 2
    assert short.turn_time_s(1) == 2 * short.turn_time_s(2) < schedule.TURN_TIME_S
    assert schedule.N_FORKS * short.fork_s(1) <= 120
    assert tiny.turn_time_s(8) == 0


def test_a_first_restart_that_took_longer_shortens_the_next_ones() -> None:
    pace = schedule.Pace(360.0)
    before_s = pace.turn_time_s(4)
    pace.learn(fork_s=90.0, rounds_s=60.0)
    assert pace.turn_time_s(4) < before_s
    assert pace.fork_s(4) == pytest.approx(0.95 * (360 - 90) / (schedule.N_FORKS - 1))
    assert pace.n_forks(4) == schedule.N_FORKS


def test_rounds_that_are_the_fewest_already_cannot_be_shortened() -> None:
    pace = schedule.Pace(360.0)
    pace.learn(fork_s=90.0, rounds_s=60.0, least_s=60.0)
    assert pace.fork_s(4) == 90.0
    assert pace.n_forks(4) == 4


def test_a_turn_time_of_the_users_own_is_kept() -> None:
    pace = schedule.Pace(100.0, fixed_s=2.0)
    pace.learn(fork_s=20.0, rounds_s=4.0)
    assert pace.turn_time_s(2) == 2.0
    assert pace.n_forks(2) == 1 + 4  # 80 s left, 16 s beside 2 · 2 s of rounds


def test_pairs_fill_the_time_within_bounds() -> None:
    assert schedule.n_pairs(0.5, 10.0) == 10
    assert schedule.n_pairs(0.1, 10.0) == 50
    assert schedule.n_pairs(60.0, 10.0) == schedule.MIN_PAIRS
    assert schedule.n_pairs(0.001, 10.0) == schedule.MAX_PAIRS


def test_forks_that_start_in_another_way_are_planned_by_the_first_of_them() -> None:
    pace = schedule.Pace(100.0, 2.0)
    pace.learn(fork_s=30.0, rounds_s=2.0)
    pace.learn(fork_s=12.0, rounds_s=2.0, once_s=10.0)
    assert pace.fork_s(1) == 12.0
    assert pace.n_forks(1) == 2 + 4  # 48 s left


def test_as_many_rounds_as_tell_most_in_the_time() -> None:
    # Pairs of 1 s that scatter as forks do, 9 s beside them: n = 1 * sqrt(9 / 1).
    case = Pairs(round_s=0.5, sd=schedule.PROCESS_SD)
    assert schedule.best_time_s([case], startup_s=9.0) == pytest.approx(3.0)
    assert schedule.best_time_s([case, case], startup_s=18.0) == pytest.approx(3.0)
    pace = schedule.Pace(600.0)
    pace.learn(fork_s=21.0, rounds_s=12.0, pairs=[case])
    assert pace.turn_time_s(1) == pytest.approx(3.0)


@given(st.floats(0.001, 0.3), st.floats(0.1, 20), st.floats(0.05, 2))
def test_no_other_number_of_rounds_tells_more(sd: float, startup_s: float, round_s: float) -> None:
    def price(time_s: float) -> float:
        n = time_s / (2 * round_s)
        return (schedule.PROCESS_SD**2 + sd**2 / n) * (startup_s + time_s)

    best_s = schedule.best_time_s([Pairs(round_s, sd)], startup_s)
    assert price(best_s) <= min(price(0.8 * best_s), price(1.25 * best_s)) * (1 + 1e-9)


def test_before_a_fork_is_over_nothing_is_known_of_its_rounds() -> None:
    assert schedule.best_time_s([], 10.0) == float("inf")
