import io
import time
from pathlib import Path

import pytest

from asr_harness.cli import main
from asr_harness.corpora import BUCKETS_S, load_slice
from asr_harness.corpora.slices import storage
from tests.corpora.conftest import noise, write_talk


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASR_HARNESS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def corpus(tmp_path: Path) -> str:
    stm = "".join(f"Talk 1 Talk {i * 5}.0 {i * 5 + 5}.0 <F0_M> words\n" for i in range(8))
    return f"tedlium:{write_talk(tmp_path / 'corpus', 'Talk', stm, noise(40.0))}"


def test_the_buckets_that_the_corpus_fills_are_prepared(
    corpus: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["prepare", "--data", corpus]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("8 scored segments of 8")
    assert [line.split(",")[0] for line in lines[1:]] == ["5s: 8 utterances", "30s: 1 utterance"]


def test_a_corpus_that_stands_alone_is_told_its_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prepare", "manifest:x.csv"]) == 2
    assert capsys.readouterr().err.endswith("give the corpus as --data manifest:x.csv\n")


def test_what_is_prepared_is_what_loads(corpus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    main(["prepare", "--data", corpus, "--buckets", "5s,10s=4-6", "--utterances", "3"])
    monkeypatch.setattr(storage, "store", None)
    assert len(load_slice(corpus, "5s", limits_s=BUCKETS_S["5s"], n_utterances=3).utterances) == 3
    assert len(load_slice(corpus, "10s", limits_s=(4, 6), n_utterances=2).utterances) == 2


def test_a_second_call_does_nothing_in_under_a_second(
    corpus: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["prepare", "--data", corpus])
    first = capsys.readouterr().out
    monkeypatch.setattr(storage, "store", None)
    before_s = time.process_time()  # what other processes take is not its own
    assert main(["prepare", "--data", corpus]) == 0
    assert time.process_time() - before_s < 1.0
    assert capsys.readouterr().out == first


def test_a_bucket_that_was_asked_for_and_is_empty_is_an_error(
    corpus: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["prepare", "--data", corpus, "--buckets", "60s"]) == 2
    assert "nothing in bucket '60s'" in capsys.readouterr().err


def test_verify_passes_over_what_is_as_it_was_stored(corpus: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["prepare", "--data", corpus, "--buckets", "5s"])
    assert main(["prepare", "--verify"]) == 0
    assert "8 utterances as stored" in capsys.readouterr().out


def test_verify_names_every_damaged_file_and_preparing_again_mends_them(
    corpus: str, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["prepare", "--data", corpus])
    short, long = sorted(cache.rglob("*.flac"), key=lambda path: path.stat().st_size)[::8]
    for path in (short, long):
        path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert main(["prepare", "--verify"]) == 2
    errors = capsys.readouterr().err
    assert "damaged: 2 slices" in errors
    assert short.name in errors
    assert long.name in errors
    assert main(["prepare", "--data", corpus, "--again"]) == 0
    assert main(["prepare", "--verify"]) == 0


@pytest.mark.parametrize("count", ["0", "-1", "many"])
def test_a_number_of_utterances_below_one_is_a_usage_error(
    count: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["prepare", "--utterances", count])
    assert "is not a whole number above 0" in capsys.readouterr().err


def test_an_unknown_corpus_is_one_message_and_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prepare", "--data", "nope"]) == 2
    assert capsys.readouterr().err.startswith("asr-harness prepare: no corpus 'nope'")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_a_progress_bar_and_a_log_does_not(
    corpus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal, log = Terminal(), io.StringIO()
    for stream, seed in ((terminal, "0"), (log, "1")):
        monkeypatch.setattr("sys.stderr", stream)
        main(["prepare", "--data", corpus, "--buckets", "5s", "--seed", seed])
    assert "5s: 0utterance" in terminal.getvalue()
    assert log.getvalue() == ""
