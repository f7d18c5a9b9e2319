"""Archives of TED-LIUM: the dev set is unpacked into the cache once, links inside the archive followed.

Archives are strangers' work: no member is read before its declared size has been checked.
"""

from __future__ import annotations

import lzma
import posixpath
import re
import shutil
import tarfile
import zlib
from bisect import bisect_left
from itertools import islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from asr_harness import cache
from asr_harness.corpora.slices import content
from asr_harness.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Self

_MEMBER = re.compile(r"(?:(.*)/)?(sph|stm)/[^/]+\.(?:sph|flac|wav|stm)")
MAX_MEMBERS = 50_000
"""Release 3 has some 10,000; the names that links to folders lend are counted apart."""

MAX_NAME_CHARS = 2_000

MAX_MEMBER_BYTES = 2 * 1024**3
MAX_DEV_BYTES = 16 * 1024**3
MAX_TOTAL_BYTES = 256 * 1024**3
"""Of one file and of all that are unpacked, and of all an archive declares: the full release has 54 GB."""

MAX_RATIO = 100
MAX_FREE_BYTES = 256 * 1024**2
"""How much larger than the archive itself its members may be, beyond what is small anyway."""

MAX_HEADER_BYTES = 1024**2
"""Of a long name or of extended headers, which are read into memory."""

_EXTENDED = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)

PREFERRED = ("legacy/dev", "dev", "")
"""How the folder above `sph` and `stm` ends, best first: full archives hold other sets too."""


class _Header(tarfile.TarInfo):
    """A member's header, refused before what it announces is read."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        header = super().frombuf(buf, encoding, errors)
        if header.size < 0 or (header.type in _EXTENDED and header.size > MAX_HEADER_BYTES):
            raise tarfile.ReadError(f"a header of {header.size} bytes; at most {MAX_HEADER_BYTES} are read")
        return header


def unpacked(path: Path) -> Path:
    """Give a folder in TED-LIUM's layout with the archive's dev set; raises DataError if it has none."""

    def unpack(folder: Path) -> None:
        try:
            _extract(path, _wanted(path), folder)
        except (tarfile.TarError, OSError, EOFError, ValueError, zlib.error, lzma.LZMAError) as error:
            raise DataError(f"{path} cannot be unpacked ({error}); fetch it again") from error

    return cache.build_folder(cache.root() / "sources" / content.fingerprint([path])[:32], unpack)


def _wanted(path: Path) -> dict[str, str]:
    """Map members that hold content to the names, such as `stm/TALK.stm`, that they shall have."""
    targets: dict[str, str] = {}
    n_bytes = 0
    # Audio hardly shrinks: what claims to be hundreds of times its size is no corpus, and takes hours.
    most_bytes = min(MAX_TOTAL_BYTES, MAX_RATIO * path.stat().st_size + MAX_FREE_BYTES)
    for n_members, member in enumerate(_members(path), start=1):
        targets[posixpath.normpath(member.name)] = _target(member)
        n_bytes += member.size
        if n_members > MAX_MEMBERS or n_bytes > most_bytes:
            raise DataError(f"{path} has more than {MAX_MEMBERS} members, or {most_bytes} bytes in them")
    targets |= _through_linked_folders(path, targets)
    for ending in PREFERRED:
        chosen = [name for name in targets if (match := _MEMBER.fullmatch(name)) and _ends(match, ending)]
        talks = {PurePosixPath(name).stem for name in chosen if name.endswith(".stm")}
        wanted = [PurePosixPath(name) for name in chosen if PurePosixPath(name).stem in talks]
        if wanted:
            return {_follow(str(member), targets): f"{member.parent.name}/{member.name}" for member in wanted}
    raise DataError(f"{path} holds no legacy/dev/stm and legacy/dev/sph")


def _members(path: Path) -> Iterator[tarfile.TarInfo]:
    with tarfile.open(path, tarinfo=_Header) as archive:
        for member in archive:
            member.pax_headers = {}  # every member stays in memory
            if (n_chars := len(member.name) + len(member.linkname)) > MAX_NAME_CHARS:
                raise DataError(f"{path} has names of {n_chars} characters, above {MAX_NAME_CHARS}")
            yield member


def _extract(path: Path, wanted: dict[str, str], folder: Path) -> None:
    missing = dict(wanted)
    n_bytes = 0
    with tarfile.open(path, tarinfo=_Header) as archive:
        for member in archive:
            place = posixpath.normpath(member.name)
            source = archive.extractfile(member) if place in missing and member.isfile() else None
            if source:
                n_bytes += member.size
                if member.size > MAX_MEMBER_BYTES or n_bytes > MAX_DEV_BYTES:
                    raise DataError(
                        f"{path} holds {member.name!r} of {member.size} bytes; at most {MAX_MEMBER_BYTES} "
                        f"are unpacked, and {MAX_DEV_BYTES} in all"
                    )
                target = folder / missing.pop(place)
                target.parent.mkdir(exist_ok=True)
                with target.open("wb") as file:
                    shutil.copyfileobj(source, file)
    if missing:
        raise DataError(f"{path} links to {', '.join(sorted(missing)[:3])}, which it does not hold")


def _target(member: tarfile.TarInfo) -> str:
    if member.issym():
        return posixpath.normpath(posixpath.join(posixpath.dirname(member.name), member.linkname))
    return posixpath.normpath(member.linkname) if member.islnk() else ""


def _through_linked_folders(path: Path, targets: dict[str, str]) -> dict[str, str]:
    """Name what lies in a folder also as it is reached through links to that folder."""
    names = sorted(targets)
    through: dict[str, str] = {}
    for link, target in targets.items():
        if not target:
            continue
        first = bisect_left(names, f"{target}/")
        for name in islice(names, first, None):
            if not name.startswith(f"{target}/"):
                break
            through[link + name.removeprefix(target)] = name
            if len(through) > MAX_MEMBERS:
                raise DataError(f"{path} has links to folders that lend more than {MAX_MEMBERS} names")
    return through


def _follow(name: str, targets: dict[str, str]) -> str:
    seen: set[str] = set()
    while targets.get(name) and name not in seen:
        seen.add(name)
        name = targets[name]
    return name


def _ends(match: re.Match[str], ending: str) -> bool:
    above = match[1] or ""
    return not above if not ending else above == ending or above.endswith(f"/{ending}")
