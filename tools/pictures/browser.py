"""A headless Chromium of this machine: pages as pictures, with a finger or a mouse, light or dark."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PHONE = 390
"""Pixels across; narrower than this a screen has a finger."""
DRAWN = "() => !document.getElementById('report-data') || document.documentElement.dataset.drawn"
TIMEOUT_MS = 120_000
"""Of a page with many figures, on a machine with other work."""


def find() -> str | None:
    """Find a browser of the Chromium kind."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def browser() -> Iterator[Browser]:
    """Start the browser. Raises SystemExit where there is none."""
    from playwright.sync_api import sync_playwright

    path = find()
    if path is None:
        raise SystemExit(f"none of {', '.join(NAMES)} is installed; apt-get install chromium")
    with sync_playwright() as started:
        made = started.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield made
        made.close()


def opened(made: Browser, address: str, *, width: int, height: int, is_dark: bool = False) -> Page:
    """Open a page on a screen of a size, and wait until its figures are drawn."""
    is_phone = width <= PHONE
    context = made.new_context(
        viewport={"width": width, "height": height},
        has_touch=is_phone,
        is_mobile=is_phone,
        device_scale_factor=2 if is_phone else 1,
        color_scheme="dark" if is_dark else "light",
    )
    page = context.new_page()
    page.set_default_timeout(TIMEOUT_MS)
    page.goto(address)
    page.wait_for_function(DRAWN)
    return page
