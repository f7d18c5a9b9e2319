"""Fixed and marginal costs from cases on known lines."""

import pytest

from asr_harness.report.scaling import latency_laws, memory_laws
from tests.report.hand_made import cases


def test_latency_is_fixed_plus_marginal_per_second_of_audio() -> None:
    rows = [{"bucket": b, "latency_s": 0.2 + 0.1 * s} for b, s in (("5s", 5), ("15s", 15), ("30s", 30))]
    (law,) = latency_laws(cases(rows))
    assert law.held == "batch size 1"
    assert (law.line.intercept, law.line.slope) == pytest.approx((0.2, 0.1))


def test_memory_is_fixed_plus_marginal_per_utterance_of_a_batch() -> None:
    rows = [{"batch_size": n, "memory_bytes": 2**20 * (100 + 7 * n)} for n in (1, 4, 8)]
    (law,) = memory_laws(cases(rows))
    assert law.held == "5s"
    assert (law.line.intercept, law.line.slope) == pytest.approx((100, 7))


def test_two_batch_sizes_make_no_law() -> None:
    assert memory_laws(cases([{"batch_size": n, "memory_bytes": 1.0} for n in (1, 4)])) == ()


def test_cells_of_several_machines_make_no_law_together() -> None:
    rows = [{"batch_size": n, "memory_bytes": 1.0, "environment": str(n)} for n in (1, 4, 8)]
    assert memory_laws(cases(rows)) == ()
