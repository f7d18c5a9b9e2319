"""The figures' section, and their specifications for the page's script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asr_harness.report.figures.base import NOTHING_RAN, Figure, Missing
from asr_harness.report.figures.drawing import CONTROLS, SHAPES, defaults, model_looks
from asr_harness.report.page.alternatives import describe
from asr_harness.report.page.markup import Html, element, section

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

MANY, FEW = 4, 5
TITLES = {"batch_size": "batch size", "variant": "variant", "bucket": "bucket"}


def figures_section(figures: Sequence[Figure], not_drawn: Sequence[str] = ()) -> Html:
    """Lay out every figure, its panels side by side where there is room."""
    few = ", ".join(not_drawn[:FEW]) + (" and more" if len(not_drawn) > FEW else "")
    note = f"Too many cases to draw: {len(not_drawn)} variants or models are in the tables only ({few})."
    return section("figures", "Figures", element("p", note) if not_drawn else "", *map(figure, figures))


def figure(drawn: Figure) -> Html:
    """One figure; a panel that cannot be drawn says why in its place."""
    panels, notes = [], []
    for place, panel in enumerate(drawn.panels):
        if isinstance(panel.chart, Missing) and panel.chart.reason.startswith(NOTHING_RAN):
            notes.append(element("p", f"{panel.title}: {panel.chart.reason}", class_="soft"))
            continue
        if isinstance(panel.chart, Missing):
            inside = element("p", panel.chart.reason, class_="missing")
        else:
            says = describe(f"{drawn.title}, {panel.title}", panel.spec)
            inside = element("div", id=chart_id(drawn, place), class_="chart", data_says=says)
        panels.append(element("div", element("h4", panel.title), inside, class_="panel"))
    number = element("span", f"figure {drawn.study} of the study", class_="number-of") if drawn.study else ""
    return element(
        "figure",
        element("h3", drawn.title, " ", number),
        element("div", *panels, class_="panels many" if len(panels) > MANY and drawn.by_model else "panels"),
        *notes,
        # The bar above the figures stays in view on a screen; on paper each figure has what it says.
        element("p", class_="legend") if drawn.by_model else "",
        element("p", class_="settings"),
        element("figcaption", drawn.caption),
        id=drawn.key,
    )


def specifications(figures: Sequence[Figure]) -> list[dict[str, Any]]:
    """Give the charts to the page's script: where each goes, and whether the page's legend serves it."""
    return [
        {
            "id": chart_id(drawn, place),
            "byModel": drawn.by_model,
            "spec": slim(panel.spec),
        }
        for drawn in figures
        for place, panel in enumerate(drawn.panels)
        if not isinstance(panel.chart, Missing)
    ]


def slim(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what the page sets for all charts at once."""
    return {name: value for name, value in spec.items() if name not in ("$schema", "config")}


def chart_id(drawn: Figure, place: int) -> str:
    """Name the element of one panel."""
    return f"{drawn.key}-{place}"


def controls(cases: pd.DataFrame) -> Html:
    """The bar above the figures: which models, and which batch size, variant and bucket."""
    chips = [
        element(
            "button",
            element("i", SHAPES[shape], style=f"color:{colour}", aria_hidden="true"),
            model,
            class_="chip",
            type="button",
            data_model=model,
            aria_pressed="true",
        )
        for model, (colour, shape) in model_looks(cases).items()
    ]
    first = defaults(cases)
    choices = [_choice(name, list(dict.fromkeys(cases[name])), first[name]) for name in CONTROLS]
    return element("div", element("div", *chips, class_="chips"), element("div", *choices), class_="controls")


def _choice(name: str, values: list[object], chosen: object) -> Html:
    values = sorted(values) if name == "batch_size" else values  # type: ignore[type-var]
    options = [
        element("option", value, value=str(value), **({"selected": ""} if value == chosen else {}))
        for value in values
    ]
    return element(
        "label", TITLES[name], " ", element("select", *options, data_column=name, data_title=TITLES[name])
    )
