"""Figures as files, without a browser."""

from pathlib import Path

from asr_harness.report.figures import latency_along_audio
from asr_harness.report.figures.base import Figure, Missing, Panel
from asr_harness.report.images import write_images
from tests.report.hand_made import figure_data

ROW = {"latency_s": 1.0, "latency_low_s": 0.9, "latency_high_s": 1.1, "bucket_audio_s": 5.0}


def test_a_figure_is_a_png_and_an_svg(tmp_path: Path) -> None:
    figure = latency_along_audio.draw(figure_data([ROW, {**ROW, "bucket": "15s", "bucket_audio_s": 15.0}]))
    png, svg = write_images([figure], tmp_path / "figures")
    assert (png.name, svg.name) == ("latency-along-audio.png", "latency-along-audio.svg")
    assert png.read_bytes().startswith(b"\x89PNG")
    text = svg.read_text("utf-8")
    assert "latency per utterance (s)" in text
    assert "Shown: batch size 1, variant baseline." in text


def test_a_panel_without_data_says_so_in_its_place(tmp_path: Path) -> None:
    figure = Figure("none", "None", "Nothing.", (Panel("GPU", Missing("no case ran here: no device")),))
    _, svg = write_images([figure], tmp_path)
    assert "no case ran here: no device" in svg.read_text("utf-8")
