"""What all figures share: panels, colours, controls, and data as small as a page needs it."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import altair as alt
    import pandas as pd

# Okabe and Ito, Color Universal Design, 2008; black gave way to grey, and each is as light as it may be with
# a contrast of 3:1 to the page both light and dark (WCAG 2.2, 1.4.11).
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#C28600", "#1D9BE2", "#8A8A8A", "#9E9200")
SHAPES = {
    "circle": "●",
    "square": "■",
    "triangle-up": "▲",
    "diamond": "◆",
    "cross": "✚",
    "triangle-down": "▼",
    "triangle-right": "►",
    "stroke": "━",
}
"""Of marks, and as characters for the page's legend."""
STAGE_COLOURS = {"preprocess": "#9E81D9", "encode": "#7456B8", "decode": "#B0508E"}
"""None is a model's; a line in the page's colour keeps them apart for any eye."""

UNITS = {"_per_audio_s_j": "J per second of audio", "_per_s": "per s", "_bytes": "B", "_s": "s", "_j": "J"}
"""Of columns by how their names end."""
HEIGHT = 260
SIGNIFICANT = 4
FAINT = 0.4
"""How strongly bars are drawn where a plot holds many."""

CHOSEN = "chosen_"
CONTROLS = ("batch_size", "variant", "bucket")
"""Columns that the page offers a choice of; each is a parameter of the charts that depend on it."""


def models(cases: pd.DataFrame) -> list[str]:
    """List the models of a report; their order gives their colours."""
    return list(dict.fromkeys(cases["model"]))


def model_looks(cases: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Give each model its colour and shape; where colours come again, they do with other shapes."""
    n, shapes = len(COLOURS), list(SHAPES)
    return {
        model: (COLOURS[i % n], shapes[(i + i // n) % len(shapes)]) for i, model in enumerate(models(cases))
    }


def model_colour(cases: pd.DataFrame) -> alt.Color:
    """One colour per model, the same in every figure."""
    import altair as alt

    looks = model_looks(cases)
    colours = [colour for colour, _ in looks.values()]
    return alt.Color("model:N", title=None, scale=alt.Scale(domain=list(looks), range=colours))


def model_shape(cases: pd.DataFrame) -> alt.Shape:
    """One shape per model, for whom colours are not enough."""
    import altair as alt

    looks = model_looks(cases)
    shapes = [shape for _, shape in looks.values()]
    return alt.Shape("model:N", title=None, scale=alt.Scale(domain=list(looks), range=shapes))


def tips(names: Sequence[str], **formats: str) -> list[alt.Tooltip]:
    """Say on hovering what a mark is: names as they are, then numbers in their formats."""
    import altair as alt

    texts = [alt.Tooltip(f"{name}:N", title=name.replace("_", " ")) for name in names]
    return texts + [
        alt.Tooltip(f"{name}:Q", format=format_, title=with_unit(name)) for name, format_ in formats.items()
    ]


def with_unit(column: str) -> str:
    """Name a column as a reader does, with its unit: `energy per utterance (J)`."""
    for ending, unit in UNITS.items():
        if column.endswith(ending):
            return f"{column.removesuffix(ending).replace('_', ' ')} ({unit})"
    return column.replace("_", " ")


def defaults(cases: pd.DataFrame) -> dict[str, Any]:
    """Choose what the controls show first: the smallest batch, the baseline, the second bucket."""
    variants, buckets = (list(dict.fromkeys(cases[name])) for name in ("variant", "bucket"))
    return {
        "batch_size": int(cases["batch_size"].min()),
        "variant": "baseline" if "baseline" in variants else variants[0],
        "bucket": buckets[min(1, len(buckets) - 1)],
    }


def controlled(chart: alt.LayerChart, cases: pd.DataFrame, controls: Sequence[str]) -> alt.LayerChart:
    """Let the page choose the rows by these columns, and hide models; else the defaults show."""
    import altair as alt

    first = defaults(cases)
    parameters = [alt.param(name=CHOSEN + name, value=first[name]) for name in controls]
    wanted = [f"datum.{name} == {CHOSEN}{name}" for name in controls]
    wanted.append("indexof(hidden, datum.model) < 0")
    # Altair's own way to add these copies the whole chart with each of them.
    made = chart.copy(deep=False)
    made.transform = [*_listed(made.transform), alt.FilterTransform(" && ".join(wanted))]
    made.width, made.height = "container", HEIGHT
    first_layer, *others = made.layer
    made.layer = [first_layer.add_params(alt.param(name="hidden", value=[]), *parameters), *others]
    return made.copy(deep=False)


def _listed(transforms: Any) -> list[Any]:
    return transforms if isinstance(transforms, list) else []


def inline(frame: pd.DataFrame, columns: Sequence[str]) -> Any:
    """Put columns into a chart, to four significant digits."""
    import altair as alt

    rows = frame[list(dict.fromkeys(columns))].to_dict("records")
    plain = ({name: _plain(value) for name, value in row.items()} for row in rows)
    # Charts are copied with each part that is added to them: a list, but no tuple, with all that is in it.
    return alt.InlineData(values=tuple(plain))


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        if not isfinite(value):
            return None
        rounded = float(f"{value:.{SIGNIFICANT}g}")
        return int(rounded) if rounded.is_integer() else rounded
    return value
