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


def test_it_has_at_most_60_lines(comment: list[str]) -> None:
    assert len(comment) <= 60


def test_the_verdict_comes_first_and_the_worst_before_the_rest(comment: list[str]) -> None:
    headline = next(i for i, line in enumerate(comment) if line.startswith("**REGRESSION"))
    fold = next(i for i, line in enumerate(comment) if line.startswith("<details>"))
    assert headline < fold
    assert "| regression |" in comment[headline + 4]


def test_a_verdict_says_what_could_have_been_seen(comment: list[str]) -> None:
    head = comment.index("| case | metric | verdict | change | interval | MDE |")
    first = comment[head + 2].split("|")
    assert (len(first), first[6].strip().endswith(" %")) == (8, True)


def test_only_what_fails_is_counted_as_more(comment: list[str]) -> None:
    headline = next(line for line in comment if line.startswith("**REGRESSION"))
    counted = re.findall(r"(regression|missing|incomparable|inconclusive|improvement) (\d+)", headline)
    more = next(line for line in comment if line.endswith("transcripts changed"))
    assert more == f"{sum(int(n) for _, n in counted) - 10} more verdicts, 0 transcripts changed"


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
    assert sum(line.startswith("<details>") for line in comment) == 2
    assert sum(line == "</details>" for line in comment) == 2
