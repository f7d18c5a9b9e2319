"""The page under a finger and on paper: `pip install playwright`, with this machine's Chromium."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from asr_harness.report.content import gather
from asr_harness.report.page import render
from asr_harness.schema import load_run
from tests.report import made_up
from tools.pictures.browser import PHONE, browser, find, opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytest.importorskip("playwright")
pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(find() is None, reason="no Chromium on this machine"),
    # asyncio's event loop of playwright's driver
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]

FIGURE = "#latency-along-audio"
OVERLAPS = """() => {
  const bar = document.querySelector(".controls").getBoundingClientRect();
  return { top: bar.top, bottom: bar.bottom, names: document.querySelectorAll(".chip").length };
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("page")
    small: dict[str, Any] = {"models": ("whisper-tiny", "whisper-base"), "devices": ("cpu",)}
    runs = [
        load_run(made_up.write_study(folder / f"{i}.json", seed=i, batch_sizes=(1, 4), **small))
        for i in range(3)
    ]
    path = folder / "page.html"
    path.write_text(render(gather(runs)), "utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as made:
        yield made


@pytest.fixture
def phone(chromium: Browser, address: str) -> Iterator[Page]:
    page = opened(chromium, address, width=PHONE, height=844)
    yield page
    page.context.close()


def test_a_tap_on_a_point_shows_its_values_with_units_and_a_legend_is_in_view(phone: Page) -> None:
    phone.locator(FIGURE).scroll_into_view_if_needed()
    phone.locator(f"{FIGURE} .mark-symbol path").first.tap(force=True)
    tip = phone.locator("#vg-tooltip-element.visible")
    tip.wait_for()
    words = tip.inner_text()
    assert re.search(r"model\s+whisper-", words)
    assert re.search(r"latency \(s\)\s+[\d.]+", words)
    bar = phone.evaluate(OVERLAPS)
    assert bar["names"] == 2
    assert bar["top"] == 0
    assert bar["bottom"] < 844 / 4


def test_paper_has_the_settings_and_models_of_each_figure_and_no_controls(
    chromium: Browser, address: str
) -> None:
    page = opened(chromium, f"{address}?batch_size=4", width=1280, height=1000)
    page.emulate_media(media="print")
    for control in (".controls", "#filter", "nav"):
        assert not page.locator(control).first.is_visible()
    figure = page.locator(FIGURE)
    assert "batch size 4" in figure.locator(".settings").inner_text()
    assert figure.locator(".legend").is_visible()
    assert figure.locator(".legend span").all_inner_texts() == ["●whisper-tiny", "■whisper-base"]
    page.emulate_media(media="screen")
    assert not figure.locator(".legend").is_visible()
    page.context.close()
