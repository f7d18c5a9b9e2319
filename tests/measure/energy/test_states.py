from asr_harness.measure.energy.states import savable


def test_lists_become_tuples_as_they_are_read_back() -> None:
    assert savable({"foreign_pids": [3, 4]}) == {"foreign_pids": (3, 4)}


def test_a_number_that_json_has_not_is_unknown() -> None:
    assert savable({"power_limit_w": float("inf"), "clock": 1.5}) == {"power_limit_w": None, "clock": 1.5}


def test_anything_else_is_text() -> None:
    assert savable({"kind": {"a": 1}, "throttled": True}) == {"kind": "{'a': 1}", "throttled": True}
