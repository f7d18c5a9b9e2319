"""How CI gets the asr-harness that wrote a suite: by version, address or commit, as it was installed.

What pip installed from anything but an index it notes in `direct_url.json`
(https://packaging.python.org/en/latest/specifications/direct-url/).
"""

from __future__ import annotations

import json
from importlib.metadata import Distribution, distribution
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

NAME = "asr-harness"


def requirement(installed: Distribution | None = None) -> str:
    """Give the lines of a requirements file; a comment says what they need of CI."""
    installed = installed or distribution(NAME)
    pinned = f"{NAME}=={installed.version}"
    direct = json.loads(installed.read_text("direct_url.json") or "{}")
    url = str(direct.get("url", ""))
    if not url:
        return _comment("The version that wrote this suite; the index that CI uses has to have it.") + pinned
    if "vcs_info" in direct:
        return f"{NAME} @ {_of_commit(url, direct['vcs_info'])}"
    if not url.startswith("file:"):
        return f"{NAME} @ {url}"
    return _comment(*_of_this_machine(url)) + pinned


def _of_commit(url: str, info: dict[str, Any]) -> str:
    return f"{info['vcs']}+{url}@{info['commit_id']}"


def _of_this_machine(url: str) -> tuple[str, ...]:
    name = PurePosixPath(unquote(urlsplit(url).path)).name
    if name.endswith((".whl", ".tar.gz")):
        return (
            f"Installed from {name}, which CI does not have. Unless an index that CI uses has",
            f"this version, commit that file, write in the place of the next line: ./{name}",
        )
    return (
        "Installed from a folder, which CI does not have. Unless an index that CI uses has this version,",
        "make a wheel (pip wheel --no-deps FOLDER), commit it, write in the place of the next line: ./WHEEL",
    )


def _comment(*lines: str) -> str:
    return "".join(f"# {line}\n" for line in lines)
