"""`asr-harness report`, as a person calls it; its runs are made up."""

import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from asr_harness.cli import main
from asr_harness.report.table import columns
from tests.report import made_up

SMALL: dict[str, Any] = {
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


@pytest.mark.parametrize("option", ["--csv", "--parquet", "--markdown"])
def test_a_folder_that_is_not_there_is_named(
    option: str, storage: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = ["-o", str(tmp_path / "page.html")]
    assert main(["report", str(storage), *page, option, str(tmp_path / "gone" / "x")]) == 2
    assert str(tmp_path / "gone") in capsys.readouterr().err


def test_the_tidy_table_is_written_as_csv_and_parquet(storage: Path, tmp_path: Path) -> None:
    csv, parquet = tmp_path / "t.csv", tmp_path / "t.parquet"
    page = ["-o", str(tmp_path / "page.html")]
    assert main(["report", str(storage), *page, "--csv", str(csv), "--parquet", str(parquet)]) == 0
    for table in (pd.read_csv(csv), pd.read_parquet(parquet)):
        assert list(table.columns) == list(columns())
        assert len(table) == 2 * 36


@pytest.mark.parametrize("error", [OSError(28, "No space left on device", "page.html"), RuntimeError("bug")])
def test_a_page_that_cannot_be_made_leaves_the_one_that_was_there(
    error: Exception, storage: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> str:
        raise error

    page = tmp_path / "page.html"
    page.write_text("good", "utf-8")
    written = (
        "asr_harness.report.writing.os.replace"
        if isinstance(error, OSError)
        else "asr_harness.report.page.render"
    )
    monkeypatch.setattr(written, fails)
    assert main(["report", str(storage), "-o", str(page)]) == 2
    assert page.read_text("utf-8") == "good"
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_a_file_whose_name_is_no_text_still_makes_a_page(storage: Path, tmp_path: Path) -> None:
    run = tmp_path / os.fsdecode(b"\xff.json")
    run.write_bytes((storage / "0000_run.json").read_bytes())
    page, csv = tmp_path / "page.html", tmp_path / "t.csv"
    assert main(["report", str(run), "-o", str(page), "--csv", str(csv)]) == 0
    assert "\\udcff.json" in page.read_text("utf-8")


def test_limits_reach_the_advice(storage: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    limits = ["--max-wer", "15", "--max-memory", "100", "--max-latency-p95", "0.5", "--max-energy", "9"]
    assert main(["report", str(storage), "-o", str(page), *limits]) == 0
    html = page.read_text("utf-8")
    assert "WER 21.0 %, more than 15.0 %" in html
    assert "more than 100 MiB" in html
    assert "more than 500 ms" in html


def test_a_comparison_is_in_the_page(tmp_path: Path) -> None:
    first = made_up.write_study(tmp_path / "a.json", **SMALL)
    second = tmp_path / "b.json"
    changed = first.read_text("utf-8").replace("made up words number 1", "made up birds number 1")
    second.write_text(changed, "utf-8")
    page = tmp_path / "page.html"
    sides = ["--compare", str(first), str(second), "--storage", str(tmp_path / "none")]
    assert main(["report", *sides, "-o", str(page)]) == 0
    html = page.read_text("utf-8")
    assert "<del>words</del>" in html
    assert "<ins>birds</ins>" in html


def test_a_damaged_file_is_refused_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('{"benchmarks": [', "utf-8")
    assert main(["report", str(broken), "-o", str(tmp_path / "page.html")]) == 2
    assert "is not JSON" in capsys.readouterr().err


def test_a_single_case_is_enough(tmp_path: Path) -> None:
    path = made_up.write_study(
        tmp_path / "one.json", models=("whisper-tiny",), devices=("cpu",), buckets=("5s",), batch_sizes=(1,)
    )
    assert main(["report", str(path), "-o", str(tmp_path / "page.html")]) == 0


@pytest.mark.parametrize("text", ["[]", "null", "3", "", '{"benchmarks": [], "asr": []}'])
def test_what_is_no_run_is_one_message(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "odd.json"
    path.write_text(text, "utf-8")
    assert main(["report", str(path), "-o", str(tmp_path / "page.html")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_an_empty_folder_is_one_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(tmp_path), "-o", str(tmp_path / "page.html")]) == 2
    assert "holds no saved run" in capsys.readouterr().err
