"""The page in a real browser: nothing complains, every figure has marks, clicks filter; runs are made up."""

import json
import re
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from asr_harness.report.content import gather
from asr_harness.report.page import render
from asr_harness.report.page.commits import marks_of_other_commits
from asr_harness.report.page.differences import Differences, Transcript
from asr_harness.report.page.models import model_data, models_section
from asr_harness.report.page.summary import quick
from asr_harness.schema import RunFile, load_run
from tests.report import chromium, made_up

needs_browser = pytest.mark.skipif(chromium.find() is None, reason="no Chromium on this machine")

SMALL: dict[str, Any] = {
    "models": ("whisper-tiny", "whisper-medium", "wav2vec2-base-960h"),
    "batch_sizes": (1, 8, 32),
}

LOOK = """
  const charts = [...document.querySelectorAll(".chart")];
  const marks = (chart) => chart.querySelectorAll(
    ".role-mark path, .role-mark line, .role-mark text").length;
  const rows = () => document.querySelectorAll("#case-table tbody tr").length;
  const column = (place) => [...document.querySelectorAll(`#case-table td:nth-child(${place})`)]
    .map((cell) => cell.textContent);
  const total = () => charts.reduce((sum, chart) => sum + marks(chart), 0);
  const empty = charts.filter((chart) => !marks(chart)).map((chart) => chart.id);
  const before = { rows: rows(), marks: total() };
  const chip = document.querySelector(".chip");
  chip.click();
  await pause(1000);
  const hidden = { rows: rows(), marks: total(), models: [...new Set(column(1))] };
  chip.click();
  await pause(1000);
  const again = { rows: rows(), marks: total() };
  const filter = document.getElementById("filter");
  filter.value = "wav2vec2 cuda 15s";
  filter.dispatchEvent(new Event("input"));
  const filtered = column(1);
  filter.value = "5s b1 CUDA";
  filter.dispatchEvent(new Event("input"));
  const whole = [column(3), column(4)].map((values) => [...new Set(values)].join());
  filter.value = "";
  filter.dispatchEvent(new Event("input"));
  const head = (title) => [...document.querySelectorAll("#case-table th")]
    .find((cell) => cell.textContent.startsWith(title));
  const costs = head("energy").getBoundingClientRect().right;
  head("batch").querySelector("button").click();
  const up = column(4);
  head("batch").querySelector("button").click();
  const down = column(4);
  const titles = [...document.querySelectorAll("#case-table th")].map((cell) => cell.textContent);
  const batch = document.querySelector("select[data-column=batch_size]");
  const memory = document.getElementById("latency-along-audio-0").innerHTML;
  batch.value = "8";
  batch.dispatchEvent(new Event("change"));
  await pause(1000);
  const redrawn = document.getElementById("latency-along-audio-0").innerHTML !== memory;
  return { titles, costs, empty, before, hidden, again, filtered, whole, up, down, redrawn,
    n_charts: charts.length,
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth };
"""


def load_all(folder: Path) -> list[RunFile]:
    return [load_run(path) for path in sorted(folder.glob("*.json"))]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    made_up.write_study(folder / "0001_a.json", commit="a" * 40, hour=1, **SMALL)
    made_up.write_study(folder / "0002_b.json", commit="b" * 40, hour=2, seed=1, torch="2.14.0", **SMALL)
    path = folder / "page.html"
    path.write_text(render(gather(load_all(folder))), "utf-8")
    return path


@pytest.fixture(scope="module")
def seen(page: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return chromium.ask(page, LOOK, tmp_path_factory.mktemp("browser"))


@needs_browser
def test_nothing_complains(seen: Any) -> None:
    assert seen["complaints"] == []


@needs_browser
def test_every_figure_has_marks(seen: Any) -> None:
    assert seen["empty"] == []
    assert seen["n_charts"] > 30


@needs_browser
def test_a_click_on_a_model_hides_it_in_table_and_figures(seen: Any) -> None:
    assert seen["before"]["rows"] == 108
    assert seen["hidden"]["rows"] == 72
    assert "whisper-tiny" not in seen["hidden"]["models"]
    assert seen["hidden"]["marks"] < seen["before"]["marks"]


@needs_browser
def test_a_second_click_shows_it_again(seen: Any) -> None:
    assert seen["again"] == seen["before"]


@needs_browser
def test_words_filter_the_table(seen: Any) -> None:
    assert seen["filtered"] == ["wav2vec2-base-960h"] * 6


@needs_browser
def test_a_word_that_is_a_whole_part_is_not_found_inside_others(seen: Any) -> None:
    assert seen["whole"] == ["5s", "1"]


@needs_browser
def test_a_click_on_a_header_sorts_and_a_second_reverses(seen: Any) -> None:
    assert seen["up"] == sorted(seen["up"], key=float)
    assert seen["down"] == sorted(seen["up"], key=float, reverse=True)


@needs_browser
def test_another_batch_size_redraws_the_figures(seen: Any) -> None:
    assert seen["redrawn"]


@needs_browser
def test_every_rate_of_errors_is_in_the_table(seen: Any) -> None:
    assert {"WER", "WER raw", "CER"} <= set(seen["titles"])


@needs_browser
def test_what_a_case_costs_is_seen_without_scrolling(seen: Any) -> None:
    assert 0 < seen["costs"] <= 1280


@needs_browser
def test_a_screen_does_not_scroll_sideways(seen: Any) -> None:
    assert seen["overflow"] <= 0


@pytest.mark.heavy
@needs_browser
def test_on_paper_the_table_of_cases_has_wide_pages(page: Path, tmp_path: Path) -> None:
    printed = chromium.printed(page, tmp_path).read_bytes()
    widths, heights = zip(*re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed), strict=True)
    assert any(float(width) > float(height) for width, height in zip(widths, heights, strict=True))


@needs_browser
def test_a_phone_does_not_scroll_sideways(page: Path, tmp_path: Path) -> None:
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    found = chromium.ask(page, f"return {{ overflow: {wide}, width: innerWidth }};", tmp_path, width=390)
    assert found["width"] == 390
    assert found["overflow"] <= 0


@pytest.mark.heavy
@needs_browser
def test_on_a_phone_changed_transcripts_stand_one_below_the_other(tmp_path: Path) -> None:
    path = made_up.write_study(tmp_path / "a.json", **{**SMALL, "batch_sizes": (1,)})
    before, after = (" ".join(f"made up {noun} number {i}" for i in range(9)) for noun in ("words", "birds"))
    changed = Transcript("whisper-tiny-cpu-5s-b1-baseline", "u0", "0 → 9 of 36", before, after)
    compared = Differences("REGRESSION", "a → b", (), (), (changed,))
    page = tmp_path / "page.html"
    page.write_text(render(gather([load_run(path)], differences=compared)), "utf-8")
    ends = """const cells = [...document.querySelectorAll(".texts td")];
      return { ends: cells.map((cell) => cell.getBoundingClientRect().right) };"""
    found = chromium.ask(page, ends, tmp_path, width=390)["ends"]
    assert found
    assert max(found) <= 390


def test_nothing_is_fetched(page: Path) -> None:
    html = page.read_text("utf-8")
    ours = re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL)
    assert not re.findall(r"""(?:src|href)=["'](?!#|data:)""", ours)
    assert "@import" not in ours
    assert "url(" not in ours


def test_what_a_run_says_cannot_become_markup(tmp_path: Path) -> None:
    path = made_up.write_study(tmp_path / "0001_a.json", **{**SMALL, "models": ("whisper-base",)})
    path.write_text(path.read_text("utf-8").replace("made unavailable", "</script><b>x"), "utf-8")
    path.write_text(path.read_text("utf-8").replace("Made-Up OS", "</script><b>x"), "utf-8")
    assert "</script><b>x" not in render(gather([load_run(path)]))


@needs_browser
def test_a_name_of_a_model_cannot_become_markup_nor_stop_a_figure(tmp_path: Path) -> None:
    path = made_up.write_study(tmp_path / "0001_a.json", **{**SMALL, "models": ("whisper-tiny",)})
    name = """a'"\\</script><img src=x onerror="document.title='broken'">`ü日本"""
    path.write_text(path.read_text("utf-8").replace("whisper-tiny", json.dumps(name)[1:-1]), "utf-8")
    page = tmp_path / "page.html"
    page.write_text(render(gather([load_run(path)])), "utf-8")
    look = """const charts = [...document.querySelectorAll(".chart")];
      const empty = charts.filter((chart) => !chart.querySelector("svg")).length;
      return { images: document.images.length, empty, title: document.title,
        chip: document.querySelector(".chip").dataset.model };"""
    seen = chromium.ask(page, look, tmp_path)
    assert seen == {"images": 0, "empty": 0, "title": "asr-harness: aaaaaaa", "chip": name, "complaints": []}


def test_the_summary_says_which_cases_are_of_which_commit(tmp_path: Path) -> None:
    one = {**SMALL, "models": ("whisper-tiny",), "devices": ("cpu",), "batch_sizes": (1,)}
    made_up.write_study(tmp_path / "0001.json", commit="a" * 40, **one)
    made_up.write_study(tmp_path / "0002.json", commit="b" * 40, hour=2, **{**one, "buckets": ("5s",)})
    html = render(gather(load_all(tmp_path)))
    assert "that ran it: bbbbbbb 1, aaaaaaa 3" in html
    assert "+ with uncommitted changes" not in html
    saved = json.loads((tmp_path / "0001.json").read_text("utf-8"))
    saved["commit_info"]["dirty"] = True
    (tmp_path / "0001.json").write_text(json.dumps(saved), "utf-8")
    assert "+ with uncommitted changes" in render(gather(load_all(tmp_path)))


def test_what_is_not_of_the_newest_commit_is_marked_where_it_is_shown(tmp_path: Path) -> None:
    one: dict[str, Any] = {"models": ("whisper-tiny",), "devices": ("cpu",), "batch_sizes": (1,)}
    made_up.write_study(tmp_path / "1.json", commit="c" * 40, hour=1, buckets=("15s",), **one)
    made_up.write_study(tmp_path / "2.json", commit="d" * 40, hour=2, buckets=("5s",), **one)
    content = gather(load_all(tmp_path))
    older = marks_of_other_commits(content.cases, content.newest_label)
    assert older == {"whisper-tiny-cpu-15s-b1-baseline": " (of ccccccc)"}
    rows = model_data(content.drawn, older)["rows"]
    assert {(row[0], row[4]) for row in rows} == {("15s", "baseline (of ccccccc)"), ("5s", "baseline")}
    alone = quick(content.cases[content.cases["bucket"] == "15s"], older)
    assert all("-15s-b1-baseline (of ccccccc)" in tile for tile in alone)
    # One case alone competes for each use: nothing is to be taken rather than another.
    assert content.picks == ()
    assert "Which to take" not in models_section(content.picks, [], older)


def test_a_run_that_measured_nothing_still_makes_a_page(tmp_path: Path) -> None:
    path = made_up.write_study(
        tmp_path / "0001.json", models=("whisper-base",), devices=("cpu",), buckets=("30s",)
    )
    html = render(gather([load_run(path)]))
    assert "no case ran here: made unavailable" in html


def test_a_full_study_is_under_5_mb_and_takes_under_20_s_of_one_core(tmp_path: Path) -> None:
    path = made_up.write_study(tmp_path / "0001_study.json")
    taken_s: list[float] = []
    while not taken_s or (taken_s[-1] > 20 and len(taken_s) < 3):  # a core that is shared may be slow once
        began = process_time()
        content = gather([load_run(path)])
        html = render(content)
        taken_s.append(process_time() - began)
    assert min(taken_s) < 20
    assert len(content.cases) == 360
    assert len(html.encode()) < 5e6
