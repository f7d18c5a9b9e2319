"""Archives of TED-LIUM: the dev set is unpacked into the cache once, links inside the archive followed."""

from __future__ import annotations

import posixpath
import re
import tarfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from asr_harness.corpora.slices import cache, content
from asr_harness.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

_MEMBER = re.compile(r"(?:(.*)/)?(sph|stm)/[^/]+\.(?:sph|flac|wav|stm)")
PREFERRED = ("legacy/dev", "dev", "")
"""How the folder above `sph` and `stm` ends, best first: full archives hold other sets too."""


def unpacked(path: Path) -> Path:
    """Give a folder in TED-LIUM's layout with the archive's dev set; raises DataError if it has none."""

    def unpack(folder: Path) -> None:
        try:
            _extract(path, _wanted(path), folder)
        except (tarfile.TarError, OSError, EOFError) as error:
            raise DataError(f"{path} cannot be unpacked ({error}); fetch it again") from error

    return cache.build_folder(cache.root() / "sources" / content.fingerprint([path])[:32], unpack)


def _wanted(path: Path) -> dict[str, str]:
    """Map members that hold content to the names, such as `stm/TALK.stm`, that they shall have."""
    targets: dict[str, str] = {}
    with tarfile.open(path) as archive:
        for member in archive:
            targets[posixpath.normpath(member.name)] = _target(member)
    targets |= _through_linked_folders(targets)
    for ending in PREFERRED:
        chosen = [name for name in targets if (match := _MEMBER.fullmatch(name)) and _ends(match, ending)]
        talks = {PurePosixPath(name).stem for name in chosen if name.endswith(".stm")}
        wanted = [PurePosixPath(name) for name in chosen if PurePosixPath(name).stem in talks]
        if wanted:
            return {_follow(str(member), targets): f"{member.parent.name}/{member.name}" for member in wanted}
    raise DataError(f"{path} holds no legacy/dev/stm and legacy/dev/sph")


def _extract(path: Path, wanted: dict[str, str], folder: Path) -> None:
    missing = dict(wanted)
    with tarfile.open(path) as archive:
        for member in archive:
            name = missing.pop(posixpath.normpath(member.name), None)
            source = archive.extractfile(member) if name and member.isfile() else None
            if name and source:
                target = folder / name
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(source.read())
    if missing:
        raise DataError(f"{path} links to {', '.join(sorted(missing)[:3])}, which it does not hold")


def _target(member: tarfile.TarInfo) -> str:
    if member.issym():
        return posixpath.normpath(posixpath.join(posixpath.dirname(member.name), member.linkname))
    return posixpath.normpath(member.linkname) if member.islnk() else ""


def _through_linked_folders(targets: dict[str, str]) -> dict[str, str]:
    """Name what lies in a folder also as it is reached through links to that folder."""
    return {
        link + name.removeprefix(target): name
        for link, target in targets.items()
        if target
        for name in targets
        if name.startswith(f"{target}/")
    }


def _follow(name: str, targets: dict[str, str]) -> str:
    seen: list[str] = []
    while targets.get(name) and name not in seen:
        seen.append(name)
        name = targets[name]
    return name


def _ends(match: re.Match[str], ending: str) -> bool:
    above = match[1] or ""
    return not above if not ending else above == ending or above.endswith(f"/{ending}")
