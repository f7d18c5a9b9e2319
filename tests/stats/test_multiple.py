"""One false-alarm rate for many tests, by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_harness.stats import holm, shared_out

SHARES = {"headline": 0.2, "detail": 0.3, "quality": 0.5}


def test_holm_steps_down_as_by_hand() -> None:
    assert holm((0.01, 0.04, 0.03, 0.005)) == pytest.approx((0.03, 0.06, 0.06, 0.02))


def test_holm_of_nothing_is_nothing() -> None:
    assert holm(()) == ()


@given(st.lists(st.floats(0, 1), max_size=20))
def test_holm_keeps_the_order_and_never_lowers_a_p_value(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    assert all(after >= before for before, after in zip(p_values, adjusted, strict=True))
    ranked = sorted(range(len(p_values)), key=p_values.__getitem__)
    assert [adjusted[i] for i in ranked] == sorted(adjusted)


def test_what_the_absent_would_have_is_shared_out_among_the_present() -> None:
    # Of 0.2 and 0.3 together 0.5: two fifths and three fifths of a hundredth.
    assert shared_out(0.01, SHARES, {"headline", "detail"}) == pytest.approx(
        {"headline": 0.004, "detail": 0.006}
    )


def test_one_family_alone_has_the_whole_rate() -> None:
    assert shared_out(0.01, SHARES, ["quality"]) == {"quality": 0.01}


def test_where_nothing_is_present_nothing_is_shared_out() -> None:
    assert shared_out(0.01, SHARES, ()) == {}


@given(st.sets(st.sampled_from(sorted(SHARES)), min_size=1))
def test_all_shares_add_up_to_alpha(present: set[str]) -> None:
    assert sum(shared_out(0.01, SHARES, present).values()) == pytest.approx(0.01)
