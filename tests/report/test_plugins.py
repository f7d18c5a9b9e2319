"""Figures and claims that other distributions offer stand on the page among ours."""

import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from asr_harness import registry
from asr_harness.metrics import Metric, units
from asr_harness.metrics import all_metrics as metrics
from asr_harness.report.claims import Answer, ClaimKind, claim_kinds
from asr_harness.report.content import gather
from asr_harness.report.figures import figure_kinds
from asr_harness.report.figures.base import Figure, FigureData, FigureKind, Missing, Panel
from asr_harness.report.history import case_histories, commit_points
from asr_harness.report.page import render
from asr_harness.report.table import as_markdown, table
from asr_harness.runs.summary import NOT_JUDGED, summarised
from asr_harness.schema import load_run
from tests.report import made_up


def draw(data: FigureData) -> Figure:
    return Figure("tokens", "Tokens of an outsider", "Caption.", (Panel("CPU", Missing("none yet")),))


FIGURE = FigureKind("tokens", 25, draw)
CLAIM = ClaimKind("C13", 13, "Outsiders agree.", "They do.", lambda cases: Answer("holds", "all of them"))
METRIC = Metric(
    "audio",
    "n_hours",
    "hours",
    "hours of audio",
    units.RATIO,
    500,
    lambda result: result.audio_s / 3600,
    may_judge=lambda _: False,
)


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Offer an object by an entry point of a group."""
    module = ModuleType("outsider")
    module.__dict__.update(FIGURE=FIGURE, CLAIM=CLAIM, METRIC=METRIC)
    monkeypatch.setitem(sys.modules, "outsider", module)

    def offer(group: str) -> None:
        point = EntryPoint("outsider", "outsider", group)
        monkeypatch.setattr(registry, "entry_points", lambda group: [point] if point.group == group else [])
        metrics.cache_clear()

    yield offer
    monkeypatch.undo()
    metrics.cache_clear()


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return made_up.write_study(tmp_path / "a.json", models=("whisper-tiny",), devices=("cpu",))


def test_a_figure_from_outside_is_on_the_page_in_its_place(offered: Any, study: Path) -> None:
    offered("asr_harness.figures")
    assert [kind.key for kind in figure_kinds()][1:4] == [
        "latency-along-audio",
        "tokens",
        "energy-along-audio",
    ]
    assert "Tokens of an outsider" in render(gather([load_run(study)]))


def test_a_claim_from_outside_is_on_the_page_after_ours(offered: Any, study: Path) -> None:
    offered("asr_harness.claims")
    assert [kind.key for kind in claim_kinds()][-2:] == ["C12", "C13"]
    assert "Outsiders agree." in render(gather([load_run(study)]))


def test_a_metric_from_outside_is_a_column_and_has_a_history(offered: Any, study: Path) -> None:
    offered("asr_harness.metrics")
    run = load_run(study)
    assert "| `n_hours` | hours of audio |" in as_markdown()
    assert table([run])["n_hours"][0] == 40 / 3600
    known = summarised([run], (METRIC.key, NOT_JUDGED))
    assert METRIC.key in known[0].columns[NOT_JUDGED][0]
    assert case_histories(known, commit_points(known), METRIC)[0].values == (40 / 3600,)
