"""What is told of a session before it begins."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from asr_harness.corpora import Slice, Utterance
from asr_harness.plugin.preflight import Forecast, corpus_remarks, utterances_taken
from asr_harness.plugin.summary import listing, not_run
from asr_harness.schema import Case

UTTERANCE = Utterance("u", "talk", "speaker", 0.0, 1.0, "", np.ones(4, np.float32))
ALL = Slice("mine", "15s", (UTTERANCE,) * 3, "0" * 64, n_in_bucket=3)
CASES = tuple(Case("m", "cpu", bucket, size, "baseline") for bucket in ("5s", "15s") for size in (1, 2))


def taken(**slices: Slice) -> str | None:
    by_bucket = {"5s": slices["short"], "15s": ALL}
    return utterances_taken(CASES, SimpleNamespace(slice=by_bucket.__getitem__))  # type: ignore[arg-type]


def test_how_much_of_a_bucket_is_heard_is_told_once_and_where_it_is_not_all() -> None:
    assert taken(short=replace(ALL, utterances=(UTTERANCE,) * 8, n_in_bucket=12)) == (
        "utterances heard: 8 of 12 in 5s; --asr-utterances N takes more"
    )


def test_where_all_are_heard_or_nobody_knows_how_many_there_are_nothing_is_told() -> None:
    assert taken(short=ALL) is None
    assert taken(short=replace(ALL, n_in_bucket=None)) is None


def test_the_listing_says_of_how_many_cases_it_knows_no_time() -> None:
    known, unknown = Forecast(CASES[0], time_s=90.0), Forecast(CASES[1])
    absent = Forecast(CASES[2], "unavailable", "no such device")

    def said(*forecasts: Forecast) -> str:
        return next(line for line in listing(forecasts, (), 100) if " to run" in line)

    assert said(unknown, absent) == "1 of 2 cases to run; how long is not known yet"
    assert said(known, unknown, unknown) == (
        "3 of 3 cases to run, roughly 2 min, without 2 cases: how long is not known yet"
    )
    assert said(absent) == "0 of 1 case to run"


def test_what_was_made_of_the_recordings_and_texts_is_told_once() -> None:
    slice_ = replace(ALL, conversion="2 of 2 recordings to mono", wordless="1 of 2 references without a word")
    workbench: Any = SimpleNamespace(slice=lambda _: slice_)
    assert corpus_remarks(CASES, workbench) == [
        "converted: 2 of 2 recordings to mono",
        "1 of 2 references without a word",
    ]
    assert corpus_remarks(CASES, SimpleNamespace(slice=lambda _: ALL)) == []  # type: ignore[arg-type]


def test_a_device_on_which_nothing_ran_comes_with_the_option_that_requires_it() -> None:
    cuda = [Case("m", device, "5s", 1, "baseline") for device in ("cuda:0", "cuda:0", "cpu")]
    outcomes = [(cuda[0], "unavailable"), (cuda[1], "unavailable"), (cuda[2], "measured")]
    assert not_run(outcomes, None) == [  # type: ignore[arg-type]
        "nothing was measured on cuda:0; --asr-require-device cuda:0 makes that a failure"
    ]
    assert not_run(outcomes, "cuda") == []  # type: ignore[arg-type]
    assert not_run([*outcomes, (cuda[1], "oom")], None) == []  # type: ignore[arg-type]
