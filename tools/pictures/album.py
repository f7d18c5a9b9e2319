"""Which pictures there are, by the names of their files, and how each is taken."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING

from tools.pictures import browser, comment, screen
from tools.pictures.planted import BEFORE, REGRESSED

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

COLUMNS = 100
BEGIN = """(at) => window.scrollTo(0, document.querySelector(at).offsetTop
  - (at === "body" ? 0 : document.querySelector(".controls").offsetHeight))"""
COLOURS = 256
"""Of a PNG's palette: pages are flat."""
REDUCED = ("benchmarks/", "--asr-models", "ctc-mini", "--asr-buckets", "5s", "--asr-energy", "off")
RUNS = "recordings"


@dataclass
class Studio:
    """Where pictures are taken: the repository that was measured, and a browser."""

    root: Path
    made: Browser
    pages: dict[str, Path] = field(default_factory=dict)

    def output(self, *arguments: str, expected: tuple[int, ...] = (0, 1, 3)) -> str:
        """Give what a command of ours prints. Raises SystemExit where it fails."""
        command = [sys.executable, "-m", "asr_harness", *arguments]
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False)
        if done.returncode not in expected:
            raise SystemExit(f"asr-harness {' '.join(arguments)} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def written(self, *arguments: str) -> bytes:
        """Give what a command of ours writes to a terminal; once, as `ab` takes minutes."""
        folder = self.root / ".benchmarks" / RUNS
        folder.mkdir(parents=True, exist_ok=True)
        kept = folder / f"{arguments[0]}-{COLUMNS}.bytes"
        if arguments[0] != "ab":
            return screen.recorded(COLUMNS, [sys.executable, "-m", "asr_harness", *arguments], self.root)
        if not kept.exists():
            command = [sys.executable, "-m", "asr_harness", *arguments]
            kept.write_bytes(screen.recorded(COLUMNS, command, self.root))
        # The scratch folder has another name each time.
        return kept.read_bytes().replace(f"{self.root}/".encode(), b"")


@dataclass(frozen=True)
class Terminal:
    """What commands draw on a terminal, one below the other, as an SVG; `then` is another command."""

    command: tuple[str, ...]
    shown: str = ""
    then: tuple[str, ...] = ()

    def take(self, studio: Studio) -> bytes:
        """Run the commands, and draw the screen."""
        called = self.shown or f"asr-harness {' '.join(self.command)}"
        written = studio.written(*self.command)
        if self.then:
            prompt = f"\r\n\x1b[1m$ asr-harness {' '.join(self.then)}\x1b[0m\r\n"
            written += prompt.encode() + studio.written(*self.then)
        drawn = screen.drawn(COLUMNS, written)
        return screen.picture(drawn, called, f"asr-harness {self.command[0]}").encode()


@dataclass(frozen=True)
class Comment:
    """The comment on a pull request, as GitHub shows it."""

    is_dark: bool = False
    width: int = 860

    def take(self, studio: Studio) -> bytes:
        """Render the comment's Markdown."""
        markdown = studio.output("compare", BEFORE, REGRESSED, "--format", "markdown")
        path = studio.root / ".benchmarks" / "comment.html"
        path.write_text(comment.page(markdown, is_dark=self.is_dark), "utf-8")
        page = browser.opened(studio.made, path.as_uri(), width=self.width, height=100, is_dark=self.is_dark)
        return small(page.screenshot(full_page=True))


@dataclass(frozen=True)
class Page:
    """The head of the page on a screen of a size, from an element on."""

    width: int
    height: int
    begins_at: str = "body"

    def take(self, studio: Studio) -> bytes:
        """Make the page of all runs, and look at it."""
        path = studio.root / ".benchmarks" / "page.html"
        if not path.exists():
            studio.output("report", "--compare", BEFORE, REGRESSED, "-o", str(path))
        page = browser.opened(studio.made, path.as_uri(), width=self.width, height=self.height)
        page.evaluate(BEGIN, self.begins_at)
        return small(page.screenshot())


def small(png: bytes) -> bytes:
    """Give the picture with a palette."""
    from PIL import Image

    image = Image.open(BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    stream = BytesIO()
    image.save(stream, "PNG", optimize=True)
    return stream.getvalue()


# `ab` comes first: the runs that it saves are among those that the others show.
PICTURES: dict[str, Terminal | Comment | Page] = {
    "ab.svg": Terminal(
        ("ab", BEFORE, REGRESSED, "--budget", "8m", "--", *REDUCED), f"asr-harness ab {BEFORE} {REGRESSED}"
    ),
    "compare.svg": Terminal(("compare", BEFORE, REGRESSED)),
    "history.svg": Terminal(("history",), then=("history", "--judge")),
    "comment.png": Comment(),
    "comment-dark.png": Comment(is_dark=True),
    "page.png": Page(1280, 1000),
    "page-changes.png": Page(1280, 900, "#comparison"),
    "page-phone.png": Page(390, 844),
}
