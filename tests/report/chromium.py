"""A headless Chromium that runs a script in a page and hands back what it found."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ANSWER = re.compile(r'<pre id="test-answer">(.*?)</pre>', re.DOTALL)
TIMEOUT_S = 300

LISTEN = """<script>
const complaints = [];
window.addEventListener("error", (event) => complaints.push(event.message));
window.addEventListener("unhandledrejection", (event) => complaints.push(String(event.reason)));
console.error = (...words) => complaints.push(words.join(" "));
console.warn = console.error;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
</script>"""

RUN = """<script>
(async () => {
  while (!document.documentElement.dataset.drawn) await pause(50);
  const answer = await (async () => { %s })();
  parent.postMessage(JSON.stringify({ ...answer, complaints }), "*");
})();
</script>"""

# A window has no fewer than 500 pixels across; a frame in it has as many as are asked for.
FRAME = """<iframe src="%s" style="width: %dpx; height: 2000px; border: 0"></iframe>
<script>
addEventListener("message", (event) => {
  const place = document.createElement("pre");
  place.id = "test-answer";
  place.textContent = event.data;
  document.body.append(place);
});
</script>"""


def find() -> str | None:
    """Find a browser of the Chromium kind."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def ask(page: Path, script: str, folder: Path, *, width: int = 1280) -> Any:
    """Open a page, wait until it is drawn, run a script in it and give the object that it returns.

    `complaints` in it has every error and warning of the console.
    """
    html = page.read_text("utf-8")
    inside, end, _ = html.rpartition("</body>")
    changed = inside.replace("<head>", f"<head>{LISTEN}", 1) + (RUN % script) + end + "</html>"
    path, frame = folder / f"asked-{width}.html", folder / f"frame-{width}.html"
    path.write_text(changed, "utf-8")
    frame.write_text(FRAME % (path.name, width), "utf-8")
    said = _run(frame, folder, f"--window-size={width + 50},2050", "--dump-dom")
    found = ANSWER.search(said)
    assert found, said[-2000:]
    return json.loads(unescape(found[1]))


def printed(page: Path, folder: Path) -> Path:
    """Print a page and give the PDF."""
    path = folder / "printed.pdf"
    _run(page, folder, f"--print-to-pdf={path}")
    return path


def _run(page: Path, folder: Path, *options: str) -> str:
    browser = find()
    assert browser
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    command += [f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=60000"]
    called = [*command, *options, page.as_uri()]
    return subprocess.run(called, capture_output=True, text=True, timeout=TIMEOUT_S, check=True).stdout
