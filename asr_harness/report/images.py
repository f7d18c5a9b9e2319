"""The figures as PNG and SVG files, drawn without a browser."""

from __future__ import annotations

from functools import partial
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from asr_harness.report.figures.base import Figure, Missing, Panel
from asr_harness.report.figures.drawing import CHOSEN, HEIGHT
from asr_harness.report.writing import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

WIDTH = 420
COLUMNS = 2
FORMATS: Mapping[str, Mapping[str, int]] = {"png": {"scale_factor": 2}, "svg": {}}
MARGIN = 16
CAPTION_WIDTH, PANEL_WIDTH = 120, 62


def write_images(figures: Iterable[Figure], folder: Path) -> list[Path]:
    """Write every figure as PNG and SVG under its key; a panel without data says so in its place."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for drawn in figures:
        chart = _whole(drawn)
        for suffix, options in FORMATS.items():
            path = folder / f"{drawn.key}.{suffix}"
            write_whole(path, partial(_save, chart, options))
            written.append(path)
    return written


def write_image(drawn: Figure, path: Path) -> None:
    """Write one figure as what its name ends with: PNG, SVG, or HTML that fetches nothing."""
    options = FORMATS.get(path.suffix[1:], {"inline": True})
    write_whole(path, partial(_save, _whole(drawn), options))


def _save(chart: Any, options: Mapping[str, Any], path: Path) -> None:
    chart.save(str(path), **options)


def _whole(drawn: Figure) -> Any:
    import altair as alt

    panels = [_panel(panel) for panel in drawn.panels]
    return (
        alt.concat(*panels, columns=COLUMNS)
        .properties(
            title=alt.TitleParams(
                drawn.title, subtitle=wrap(f"{drawn.caption} {_shown(drawn)}", CAPTION_WIDTH)
            )
        )
        .configure(background="white", padding=MARGIN)
    )


def _panel(panel: Panel) -> Any:
    import altair as alt

    if isinstance(panel.chart, Missing):
        words = alt.Chart(alt.InlineData(values=[{}])).mark_text(color="#5b6675", lineBreak="\n")
        lines = "\n".join(wrap(panel.chart.reason, PANEL_WIDTH))
        return words.encode(text=alt.value(lines)).properties(width=WIDTH, height=HEIGHT, title=panel.title)
    chart = panel.chart.copy()
    chart.width = WIDTH
    return chart.properties(title=panel.title)


def _shown(drawn: Figure) -> str:
    """Say what an image without controls shows: the choices that its charts start with."""
    chosen: dict[str, str] = {}
    for panel in drawn.panels:
        parameters = None if isinstance(panel.chart, Missing) else panel.chart.params
        for parameter in parameters if isinstance(parameters, list) else ():
            _, is_choice, column = str(parameter.name).partition(CHOSEN)
            if is_choice:
                chosen[column.replace("_", " ")] = str(parameter.value)
    return f"Shown: {', '.join(f'{name} {value}' for name, value in chosen.items())}." if chosen else ""
