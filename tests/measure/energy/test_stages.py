from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asr_harness import systems
from asr_harness.devices.energy.rapl import open_energy_counter
from asr_harness.measure.energy import measure_stages, slice_workload, stage_workloads
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
