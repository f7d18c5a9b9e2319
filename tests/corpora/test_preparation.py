import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from asr_harness.corpora import BUCKETS_S, load_slice
from asr_harness.corpora.base import Slice
from asr_harness.corpora.registry import open_corpus
from asr_harness.corpora.slices import manifest as manifests
from asr_harness.corpora.slices import preparation as slices
from asr_harness.corpora.slices import storage
from asr_harness.errors import DataError
from tests.corpora.conftest import noise, write_talk


def loaded(folder: Path, bucket: str = "15s", n_utterances: int | None = None, seed: int = 0) -> Slice:
    return load_slice(
        f"tedlium:{folder}", bucket, limits_s=BUCKETS_S[bucket], n_utterances=n_utterances, seed=seed
    )


def prepared(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*.json") if path.name != "digests.json"]


def test_a_slice_holds_the_samples_of_the_recording_and_the_reference_as_it_is(talk: Path) -> None:
    utterance = loaded(talk, "5s").utterances[0]
    assert np.array_equal(
        utterance.samples * 32768, noise(12.0)[round(utterance.start_s * 16_000) :][: len(utterance.samples)]
    )
    assert {u.reference for u in loaded(talk, "5s").utterances} == {"it 's a test", "of one talk"}


def test_every_utterance_keeps_talk_speaker_and_times(talk: Path) -> None:
    found = {(u.talk, u.speaker, u.start_s, u.end_s) for u in loaded(talk, "5s").utterances}
    assert found == {("Someone_2026", "Someone", 0.5, 5.0), ("Someone_2026", "Someone", 5.0, 11.5)}


def test_a_small_corpus_needs_no_preparing_and_the_second_load_reads_the_cache(
    talk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = loaded(talk, "5s")
    monkeypatch.setattr(storage, "store", None)
    assert loaded(talk, "5s").fingerprint == first.fingerprint


def test_fewer_utterances_than_wanted_are_a_slice_of_what_there_is(talk: Path) -> None:
    assert len(loaded(talk, "5s", n_utterances=50).utterances) == 2


def test_a_slice_says_how_many_utterances_its_bucket_has(talk: Path) -> None:
    some = loaded(talk, "5s", n_utterances=1)
    assert (len(some.utterances), some.n_in_bucket) == (1, 2)
    assert loaded(talk, "5s", n_utterances=1).n_in_bucket == 2  # from the cache, too


def test_an_empty_bucket_is_an_error_that_says_what_there_is(talk: Path) -> None:
    with pytest.raises(
        DataError, match=r"nothing in bucket '60s', 50-75 s; it holds 5s 2, 15s 0, 30s 0, 60s 0"
    ):
        loaded(talk, "60s")


def test_the_first_of_a_larger_slice_are_the_smaller_slice(made: Path, tmp_path: Path) -> None:
    large, small = loaded(made, n_utterances=6), loaded(made, n_utterances=3)
    assert [u.id for u in large.utterances[:3]] == [u.id for u in small.utterances]


def test_a_smaller_slice_is_served_from_a_larger_one_and_is_the_same(
    made: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_its_own = loaded(made, n_utterances=3).fingerprint
    shutil.rmtree(cache)
    loaded(made, n_utterances=6)
    monkeypatch.setattr(storage, "store", None)
    assert loaded(made, n_utterances=3).fingerprint == on_its_own


def test_container_and_path_play_no_part_in_the_fingerprint(tmp_path: Path) -> None:
    stm = "Talk 1 Talk 0.0 5.0 <F0_M> some words\n"
    found = {
        loaded(write_talk(tmp_path / kind, "Talk", stm, noise(6.0), kind), "5s").fingerprint
        for kind in ("NIST", "FLAC", "WAV")
    }
    assert len(found) == 1


@pytest.mark.parametrize("change", ["audio", "text"])
def test_a_changed_corpus_is_never_answered_by_an_old_slice(talk: Path, change: str) -> None:
    before = loaded(talk, "5s").fingerprint
    stm = next(talk.rglob("*.stm")).read_text()
    pcm = noise(12.0)
    if change == "audio":
        pcm[40_000] += 1
    else:
        stm = stm.replace("one talk", "two talks")
    write_talk(talk, "Someone_2026", stm, pcm)
    assert loaded(talk, "5s").fingerprint != before


def test_other_choices_give_other_slices(made: Path) -> None:
    assert (
        loaded(made, n_utterances=3, seed=0).fingerprint != loaded(made, n_utterances=3, seed=1).fingerprint
    )


@pytest.mark.parametrize("position", [0.1, 0.5, 0.99])
def test_a_changed_byte_in_stored_audio_is_an_error_that_names_the_file(
    talk: Path, cache: Path, position: float
) -> None:
    loaded(talk, "5s")
    path = min(cache.rglob("*.flac"))
    content = bytearray(path.read_bytes())
    content[int(position * len(content))] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match=f"{path.name} is damaged"):
        loaded(talk, "5s")


def test_missing_audio_is_an_error_that_names_the_file(talk: Path, cache: Path) -> None:
    loaded(talk, "5s")
    path = min(cache.rglob("*.flac"))
    path.unlink()
    with pytest.raises(DataError, match=f"{path.name} is damaged"):
        loaded(talk, "5s")


@pytest.mark.parametrize(
    ("old", "new"), [("one talk", "two talk"), ('"start_s": 0.5', '"start_s": 0.6'), ("}", "")]
)
def test_a_changed_manifest_is_an_error_that_names_it(talk: Path, cache: Path, old: str, new: str) -> None:
    loaded(talk, "5s")
    path = prepared(cache)[0]
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(DataError, match=f"{path.name} is damaged"):
        loaded(talk, "5s")


def test_preparing_again_mends_damaged_audio(talk: Path, cache: Path) -> None:
    before = loaded(talk, "5s").fingerprint
    min(cache.rglob("*.flac")).write_bytes(b"fLaC")
    choices = manifests.Choices(BUCKETS_S["5s"], None, 0)
    slices.prepare(open_corpus(f"tedlium:{talk}"), "5s", choices, again=True)
    assert loaded(talk, "5s").fingerprint == before


def test_stored_utterances_are_not_written_again(
    talk: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded(talk, "5s")
    prepared(cache)[0].unlink()
    monkeypatch.setattr("asr_harness.corpora.sources.audio.encode_flac", None)
    assert len(loaded(talk, "5s").utterances) == 2


def test_a_recording_that_cannot_be_read_leaves_no_slice(talk: Path, cache: Path) -> None:
    corpus = open_corpus(f"tedlium:{talk}")
    soundfile.write(next(talk.rglob("*.sph")), noise(4.0), 16_000, format="NIST", subtype="PCM_16")
    with pytest.raises(DataError, match=r"Someone_2026\.sph"):
        slices.prepare(corpus, "5s", manifests.Choices((3, 7), None, 0))
    assert prepared(cache) == []


def test_progress_counts_up_to_what_is_wanted(made: Path) -> None:
    seen: list[tuple[int, int]] = []
    choices = manifests.Choices(BUCKETS_S["15s"], 3, 0)
    slices.prepare(
        open_corpus(f"tedlium:{made}"), "15s", choices, on_progress=lambda *counts: seen.append(counts)
    )
    assert seen == [(1, 3), (2, 3), (3, 3)]


SLOW = """
import sys, time
from asr_harness.corpora.slices import preparation as slices, storage
store = storage.store
def slowly(stretch, folder):
    entry = store(stretch, folder)
    print("stored", flush=True)
    time.sleep(600)  # until it is killed
    return entry
storage.store = slowly
slices.load_slice(sys.argv[1], "15s", limits_s=(10, 20), n_utterances=None)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the platform has no SIGKILL")
def test_a_killed_run_leaves_no_slice_and_the_next_finishes_it(
    made: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [sys.executable, "-c", SLOW, f"tedlium:{made}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    process.kill()
    process.communicate()
    assert list(cache.rglob("*.flac"))
    assert prepared(cache) == []
    resumed = loaded(made).fingerprint
    monkeypatch.setenv("ASR_HARNESS_CACHE", str(cache.parent / "fresh"))
    assert resumed == loaded(made).fingerprint


def _load_fingerprint(folder: Path) -> str:
    return loaded(folder).fingerprint


def test_two_processes_at_once_prepare_the_same_slice(made: Path, cache: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        found = pool.map(_load_fingerprint, [made, made], chunksize=1)
    assert len({*found, loaded(made).fingerprint}) == 1
    assert not list(cache.rglob(".partial-*"))


def test_audio_that_cannot_be_measured_is_named_with_talk_and_segment(tmp_path: Path) -> None:
    stm = "Talk 1 Talk 0.0 5.0 <F0_M> some words\n"
    folder = write_talk(tmp_path, "Talk", stm, noise(6.0), "WAV")
    samples = noise(6.0) / 32768
    samples[100] = np.nan
    soundfile.write(next(folder.rglob("*.wav")), samples, 16_000, subtype="FLOAT")
    with pytest.raises(
        DataError, match=r"talk Talk, segment Talk-0000000-0005000: .*Talk\.wav has a sample of nan"
    ):
        loaded(folder, "5s")


def test_stored_audio_too_large_is_not_read(talk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded(talk, "5s")
    monkeypatch.setattr(storage, "MAX_FILE_BYTES", 100)
    with pytest.raises(DataError, match=r"is damaged: it has more than 100 bytes"):
        loaded(talk, "5s")


def test_a_cache_that_cannot_be_written_serves_a_corpus_that_was_checked_out_again(
    talk: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = loaded(talk, "5s").fingerprint
    for path in talk.rglob("*.s*"):
        os.utime(path, (0, 0))
    monkeypatch.setattr("asr_harness.corpora.slices.content.SETTLED_S", -1.0)
    monkeypatch.setattr("asr_harness.cache.tempfile.mkstemp", read_only)
    assert loaded(talk, "5s").fingerprint == before


def read_only(**_: object) -> None:
    raise OSError(30, "Read-only file system")
