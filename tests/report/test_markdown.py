"""A pull request's comment; its runs are made up."""

import re
from pathlib import Path
from typing import Any

import pytest

from asr_harness.cli import main
from asr_harness.report.content import gather
from asr_harness.report.markdown import render
from asr_harness.schema import load_run
from tests.report import made_up

MANY: dict[str, Any] = {
    "models": ("whisper-tiny", "whisper-medium"),
    "buckets": ("15s", "30s"),
    "batch_sizes": (1, 32),
}


@pytest.fixture(scope="module")
def comment(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("runs")
    for i in range(4):
        made_up.write_study(folder / f"a{i}.json", commit="a" * 40, seed=i, hour=i, **MANY)
        made_up.write_study(
            folder / f"b{i}.json", commit="b" * 40, seed=9 + i, hour=5 + i, slower=2.0, **MANY
        )
    sides = [str(folder / "a*.json"), str(folder / "b*.json")]
    written = ["-o", str(folder / "page.html"), "--markdown", str(folder / "comment.md")]
    assert main(["report", "--compare", *sides, *written]) == 0
    return (folder / "comment.md").read_text("utf-8").splitlines()


def test_at_most_15_lines_are_in_sight(comment: list[str]) -> None:
    inside, seen = 0, 0
    for line in filter(None, comment):
        inside += line.startswith("<details>")
        seen += inside == 0 or line.startswith("<details>")
        inside -= line == "</details>"
    assert 5 < seen <= 15


def test_the_verdict_comes_first_and_the_worst_before_the_rest(comment: list[str]) -> None:
    headline = next(i for i, line in enumerate(comment) if line.startswith("**🔴 REGRESSION"))
    fold = next(i for i, line in enumerate(comment) if line.startswith("<details>"))
    assert headline < fold
    assert "| regression |" in comment[headline + 6]


def test_a_row_has_the_values_of_both_sides(comment: list[str]) -> None:
    head = comment.index("| case | metric | verdict | base\xa0→\xa0candidate | change | interval |")
    first = comment[head + 2].replace("\xa0", " ").split("|")
    assert re.fullmatch(r" [\d.]+( m?s)? → [\d.]+ m?s ", first[4])


def test_rows_beyond_the_first_are_counted(comment: list[str]) -> None:
    more = next(line for line in comment if line.endswith("transcripts changed"))
    assert re.fullmatch(r"\d+ more rows, 0 transcripts changed", more)


def test_the_fold_of_the_claims_counts_their_results(comment: list[str]) -> None:
    assert any(
        re.match(r"<details><summary>Claims of the study: (holds|does not hold|cannot be told) \d", line)
        for line in comment
    )


def test_a_name_ends_neither_its_code_nor_its_cell(tmp_path: Path) -> None:
    path = made_up.write_study(tmp_path / "a.json", **{**MANY, "models": ("whisper-tiny",)})
    path.write_text(path.read_text("utf-8").replace("whisper-tiny", "a`<b>|c"), "utf-8")
    row = next(line for line in render(gather([load_run(path)])).splitlines() if "-b1-" in line)
    assert row.startswith("| `a'<b>\\|c-")


def test_what_did_not_run_is_said(comment: list[str]) -> None:
    assert any(line.startswith("- oom in ") for line in comment)


def test_claims_and_slow_cases_are_folded(comment: list[str]) -> None:
    assert sum(line.startswith("<details>") for line in comment) == 3
    assert sum(line == "</details>" for line in comment) == 3
