"""The summary of a GitHub Actions step."""

from pathlib import Path

import pytest

from asr_harness.report import step_summary


def test_it_is_added_to_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "summary.md"
    path.write_text("before\n", "utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(path))
    step_summary.add("**red**")
    assert path.read_text("utf-8") == "before\n**red**\n\n"


def test_what_cannot_be_written_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    step_summary.add("**red**")
    assert f"cannot write GITHUB_STEP_SUMMARY {tmp_path}: " in capsys.readouterr().err
