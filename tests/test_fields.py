"""What users write in a grid is checked where it is written."""

import pytest

from asr_harness.errors import GridError
from asr_harness.grid import Grid, Profile


@pytest.mark.parametrize(
    ("named", "message"),
    [
        (
            {"model": ("a",)},
            r"Profile takes no 'model' \(did you mean 'models'\?\); it takes models, devices",
        ),
        (
            {"models": ("a",), "n_utterances": "five"},
            r"Profile\(n_utterances='five'\): .* whole number above 0",
        ),
        ({"models": ("a",), "n_utterances": 0}, r"Profile\(n_utterances=0\)"),
        ({"models": ("a",), "time_s": "10"}, r"Profile\(time_s='10'\): time_s takes seconds above 0"),
        ({"models": ("a",), "time_s": float("nan")}, r"Profile\(time_s=nan\)"),
        ({"models": ("a",), "batch_sizes": (1, "four")}, r"Profile\(batch_sizes=\(1, 'four'\)\)"),
        ({"models": ("a",), "batch_sizes": 4}, r"Profile\(batch_sizes=4\): .* as in \(1, 4\)"),
        ({"models": ("a",), "buckets": ()}, r"Profile\(buckets=\(\)\): .* a tuple with at least one text"),
        ({"models": ("a",), "data": None}, r"Profile\(data=None\): data takes a corpus"),
        ({}, r"Profile\(…\): missing a required argument: 'models'"),
    ],
)
def test_a_wrong_profile_names_the_field_the_value_and_what_it_takes(
    named: dict[str, object], message: str
) -> None:
    with pytest.raises(GridError, match=message):
        Profile(**named)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ({"profile": {}}, r"Grid takes no 'profile' \(did you mean 'profiles'\?\)"),
        ({"models": ("a",)}, r"Grid\(models=\('a',\)\): models takes a source by name"),
        ({"buckets_s": {"5s": (7, 3)}}, r"buckets_s takes two lengths in seconds by name"),
        ({"variants": {"loud": True}}, r"variants takes settings by name"),
        ({"profiles": {"quick": ("a",)}}, r"profiles takes a Profile by name"),
    ],
)
def test_a_wrong_grid_names_the_field_the_value_and_what_it_takes(
    named: dict[str, object], message: str
) -> None:
    with pytest.raises(GridError, match=message):
        Grid(**named)  # type: ignore[arg-type]


def test_lists_and_what_defaults_leave_out_are_taken() -> None:
    profile = Profile(["a"], batch_sizes=[1, 2], time_s=2)  # type: ignore[arg-type]
    assert (profile.models, profile.batch_sizes, profile.data) == (["a"], [1, 2], "embedded")
