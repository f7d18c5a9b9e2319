"""Steps of a series, by hand and on seeded noise."""

import random

import pytest

from asr_harness.stats.steps import best_cut, find_steps, squares_about_steps


def noisy(levels: list[float], sd: float = 0.03, seed: int = 1) -> list[float]:
    rng = random.Random(seed)
    return [level + rng.gauss(0.0, sd) for level in levels]


def test_the_place_has_the_least_squares_about_both_levels() -> None:
    values = [0.0, 1.0, 0.5, 4.0, 5.0, 4.5, 4.5]
    # About 0.5: 0.25 + 0.25; about 4.5: 0.25 + 0.25.
    assert squares_about_steps(values, [3]) == pytest.approx(1.0)
    place, p = best_cut(values) or (0, 1.0)
    # t = 4 / sqrt(1 / 5 * (1 / 3 + 1 / 4)) = 11.71 at 5 df, at two places.
    assert place == 3
    assert p == pytest.approx(2 * 7.983e-5, rel=1e-3)


def test_fewer_than_three_a_side_are_no_step() -> None:
    assert best_cut([0.0, 0.0, 5.0, 5.0, 5.0]) is None


def test_two_steps_have_their_places_and_sizes() -> None:
    steps = find_steps(noisy([0.0] * 10 + [0.2] * 10 + [0.05] * 10), 0.003)
    assert [step.place for step in steps] == [10, 20]
    assert [step.effect for step in steps] == pytest.approx([0.2, -0.15], abs=0.04)


def test_a_range_holds_the_step_and_is_wider_where_noise_is_larger() -> None:
    sharp, blurred = (find_steps(noisy([0.0] * 15 + [0.1] * 15, sd, 6), 0.003)[0] for sd in (0.01, 0.05))
    assert (sharp.first, sharp.last) == (15, 15)
    assert blurred.first <= 15 <= blurred.last
    assert blurred.last > blurred.first


def test_an_exact_step_is_certain_and_equal_values_are_none() -> None:
    assert find_steps([1.0] * 3 + [2.0] * 3, 0.003)[0].p == 0.0
    assert find_steps([1.0] * 10, 0.003) == []


def test_an_outlier_alone_is_no_step() -> None:
    assert find_steps([*noisy([0.0] * 14), 1.0, *noisy([0.0] * 15, seed=2)], 0.003) == []


def test_a_spell_that_came_and_went_is_two_steps() -> None:
    assert [step.place for step in find_steps(noisy([0.0] * 8 + [0.2] * 8 + [0.0] * 8), 0.003)] == [8, 16]
