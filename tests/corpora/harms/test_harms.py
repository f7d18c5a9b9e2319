from pathlib import Path

import numpy as np
import pytest

from asr_harness.corpora import BUCKETS_S, Slice, load_slice
from asr_harness.corpora.harms import HARMS, split_spec
from asr_harness.corpora.harms.base import mixed_at, rms
from asr_harness.errors import DataError

EXAMPLES = (
    "noise10db",
    "babble5db",
    "silence",
    "hiss-26db",
    "clip10pct",
    "telephone",
    "speed1.25x",
    "lead2s",
)


def spoilt(harm: str) -> Slice:
    return load_slice(f"embedded+{harm}", "5s", limits_s=BUCKETS_S["5s"], n_utterances=3)


@pytest.fixture(scope="module")
def clean() -> Slice:
    return load_slice("embedded", "5s", limits_s=BUCKETS_S["5s"], n_utterances=3)


def test_there_is_an_example_of_every_harm() -> None:
    named = {each.harm.key for text in EXAMPLES for each in split_spec(f"embedded+{text}")[1]}
    assert named == set(HARMS.all())


@pytest.mark.parametrize("harm", EXAMPLES)
def test_a_harm_is_the_same_each_time_and_has_a_fingerprint_of_its_own(harm: str, clean: Slice) -> None:
    first, second = spoilt(harm), spoilt(harm)
    assert first.fingerprint == second.fingerprint != clean.fingerprint
    assert first.corpus == f"embedded+{harm}"
    for one, other in zip(first.utterances, second.utterances, strict=True):
        assert np.array_equal(one.samples, other.samples)


@pytest.mark.parametrize(("harm", "snr_db"), [("noise10db", 10), ("babble5db", 5)])
def test_what_is_added_has_the_power_that_was_asked_for(harm: str, snr_db: float, clean: Slice) -> None:
    for before, after in zip(clean.utterances, spoilt(harm).utterances, strict=True):
        added = after.samples - before.samples
        assert 20 * np.log10(rms(before.samples) / rms(added)) == pytest.approx(snr_db, abs=0.1)


def test_noise_at_no_ratio_to_silence_is_none() -> None:
    silence = np.zeros(100, dtype=np.float32)
    assert not mixed_at(silence, np.ones(100, dtype=np.float32), 10).any()


@pytest.mark.parametrize("harm", ["silence", "hiss-26db"])
def test_where_nothing_is_spoken_there_is_no_reference(harm: str) -> None:
    assert {utterance.reference for utterance in spoilt(harm).utterances} == {""}


def test_hiss_has_its_level_over_full_scale() -> None:
    assert rms(spoilt("hiss-26db").utterances[0].samples) == pytest.approx(0.0501, rel=0.01)


def test_lengths_are_those_that_follow_from_the_harm(clean: Slice) -> None:
    n = len(clean.utterances[0].samples)
    assert len(spoilt("lead2s").utterances[0].samples) == n + 32_000
    assert len(spoilt("speed1.25x").utterances[0].samples) == pytest.approx(n / 1.25, abs=1)
    assert len(spoilt("telephone").utterances[0].samples) == n


def test_a_share_of_the_samples_is_clipped(clean: Slice) -> None:
    before, after = clean.utterances[0].samples, spoilt("clip10pct").utterances[0].samples
    assert np.mean(np.abs(before) >= np.abs(after).max()) == pytest.approx(0.1, abs=0.02)


def test_a_telephone_leaves_nothing_above_four_kilohertz() -> None:
    spectrum = np.abs(np.fft.rfft(spoilt("telephone").utterances[0].samples)) ** 2
    assert spectrum[len(spectrum) // 2 + 400 :].sum() < 1e-4 * spectrum.sum()


def test_harms_are_applied_from_left_to_right() -> None:
    spec, chosen = split_spec("embedded+lead2s+noise10db")
    assert (spec, [each.text for each in chosen]) == ("embedded", ["lead2s", "noise10db"])
    assert rms(spoilt("lead2s+noise10db").utterances[0].samples[:16_000]) > 0
    assert rms(spoilt("noise10db+lead2s").utterances[0].samples[:16_000]) == 0


@pytest.mark.parametrize(
    ("spec", "word"),
    [
        ("embedded+nois", "no harm; there are babble"),
        ("embedded+noise", "write noise"),
        ("embedded+noise10", "write noise"),
        ("embedded+noise99db", "write noise"),
        ("embedded+silence3s", "write silence"),
    ],
)
def test_what_is_no_harm_is_refused_with_those_there_are(spec: str, word: str) -> None:
    with pytest.raises(DataError, match=word):
        split_spec(spec)


def test_a_folder_with_a_plus_in_its_name_is_no_harm(tmp_path: Path) -> None:
    folder = tmp_path / "a+silence"
    folder.mkdir()
    assert split_spec(f"tedlium:{folder}") == (f"tedlium:{folder}", ())


def test_babble_needs_another_utterance() -> None:
    with pytest.raises(DataError, match="no other"):
        load_slice("embedded+babble5db", "5s", limits_s=BUCKETS_S["5s"], n_utterances=1)
