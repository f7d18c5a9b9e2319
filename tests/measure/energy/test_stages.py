from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from asr_harness import systems
from asr_harness.devices.energy.rapl import open_energy_counter
from asr_harness.errors import MeterError
from asr_harness.measure.energy import measure_stages, slice_workload, stage_workloads
from asr_harness.measure.energy.inputs import alike
from asr_harness.schema.audio import Samples
from asr_harness.systems import System, Variant
from asr_harness.systems.base import Transcription
from tests.conftest import noise
from tests.devices.fake_power import FakeMachine, constant
from tests.devices.fake_powercap import FakePowercap

BATCHES = [[np.zeros(16, np.float32)], [np.ones(16, np.float32)]]


class FakeTranscriber(System):
    """Notes what it is asked, and takes 10, 30 and 60 ms for its stages."""

    def __init__(self, machine: FakeMachine) -> None:
        self.calls: list[str] = []
        self._works = {name: machine.work_for(s) for name, s in zip("ped", (0.01, 0.03, 0.06), strict=True)}

    def preprocess(self, audio: Sequence[Samples]) -> float:
        self._do("p")
        return float(audio[0][0])

    def encode(self, features: float) -> float:
        self._do("e")
        return features

    def decode(self, encoded: float) -> Transcription:
        self._do("d")
        return Transcription((str(encoded),))

    def _do(self, name: str) -> None:
        self.calls.append(name)
        self._works[name]()


def test_the_work_of_a_slice_takes_each_batch_through_all_stages() -> None:
    transcriber = FakeTranscriber(FakeMachine(constant))
    slice_workload(transcriber, BATCHES)()
    assert "".join(transcriber.calls) == "pedped"


@pytest.mark.parametrize(("stage", "calls"), [("preprocess", "pp"), ("encode", "ee"), ("decode", "dd")])
def test_a_stage_runs_alone_on_prepared_inputs(stage: str, calls: str) -> None:
    transcriber = FakeTranscriber(FakeMachine(constant))
    works = stage_workloads(transcriber, BATCHES)
    transcriber.calls.clear()
    {str(name): work for name, work in works.items()}[stage]()
    assert "".join(transcriber.calls) == calls


def test_each_stage_gets_its_own_joules(tmp_path_factory: pytest.TempPathFactory) -> None:
    machine = FakeMachine(constant)
    tree = FakePowercap(tmp_path_factory.mktemp("powercap"), machine)
    figures = measure_stages(
        stage_workloads(FakeTranscriber(machine), BATCHES),
        open_energy_counter(tree.root),
        synchronise=lambda: None,
        clock=machine.clock,
        sleep=machine.sleep,
        polling=machine.polling,
        n_trials=2,
        min_s=1.0,
        min_steps=10,
    )
    # Two batches at 150 W: 20, 60 and 120 ms.
    assert [figure.gross_j for figure in figures.values()] == pytest.approx([3.0, 9.0, 18.0], rel=0.02)


@pytest.mark.parametrize(("beams", "audio_s"), [(3, 5), (1, 40)])
def test_decode_can_be_repeated_on_what_was_encoded_once(hub_cache: Path, beams: int, audio_s: float) -> None:
    loaded = systems.load(
        "someone/whisper-tiny-test",
        device="cpu",
        weights="pretrained",
        variant=Variant(max_new_tokens=6, beams=beams),
    )
    heard: list[tuple[str, ...]] = []
    decode = loaded.system.decode

    class Noting(System):
        preprocess = staticmethod(loaded.system.preprocess)
        encode = staticmethod(loaded.system.encode)

        def decode(self, encoded: Any) -> Transcription:
            transcription = decode(encoded)
            heard.append(transcription.texts)
            return transcription

    work = stage_workloads(Noting(), [[noise(audio_s), noise(3)]])["decode"]
    work()
    work()
    assert heard[0] == heard[1]
    assert len(heard[0]) == 2


class Spoiler(System):
    """Scales what it is given in place, as Kaldi's features do, and notes what it was given."""

    def __init__(self) -> None:
        self.seen: list[float] = []

    def preprocess(self, audio: Sequence[Samples]) -> Any:
        return {"audio": [samples + 1 for samples in audio]}

    def encode(self, features: Any) -> Any:
        self.seen.append(float(features["audio"][0][0]))
        features["audio"][0] *= 2
        return torch.tensor([1.0, float("nan")])

    def decode(self, encoded: Any) -> Transcription:
        self.seen.append(float(encoded[0]))
        encoded += 1
        return Transcription(("",))


def test_a_stage_that_writes_to_its_input_finds_it_as_it_was() -> None:
    system = Spoiler()
    works = stage_workloads(system, BATCHES)
    for stage in ("encode", "decode"):
        system.seen.clear()
        for _ in range(3):
            works[stage]()
        assert system.seen == ([1.0, 2.0] if stage == "encode" else [1.0, 1.0]) * 3


def test_what_is_handed_on_as_it_is_costs_no_copies() -> None:
    given = []

    class Reader(FakeTranscriber):
        def preprocess(self, audio: Sequence[Samples]) -> Any:
            return audio[0]

        def encode(self, features: Any) -> Any:
            given.append(features)
            return features

    works = stage_workloads(Reader(FakeMachine(constant)), BATCHES)
    given.clear()
    works["encode"]()
    works["encode"]()
    assert given[0] is given[2]
    assert given[1] is given[3]


def test_a_stage_that_hands_on_what_is_used_up_cannot_be_looped() -> None:
    class Lazy(FakeTranscriber):
        def preprocess(self, audio: Sequence[Samples]) -> Any:
            return (samples for samples in audio)

        def encode(self, features: Any) -> Any:
            return list(features)

    with pytest.raises(MeterError, match="hand on a list"):
        stage_workloads(Lazy(FakeMachine(constant)), BATCHES)


@pytest.mark.parametrize(
    ("one", "other", "is_alike"),
    [
        (np.array([1.0, np.nan]), np.array([1.0, np.nan]), True),
        (torch.tensor([1.0]), torch.tensor([2.0]), False),
        ({"a": [1]}, {"a": [2]}, False),
        ({"a": 1}, {"b": 1}, False),
        (np.zeros(2), np.zeros(3), False),
        (1, 1.0, False),
    ],
)
def test_values_are_compared_by_what_they_hold(one: Any, other: Any, is_alike: bool) -> None:
    assert alike(one, other) is is_alike
