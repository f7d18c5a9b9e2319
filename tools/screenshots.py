"""Make the documentation's pictures: measure a planted regression, and picture what the commands show of it.

It takes some ten minutes on two cores, most of them to measure; `--runs` keeps what was measured, and takes
pictures of that the next time. It needs Chromium and github-markdown-css (tools/pictures/comment.py).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.pictures import planted
from tools.pictures.album import PICTURES, Studio
from tools.pictures.browser import browser


def main() -> None:
    """Take the folder for pictures, and which of them."""
    parser = argparse.ArgumentParser(prog="python -m tools.screenshots", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the pictures go, such as docs/pictures")
    parser.add_argument("--only", action="append", choices=PICTURES, help="this picture; may be repeated")
    parser.add_argument("--runs", type=Path, metavar="FOLDER", help="keep the repository and its runs here")
    arguments = parser.parse_args()
    with TemporaryDirectory(prefix="asr-harness-pictures-") as scratch:
        root = (arguments.runs or Path(scratch)).absolute() / "repository"
        if not root.exists():
            planted.prepare(root)
        take(root, arguments.folder, arguments.only or list(PICTURES))


def take(root: Path, folder: Path, names: list[str]) -> None:
    """Take pictures of the runs in a repository."""
    folder.mkdir(parents=True, exist_ok=True)
    with browser() as made:
        studio = Studio(root, made)
        for name in names:
            picture = PICTURES[name].take(studio)
            (folder / name).write_bytes(picture)
            print(f"{name}: {len(picture) / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
