"""How long a whole batch waits."""

from asr_harness.report.figures.axes import LENGTH
from asr_harness.report.figures.axis import Axis
from asr_harness.report.figures.base import Figure, FigureData, FigureKind
from asr_harness.report.figures.devices import by_device
from asr_harness.report.figures.trend import trend

P95 = Axis("request_p95_s", "latency of a request (s)", "log")
ENDS = ("request_p50_s", "request_p99_s")


def draw(data: FigureData) -> Figure:
    """Draw the 95th percentile, with the 50th and the 99th as the ends of its bar."""
    cases = data.cases
    return Figure(
        FIGURE.key,
        "Latency of requests: p50, p95, p99",
        "What a batch waits from audio to text, over all batches of all rounds. Point: p95; bar: p50 to p99.",
        by_device(cases, lambda rows: trend(cases, rows, LENGTH, P95, ends=ENDS), "request_p95_s"),
    )


FIGURE = FigureKind("request-latency", 100, draw)
