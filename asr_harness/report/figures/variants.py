"""Variants against the baseline of the same case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from asr_harness.report.figures import drawing
from asr_harness.report.figures.axis import PLAIN, Axis
from asr_harness.report.figures.base import Figure, FigureData, FigureKind, Missing, Panel
from asr_harness.report.figures.devices import name_of
from asr_harness.report.figures.drawing import FAINT
from asr_harness.report.figures.trend import Ends, bars, reach
from asr_harness.report.pooled import CONDITIONS, measured

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

AXES = ["model", "device", "bucket", "batch_size"]
ENDS = ["latency_low_s", "latency_high_s", "energy_low_j", "energy_high_j", "wer_low", "wer_high"]
BESIDE = [*AXES, *CONDITIONS, "slice_audio_s"]
BASELINE = "baseline"
ROW_HEIGHT = 9
"""Pixels for the points of a model in a variant, so that they do not lie upon the next one's."""
Scale = Literal["linear", "log"]
CHANGES: tuple[tuple[str, str, Scale], ...] = (
    ("latency_ratio", "latency over the baseline's (ratio)", "log"),
    ("energy_ratio", "energy over the baseline's (ratio)", "log"),
    ("wer_points", "WER less the baseline's (points)", "linear"),
)


def draw(data: FigureData) -> Figure:
    """Draw the change of latency, energy and WER that each variant brings."""
    cases = data.cases
    pairs = paired(measured(cases))
    panels: list[Panel] = []
    if not len(pairs):
        panels.append(Panel("all devices", Missing("no variant was measured beside its baseline")))
    for device, rows in pairs.groupby("device", sort=False):
        for column, title, scale in CHANGES:
            word = title.split()[0]
            known = rows.dropna(subset=[column])
            chart = (
                _draw(cases, known, column, title, scale)
                if len(known)
                else Missing(f"{word} was not measured")
            )
            panels.append(Panel(f"{name_of(device)}, {word}", chart))
    return Figure(
        FIGURE.key,
        "Variants against the baseline",
        "A point for each case that ran both ways; left of the line is cheaper, or better. Bars: as far as "
        "the intervals of both cases allow.",
        tuple(panels),
    )


def paired(done: pd.DataFrame) -> pd.DataFrame:
    """Put each variant's case beside its baseline's, of one machine and slice: ratios, and points of WER."""
    wanted = [*BESIDE, "variant", "latency_s", "energy_per_utterance_j", "wer", *ENDS]
    base = done[done["variant"] == BASELINE][wanted].drop(columns="variant")
    other = done[done["variant"] != BASELINE][wanted]
    pairs = other.merge(base, on=BESIDE, suffixes=("", "_base"))
    return pairs.assign(
        latency_ratio=pairs["latency_s"] / pairs["latency_s_base"],
        energy_ratio=pairs["energy_per_utterance_j"] / pairs["energy_per_utterance_j_base"],
        latency_ratio_low=pairs["latency_low_s"] / pairs["latency_high_s_base"],
        latency_ratio_high=pairs["latency_high_s"] / pairs["latency_low_s_base"],
        energy_ratio_low=pairs["energy_low_j"] / pairs["energy_high_j_base"],
        energy_ratio_high=pairs["energy_high_j"] / pairs["energy_low_j_base"],
        wer_points=100 * (pairs["wer"] - pairs["wer_base"]),
        wer_points_low=100 * (pairs["wer_low"] - pairs["wer_high_base"]),
        wer_points_high=100 * (pairs["wer_high"] - pairs["wer_low_base"]),
    )


def _draw(cases: pd.DataFrame, rows: pd.DataFrame, column: str, title: str, scale: Scale) -> alt.LayerChart:
    import altair as alt

    is_ratio = scale == "log"
    rows = rows.assign(neutral=1 if is_ratio else 0)
    ends = f"{column}_low", f"{column}_high"
    along = _ratios(rows, Axis(column, title, "log"), ends) if is_ratio else _points(title)
    base = alt.Chart().encode(
        x=alt.X(f"{column}:Q", **along),
        y=alt.Y("variant:N", title=None),
        yOffset=alt.YOffset("model:N", sort=drawing.models(cases)),
        color=drawing.model_colour(cases),
        tooltip=drawing.tips((*AXES, "variant"), **{column: ".3~g"}),
    )
    points = base.mark_point(size=40).encode(shape=drawing.model_shape(cases))
    rule = alt.Chart().mark_rule(color="#8A8A8A", strokeDash=[4, 3]).encode(x=alt.X("neutral:Q", **along))
    layers = [rule, bars(base, "x", along, ends, FAINT), points]
    shown = [*AXES, "variant", column, "neutral", *ends]
    made = drawing.controlled(alt.layer(*layers, data=drawing.inline(rows, shown)), cases, ())
    n_rows = rows["variant"].nunique() * rows["model"].nunique()
    return made.properties(height=max(drawing.HEIGHT, ROW_HEIGHT * n_rows))


def _ratios(rows: pd.DataFrame, axis: Axis, ends: Ends) -> dict[str, Any]:
    import pandas as pd

    return axis.options(pd.concat([reach(rows, axis, ends), rows["neutral"]]))


def _points(title: str) -> dict[str, Any]:
    import altair as alt

    scale, axis = alt.Scale(nice=False, padding=16), alt.Axis(format=PLAIN, tickCount=5)
    return {"title": title, "scale": scale, "axis": axis}


FIGURE = FigureKind("variants", 140, draw)
