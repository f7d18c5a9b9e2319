"""The figure of latency across commits: a line for each case, corpus and slice, with intervals."""

from typing import Any

import pytest

from asr_harness.report.figures import history
from asr_harness.report.figures.base import FigureData, Missing
from asr_harness.report.history import CommitPoint
from tests.report.hand_made import cases

BASE: dict[str, Any] = {
    "label": "a",
    "environment": "1",
    "data": "d",
    "weights": "w",
    "slice_audio_s": 9.0,
    "latency_s": 2.0,
    "latency_low_s": 1.0,
    "latency_high_s": 4.0,
}
LATER = {**BASE, "label": "b", "latency_s": 3.0, "latency_low_s": 3.0, "latency_high_s": 5.0}


def drawn(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    table = cases(rows)
    timeline = (CommitPoint("a", "1", None), CommitPoint("b", "1", None))
    figure = history.draw(FigureData(table, table, timeline))
    assert figure is not None
    chart = figure.panels[0].chart
    assert not isinstance(chart, Missing)
    made = chart.to_dict()
    return next(iter(made["datasets"].values())) if "datasets" in made else made["data"]["values"]


def test_a_commit_with_one_run_shows_the_spread_of_its_rounds() -> None:
    first, second = drawn(BASE, LATER)
    assert (first["ratio"], first["low"], first["high"]) == (1, 0.5, 2)
    assert (second["ratio"], second["low"], second["high"]) == (1.5, 1.5, 2.5)


def test_a_commit_with_several_runs_shows_the_interval_between_them() -> None:
    # Of 1 and 4 the geometric mean is 2, and the interval 2.9928e-4 to 13365.
    _, second = drawn(BASE, {**LATER, "latency_s": 1.0}, {**LATER, "latency_s": 4.0})
    assert second["ratio"] == 1
    assert (second["low"], second["high"]) == pytest.approx((1.4964e-4, 6682.5), rel=1e-3)


@pytest.mark.parametrize("other", [{"data": "x"}, {"weights": "dummy"}, {"slice_audio_s": 4.0}])
def test_another_corpus_or_slice_is_another_line(other: dict[str, Any]) -> None:
    first, second = drawn(BASE, {**LATER, **other})
    assert first["line"] != second["line"]
    assert second["ratio"] == 1


def test_one_commit_has_no_history() -> None:
    table = cases([BASE])
    assert history.draw(FigureData(table, table, (CommitPoint("a", "1", None),))) is None
