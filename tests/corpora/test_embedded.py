import hashlib
import platform
import shutil
import subprocess
from pathlib import Path

import pytest
import soundfile

from asr_harness.corpora import BUCKETS_S, load_slice, open_corpus
from asr_harness.corpora.embedded import TALKS
from asr_harness.corpora.slices.buckets import cut
from asr_harness.errors import DataError


def test_there_are_at_least_six_talks_with_a_speaker_each() -> None:
    segments = open_corpus("embedded").segments
    assert len({segment.talk for segment in segments}) >= 6
    assert len({segment.speaker for segment in segments if segment.scored}) >= 6


@pytest.mark.parametrize("bucket", BUCKETS_S)
def test_every_bucket_has_at_least_eight_utterances(bucket: str) -> None:
    assert len(cut(open_corpus("embedded").segments, BUCKETS_S[bucket])) >= 8


def test_the_talks_take_at_most_six_megabytes() -> None:
    assert sum(path.stat().st_size for path in TALKS.rglob("*") if path.is_file()) <= 6_000_000


def test_ignored_stretches_and_split_suffixes_occur_as_in_ted_lium() -> None:
    segments = open_corpus("embedded").segments
    assert any(not segment.scored and segment.speaker == "S140" for segment in segments)
    assert any(" 's" in segment.reference for segment in segments)


def test_a_slice_loads_and_each_talk_has_its_turn() -> None:
    slice_ = load_slice("embedded", "5s", limits_s=BUCKETS_S["5s"], n_utterances=8)
    assert len({utterance.talk for utterance in slice_.utterances}) == 8


def test_embedded_has_no_location() -> None:
    with pytest.raises(DataError, match="embedded has no locations"):
        open_corpus("embedded:/somewhere")


@pytest.mark.heavy
def test_the_script_makes_the_same_bytes_again(tmp_path: Path) -> None:
    if missing := what_is_missing():
        pytest.skip(f"the talks are made with {missing}")
    from tools import make_talks

    make_talks.main(tmp_path)
    assert digests(tmp_path) == digests(TALKS)


def what_is_missing() -> str | None:
    for program, version in {"flite": "flite-2.2", "espeak-ng": " 1.51"}.items():
        path = shutil.which(program)
        said = (
            subprocess.run([path, "--version"], check=False, capture_output=True, text=True) if path else None
        )
        if not said or version not in said.stdout + said.stderr:
            return f"{program} {version.split('-')[-1].strip()}"
    if platform.machine() != "x86_64" or soundfile.__libsndfile_version__ != "1.2.2":
        return "libsndfile 1.2.2 on x86-64"
    return None


def digests(folder: Path) -> dict[str, str]:
    files = [path for kind in ("flac", "stm") for path in folder.rglob(f"*.{kind}")]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
