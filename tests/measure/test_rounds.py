"""Rounds around a fake transcriber, on a clock that is moved by hand."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import sleep

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_harness.corpora.base import Utterance
from asr_harness.devices.instruments.clock import MarkingClock
from asr_harness.errors import ModelError
from asr_harness.measure import transcribe
from asr_harness.measure.rounds import MAX_ROUNDS, MIN_ROUNDS, Counts, SliceRunner, planned_rounds
from asr_harness.schema.audio import Samples
from asr_harness.systems import System
from asr_harness.systems.base import StageContext, Transcription, untimed


class HandClock(MarkingClock[float]):
    """Time passes only where a test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.time_s = 0.0
        self.n_synchronised = 0

    def synchronise(self) -> None:
        self.n_synchronised += 1

    def now(self) -> float:
        return self.time_s

    def seconds(self, earlier: float, later: float) -> float:
        return later - earlier


class SlowTranscriber(System):
    """Takes 1 s to preprocess, 2 s to encode, and to decode 4 s with another encoder pass of 8 s inside."""

    def __init__(self, clock: HandClock) -> None:
        self.stage: StageContext = untimed
        self._clock = clock
        self.batches: list[int] = []

    def preprocess(self, audio: Sequence[Samples]) -> Sequence[Samples]:
        self._clock.time_s += 1
        self.batches.append(len(audio))
        return audio

    def encode(self, features: Sequence[Samples]) -> Sequence[Samples]:
        self._clock.time_s += 2
        return features

    def decode(self, encoded: Sequence[Samples]) -> Transcription:
        self._clock.time_s += 3
        with self.stage("encode"):
            self._clock.time_s += 8
        self._clock.time_s += 1
        return Transcription(tuple(str(len(samples)) for samples in encoded))


def utterances(*lengths: int) -> tuple[Utterance, ...]:
    return tuple(
        Utterance(f"u{i}", "talk", "speaker", 0.0, 1.0, "", np.zeros(length, np.float32))
        for i, length in enumerate(lengths)
    )


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def runner(clock: HandClock) -> SliceRunner:
    batches = (utterances(10, 20), utterances(30))
    return SliceRunner(SlowTranscriber(clock), batches, clock, calibration=lambda: 0.04)


class Scaling(SlowTranscriber):
    """Works in place on its audio, as Kaldi's features want 16-bit scale."""

    def preprocess(self, audio: Sequence[Samples]) -> Sequence[Samples]:
        for samples in audio:
            samples[:] = 32768 * samples
        return audio


class Forgetful(SlowTranscriber):
    """Gives back one text too few."""

    def decode(self, encoded: Sequence[Samples]) -> Transcription:
        return Transcription(super().decode(encoded).texts[1:])


def test_a_transcriber_that_writes_to_its_audio_writes_to_nobody_elses(clock: HandClock) -> None:
    batch = (Utterance("u", "talk", "speaker", 0.0, 1.0, "", np.ones(4, np.float32)),)
    batch[0].samples.setflags(write=False)
    runner = SliceRunner(Scaling(clock), (batch,), clock, calibration=lambda: 0.04)
    runner.warm_up()
    runner.run_round()
    assert batch[0].samples.tolist() == [1.0] * 4


def test_what_is_no_transcription_is_refused_in_warming_up_and_in_rounds(clock: HandClock) -> None:
    runner = SliceRunner(Forgetful(clock), (utterances(10, 20),), clock, calibration=lambda: 0.04)
    for run in (runner.warm_up, runner.run_round):
        with pytest.raises(ModelError, match=r"test_rounds.py:Forgetful.decode returned 1 text for 2 rec"):
            run()


def test_checking_what_came_back_takes_no_time_of_a_stage(
    runner: SliceRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(answer: Transcription, *_: object) -> Transcription:
        sleep(0.2)
        return answer

    monkeypatch.setattr("asr_harness.measure.rounds.checked", slow)
    runner.run_round()
    assert runner.rounds[0].latency_s < 0.2
    assert sum(runner.rounds[0].stage_s.values()) == 30.0


def test_time_in_a_nested_stage_belongs_to_the_inner_one(runner: SliceRunner) -> None:
    runner.run_round()
    assert runner.rounds[0].stage_s == {"preprocess": 2.0, "encode": 20.0, "decode": 8.0}


def test_the_device_is_synchronised_only_around_each_batch(runner: SliceRunner, clock: HandClock) -> None:
    runner.run_round()
    assert clock.n_synchronised == 2 * 2


def test_every_batch_of_a_round_has_its_latency(runner: SliceRunner) -> None:
    runner.run_round()
    latencies_s = runner.rounds[0].batch_latency_s
    assert len(latencies_s) == 2
    assert runner.rounds[0].latency_s == sum(latencies_s)


def test_the_warm_up_is_not_a_round(runner: SliceRunner) -> None:
    runner.warm_up()
    assert runner.rounds == []


def test_the_warm_up_counts_nothing_for_a_transcriber_that_records_no_passes(
    runner: SliceRunner,
) -> None:
    warm_up = runner.warm_up()
    # Two batches, and the transcriber enters `encode` once more in each.
    calls = {"preprocess": 2, "encode": 4, "decode": 2}
    assert warm_up.counts == Counts(passes=None, operators=None, calls=calls)
    assert warm_up.duration_s > 0.04


def test_the_calibration_stands_beside_its_round(runner: SliceRunner) -> None:
    runner.calibrate()
    runner.run_round()
    assert runner.rounds[0].calibration_s == 0.04


def test_a_clock_that_starts_anew_forgets_the_batch_before(clock: HandClock) -> None:
    clock.start()
    with clock.stage("decode"):
        clock.time_s += 5
    clock.start()
    with clock.stage("encode"):
        clock.time_s += 1
    assert clock.stop()[1] == {"preprocess": 0.0, "encode": 1.0, "decode": 0.0}


def test_a_stage_that_fails_does_not_stay_on_the_clock(clock: HandClock) -> None:
    clock.start()
    with pytest.raises(MemoryError), clock.stage("encode"):
        raise MemoryError
    clock.time_s += 9
    assert clock.stop()[1]["encode"] == 0.0


def test_a_transcriber_that_reenters_its_encoder_is_handed_the_clock(clock: HandClock) -> None:
    names: list[str] = []

    @contextmanager
    def stage(name: str) -> Iterator[None]:
        names.append(name)
        yield

    transcribe(SlowTranscriber(clock), [np.zeros(3, np.float32)], stage)
    assert names == ["preprocess", "encode", "decode", "encode"]


@given(warm_up_s=st.floats(1e-4, 1e4), budget_s=st.floats(1e-3, 1e5))
def test_rounds_fill_the_budget_within_their_limits(warm_up_s: float, budget_s: float) -> None:
    n_rounds = planned_rounds(warm_up_s, budget_s)
    assert MIN_ROUNDS <= n_rounds <= MAX_ROUNDS
    if MIN_ROUNDS < n_rounds < MAX_ROUNDS:
        assert budget_s <= n_rounds * warm_up_s < budget_s + 2 * warm_up_s
