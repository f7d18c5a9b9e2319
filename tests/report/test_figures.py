"""Figures from cases: what is drawn, what is missing and why."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from asr_harness.judge.price import Price
from asr_harness.judge.price_changes import Change
from asr_harness.report.figures import draw_all, drawable, figure_kinds
from asr_harness.report.figures.base import Figure, FigureData, Missing
from asr_harness.report.figures.drawing import COLOURS, STAGE_COLOURS, inline, model_looks
from asr_harness.report.figures.pareto import on_front
from asr_harness.report.figures.variants import paired
from asr_harness.report.pooled import pooled
from asr_harness.report.table import table
from asr_harness.schema import load_run
from tests.report import hand_made, made_up

STUDY = {"1", "2", "3", "4", "5", "6", "7", "8"}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    path = made_up.write_study(tmp_path_factory.mktemp("study") / "0001_study.json")
    runs = [load_run(path)]
    return pooled(table(runs), runs)


@pytest.fixture(scope="module")
def figures(study: pd.DataFrame) -> dict[str, Figure]:
    return {figure.key: figure for figure in draw_all(FigureData(study, study))}


def spec(figure: Figure, place: int) -> dict[str, Any]:
    chart = figure.panels[place].chart
    assert not isinstance(chart, Missing)
    made: dict[str, Any] = chart.to_dict()
    return made


def rows(made: dict[str, Any]) -> list[dict[str, Any]]:
    (values,) = made["datasets"].values() if "datasets" in made else (made["data"]["values"],)
    return list(values)


def test_every_figure_of_the_study_is_there(figures: dict[str, Figure]) -> None:
    assert {figure.study for figure in figures.values()} >= STUDY
    assert list(figures) == [kind.key for kind in figure_kinds() if kind.key != "history"]


def test_a_figure_has_a_panel_for_each_device(figures: dict[str, Figure]) -> None:
    assert [panel.title for panel in figures["latency-along-audio"].panels] == ["CPU", "GPU"]


def test_wer_against_latency_has_a_panel_for_each_length(figures: dict[str, Figure]) -> None:
    titles = [panel.title for panel in figures["wer-by-latency"].panels]
    assert titles[-4:] == ["GPU, 5s", "GPU, 15s", "GPU, 30s", "GPU, 60s"]


def test_energy_without_a_counter_says_so(figures: dict[str, Figure]) -> None:
    chart = figures["energy-along-audio"].panels[0].chart
    assert chart == Missing("energy was not measured: energy of cpu is unmeasured: made up to be so")


def test_a_device_that_no_case_ran_on_says_why() -> None:
    lost = {"device": "cuda", "outcome": "unavailable", "reason": "no cuda device"}
    drawn = draw_all(
        hand_made.figure_data([{"latency_s": 1.0, "latency_low_s": 1.0, "latency_high_s": 1.0}, lost])
    )
    assert drawn[1].panels[1].chart == Missing("no case ran here: no cuda device")


def test_latency_is_on_a_log_axis_with_its_unit(figures: dict[str, Figure]) -> None:
    encoding = spec(figures["latency-along-audio"], 0)["layer"][0]["encoding"]
    assert encoding["y"]["scale"]["type"] == "log"
    assert encoding["y"]["title"] == "latency per utterance (s)"
    assert encoding["x"]["title"] == "audio length (s)"


def test_a_model_has_one_colour_throughout(study: pd.DataFrame, figures: dict[str, Figure]) -> None:
    scales = set()
    for figure in figures.values():
        for panel in figure.panels:
            if figure.by_model and not isinstance(panel.chart, Missing):
                found = json.dumps(panel.chart.to_dict())
                assert COLOURS[0] in found
                scales.add(tuple(models_in(panel.chart.to_dict())))
    assert scales == {tuple(dict.fromkeys(study["model"]))}


def models_in(made: dict[str, Any]) -> list[str]:
    """Find the domain of the colour scale, wherever layers nest it."""
    if "encoding" in made and "model" in str(made["encoding"].get("color", {}).get("field")):
        return list(made["encoding"]["color"]["scale"]["domain"])
    return next((found for layer in made.get("layer", ()) if (found := models_in(layer))), [])


def test_points_carry_intervals(figures: dict[str, Figure]) -> None:
    marks = [layer["mark"]["type"] for layer in spec(figures["latency-along-audio"], 0)["layer"]]
    assert marks[:3] == ["line", "rule", "point"]
    assert "5–95 % of the rounds of one run" in figures["latency-along-audio"].caption


def test_wer_against_latency_carries_the_intervals_of_both(figures: dict[str, Figure]) -> None:
    encodings = [layer["encoding"] for layer in spec(figures["wer-by-latency"], 0)["layer"]]
    assert [e["y2"]["field"] for e in encodings if "y2" in e] == ["wer_high"]
    assert [e["x2"]["field"] for e in encodings if "x2" in e] == ["latency_high_s"]


@pytest.mark.parametrize(
    ("key", "place", "ends"),
    [
        ("pareto", 0, {"latency_high_s", "wer_high"}),
        ("pareto", 3, {"high", "wer_high"}),
        ("roofline", 0, {"gflops_high"}),
        ("stage-latency", 0, {"high"}),
        ("stage-latency", 2, {"high"}),
        ("stage-energy", 1, {"high"}),
        ("variants", 2, {"high"}),
    ],
)
def test_points_beyond_the_study_carry_intervals_too(
    key: str, place: int, ends: set[str], figures: dict[str, Figure]
) -> None:
    found = list(encodings_in(spec(figures[key], place)))
    assert {e[to]["field"] for e in found for to in ("x2", "y2") if to in e} == ends


def encodings_in(made: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield made.get("encoding", {})
    for layer in made.get("layer", ()):
        yield from encodings_in(layer)


def test_bars_of_a_front_have_the_colours_of_their_models(figures: dict[str, Figure]) -> None:
    found = [e for e in encodings_in(spec(figures["pareto"], 0)) if "x2" in e or "y2" in e]
    assert [e["color"]["field"] for e in found] == ["model", "model"]


def test_a_front_of_energy_has_joules_of_an_utterance_at_the_ends_of_its_bars() -> None:
    case = {"wer": 0.1, "energy_per_utterance_j": 50.0, "energy_low_j": 9.0, "energy_high_j": 11.0}
    drawn = {figure.key: figure for figure in draw_all(hand_made.figure_data([{**case, "audio_s": 5.0}]))}
    (row,) = rows(spec(drawn["pareto"], 1))
    assert (row["low"], row["high"]) == (45, 55)


def test_a_share_ends_where_the_rest_begins() -> None:
    shares = {"preprocess": (0.1, 0.08, 0.12), "encode": (0.5, 0.4, 0.6), "decode": (0.4, 0.3, 0.5)}
    columns = ("share", "share_low", "share_high")
    case = {f"{s}_{name}": v for s, of in shares.items() for name, v in zip(columns, of, strict=True)}
    drawn = {figure.key: figure for figure in draw_all(hand_made.figure_data([{**case, "encode_s": 1.0}]))}
    lines = [(row["stage"], row["low"], row["high"]) for row in rows(spec(drawn["stage-latency"], 1))]
    assert lines == [("preprocess", 0.08, 0.12), ("encode", None, None), ("decode", 0.5, 0.7)]


def test_padding_says_why_it_has_no_bars(figures: dict[str, Figure]) -> None:
    assert figures["padding"].caption.endswith("exact for these utterances: no bars.")


def test_a_wide_interval_leaves_the_points_readable() -> None:
    wide = {"latency_s": 1.0, "latency_low_s": 1e-6, "latency_high_s": 1e6}
    drawn = {
        figure.key: figure for figure in draw_all(hand_made.figure_data([wide, {**wide, "bucket": "15s"}]))
    }
    domain = spec(drawn["latency-along-audio"], 0)["layer"][0]["encoding"]["y"]["scale"]["domain"]
    assert domain == pytest.approx([0.2 / 1.12, 5 * 1.12])


def test_no_two_models_look_alike_though_colours_come_again() -> None:
    looks = model_looks(hand_made.cases([{"model": f"m{i}"} for i in range(60)]))
    assert len(set(looks.values())) == 60
    assert [colour for colour, _ in looks.values()][:9] == [*COLOURS, COLOURS[0]]


def test_the_roofline_says_which_mark_is_which_stage(figures: dict[str, Figure]) -> None:
    assert figures["roofline"].caption.startswith("Circles: encode; triangles: decode.")


def test_a_stage_has_no_colour_of_a_model() -> None:
    assert not set(STAGE_COLOURS.values()) & set(COLOURS)


def test_a_missing_cell_is_a_row_without_a_value_and_a_word(figures: dict[str, Figure]) -> None:
    made = spec(figures["latency-along-audio"], 0)
    lost = [row for row in rows(made) if row["outcome"] == "unavailable"]
    assert len(lost) == 5
    assert all(row["latency_s"] is None and row["bucket_audio_s"] == 29 for row in lost)
    assert any(layer["mark"]["type"] == "text" for layer in made["layer"])


def test_the_front_keeps_what_nothing_beats() -> None:
    points = [(1.0, 0.2), (2.0, 0.1), (3.0, 0.3), (2.0, 0.1), (2.0, 0.2)]
    assert on_front(points) == [True, True, False, True, False]


def test_each_machine_has_its_own_front() -> None:
    here = {"latency_s": 1.0, "wer": 0.1, "environment": "1"}
    there = {"latency_s": 2.0, "wer": 0.2, "environment": "2", "model": "other"}
    drawn = {figure.key: figure for figure in draw_all(hand_made.figure_data([here, there]))}
    found = rows(spec(drawn["pareto"], 0))
    assert [(row["front"], row["kind"]) for row in found] == [(True, 0), (True, 1)]


def test_a_line_does_not_join_cells_of_two_machines() -> None:
    latency = {"latency_s": 1.0, "latency_low_s": 0.9, "latency_high_s": 1.1}
    rows_ = [
        {**latency, "bucket": bucket, "bucket_audio_s": float(bucket[:-1]), "environment": environment}
        for bucket, environment in (("5s", "1"), ("15s", "2"), ("30s", "2"), ("60s", "1"))
    ]
    drawn = {figure.key: figure for figure in draw_all(hand_made.figure_data(rows_))}
    made = spec(drawn["latency-along-audio"], 0)
    assert made["layer"][0]["encoding"]["detail"]["field"] == "stretch"
    assert [row["stretch"] for row in rows(made)] == [1, 2, 2, 3]


def test_a_variant_is_held_against_the_baseline_of_its_cell() -> None:
    base = {"latency_s": 2.0, "energy_per_utterance_j": 10.0, "wer": 0.10}
    fp16 = {"latency_s": 1.0, "energy_per_utterance_j": 4.0, "wer": 0.105, "variant": "fp16"}
    other = {"latency_s": 9.0, "variant": "fp16", "bucket": "15s"}
    (pair,) = paired(hand_made.cases([base, fp16, other])).to_dict("records")
    assert pair["latency_change"] == 0.5
    assert pair["energy_change"] == 0.4
    assert pair["wer_change"] == pytest.approx(0.5)


def test_many_variants_and_models_have_room() -> None:
    rows_ = [
        {"model": f"m{i}", "variant": variant, "latency_s": 1.0, "latency_low_s": 1.0, "latency_high_s": 1.0}
        for i in range(6)
        for variant in ("baseline", *"abcdefghi")
    ]
    drawn = {figure.key: figure for figure in draw_all(hand_made.figure_data(rows_))}
    assert spec(drawn["variants"], 0)["height"] == 9 * 6 * 9


def test_a_variant_has_the_change_of_the_paired_test_and_a_point_for_each_case() -> None:
    fp16 = {"latency_s": 1.0, "variant": "fp16"}
    made = hand_made.cases([{"latency_s": 2.0}, fp16])
    change = Change(2.0, 1.0, effect=-0.5, low=-0.6, high=-0.4, is_shown=True)
    price = Price("whisper-tiny", "cpu", "fp16", 4, 1, {"latency": change})
    drawn = {figure.key: figure for figure in draw_all(FigureData(made, made, prices=(price,)))}
    case, model = rows(spec(drawn["variants"], 0))
    assert (case["bucket"], case["value"], case["low"]) == ("5s", 0.5, None)
    assert (model["bucket"], model["value"], model["low"], model["high"]) == ("all cases", 0.5, 0.4, 0.6)


@pytest.mark.parametrize(
    ("key", "word"), [("memory-by-batch", "memory"), ("latency-by-flops", "work"), ("roofline", "intensity")]
)
def test_what_was_not_measured_is_named_in_words(key: str, word: str) -> None:
    drawn = {figure.key: figure for figure in draw_all(hand_made.figure_data([{"latency_s": 1.0}]))}
    assert drawn[key].panels[0].chart == Missing(f"{word} was not measured: the runs do not have it")


@pytest.mark.parametrize("what", [{"environment": "other"}, {"data": "other"}, {"slice_audio_s": 9.0}])
def test_a_variant_on_another_machine_or_slice_is_not_held_against_the_baseline(what: dict[str, Any]) -> None:
    fp16 = {"latency_s": 1.0, "variant": "fp16", **what}
    assert not len(paired(hand_made.cases([{"latency_s": 2.0}, fp16])))


def test_data_has_four_significant_digits_and_no_nan() -> None:
    frame = pd.DataFrame({"x": [1 / 3, 12345.678, float("nan")]})
    assert inline(frame, ["x"]).to_dict()["values"] == [{"x": 0.3333}, {"x": 12350}, {"x": None}]


def test_variants_beyond_what_can_be_drawn_are_named() -> None:
    many = hand_made.cases(
        [{"model": f"m{i}", "variant": variant, "latency_s": 1.0} for variant in "abc" for i in range(600)]
    )
    shown, left_out = drawable(many)
    assert set(shown["variant"]) == {"a", "b"}
    assert left_out == ("c",)


def test_models_beyond_what_can_be_drawn_are_named() -> None:
    many = hand_made.cases([{"model": f"m{i % 3}", "bucket": f"{i}s", "latency_s": 1.0} for i in range(1800)])
    shown, left_out = drawable(many)
    assert len(shown) == 1200
    assert left_out == ("m2",)


def test_a_page_of_a_folder_of_runs_needs_no_repository(tmp_path: Path) -> None:
    path = made_up.write_study(tmp_path / "0001.json", models=("whisper-tiny",), devices=("cpu",))
    rows = table([load_run(path)])
    assert draw_all(FigureData(pooled(rows, [load_run(path)]), rows))
