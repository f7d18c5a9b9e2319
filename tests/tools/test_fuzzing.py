"""A short run of the long hunt: every reader reads, or refuses in words, whatever it is given."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tools.fuzz_study import READERS, SOUND, fuzz, input_of
from tools.fuzzing.reading import Reader, try_out

SLOW = ("page", "parquet")
SEEDS = Path(__file__).parent / "seeds"
"""Inputs that once broke their reader, by the reader's name."""


def _raise(*_: object) -> None:
    raise KeyError("x")


@pytest.mark.parametrize("name", [name for name in READERS if name not in SLOW])
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_a_reader_reads_or_refuses(tmp_path: Path, name: str, seed: int) -> None:
    reader = READERS[name]
    reading = try_out(reader, input_of(reader, str(seed)), tmp_path)
    assert reading.ending in SOUND, reading.what


@pytest.mark.parametrize("path", sorted(SEEDS.iterdir()), ids=lambda path: path.name)
def test_what_once_broke_a_reader_does_no_more(tmp_path: Path, path: Path) -> None:
    reading = try_out(READERS[path.name.partition("-")[0]], path.read_bytes(), tmp_path)
    assert reading.ending in SOUND, reading.what


def test_what_is_no_error_of_ours_counts_as_broken(tmp_path: Path) -> None:
    reading = try_out(Reader("any", lambda _: b"", _raise), b"", tmp_path)
    assert reading.ending == "broken"
    assert reading.what.startswith("KeyError in test_fuzzing.py:")


def test_what_takes_too_long_counts_as_slow(tmp_path: Path) -> None:
    assert try_out(Reader("any", lambda _: b"", lambda *_: None, max_s=0.0), b"", tmp_path).ending == "slow"


def test_a_broken_input_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    counts, _ = fuzz(Reader("any", lambda _: b"raw", _raise), 2, 7, tmp_path)
    assert counts == {"broken": 2}
    assert (tmp_path / "any-7-1").read_bytes() == b"raw"
    assert "any 7-1: broken: KeyError" in capsys.readouterr().out
