"""A comment's Markdown as GitHub shows it: its flavour, its allowed elements, its style sheet.

The style sheet is GitHub's own, from npm: `npm install github-markdown-css`; GITHUB_MARKDOWN_CSS names its
folder if that is not node_modules/github-markdown-css.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

STYLES = Path(os.environ.get("GITHUB_MARKDOWN_CSS", "node_modules/github-markdown-css"))
TAGS = {
    "a", "blockquote", "br", "code", "del", "details", "div", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
    "img", "ins", "kbd", "li", "ol", "p", "pre", "s", "span", "strong", "sub", "summary", "sup", "table",
    "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
"""Of github.com/gjtorikian/html-pipeline's sanitation filter, which GitHub names as its own."""
RIGHT = re.compile(r' style="text-align:(\w+)"')
ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}, "details": {"open"}, "td": {"align"}, "th": {"align"}}
PAGE = """<!doctype html><meta charset="utf-8"><style>{style}
body {{ margin: 0; background: {ground}; }}
.markdown-body {{ box-sizing: border-box; padding: 16px; }}
</style><article class="markdown-body">{content}</article>"""


def html(markdown: str) -> str:
    """Give the HTML of Markdown, of which what GitHub does not allow is left out."""
    import nh3
    from markdown_it import MarkdownIt

    made = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown)
    made = RIGHT.sub(r' align="\1"', made)
    return nh3.clean(made, tags=TAGS, attributes=ATTRIBUTES, link_rel=None)


def page(markdown: str, *, is_dark: bool = False) -> str:
    """Give a page of its own. Raises SystemExit without the style sheet."""
    path = STYLES / f"github-markdown-{'dark' if is_dark else 'light'}.css"
    if not path.is_file():
        raise SystemExit(
            f"no style sheet at {path}: npm install github-markdown-css, or set GITHUB_MARKDOWN_CSS"
        )
    ground = "#0d1117" if is_dark else "#ffffff"
    return PAGE.format(style=path.read_text("utf-8"), ground=ground, content=html(markdown))
