"""The scripts of the page are bundled once."""

from pathlib import Path

import pytest

from asr_harness.report.page import script


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASR_HARNESS_CACHE", str(tmp_path))
    monkeypatch.setattr(script, "_bundle", lambda: "vega = 'ä'")
    script.vega_script.cache_clear()


def again(monkeypatch: pytest.MonkeyPatch, bundle: str) -> str:
    monkeypatch.setattr(script, "_bundle", lambda: bundle)
    script.vega_script.cache_clear()
    return script.vega_script()


def test_they_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    assert script.vega_script() == again(monkeypatch, "another") == "vega = 'ä'"


def test_a_copy_that_was_changed_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script.vega_script()
    (copy,) = tmp_path.rglob("*.js")
    copy.write_bytes(copy.read_bytes()[:-3])
    assert again(monkeypatch, "another") == "another"
    assert again(monkeypatch, "a third") == "another"


def test_a_cache_that_cannot_be_written_is_no_hindrance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("ASR_HARNESS_CACHE", str(tmp_path / "file"))
    assert again(monkeypatch, "another") == "another"


@pytest.fixture(autouse=True, scope="module")
def real_script_afterwards() -> object:
    yield
    script.vega_script.cache_clear()
