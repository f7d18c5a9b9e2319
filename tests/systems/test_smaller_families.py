"""What makes a model smaller, on a tiny dummy of each family: shapes and FLOPs fall, and it still runs."""

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from asr_harness import systems
from asr_harness.errors import UnavailableError
from asr_harness.measure import transcribe
from asr_harness.systems import Pass, Variant
from asr_harness.systems.hf.system import HfSystem
from tests import checkpoints as tiny
from tests import tiny_families
from tests.conftest import noise

LAYERS = ("num_hidden_layers", "encoder_layers", "encoder_num_hidden_layers")
ALL = {
    name: {key: 2 if key in LAYERS else value for key, value in config.items()}
    for name, config in (
        tiny_families.CTC | tiny_families.TRANSDUCERS | tiny_families.ENCODER_DECODERS
    ).items()
}
QUICK = ("wav2vec2-bert", "parakeet_tdt", "moonshine")
"""One of each kind of layout; the others are as slow to make."""


def params(names: Iterable[str]) -> list[ParameterSet]:
    return [pytest.param(name, marks=() if name in QUICK else pytest.mark.heavy) for name in names]


Folders = Callable[[str], Path]
AUDIO = [noise(1.0), noise(0.8, seed=1)]
SMALLER = {"prune50": Variant(prune_encoder=0.5), "half-encoder": Variant(encoder_stride=2)}
pytestmark = [
    pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel:UserWarning"),
    pytest.mark.filterwarnings("ignore:TF32 acceleration on top of oneDNN:UserWarning"),
]


@pytest.fixture(scope="module")
def folder_of(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    """Make a tiny checkpoint of a family, once."""
    made = tmp_path_factory.mktemp("made")
    return cache(lambda name: tiny.save(made / name, ALL[name]))


def load(folder: Path, variant: Variant = systems.BASELINE) -> HfSystem:
    system = systems.load(str(folder), device="cpu", weights="pretrained", variant=variant).system
    assert isinstance(system, HfSystem)
    return system


def encode_flops(system: HfSystem) -> float:
    recording = system.passes_recorded()
    with recording as passes:
        assert len(transcribe(system, AUDIO).texts) == len(AUDIO)
    return sum(system.flops(each) for each in passes if each.stage == "encode")


@pytest.mark.parametrize("name", params(ALL))
def test_a_smaller_encoder_has_fewer_weights_and_flops_and_still_transcribes(
    folder_of: Folders, name: str
) -> None:
    whole = load(folder_of(name))
    n_whole, flops = whole.weights()[0], encode_flops(whole)
    for key, variant in SMALLER.items():
        if (name, key) == ("moonshine", "half-encoder"):
            continue
        smaller = load(folder_of(name), variant)
        assert smaller.weights()[0] < n_whole
        assert encode_flops(smaller) < flops


@pytest.mark.parametrize("name", params(tiny_families.ENCODER_DECODERS))
def test_half_a_decoder_has_fewer_weights_and_flops(folder_of: Folders, name: str) -> None:
    whole, half = load(folder_of(name)), load(folder_of(name), Variant(decoder_stride=2))
    step = Pass("step", 1, 1, 5, n_states=4)
    assert half.weights()[0] < whole.weights()[0]
    assert half.flops(step) < whole.flops(step)
    assert transcribe(half, AUDIO).texts


def test_an_encoder_that_the_decoders_cache_is_counted_by_keeps_its_layers(folder_of: Folders) -> None:
    with pytest.raises(UnavailableError, match="encoder_stride"):
        load(folder_of("moonshine"), SMALLER["half-encoder"])


def test_a_transducer_has_no_decoder_layers_to_leave_out(folder_of: Folders) -> None:
    with pytest.raises(UnavailableError, match="decoder_stride"):
        load(folder_of("parakeet_tdt"), Variant(decoder_stride=2))
