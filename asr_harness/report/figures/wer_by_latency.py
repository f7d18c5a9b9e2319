"""WER against latency, a panel for each length: figure 4 of the study."""

from asr_harness.report.figures.axes import LATENCY, LATENCY_ENDS, TALKS
from asr_harness.report.figures.base import Figure, FigureData, FigureKind, Panel
from asr_harness.report.figures.devices import absent, name_of
from asr_harness.report.figures.wer_by_cost import across_words, wer_against


def draw(data: FigureData) -> Figure:
    """Draw a panel for each device and bucket."""
    cases, panels = data.cases, []
    for (device, bucket), rows in cases.groupby(["device", "bucket"], sort=False):
        missing = absent(rows, ("wer", "latency_s"))
        chart = missing or wer_against(cases, rows, LATENCY, LATENCY_ENDS)
        panels.append(Panel(f"{name_of(device)}, {bucket}", chart))
    return Figure(
        FIGURE.key,
        "WER against latency",
        f"A point for each model, towards the lower left is better. {TALKS} {across_words(cases)}",
        joined(panels),
        study="4",
    )


def joined(panels: list[Panel]) -> tuple[Panel, ...]:
    """Say the same reason once for all panels of a device rather than in each."""
    kept: list[Panel] = []
    for panel in panels:
        device = panel.title.partition(",")[0]
        same = next(
            (
                i
                for i, other in enumerate(kept)
                if other.chart == panel.chart and other.title.startswith(device)
            ),
            None,
        )
        if same is None:
            kept.append(panel)
        else:
            kept[same] = Panel(device, panel.chart)
    return tuple(kept)


FIGURE = FigureKind("wer-by-latency", 40, draw)
