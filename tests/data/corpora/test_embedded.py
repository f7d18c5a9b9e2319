import hashlib
import shutil
from pathlib import Path

import pytest

from asr_harness.data import BUCKETS_S, load_slice, open_corpus
from asr_harness.data.buckets import cut
from asr_harness.data.corpora.embedded import TALKS
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


@pytest.mark.skipif(
    not (shutil.which("flite") and shutil.which("espeak-ng")), reason="flite or espeak-ng is not installed"
)
def test_the_script_makes_the_same_bytes_again(tmp_path: Path) -> None:
    from tools import make_talks

    make_talks.main(tmp_path)
    assert digests(tmp_path) == digests(TALKS)


def digests(folder: Path) -> dict[str, str]:
    files = [path for kind in ("flac", "stm") for path in folder.rglob(f"*.{kind}")]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
