"""Settings of a session, from the command line or from pytest's settings, are refused by their name."""

from typing import Any

import pytest

from asr_harness.plugin import options


class Config:
    """A session's options and settings, by the names that pytest has them under."""

    def __init__(self, settings: dict[str, Any], **given: Any) -> None:
        self.settings, self.given = settings, given

    def getoption(self, name: str) -> Any:
        return self.given.get(name)

    def getini(self, name: str) -> Any:
        value = self.settings[name]
        if isinstance(value, Exception):
            raise value
        return value


def test_a_wrong_number_names_the_option_or_the_setting_that_it_stands_in() -> None:
    with pytest.raises(pytest.UsageError, match=r"--asr-utterances 'five' is no whole number above 0"):
        options.number(Config({}, asr_utterances="five"), "utterances", int)  # type: ignore[arg-type]
    with pytest.raises(
        pytest.UsageError, match=r"--asr-time 'x' \(asr_time of pytest's settings\) is no number"
    ):
        options.number(Config({"asr_time": "x"}), "time", float)  # type: ignore[arg-type]


def test_a_flag_that_is_neither_names_its_setting() -> None:
    config = Config({"asr_quiet": ValueError("invalid truth value 'maybe'")})
    with pytest.raises(
        pytest.UsageError, match=r"asr_quiet of pytest's settings: .*'maybe'; write true or false"
    ):
        options.flag(config, "quiet")  # type: ignore[arg-type]
