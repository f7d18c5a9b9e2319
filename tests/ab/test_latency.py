"""How the false-alarm rate is shared out among what forks are judged by."""

import pytest
from asr_harness.ab.latency import shares_of_alpha


@pytest.mark.parametrize(
    ("present", "latency"),
    [
        ({"stages", "rest"}, 0.008),
        ({"stages", "rest", "together"}, 0.006),
        ({"stages", "rest", "quality"}, 0.004),
        ({"stages", "rest", "together", "quality"}, 0.002),
    ],
    ids=["a case alone", "several cases", "transcripts differ", "both"],
)
def test_the_latency_of_single_cases_has_what_others_leave(present: set[str], latency: float) -> None:
    alphas = shares_of_alpha(0.01, present)
    assert alphas["latency"] == pytest.approx(latency)
    assert sum(alphas.values()) == pytest.approx(0.01)
    assert (alphas["stages"], alphas["rest"]) == pytest.approx((0.001, 0.001))
    assert alphas.keys() == {*present, "latency"}
