"""Colour of verdicts: where it is wanted, and nowhere else."""

import sys

import pytest

from asr_harness.cli._colour import GREEN, RED, RESET, painted

TEXT = """REGRESSION: a regression in latency.
  latency    regression  +9.0 %
  encode   (regression)  +9.0 %
  wer         unchanged"""
PAINTED = f"""{RED}REGRESSION{RESET}: a regression in latency.
  latency    {RED}regression{RESET}  +9.0 %
  encode   (regression)  +9.0 %
  wer         {GREEN}unchanged{RESET}"""


def test_a_verdict_that_counts_and_the_ending_have_colours() -> None:
    assert painted(TEXT, "yes") == PAINTED
    assert painted(TEXT, "no") == TEXT


@pytest.mark.parametrize(
    ("is_terminal", "variables", "expected"),
    [
        (True, {}, PAINTED),
        (False, {}, TEXT),
        (True, {"NO_COLOR": "1"}, TEXT),
        (True, {"NO_COLOR": ""}, PAINTED),
        (True, {"TERM": "dumb"}, TEXT),
        (False, {"FORCE_COLOR": "1"}, PAINTED),
        (False, {"FORCE_COLOR": ""}, TEXT),
        (True, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, TEXT),
    ],
)
def test_only_a_terminal_without_no_color_has_them_by_itself(
    is_terminal: bool, variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal)
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert painted(TEXT, "auto") == expected
