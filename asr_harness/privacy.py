"""What a saved run does not tell of the person and the machine behind it.

Folders above a home, a project or a corpus, the host's and the user's name, credentials in addresses, and
values of the environment that look like secrets give way to words that stand for them.
"""

from __future__ import annotations

import getpass
import os
import re
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CREDENTIALS = re.compile(r"(?<=://)[^/\s@]+@")
HOMES = re.compile(r"/(?:home|Users)/[^/\s:'\"]+|(?<![\w.])/root(?=/|\b)")
QUERY = re.compile(r"(https?://[^\s?'\"]+)\?[^\s'\"]+")
SECRET = re.compile(r"TOKEN|SECRET|PASSW|CREDENTIAL|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY", re.IGNORECASE)
PLAIN = re.compile(r"[\d\s,.:-]*|(?:GPU|MIG)-[\w,./-]+|(?:glibc\.[\w.]+=\w*:?)+")
"""Values of variables that count or name threads and devices, or tune the C library."""
ALLOCATOR = re.compile(r"(?:.*/)?(lib(?:jemalloc|tcmalloc|mimalloc)\w*\.so[.\d]*)")
MIN_NAME_CHARS = 3
"""A shorter name of a host or a user is a word of its own too often."""
MIN_SECRET_CHARS = 6
ELSEWHERE, HOME = "…", "~"


@dataclass(frozen=True, slots=True)
class Mask:
    """Takes the private out of texts; `words` has what stands for each private text, in their order."""

    words: tuple[tuple[str, str], ...] = ()

    def __call__(self, text: str) -> str:
        """Give a text of a library or of the user as it may be saved."""
        for private, public in self.words:
            text = _replaced(text, private, public)
        return HOMES.sub(HOME, CREDENTIALS.sub("", QUERY.sub(r"\1", text)))


@dataclass(frozen=True, slots=True)
class NoMask(Mask):
    """Leaves all as it is, for who asked for that."""

    def __call__(self, text: str) -> str:
        """Give the text."""
        return text


def make_mask(folders: Iterable[Path] = (), environment: Mapping[str, str] | None = None) -> Mask:
    """Make the mask of this machine, this user and these folders, of which only the last name stays."""
    words: dict[str, str] = {}
    for folder in folders:
        if len(folder.parts) > 1:
            words[str(folder)] = f"{ELSEWHERE}/{folder.name}"
    with suppress(RuntimeError):
        words[str(Path.home())] = HOME
    variables = os.environ if environment is None else environment
    secrets = {value: f"${name}" for name, value in variables.items() if SECRET.search(name)}
    words |= {value: name for value, name in secrets.items() if len(value) >= MIN_SECRET_CHARS}
    names = {socket.gethostname(): "HOST", _user(): "USER"}
    words |= {name: word for name, word in names.items() if len(name) >= MIN_NAME_CHARS}
    return Mask(tuple(sorted(words.items(), key=lambda item: -len(item[0]))))


def plain_variable(value: str | None) -> str | None:
    """Give a value of numbers, devices or tunables, and the name of a known allocator, without its folder.

    What else there is, is not told.
    """
    if value is None or PLAIN.fullmatch(value):
        return value
    allocator = ALLOCATOR.fullmatch(value)
    return allocator[1] if allocator else "set"


def _replaced(text: str, private: str, public: str) -> str:
    if private not in text:
        return text
    # Only as a whole word: a host called `data` is no part of `database`.
    return re.sub(rf"(?<!\w){re.escape(private)}(?!\w)", lambda _: public, text)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""


def public_location(spec: str) -> str:
    """Give a corpus as it may be shown: of `tedlium:/data/TEDLIUM` the folder's own name alone."""
    kind, colon, locations = spec.partition(":")
    if not colon:
        return public_path(spec) if spec.startswith(("/", "~", ".")) else spec
    return f"{kind}:{','.join(public_path(part.strip()) for part in locations.split(','))}"


def public_path(location: str) -> str:
    """Give the last name of a path; what is no path, as `hub:OWNER/NAME`, stays."""
    if ":" in location or "/" not in location:
        return location
    return f"{ELSEWHERE}/{Path(location).name}"
