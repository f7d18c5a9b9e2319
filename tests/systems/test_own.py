"""Systems of one's own: three methods, and whatever else an object tells."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import contextmanager
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from asr_harness import systems
from asr_harness.errors import ModelError, UnavailableError
from asr_harness.measure import transcribe
from asr_harness.systems import Pass, StageContext, System, Transcription, Variant, own, untimed
from asr_harness.systems.answers import check_passes
from tests.conftest import noise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asr_harness.schema.audio import Samples

ENCODE = Pass("encode", 1, 100)


class Plain:
    """Has the three methods, and keeps what it was made with."""

    def __init__(self, **settings: object) -> None:
        self.settings = settings

    def preprocess(self, audio: Sequence[Samples]) -> Any:
        return audio

    def encode(self, features: Any) -> Any:
        return features

    def decode(self, encoded: Any) -> Transcription:
        return Transcription(tuple("yes" for _ in encoded))


class Telling(Plain):
    """Tells all that a system can."""

    stage: StageContext = staticmethod(untimed)
    dtype = "int8"
    decoding: ClassVar = {"beams": 7}
    weights_fingerprint = "abc"

    @contextmanager
    def passes_recorded(self) -> Iterator[list[Pass]]:
        yield [ENCODE]

    def flops(self, network_pass: Pass) -> float:
        return 2.0 * network_pass.n_new

    def weights(self) -> tuple[int, int]:
        return 3, 12


class Whole(System):
    """A system already."""

    def __init__(self, *, device: str) -> None:
        self.device = device

    def preprocess(self, audio: Sequence[Samples]) -> Any:
        return audio

    def encode(self, features: Any) -> Any:
        return features

    def decode(self, encoded: Any) -> Transcription:
        return Transcription(())


def quiet(*, device: str, beams: int = 3) -> Plain:
    return Plain(beams=beams)


def load(factory: str, **settings: object) -> System:
    variant = Variant.from_settings(settings)
    return systems.load(f"{__name__}:{factory}", device="cpu", weights="pretrained", variant=variant).system


def settings_of(system: System) -> object:
    assert isinstance(system, own.OwnSystem)
    assert isinstance(system.own, Plain)
    return system.own.settings


def test_a_plain_object_is_wrapped_and_tells_nothing_more() -> None:
    system = load("Plain")
    assert transcribe(system, [noise(1)]).texts == ("yes",)
    told = (system.passes_recorded(), system.flops(ENCODE), system.moved_bytes(ENCODE), system.weights())
    assert told == (None,) * 4
    assert (system.dtype, system.decoding, system.weights_fingerprint) == (None,) * 3


def test_what_an_object_can_tell_is_passed_on() -> None:
    system = load("Telling")
    recording = system.passes_recorded()
    assert recording is not None
    with recording as passes:
        assert [system.flops(network_pass) for network_pass in passes] == [200.0]
    assert system.weights() == (3, 12)
    assert (system.dtype, system.decoding, system.weights_fingerprint) == ("int8", {"beams": 7}, "abc")
    assert system.moved_bytes(ENCODE) is None


def test_an_object_with_a_stage_is_handed_the_clock_and_one_without_is_left_alone() -> None:
    def stage(name: str) -> Any:
        return untimed("encode")

    telling, plain = load("Telling"), load("Plain")
    for system in (telling, plain):
        transcribe(system, [noise(1)], stage)
    assert telling.own.stage is stage  # type: ignore[attr-defined]
    assert telling.stage is stage
    assert not hasattr(plain.own, "stage")  # type: ignore[attr-defined]


def test_a_system_is_taken_as_it_is() -> None:
    assert isinstance(load("Whole"), Whole)


def test_a_factory_gets_the_device_and_the_settings_as_they_were_given() -> None:
    assert settings_of(load("Plain", beams=1, loud=True)) == {"device": "cpu", "beams": 1, "loud": True}


def test_a_default_of_ours_that_was_given_overrules_the_factorys_own() -> None:
    assert settings_of(load("quiet")) == {"beams": 3}
    assert settings_of(load("quiet", beams=1)) == {"beams": 1}


def test_a_setting_that_a_factory_does_not_take_is_unavailable_with_those_it_takes() -> None:
    with pytest.raises(UnavailableError, match=r":quiet does not know loud=True; it knows beams"):
        load("quiet", loud=True)


def test_entry_points_of_the_older_group_are_still_found_and_the_newer_goes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    points = {
        "asr_harness.transcribers": [
            EntryPoint("old", f"{__name__}:quiet", "asr_harness.transcribers"),
            EntryPoint("both", "nowhere:load", "asr_harness.transcribers"),
        ],
        "asr_harness.systems": [EntryPoint("both", f"{__name__}:Plain", "asr_harness.systems")],
    }
    monkeypatch.setattr(own, "entry_points", lambda group: points[group])
    assert systems.own_names() == ("both", "old")
    assert systems.find_factory("old") is quiet
    assert systems.find_factory("both") is Plain


def test_names_are_looked_for_without_transformers() -> None:
    program = (
        "import sys; from asr_harness import systems, grid; systems.own_names(); systems.is_own('a/b'); "
        "systems.Variant.from_settings({'beams': 5}); "
        "print(sorted({'torch', 'transformers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_a_factory_that_does_not_tell_its_parameters_is_called_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def untold(_: object) -> None:
        raise ValueError("no signature found")

    monkeypatch.setattr(own, "inspect", SimpleNamespace(signature=untold))
    assert settings_of(load("Plain", loud=True)) == {"device": "cpu", "loud": True}


def test_decoding_settings_have_one_fingerprint_in_every_process() -> None:
    def settings() -> dict[Any, Any]:
        return {1: object(), "b": {"z", "a"}, "made": lambda: 0}

    assert systems._fingerprint(settings()) == systems._fingerprint(settings())
    assert systems._fingerprint({"beams": 1}) != systems._fingerprint({"beams": 2})


def test_half_an_answer_about_weights_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Telling, "weights", lambda _: (None, 5))
    with pytest.raises(ModelError, match="it gives both numbers"):
        own.OwnSystem(Telling()).weights()


def test_what_is_recorded_and_is_no_pass_is_named() -> None:
    with pytest.raises(ModelError, match="passes_recorded collected str 'encode'"):
        check_passes([ENCODE, "encode"], own.OwnSystem(Telling()))


def readme_example() -> str:
    text = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    return next(
        block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "# my_asr.py" in block
    )


@pytest.mark.parametrize("batch_size", [1, 2, 3, 5])
def test_the_readmes_example_runs_as_printed_at_every_batch_size(
    batch_size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my_asr.py").write_text(readme_example())
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "my_asr", raising=False)
    system = systems.load("my_asr:load", device="cpu", weights="pretrained").system
    assert transcribe(system, [noise(0.1)] * batch_size).texts == ("hello world",) * batch_size


def test_an_object_that_wants_to_know_the_language_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told = []

    class Polyglot(Plain):
        def set_language(self, language: str | None) -> None:
            told.append(language)

    def polyglot(*, device: str) -> Polyglot:
        return Polyglot()

    monkeypatch.setattr(sys.modules[__name__], "polyglot", polyglot, raising=False)
    source = f"{__name__}:polyglot"
    fingerprints = {
        language: systems.load(
            source, device="cpu", weights="pretrained", language=language
        ).decoding_fingerprint
        for language in (None, "en", "de")
    }
    assert told == [None, "en", "de"]
    assert fingerprints[None] == fingerprints["en"] != fingerprints["de"]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (
            "def load(path): ...",
            r"is load\(path\): missing .*'path'; write def load\(\*, device, \*\*variant\)",
        ),
        (
            "class load:\n    def __init__(self): ...",
            r"is load\(\): .*'device'; write def __init__\(self, \*, device, \*\*variant\)",
        ),
        ("def load(): ...", r"is load\(\): got an unexpected keyword argument 'device'"),
        ("load = 3", "'mine_alone:load' is a int; name a function that takes `device`"),
        (
            "x = 1\nimport nothing_of_that_name",
            r"No module named 'nothing_of_that_name' \(.*mine_alone\.py:2\)",
        ),
        ("x = [][1]", r"IndexError: list index out of range \(.*mine_alone\.py:1\)"),
        ("def laod(device): ...", r"has no attribute 'load' \(did you mean 'laod'\?\)"),
    ],
)
def test_a_factory_that_cannot_be_called_is_told_before_anything_runs(
    written: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine_alone.py").write_text(written)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "mine_alone", raising=False)
    with pytest.raises(ModelError, match=message):
        systems.find_factory("mine_alone:load")


def test_an_object_without_the_stages_is_told_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own, "find_factory", lambda _: lambda *, device: device)
    with pytest.raises(ModelError, match=r"returned a str without preprocess, .*; return an object with the"):
        own.load_own("mine:load", device="cpu", variant=Variant())


def test_a_stage_that_cannot_be_called_is_told_before_anything_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    class Deaf(Plain):
        def preprocess(self) -> Any:  # type: ignore[override]
            return None

    monkeypatch.setattr(own, "find_factory", lambda _: Deaf)
    with pytest.raises(
        ModelError,
        match=r"test_own.py:Deaf.preprocess is called with a list of recordings, and takes \(\)",
    ):
        own.load_own("mine:load", device="cpu", variant=Variant())
