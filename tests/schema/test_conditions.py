from asr_harness.schema import SavedPlan
from asr_harness.schema.conditions import Conditions

THEN = Conditions(
    ("a", "b"),
    plan=SavedPlan(buckets_s={"5s": (3.0, 7.0)}, variants={"loud": {"gain": 2}}),
    slices={"5s": "abc"},
    is_dirty=False,
)


def test_alike_conditions_differ_in_nothing() -> None:
    assert THEN.differences(THEN) == ()


def test_each_difference_is_named_with_both_values() -> None:
    now = Conditions(
        ("b", "c"),
        plan=SavedPlan(buckets_s={"5s": (3.0, 8.0)}, variants={"loud": {"gain": 3}}),
        slices={"5s": "abd"},
        is_dirty=True,
    )
    assert THEN.differences(now) == (
        "tests had a, which is gone",
        "tests has c, which is new",
        "slices.5s was 'abc' and is now 'abd'",
        "is_dirty was False and is now True",
        "plan.buckets_s.5s was (3.0, 7.0) and is now (3.0, 8.0)",
        "plan.variants.loud was {'gain': 2} and is now {'gain': 3}",
    )


def test_what_was_not_noted_cannot_differ() -> None:
    assert Conditions(("a", "b")).differences(THEN) == ()


def test_the_order_of_tests_counts() -> None:
    assert Conditions(("b", "a")).differences(THEN) == ("tests are in another order",)


def test_digests_are_alike_only_for_alike_conditions() -> None:
    assert THEN.digest == Conditions(**{name: getattr(THEN, name) for name in THEN.__slots__}).digest
    assert THEN.digest != Conditions(("a", "b")).digest
