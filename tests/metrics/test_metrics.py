"""Every metric by hand: 4 utterances of 5 s each in batches of one, three rounds of 1, 2 and 4 s."""

from dataclasses import replace
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_harness.measure.error_rate import score
from asr_harness.metrics import all_metrics, by_key
from asr_harness.metrics.base import geometric_mean
from asr_harness.schema import CaseResult, Energy, EnergyMeasurement, Memory, Quality, Start, Utterances
from tests.saved_runs import measured


def result(rounds_s: tuple[float, ...] = (1.0, 2.0, 4.0)) -> CaseResult:
    made = measured(rounds_s=rounds_s, wrong=(0, 1, 0, 3), calibration_s=(0.01, 0.03, 0.02)).result
    assert made is not None
    joules = EnergyMeasurement("nvml", "measured", gross_j=60.0)
    start = Start(load_s=6.0, first_s=1.5, compile_s=20.0, n_compilations=2, n_recompilations=1)
    return replace(made, energy=Energy(joules), memory=Memory(peak_resident_bytes=3e9), start=start)


BY_HAND = {
    "latency": 2.0 / 4,
    "rtf": 2.0 / 20,
    "rtfx": 20 / 2.0,
    "p95": 1.0,  # of 4 requests each of 0.25, 0.5 and 1 s
    "preprocess": 0.1 * 2.0 / 4,
    "encode": 0.4 * 2.0 / 4,
    "decode": 0.5 * 2.0 / 4,
    "time_per_token": 0.5 * 2.0 / 40,
    "load": 6.0,
    "first": 1.5,
    "compile": 20.0,
    "recompilations": 1,
    "energy": 60.0 / 4,
    "memory": 3e9,
    "wer": 4 / 40,
    "cer": 4 / 40,
    "wer_raw": 4 / 40,
    "loops": 0,
    "words_on_silence": None,
    "worst_utterance": 3 / 10,
    "tokens": 40,
    "flops": 2e9 / 4,
    "operators": 301,
    "calls": 12,
    "transcripts": 4,
    "calibration": 0.02,
}


def test_there_is_a_value_by_hand_for_every_metric() -> None:
    assert set(BY_HAND) == {metric.key for metric in all_metrics()}


@pytest.mark.parametrize("key", BY_HAND)
def test_it_is_read_as_by_hand(key: str) -> None:
    assert by_key(key).read(result()) == pytest.approx(BY_HAND[key])


@pytest.mark.parametrize("key", BY_HAND)
def test_the_one_value_of_equal_runs_is_theirs(key: str) -> None:
    assert by_key(key).pooled([result(), result(), result()]) == by_key(key).read(result())


@pytest.mark.parametrize("key", ["latency", "rtf", "rtfx", "time_per_token"])
def test_over_runs_it_is_the_geometric_mean(key: str) -> None:
    quicker = result((0.5, 1.0, 2.0))
    pooled, alone = by_key(key).pooled([result(), quicker]), by_key(key).read(result())
    assert pooled is not None
    assert alone is not None
    assert pooled == pytest.approx(alone * (sqrt(2) if key == "rtfx" else sqrt(0.5)))


@pytest.mark.parametrize(("allocated", "reserved", "expected"), [(1e9, 2e9, 1e9), (None, 2e9, 2e9)])
def test_what_an_accelerator_holds_goes_before_the_process(
    allocated: float | None, reserved: float | None, expected: float
) -> None:
    memory = Memory(peak_resident_bytes=9e9, peak_allocated_bytes=allocated, peak_reserved_bytes=reserved)
    assert by_key("memory").read(replace(result(), memory=memory)) == expected


def test_an_estimate_of_energy_is_read_and_never_judged() -> None:
    estimated = EnergyMeasurement("tdp", "estimated", gross_j=60.0)
    found = replace(result(), energy=Energy(estimated))
    assert by_key("energy").read(found) == 15.0
    assert by_key("energy").judged(found) is None


def test_every_metric_that_is_compared_says_which_way_is_better() -> None:
    better_high = {metric.key for metric in all_metrics() if not metric.lower_is_better}
    assert better_high == {"rtfx"}


def test_what_is_the_same_measurement_or_an_alternative_is_a_metric() -> None:
    for metric in all_metrics():
        for other in (metric.same_as, metric.alternative):
            assert other is None or by_key(other).key == other


@given(value=st.floats(1e-300, 1e300), n=st.integers(1, 9))
def test_the_mean_of_equal_values_is_the_value(value: float, n: int) -> None:
    assert geometric_mean([value] * n) == value


def heard(*texts: str, references: tuple[str, ...]) -> CaseResult:
    quality = Quality(texts, errors=score(references, texts))
    utterances = Utterances(tuple("ab"[: len(texts)]), ("t",) * len(texts), (5.0,) * len(texts))
    return replace(result(), n_utterances=len(texts), quality=quality, utterances=utterances)


def test_words_where_nothing_was_spoken_are_counted_and_silence_heard_as_silence_is_zero() -> None:
    made_up = by_key("words_on_silence")
    assert made_up.read(heard("thank you", "", references=("", ""))) == 2
    assert made_up.read(heard("", "a word", references=("", "a word"))) == 0
    assert made_up.read(heard("a", "a word", references=("a", "a word"))) is None


def test_a_sentence_said_sixteen_times_is_a_loop() -> None:
    loop = "i am not sure about this one " * 16
    assert by_key("loops").read(heard(loop, "so it was", references=("", "so it was"))) == 1


def test_the_worst_utterance_does_not_hide_in_the_mean() -> None:
    result = heard("a b c d", "x x x x", references=("a b c d", "a b"))
    assert by_key("worst_utterance").read(result) == 2.0
