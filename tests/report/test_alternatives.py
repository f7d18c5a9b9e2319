"""Texts in the place of figures."""

from asr_harness.report.figures.latency_along_audio import FIGURE
from asr_harness.report.page.alternatives import describe
from tests.report.hand_made import figure_data


def test_a_text_names_the_axes_and_each_model_with_its_span() -> None:
    rows = [
        {
            "model": model,
            "bucket": bucket,
            "latency_s": latency_s,
            "latency_low_s": 0.1,
            "latency_high_s": 9.0,
        }
        for model, bucket, latency_s in (("a", "5s", 1.0), ("a", "15s", 3.0), ("b", "5s", 2.0))
    ]
    drawn = FIGURE.draw(figure_data(rows))
    assert drawn is not None
    said = describe("Latency", drawn.panels[0].chart.to_dict())  # type: ignore[union-attr]
    assert said == "Latency: latency per utterance (s) against audio length (s); a 1 to 3; b 2"
