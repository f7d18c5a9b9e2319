import re
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from asr_harness import corpora
from asr_harness.corpora import BUCKETS_S, Corpus, CorpusKind, Slice, load_slice, open_corpus, registry
from asr_harness.errors import DataError, RegistryError
from asr_harness.registry import Registry
from tests.corpora.conftest import noise, write_talk
from tests.corpora.formats.conftest import write_audio

BRETON = CorpusKind(
    "breton", lambda location: Corpus("breton", str(location), "f", ()), "br", "whisper-basic"
)
"""What a fake distribution offers."""
TALKS = CorpusKind("talks", corpora.CORPORA.get("tedlium").open_at, "br", "whisper-basic")


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that a test plugs in stays plugged in."""
    kinds = Registry("asr_harness.corpora", "CORPUS", CorpusKind, group="asr_harness.corpora")
    monkeypatch.setattr(registry, "CORPORA", kinds)


def offer(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    points = [EntryPoint(name, value, "asr_harness.corpora") for name, value in values.items()]
    monkeypatch.setattr("asr_harness.registry.entry_points", lambda *, group: points)


def test_an_unknown_name_is_answered_with_those_known_and_the_ways_to_another() -> None:
    with pytest.raises(
        DataError,
        match=r"'nope'; there are embedded, librispeech, manifest, tedlium\. .*manifest:PATH; .*entry point",
    ):
        open_corpus("nope:/somewhere")


def test_a_file_of_one_s_own_is_answered_with_how_it_is_named(tmp_path: Path) -> None:
    path = tmp_path / "all.csv"
    path.touch()
    with pytest.raises(DataError, match=f"is named manifest:{path}"):
        open_corpus(str(path))


@pytest.mark.parametrize("name", ["base", "slices"])
def test_a_helper_beside_the_corpora_is_none(name: str) -> None:
    with pytest.raises(
        RegistryError, match=f"called '{name}'; there are embedded, librispeech, manifest, tedlium"
    ):
        open_corpus(name)


def test_a_new_corpus_is_one_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.py").write_text(
        "from asr_harness.corpora import Corpus, CorpusKind\n"
        "CORPUS = CorpusKind('mine', lambda location: Corpus('mine', location, 'fingerprint', ()))\n"
    )
    monkeypatch.setattr(corpora, "__path__", [*corpora.__path__, str(tmp_path)])
    assert open_corpus("mine:over/there").origin == "over/there"
    del sys.modules["asr_harness.corpora.mine"]


def test_the_corpus_that_contributing_shows_works_as_one_new_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text("utf-8")
    (shown,) = re.findall(r"```python\n(# asr_harness/corpora/meetings\.py\n.*?)```", text, re.DOTALL)
    (tmp_path / "meetings.py").write_text(shown, "utf-8")
    monkeypatch.setattr(corpora, "__path__", [*corpora.__path__, str(tmp_path)])
    monkeypatch.setitem(sys.modules, "asr_harness.corpora.meetings", None)  # and forgotten after the test
    del sys.modules["asr_harness.corpora.meetings"]
    write_audio(tmp_path / "one.flac", 10.0, rate_hz=8_000)
    (tmp_path / "one.tsv").write_text("0\t4.5\tAnna\tGrüß Gott\n5.5\t10\tBerta\tServus\n", "utf-8")
    slice_ = load_slice(f"meetings:{tmp_path}", "5s", limits_s=BUCKETS_S["5s"], n_utterances=None)
    assert sorted(utterance.reference for utterance in slice_.utterances) == ["Grüß Gott", "Servus"]
    assert [len(utterance.samples) for utterance in slice_.utterances] == [72_000, 72_000]
    assert slice_.language == "de"
    (tmp_path / "one.tsv").write_text("0\tAnna\tServus\n", "utf-8")
    with pytest.raises(DataError, match=r"one\.tsv:1: '0.*' is not: START END SPEAKER WORDS"):
        open_corpus(f"meetings:{tmp_path}")


def test_a_new_corpus_is_one_entry_point_of_another_distribution(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, breton=f"{__name__}:BRETON")
    assert open_corpus("breton:over/there").origin == "over/there"
    assert set(registry.CORPORA.all()) == {"embedded", "librispeech", "manifest", "tedlium", "breton"}


def test_an_entry_point_that_is_no_corpus_is_an_error_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, wrong="json:dumps")
    with pytest.raises(RegistryError, match="'wrong' is a function; it has to be a CorpusKind"):
        open_corpus("wrong")


def test_a_slice_has_the_language_and_the_normaliser_of_its_corpus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(monkeypatch, talks=f"{__name__}:TALKS")
    folder = write_talk(tmp_path, "Talk", "Talk 1 Talk 0.0 5.0 <F0_M> some words\n", noise(6.0))

    def loaded(key: str) -> Slice:
        return load_slice(f"{key}:{folder}", "5s", limits_s=BUCKETS_S["5s"], n_utterances=None)

    assert (loaded("talks").language, loaded("talks").normaliser) == ("br", "whisper-basic")
    assert (loaded("tedlium").language, loaded("tedlium").normaliser) == ("en", "whisper-english")
    assert loaded("talks").fingerprint == loaded("tedlium").fingerprint


@pytest.mark.parametrize("key", ["embedded", "librispeech", "tedlium"])
def test_the_corpora_of_the_package_are_english_and_named_as_their_files(key: str) -> None:
    kind = registry.CORPORA.get(key)
    assert (kind.key, kind.language, kind.normaliser) == (key, "en", None)


def test_importing_the_data_side_loads_nothing_heavy() -> None:
    import subprocess

    heavy = "{'datasets', 'huggingface_hub', 'pandas', 'pyarrow', 'soundfile', 'torch'}"
    code = f"import asr_harness.corpora, asr_harness.types, sys; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
