"""`asr-harness report`, as a person calls it; its runs are made up."""

import json
from pathlib import Path

import pytest

from asr_harness.cli import main
from tests.report import made_up

SMALL = {
    "models": ("whisper-tiny", "wav2vec2-base-960h"),
    "buckets": ("5s", "15s", "30s"),
    "batch_sizes": (1, 4),
}


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    list(made_up.runs(folder, 2, **SMALL))
    return folder


def test_a_page_is_written_and_named(
    storage: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    assert main(["report", str(storage), "-o", str(page)]) == 0
    assert capsys.readouterr().out.startswith(str(page))
    assert "Latency against audio length" in page.read_text("utf-8")


def test_without_a_run_all_saved_ones_are_taken(storage: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert main(["report", "--storage", str(storage), "-o", str(page)]) == 0
    assert "0000_run.json, 0001_run.json" in page.read_text("utf-8")


def test_plain_pytest_benchmark_json_is_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = tmp_path / "plain.json"
    plain.write_text(json.dumps({"benchmarks": []}), "utf-8")
    assert main(["report", str(plain), "-o", str(tmp_path / "page.html")]) == 2
    said = capsys.readouterr().err
    assert "has no `asr` block: it is plain pytest-benchmark JSON" in said
    assert not (tmp_path / "page.html").exists()


def test_a_folder_that_is_not_there_is_one_message(
    storage: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(storage), "-o", str(tmp_path / "no" / "page.html")]) == 2
    assert "cannot write" in capsys.readouterr().err
