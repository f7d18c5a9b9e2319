"""The page under axe-core: `npm install axe-core`; AXE_CORE names its folder if not node_modules/axe-core."""

import os
from pathlib import Path
from typing import Any

import pytest

from asr_harness.judge import Policy
from asr_harness.report.comparing import differences
from asr_harness.report.content import gather
from asr_harness.report.page import render
from asr_harness.schema import load_run
from tests.judge.judging import compare
from tests.report import chromium, made_up

AXE = Path(os.environ.get("AXE_CORE", "node_modules/axe-core")) / "axe.min.js"
SMALL: dict[str, Any] = {
    "models": ("whisper-tiny", "whisper-base"),
    "batch_sizes": (1, 4),
    "devices": ("cpu",),
}
PREFERS_DARK = "@media (prefers-color-scheme: dark)"

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(chromium.find() is None, reason="no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A page of three runs of a commit, and three of one that is twice as slow."""
    folder = tmp_path_factory.mktemp("runs")
    sides = [
        [
            load_run(
                made_up.write_study(
                    folder / f"{name}{i}.json", seed=i + len(name), commit=name * 40, slower=slower, **SMALL
                )
            )
            for i in range(3)
        ]
        for name, slower in (("a", 1.0), ("b", 2.0))
    ]
    compared = differences(compare(*sides), *sides, Policy())
    return render(gather([*sides[0], *sides[1]], differences=compared))


@pytest.mark.skipif(not AXE.is_file(), reason=f"no axe-core at {AXE}: npm install axe-core")
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light")])
def test_axe_has_nothing_serious_to_say(html: str, width: int, scheme: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(html.replace(PREFERS_DARK, "@media all") if scheme == "dark" else html, "utf-8")
    script = (
        AXE.read_text("utf-8")
        + """;
      const found = await axe.run(document, { resultTypes: ["violations"] });
      const serious = found.violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
      return { n_passed: found.passes.length,
        serious: serious.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 120)}`) };"""
    )
    found = chromium.ask(page, script, tmp_path, width=width)
    assert found["n_passed"] > 10
    assert found["serious"] == []


KEYS = """
  const button = document.querySelectorAll("#model-table th button")[3];
  button.focus();
  const before = document.activeElement === button;
  button.click();
  await pause(50);
  const focused = document.activeElement.textContent;
  const cell = document.querySelectorAll("#model-table th")[3];
  const cells = [...document.querySelectorAll("#model-table td:nth-child(4)")];
  const wer = cells.map((one) => parseFloat(one.textContent));
  const batch = document.querySelector("select[data-column=batch_size]");
  const shown = document.querySelector("#latency-along-audio .settings").textContent;
  batch.value = "4";
  batch.dispatchEvent(new Event("change"));
  await pause(1000);
  const says = [...document.querySelectorAll(".chart svg")].map((svg) => svg.getAttribute("aria-label"));
  return { before, focused, wer, says,
    sorted: cell.getAttribute("aria-sort"),
    shown, then: document.querySelector("#latency-along-audio .settings").textContent,
    query: location.search, of: document.getElementById("models-of").textContent,
    banner: document.querySelector(".banner .said").textContent,
    top: getComputedStyle(document.querySelector(".controls")).position };
"""


@pytest.fixture(scope="module")
def seen(html: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("browser")
    page = folder / "page.html"
    page.write_text(html, "utf-8")
    return chromium.ask(page, KEYS, folder, width=390)


def test_tables_sort_by_keyboard_and_the_focus_stays(seen: Any) -> None:
    assert (seen["before"], seen["focused"], seen["sorted"]) == (True, "WER ▴", "ascending")
    assert seen["wer"] == sorted(seen["wer"])


def test_what_is_chosen_stands_in_the_address_the_table_and_under_each_figure(seen: Any) -> None:
    assert seen["query"] == "?batch_size=4&sort_models=3"
    assert seen["of"].endswith(", 4")
    assert "batch size 1" in seen["shown"]
    assert "batch size 4" in seen["then"]


def test_the_banner_is_the_sentence_and_the_legend_stays_in_view_on_a_phone(seen: Any) -> None:
    assert seen["banner"].startswith("REGRESSION: whisper-")
    assert seen["top"] == "sticky"


def test_each_figure_says_in_words_what_it_shows(seen: Any) -> None:
    assert all(len(words) > 8 for words in seen["says"])
    assert any(
        "whisper-base on cpu" in words or "whisper-base (all) +100.0 %" in words for words in seen["says"]
    )
