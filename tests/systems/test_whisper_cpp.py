"""whisper.cpp on a tiny ggml file: its stages, windows and tokens; and how such a file is come by."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from asr_harness import systems
from asr_harness.errors import ModelError, UnavailableError
from asr_harness.measure import transcribe
from asr_harness.systems import System, runtime
from asr_harness.systems.base import untimed
from asr_harness.systems.runtimes import ggml
from tests.conftest import noise
from tests.embedded_transcripts import load
from tests.systems import tiny_ggml

MINI = "asr-harness/whisper-mini"
pytestmark = pytest.mark.skipif(
    not all(runtime.known()["whisper-cpp"].versions.values()), reason="pywhispercpp is not installed"
)

CONVERTER = """
import json, pathlib, sys
import numpy as np
model, repository, target = map(pathlib.Path, sys.argv[1:])
json.loads((model / "added_tokens.json").read_text())
filters = np.load(repository / "whisper/assets/mel_filters.npz")["mel_80"]
(target / "ggml-model.bin").write_text(f"{filters.shape} {sorted(file.name for file in model.iterdir())}")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_ggml.save(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def system(folder: Path) -> System:
    return load(f"whisper-cpp:{folder}")


def test_features_and_encoder_are_timed_inside_decode(system: System) -> None:
    marks: list[str] = []

    @contextmanager
    def stage(name: str) -> Iterator[None]:
        marks.append(f"+{name}")
        yield
        marks.append(f"-{name}")

    answer = transcribe(system, [noise(2.0)], stage)  # type: ignore[arg-type]
    system.stage = untimed
    assert marks == [
        "+preprocess", "-preprocess", "+encode", "-encode",
        "+decode", "+preprocess", "-preprocess", "+encode", "-encode", "-decode",
    ]  # fmt: skip
    assert answer.processed_s == 30.0


def test_recordings_follow_each_other_and_longer_ones_take_several_windows(system: System) -> None:
    answer = transcribe(system, [noise(2.0), noise(31.0)])
    assert len(answer.texts) == len(answer.n_tokens or ()) == 2
    assert min(answer.n_tokens or (0,)) > 0
    assert answer.processed_s is not None
    assert answer.processed_s >= 90.0


def test_it_decodes_the_same_again_with_beams_too(folder: Path, system: System) -> None:
    audio = [noise(3.0)]
    assert transcribe(system, audio) == transcribe(system, audio)
    beams = load(f"whisper-cpp:{folder}", beams=2)
    assert len(transcribe(beams, audio).texts) == 1
    assert beams.decoding != system.decoding


def test_a_given_file_is_what_the_weights_are_known_by(folder: Path, system: System) -> None:
    assert (system.weights_fingerprint or "").startswith("ggml-")
    assert system.dtype == "float16"
    n_parameters, n_bytes = system.weights() or (0, 0)
    assert n_bytes == (folder / ggml.GGML).stat().st_size > n_parameters


def test_the_engine_is_freed_with_the_system(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import _pywhispercpp as engine

    freed: list[object] = []
    monkeypatch.setattr(engine, "whisper_free", freed.append)
    loaded = load(f"whisper-cpp:{folder}")
    del loaded
    gc.collect()
    assert len(freed) == 1


@pytest.mark.parametrize(
    ("settings", "words"),
    [({"dtype": "bfloat16"}, "it knows beams"), ({"quantisation": "int8"}, "it knows beams")],
)
def test_what_it_cannot_do_is_refused(folder: Path, settings: dict[str, str], words: str) -> None:
    with pytest.raises(UnavailableError, match=words):
        load(f"whisper-cpp:{folder}", **settings)


def test_another_vocabulary_than_whispers_is_refused() -> None:
    with pytest.raises(ModelError, match="Whisper's own vocabularies"):
        load(f"whisper-cpp:{MINI}")


def test_without_a_file_the_error_says_how_to_make_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ggml, "_given", lambda _: None)
    monkeypatch.delenv(ggml.VARIABLE, raising=False)
    with pytest.raises(UnavailableError, match="pip download --no-deps --no-binary pywhispercpp"):
        load(f"whisper-cpp:{folder}")
    monkeypatch.setenv(ggml.VARIABLE, str(folder))
    with pytest.raises(UnavailableError, match="name whisper"):
        load(f"whisper-cpp:{folder}")


def test_the_converter_is_given_the_checkpoint_and_its_own_mel_filters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / ggml.SCRIPT
    script.parent.mkdir()
    script.write_text(CONVERTER)
    monkeypatch.setenv(ggml.VARIABLE, str(tmp_path))
    source = systems.find_checkpoint(MINI, "pretrained").path
    assert source is not None
    ggml.convert(source, tmp_path)
    assert (tmp_path / ggml.GGML).read_text().startswith("(80, 201) ['added_tokens.json', 'config.json',")
    script.write_text("raise SystemExit('no such tensor')")
    with pytest.raises(RuntimeError, match="no such tensor"):
        ggml.convert(source, tmp_path)


def test_a_file_that_the_engine_cannot_load_is_refused_in_its_words(tmp_path: Path) -> None:
    tiny_ggml.save(tmp_path)
    content = (tmp_path / ggml.GGML).read_bytes()
    (tmp_path / ggml.GGML).write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelError, match=r"whisper\.cpp cannot load .*failed to load model"):
        load(f"whisper-cpp:{tmp_path}")


def test_silence_of_no_length_to_speak_of_gives_no_words(system: System) -> None:
    answer = transcribe(system, [np.zeros(160, np.float32)])
    assert answer.texts == ("",)
