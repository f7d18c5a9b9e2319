"""Variants against the baseline of the same cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.cells import measured
from asr_harness.report.figures import drawing
from asr_harness.report.figures.axis import PLAIN
from asr_harness.report.figures.devices import name_of
from asr_harness.report.figures.drawing import Figure, Missing, Panel

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

AXES = ["model", "device", "bucket", "batch_size"]
LIKE = ["environment", "data", "weights", "slice_audio_s"]
BASELINE = "baseline"
CHANGES = (
    ("latency_ratio", "latency over the baseline's (ratio)", "log"),
    ("energy_ratio", "energy over the baseline's (ratio)", "log"),
    ("wer_points", "WER less the baseline's (points)", "linear"),
)


def variants(cells: pd.DataFrame) -> Figure:
    """Draw the change of latency, energy and WER that each variant brings."""
    pairs = paired(measured(cells))
    panels: list[Panel] = []
    if not len(pairs):
        panels.append(Panel("all devices", Missing("no variant was measured beside its baseline")))
    for device, rows in pairs.groupby("device", sort=False):
        for column, title, scale in CHANGES:
            word = title.split()[0]
            known = rows.dropna(subset=[column])
            chart = (
                _draw(cells, known, column, title, scale)
                if len(known)
                else Missing(f"{word} was not measured")
            )
            panels.append(Panel(f"{name_of(device)}, {word}", chart))
    return Figure(
        "variants",
        "Variants against the baseline",
        "A point for each cell that ran both ways; left of the line is cheaper, or better.",
        tuple(panels),
    )


def paired(done: pd.DataFrame) -> pd.DataFrame:
    """Put each variant's cell beside its baseline's, of one machine and slice: ratios, and points of WER."""
    wanted = [*AXES, *LIKE, "variant", "latency_s", "energy_per_utterance_j", "wer"]
    base = done[done["variant"] == BASELINE][wanted].drop(columns="variant")
    other = done[done["variant"] != BASELINE][wanted]
    pairs = other.merge(base, on=[*AXES, *LIKE], suffixes=("", "_base"))
    return pairs.assign(
        latency_ratio=pairs["latency_s"] / pairs["latency_s_base"],
        energy_ratio=pairs["energy_per_utterance_j"] / pairs["energy_per_utterance_j_base"],
        wer_points=100 * (pairs["wer"] - pairs["wer_base"]),
    )


def _draw(cells: pd.DataFrame, rows: pd.DataFrame, column: str, title: str, scale: str) -> alt.LayerChart:
    import altair as alt

    neutral = 1 if scale == "log" else 0
    rows = rows.assign(neutral=neutral)
    x = alt.X(
        f"{column}:Q",
        title=title,
        scale=alt.Scale(type=scale, nice=False, padding=16),
        axis=alt.Axis(format=PLAIN, tickCount=5),
    )
    points = (
        alt.Chart()
        .mark_point(size=40)
        .encode(
            x=x,
            y=alt.Y("variant:N", title=None),
            yOffset=alt.YOffset("model:N", sort=drawing.models(cells)),
            color=drawing.model_colour(cells),
            shape=drawing.model_shape(cells),
            tooltip=drawing.tips((*AXES, "variant"), **{column: ".3~g"}),
        )
    )
    rule = alt.Chart().mark_rule(color="#8A8A8A", strokeDash=[4, 3]).encode(x=alt.X("neutral:Q", title=title))
    chart = alt.layer(rule, points, data=drawing.inline(rows, [*AXES, "variant", column, "neutral"]))
    return drawing.controlled(chart, cells, ())
