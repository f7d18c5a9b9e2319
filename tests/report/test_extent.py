"""What a page over many runs leaves out changes nothing of what it shows."""

from pathlib import Path

import pandas as pd
import pytest

from asr_harness.cli import main
from asr_harness.report import extent as extents
from asr_harness.report.content import gather
from asr_harness.report.extent import (
    extent,
    history_of,
    latencies,
    recent,
    report_columns,
    whole,
)
from asr_harness.report.page.summary import machines_section
from asr_harness.report.pooled import pooled
from asr_harness.report.table import table
from asr_harness.runs import load_runs, select_runs, select_summaries
from asr_harness.runs.former import with_columns
from asr_harness.runs.summary import summarised
from asr_harness.schema import RunFile
from tests.saved_runs import measured, unmeasured, write_run

A, B, C = (f"m-cpu-{bucket}-b1-baseline" for bucket in ("5s", "15s", "30s"))
"""C is no longer measured by newer commits, and B is out of memory in the newest."""


@pytest.fixture
def runs(tmp_path: Path) -> tuple[RunFile, ...]:
    for day, commit in enumerate("aabbcc"):
        cases = [measured(A, rounds_s=(1.0 + day, 1.1 + day))]
        cases += [unmeasured("oom", B) if commit == "c" else measured(B)]
        cases += [measured(C)] if commit == "a" else [unmeasured("unavailable", C)] * (commit == "b")
        write_run(tmp_path / f"{day:04d}_x.json", *cases, commit=commit * 40, day=day)
    return select_runs(str(tmp_path))


def test_cases_are_pooled_from_the_whole_runs_as_from_all(runs: tuple[RunFile, ...]) -> None:
    paths = whole(summarised(runs, report_columns()))
    assert [path.name[:4] for path in paths] == ["0000", "0001", "0004", "0005"]
    some = load_runs(paths)
    of_some, of_all = pooled(table(some), some), pooled(table(runs), runs)
    pd.testing.assert_frame_equal(of_some, of_all)


def test_points_of_the_history_are_those_of_the_table(runs: tuple[RunFile, ...]) -> None:
    points = latencies(summarised(runs, report_columns()))
    rows = table(runs)
    done = rows[rows["outcome"] == "measured"].reset_index(drop=True)
    pd.testing.assert_frame_equal(points, done[list(points)], check_dtype=False)


def test_the_newest_points_are_kept(runs: tuple[RunFile, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extents, "MAX_POINTS", 2)
    history = summarised(runs, report_columns())
    assert [run.label[0] for run in recent(history)] == list("bbcc")
    found = extent(history, 4)
    assert (found.n_runs, found.n_points, found.n_recent) == (6, 3, 2)
    assert "of the 4 runs of 6 in which each case was last measured" in found.note
    assert "newest 2 of 3 commits" in found.note


def test_the_newest_points_alone_need_values(
    runs: tuple[RunFile, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extents, "MAX_POINTS", 2)
    folder = str(runs[0].path.parent)
    known = select_summaries(folder)
    assert not any(run.columns for run in known)
    assert with_columns(recent(known), report_columns()) == history_of(runs).newest


def test_nothing_is_said_where_nothing_is_left_out(runs: tuple[RunFile, ...]) -> None:
    assert extent(summarised(runs, report_columns()), 6).note == ""


def test_a_page_of_whole_runs_is_that_of_all_but_for_its_note(runs: tuple[RunFile, ...]) -> None:
    history = history_of(runs)
    of_some, of_all = gather(load_runs(whole(history.runs)), history=history), gather(runs)
    assert of_some.trends == of_all.trends
    assert of_some.machines == of_all.machines
    assert of_some.title == of_all.title
    specs = [[panel.spec for figure in one.figures for panel in figure.panels] for one in (of_some, of_all)]
    assert specs[0] == specs[1]
    shown = machines_section(history.runs, of_some.extent, of_some.cases, of_some.machines)
    assert of_some.extent.note in shown


def test_the_table_of_a_file_has_every_run(runs: tuple[RunFile, ...], tmp_path: Path) -> None:
    written = tmp_path / "rows.csv"
    command = ["report", str(tmp_path), "-o", str(tmp_path / "page.html"), "--csv", str(written)]
    assert main(command) == 0
    assert pd.read_csv(written)["run"].nunique() == 6
    assert "6</b><span>runs" in (tmp_path / "page.html").read_text("utf-8")
