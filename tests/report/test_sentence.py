"""The sentence that every form begins with."""

from dataclasses import replace

import pytest

from asr_harness.judge import Finding, Judgement
from asr_harness.report import forms
from asr_harness.report.sentence import sentence

MODEL, CASE = "whisper-tiny-cpu-*-baseline", "whisper-tiny-cpu-5s-b1-baseline"
SLOWER = Finding(
    MODEL,
    "latency",
    "regression",
    True,
    0.1,
    0.112,
    0.12,
    0.05,
    0.197,
    details={"rtf_base": 0.02, "rtf_candidate": 0.0224},
)
WER = Finding(CASE, "wer", "unchanged", True, 0.09, 0.091, 0.001, -0.002, 0.004, excluded=0.0038)


def judged(*findings: Finding) -> Judgement:
    return Judgement("a", "b", "run", (5, 5), 0.01, findings)


def test_a_slow_down_is_said_with_size_interval_and_values_before_and_after() -> None:
    assert sentence(judged(SLOWER, WER)) == (
        "REGRESSION: whisper-tiny on cpu is 12.0 % slower (+5.0 to +19.7 %, 100 → 112 ms); WER is unchanged: "
        "9.0 → 9.1 % (+0.10 pt, -0.20 to +0.40) in whisper-tiny on cpu, 5s b1; excluded at 99 %: "
        "a rise of WER above 0.38 points."
    )


def test_what_was_lost_and_what_went_wrong_is_named() -> None:
    lost = Finding(CASE, "outcome", "missing", note="measured → failed: no room")
    wrong = Finding(CASE, "utterances", "regression", note="u3: a loop of 301 words")
    said = sentence(judged(lost, wrong))
    assert "1 case lost, whisper-tiny on cpu, 5s b1 (measured → failed: no room)" in said
    assert "words went wrong in whisper-tiny on cpu, 5s b1 (u3: a loop of 301 words)" in said


def test_what_is_open_says_what_would_decide() -> None:
    said = sentence(judged(replace(SLOWER, verdict="inconclusive", more_units=3)))
    assert said.startswith("UNDECIDED: whether whisper-tiny on cpu is slower is open at +12.0 % (")
    assert "about 3 more runs a side would decide" in said


def test_what_fails_comes_before_what_is_open() -> None:
    worse = replace(
        WER, verdict="regression", effect=0.05, low=0.03, high=0.07, candidate=0.14, excluded=None
    )
    said = sentence(judged(replace(SLOWER, verdict="inconclusive"), worse))
    assert said.startswith("REGRESSION: WER is worse: 9.0 → 14.0 %")
    assert said.index("WER is worse") < said.index("whether whisper-tiny on cpu is slower is open")


def test_green_says_what_is_excluded() -> None:
    green = replace(SLOWER, verdict="unchanged", effect=0.003, low=-0.01, high=0.016, excluded=0.014)
    said = sentence(judged(green, WER))
    assert said.startswith("NO REGRESSION: latency is unchanged, at most in whisper-tiny on cpu: +0.3 %")
    assert "excluded at 99 %: a slow-down above 1.4 %, a rise of WER above 0.38 points" in said


@pytest.mark.parametrize("form", ["table", "full", "markdown", "github", "junit", "json"])
def test_every_form_begins_with_the_sentence_and_has_both_values(form: str) -> None:
    text = " ".join(forms.render(form, judged(SLOWER, WER), 200).split())
    start = text.index("REGRESSION: whisper-tiny on cpu is 12.0 ")
    assert start < 300
    assert "0.112" in text if form == "json" else "100 → 112 ms" in text[start + 90 :]
