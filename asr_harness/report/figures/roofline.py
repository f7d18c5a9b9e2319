"""Where each stage stands under the machine's own roof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.figures import drawing
from asr_harness.report.figures.axes import intervals
from asr_harness.report.figures.axis import Axis
from asr_harness.report.figures.base import Figure, FigureData, FigureKind
from asr_harness.report.figures.devices import by_device
from asr_harness.report.figures.trend import bars, reach
from asr_harness.report.pooled import measured

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

KEYS = ("model", "device", "bucket", "batch_size", "variant")
STAGES = ("encode", "decode")
OF_STAGE = ("intensity", "flops_per_s", "roof_share", "bound", "s", "low_s", "high_s")
ENDS = ("gflops_low", "gflops_high")
ABOVE = "Above the roof: data stayed in a cache, or the machine was busier when its peaks were measured."
GIGA = 1e9
INTENSITY = Axis("intensity", "intensity (FLOP/byte)", "log")
SPEED = Axis("gflops_per_s", "speed (GFLOP/s)", "log")


def draw(data: FigureData) -> Figure:
    """Draw achieved speed against arithmetic intensity, and the roof of the baseline's dtype."""
    cases = data.cases
    return Figure(
        FIGURE.key,
        "Roofline by stage",
        "Circles: encode; triangles: decode. Grey: what the machine's measured peaks allow in the baseline's "
        "dtype. Left of its bend memory binds, right of it arithmetic. Bytes are the fewest a stage moves. "
        f"Bars: {intervals(cases)}. {ABOVE}",
        by_device(
            cases, lambda rows: _draw(cases, measured(rows)), "encode_intensity", ("peak_flops_per_s",)
        ),
    )


def _draw(cases: pd.DataFrame, rows: pd.DataFrame) -> alt.LayerChart:
    import altair as alt
    import pandas as pd

    long = _by_stage(rows)
    roof = _roof(rows, long)
    up = SPEED.options(pd.concat([reach(long, SPEED, ENDS), roof["gflops_per_s"]]))
    x = alt.X("intensity:Q", **INTENSITY.options(pd.concat([long, roof])["intensity"]))
    y = alt.Y("gflops_per_s:Q", **up)
    shapes = alt.Scale(domain=list(STAGES), range=["circle", "triangle-up"])
    points = (
        alt.Chart()
        .mark_point(size=50, filled=True, opacity=0.9)
        .encode(
            x=x,
            y=y,
            color=drawing.model_colour(cases),
            shape=alt.Shape("stage:N", title="stage", scale=shapes),
            tooltip=drawing.tips((*KEYS, "stage", "bound"), roof_share=".1%"),
        )
    )
    columns = [*KEYS, "stage", "intensity", "gflops_per_s", *ENDS, "roof_share", "bound"]
    base = alt.Chart().encode(x=x, color=drawing.model_colour(cases))
    chart = alt.layer(bars(base, "y", up, ENDS), points, data=drawing.inline(long, columns))
    chart = drawing.controlled(chart, cases, ("batch_size", "variant"))
    corners = drawing.inline(roof, ["intensity", "gflops_per_s"])
    line = alt.Chart(corners).mark_line(color="#8A8A8A").encode(x=x, y=y)
    return alt.layer(line, chart).properties(width="container", height=drawing.HEIGHT)


def _by_stage(rows: pd.DataFrame) -> pd.DataFrame:
    """Give each stage of each case a row of its own."""
    import pandas as pd

    parts = []
    for stage in STAGES:
        renamed = {f"{stage}_{name}": name for name in OF_STAGE}
        parts.append(rows.rename(columns=renamed)[[*KEYS, *renamed.values()]].assign(stage=stage))
    long = pd.concat(parts).dropna(subset=["intensity"])
    speed = long["flops_per_s"] / GIGA
    low, high = (speed * long["s"] / long[end] for end in ("high_s", "low_s"))
    return long.assign(gflops_per_s=speed, gflops_low=low, gflops_high=high)


def _roof(rows: pd.DataFrame, long: pd.DataFrame) -> pd.DataFrame:
    """Three corners: where points begin, the bend, and where points end."""
    import pandas as pd

    known = rows.dropna(subset=["peak_flops_per_s"])
    usual = known[known["variant"] == "baseline"]
    peaks = (usual if len(usual) else known).iloc[-1]
    rate, bandwidth = peaks["peak_flops_per_s"], peaks["peak_bytes_per_s"]
    corners = sorted({long["intensity"].min() / 2, rate / bandwidth, long["intensity"].max() * 2})
    return pd.DataFrame(
        {"intensity": corners, "gflops_per_s": [min(rate, bandwidth * x) / GIGA for x in corners]}
    )


FIGURE = FigureKind("roofline", 110, draw)
