"""What an error of a case makes of it."""

import pytest

from asr_harness.plugin.running import _outcome, _told


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (KeyboardInterrupt(), "interrupted"),
        (pytest.exit.Exception("enough"), "interrupted"),
        (SystemExit(0), "failed"),
        (ValueError("boom"), "failed"),
        (MemoryError(), "oom"),
    ],
)
def test_only_what_ends_the_session_interrupts_a_case(error: BaseException, outcome: str) -> None:
    assert _outcome(error, "cpu") == outcome


def test_an_error_whose_message_fails_is_told_all_the_same() -> None:
    class WordlessError(Exception):
        def __str__(self) -> str:
            raise ValueError

    assert _told(WordlessError()) == "WordlessError: (its message fails with ValueError)"
