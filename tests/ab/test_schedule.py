from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from asr_harness.ab import schedule


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
    alone, among_two = (schedule.turn_time_s(300.0, n_cases) for n_cases in (1, 2))
    assert (alone, among_two) == (schedule.TURN_TIME_S, schedule.TURN_TIME_S)
    short, short_of_two = (schedule.turn_time_s(120.0, n_cases) for n_cases in (1, 2))
    assert short == 2 * short_of_two < schedule.TURN_TIME_S
    assert schedule.N_RESTARTS * (short + schedule.STARTUP_S) <= 120
    assert schedule.turn_time_s(10.0, 8) == 0


def test_pairs_fill_the_time_within_bounds() -> None:
    assert schedule.n_pairs(0.5, 10.0) == 10
    assert schedule.n_pairs(0.1, 10.0) == 50
    assert schedule.n_pairs(60.0, 10.0) == schedule.MIN_PAIRS
    assert schedule.n_pairs(0.001, 10.0) == schedule.MAX_PAIRS
