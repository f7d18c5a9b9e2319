"""What a suite's CI installs is what wrote the suite, or a comment says what is missing."""

import json
from typing import Any

import pytest

from asr_harness.starter.requirement import requirement


class Installed:
    """A distribution as `importlib.metadata` gives it."""

    version = "0.2.0.dev7"

    def __init__(self, direct: dict[str, Any] | None) -> None:
        self.direct = direct

    def read_text(self, name: str) -> str | None:
        assert name == "direct_url.json"
        return None if self.direct is None else json.dumps(self.direct)


def lines(direct: dict[str, Any] | None) -> list[str]:
    return requirement(Installed(direct)).splitlines()  # type: ignore[arg-type]


def test_what_came_from_an_index_is_pinned() -> None:
    comment, pinned = lines(None)
    assert comment.startswith("# The version that wrote this suite; the index")
    assert pinned == "asr-harness==0.2.0.dev7"


@pytest.mark.parametrize(
    ("direct", "line"),
    [
        (
            {
                "url": "https://git.example/asr",
                "vcs_info": {"vcs": "git", "commit_id": "abc", "requested_revision": "main"},
            },
            "asr-harness @ git+https://git.example/asr@abc",
        ),
        (
            {"url": "https://files.example/a.whl", "archive_info": {}},
            "asr-harness @ https://files.example/a.whl",
        ),
    ],
)
def test_what_came_from_an_address_comes_from_there_again(direct: dict[str, Any], line: str) -> None:
    assert lines(direct) == [line]


@pytest.mark.parametrize(
    ("direct", "way"),
    [
        (
            {"url": "file:///home/me/my%20wheels/asr_harness-0.2.0.whl", "archive_info": {}},
            "./asr_harness-0.2.0.whl",
        ),
        ({"url": "file:///home/me/asr", "dir_info": {"editable": True}}, "./WHEEL"),
    ],
)
def test_what_came_from_this_machine_is_pinned_with_the_way_to_get_it(
    direct: dict[str, Any], way: str
) -> None:
    *comment, pinned = lines(direct)
    assert all(line.startswith("# ") for line in comment)
    assert comment[-1].endswith(f"in the place of the next line: {way}")
    assert "/home/me" not in "".join(comment)
    assert pinned == "asr-harness==0.2.0.dev7"
