"""The documentation's pictures: each made by the command, shown on a page with words, and light."""

import re
from io import BytesIO
from pathlib import Path

import pytest

from tools.pictures import comment, screen
from tools.pictures.album import PICTURES, small

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "pictures"
SHOWN = re.compile(r"!\[([^\]]+)\]\([\w./]*pictures/([\w.-]+)\)")
MAX_BYTES = 1_500_000


def test_the_command_makes_every_picture_that_there_is() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(PICTURES)


def test_every_picture_is_on_a_page_with_words_for_who_cannot_see_it() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    shown = {name: words for page in pages for words, name in SHOWN.findall(page.read_text("utf-8"))}
    assert set(shown) == set(PICTURES)
    assert min(len(words.split()) for words in shown.values()) > 5


def test_all_pictures_together_are_light() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < MAX_BYTES


def test_a_picture_of_a_terminal_has_its_colours_and_fetches_nothing() -> None:
    written = b"\x1b[31mREGRESSION\x1b[0m: a <b> & c\r\nmore\rMORE\r\n"
    svg = screen.picture(screen.drawn(40, written), "asr-harness compare a b", "asr-harness compare")
    assert "REGRESSION" in svg
    assert "#ff8a80" in svg
    assert "&lt;b&gt;" in svg
    assert "MORE" in svg
    assert "more" not in svg
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")


def test_a_comment_is_rendered_as_github_does_and_cleaned() -> None:
    pytest.importorskip("nh3")
    made = comment.html(
        "**bold**\n\n| a | b |\n| --- | --- |\n| `x` | 1 |\n\n"
        "<details><summary>more</summary>\n\n- one\n\n</details>\n"
        "<script>alert(1)</script><img src=x onerror=alert(1)>"
    )
    assert "<strong>bold</strong>" in made
    assert "<td><code>x</code></td>" in made
    assert re.search(r"<details><summary>more</summary>\s*<ul>\s*<li>one</li>", made)
    assert "alert" not in made


def test_without_the_style_sheet_the_way_out_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comment, "STYLES", tmp_path)
    with pytest.raises(SystemExit, match="npm install github-markdown-css"):
        comment.page("text", is_dark=True)


def test_a_small_picture_shows_the_same() -> None:
    image = pytest.importorskip("PIL.Image")
    stream = BytesIO()
    image.new("RGB", (20, 10), (255, 0, 0)).save(stream, "PNG")
    again = image.open(BytesIO(small(stream.getvalue())))
    assert again.size == (20, 10)
    assert again.convert("RGB").getpixel((5, 5)) == (255, 0, 0)
