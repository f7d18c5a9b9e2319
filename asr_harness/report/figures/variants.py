"""Variants against the baseline: a model's change by the paired test, and each of its cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from asr_harness.report.figures import drawing
from asr_harness.report.figures.axis import PLAIN, Axis
from asr_harness.report.figures.base import Figure, FigureData, FigureKind, Missing, Panel
from asr_harness.report.figures.devices import name_of
from asr_harness.report.figures.drawing import FAINT
from asr_harness.report.figures.trend import bars, reach
from asr_harness.report.pooled import CONDITIONS, measured
from asr_harness.report.pricing import BASELINE, LEVEL

if TYPE_CHECKING:
    from collections.abc import Sequence

    import altair as alt
    import pandas as pd

    from asr_harness.judge.price import Price

AXES = ["model", "device", "bucket", "batch_size"]
BESIDE = [*AXES, *CONDITIONS, "slice_audio_s"]
ROW_HEIGHT = 9
"""Pixels for the points of a model in a variant, so that they do not lie upon the next one's."""
Scale = Literal["linear", "log"]
CHANGES: tuple[tuple[str, str, str, Scale], ...] = (
    ("latency", "latency_s", "latency over the baseline's (ratio)", "log"),
    ("energy", "energy_per_utterance_j", "energy over the baseline's (ratio)", "log"),
    ("wer", "wer", "WER less the baseline's (points)", "linear"),
)
"""The metric, its column, the axis and its scale: what is in points is a difference, all else a ratio."""
VALUE, ENDS = "value", ("low", "high")
ALL_CASES = "all cases"


def draw(data: FigureData) -> Figure:
    """Draw the change of latency, energy and WER that each variant brings."""
    cases = data.cases
    pairs = paired(measured(cases))
    panels: list[Panel] = []
    if not len(pairs):
        panels.append(Panel("all devices", Missing("no variant was measured beside its baseline")))
    for device, of_device in pairs.groupby("device", sort=False):
        prices = [one for one in data.prices if one.device == device]
        for metric, _, title, scale in CHANGES:
            word = title.split()[0]
            rows = _rows(of_device, prices, metric, scale)
            chart = _draw(cases, rows, title, scale) if len(rows) else Missing(f"{word} was not measured")
            panels.append(Panel(f"{name_of(device)}, {word}", chart))
    return Figure(
        FIGURE.key,
        "Variants against the baseline",
        "Left of the line is cheaper, or better. Large points: a model's change over all cases that ran both "
        f"ways, by the test that asr-harness price prints; bars: its intervals, {LEVEL} for all of a model "
        "together; a single run has none of time or energy. Small points: single cases.",
        tuple(panels),
    )


def paired(done: pd.DataFrame) -> pd.DataFrame:
    """Put each variant's case beside its baseline's, of one machine and slice, with its changes."""
    wanted = [*BESIDE, "variant", *(column for _, column, _, _ in CHANGES)]
    base = done[done["variant"] == BASELINE][wanted].drop(columns="variant")
    other = done[done["variant"] != BASELINE][wanted]
    pairs = other.merge(base, on=BESIDE, suffixes=("", "_base"))
    changes = {
        f"{metric}_change": pairs[column] / pairs[f"{column}_base"]
        if scale == "log"
        else 100 * (pairs[column] - pairs[f"{column}_base"])
        for metric, column, _, scale in CHANGES
    }
    return pairs.assign(**changes)


def _rows(pairs: pd.DataFrame, prices: Sequence[Price], metric: str, scale: Scale) -> pd.DataFrame:
    """Give a row for each case, and one with an interval for each model's variant, as the axis has it."""
    import pandas as pd

    of_cases = pairs[[*AXES, "variant"]].assign(**{VALUE: pairs[f"{metric}_change"]}).dropna(subset=[VALUE])
    drawn = set(zip(pairs["model"], pairs["variant"], strict=True))
    of_models = [
        {"model": one.model, "device": one.device, "variant": one.variant, "bucket": ALL_CASES,
         **{name: _on_axis(end, scale) for name, end in zip((VALUE, *ENDS), ends, strict=True)}}
        for one in prices
        if (one.model, one.variant) in drawn
        and (change := one.changes.get(metric)) is not None
        and (ends := (change.effect, change.low, change.high))[0] is not None
    ]  # fmt: skip
    rows = pd.DataFrame([*of_cases.to_dict("records"), *of_models])
    return rows.reindex(columns=[*AXES, "variant", VALUE, *ENDS]) if len(rows) else rows


def _on_axis(change: float | None, scale: Scale) -> float | None:
    if change is None:
        return None
    return 1 + change if scale == "log" else 100 * change


def _draw(cases: pd.DataFrame, rows: pd.DataFrame, title: str, scale: Scale) -> alt.LayerChart:
    import altair as alt

    is_ratio = scale == "log"
    rows = rows.assign(neutral=1 if is_ratio else 0)
    along = _ratios(rows, Axis(VALUE, title, "log")) if is_ratio else _points(title)
    base = alt.Chart().encode(
        x=alt.X(f"{VALUE}:Q", **along),
        y=alt.Y("variant:N", title=None),
        yOffset=alt.YOffset("model:N", sort=drawing.models(cases)),
        color=drawing.model_colour(cases),
        tooltip=[
            *drawing.tips((*AXES, "variant")),
            alt.Tooltip(f"{VALUE}:Q", format=".3~g", title=title),
            *(alt.Tooltip(f"{end}:Q", format=".3~g", title=f"{end} end") for end in ENDS),
        ],
    )
    is_model = f"datum.bucket == '{ALL_CASES}'"
    shaped = base.encode(shape=drawing.model_shape(cases))
    single = shaped.transform_filter(f"!({is_model})").mark_point(size=14, opacity=FAINT)
    whole = shaped.transform_filter(is_model).mark_point(size=70, filled=True, opacity=1)
    rule = alt.Chart().mark_rule(color="#8A8A8A", strokeDash=[4, 3]).encode(x=alt.X("neutral:Q", **along))
    layers = [rule, single, bars(base, "x", along, ENDS), whole]
    shown = [*AXES, "variant", VALUE, "neutral", *ENDS]
    made = drawing.controlled(alt.layer(*layers, data=drawing.inline(rows, shown)), cases, ())
    n_rows = rows["variant"].nunique() * rows["model"].nunique()
    return made.properties(height=max(drawing.HEIGHT, ROW_HEIGHT * n_rows))


def _ratios(rows: pd.DataFrame, axis: Axis) -> dict[str, Any]:
    import pandas as pd

    return axis.options(pd.concat([reach(rows, axis, ENDS), rows["neutral"]]))


def _points(title: str) -> dict[str, Any]:
    import altair as alt

    scale, axis = alt.Scale(nice=False, padding=16), alt.Axis(format=PLAIN, tickCount=5)
    return {"title": title, "scale": scale, "axis": axis}


FIGURE = FigureKind("variants", 140, draw)
