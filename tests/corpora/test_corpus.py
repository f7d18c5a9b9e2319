import sys
from pathlib import Path

import pytest

from asr_harness import corpora
from asr_harness.corpora import open_corpus
from asr_harness.errors import DataError


def test_an_unknown_name_is_answered_with_those_known_and_the_file_to_add() -> None:
    with pytest.raises(
        DataError, match=r"no corpus 'nope'; there are embedded, librispeech, tedlium.*data/corpora/nope\.py"
    ):
        open_corpus("nope:/somewhere")


def test_a_new_corpus_is_one_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.py").write_text(
        "from asr_harness.corpora import Corpus\n"
        "def open_at(location):\n"
        "    return Corpus('mine', location, 'fingerprint', ())\n"
    )
    monkeypatch.setattr(corpora, "__path__", [*corpora.__path__, str(tmp_path)])
    assert open_corpus("mine:over/there").origin == "over/there"
    del sys.modules["asr_harness.corpora.mine"]


def test_importing_the_data_side_loads_nothing_heavy() -> None:
    import subprocess

    heavy = "{'datasets', 'huggingface_hub', 'pandas', 'pyarrow', 'soundfile', 'torch'}"
    code = f"import asr_harness.corpora, sys; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
