import io
import tarfile
from pathlib import Path

import pytest

from asr_harness.corpora.sources import archive, layout
from asr_harness.errors import DataError


def packed(folder: Path, name: str, suffix: str = "tar.gz") -> Path:
    path = folder.parent / f"corpus.{suffix}"
    with tarfile.open(path, "w:gz" if suffix.endswith("gz") else "w") as made:
        made.add(folder, name)
    return path


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


DEV = ["sph/Someone_2026.sph", "stm/Someone_2026.stm"]


@pytest.mark.parametrize("suffix", ["tar.gz", "tgz", "tar"])
def test_the_dev_set_is_unpacked_with_the_bytes_it_had(talk: Path, suffix: str) -> None:
    unpacked = archive.unpacked(packed(talk, "TEDLIUM_release-3", suffix))
    assert names(unpacked) == DEV
    assert (unpacked / DEV[0]).read_bytes() == (talk / "legacy/dev" / DEV[0]).read_bytes()


@pytest.mark.parametrize("name", ["legacy/dev", "dev", "."])
def test_an_archive_of_the_dev_set_alone_is_unpacked_too(talk: Path, name: str) -> None:
    assert names(archive.unpacked(packed(talk / "legacy" / "dev", name))) == DEV


def test_other_sets_of_a_full_archive_stay_packed(talk: Path) -> None:
    for other in ("legacy/test", "data"):
        (talk / other / "stm").mkdir(parents=True)
        (talk / other / "stm" / "Other.stm").write_text("")
    assert names(archive.unpacked(packed(talk, "TEDLIUM_release-3"))) == DEV


def test_links_to_files_are_followed(talk: Path) -> None:
    (talk / "data").mkdir()
    real = talk / "legacy/dev/sph/Someone_2026.sph"
    content = real.rename(talk / "data" / real.name).read_bytes()
    real.symlink_to("../../../data/Someone_2026.sph")
    unpacked = archive.unpacked(packed(talk, "TEDLIUM_release-3"))
    assert (unpacked / DEV[0]).read_bytes() == content


def test_links_to_folders_are_followed_for_the_talks_of_the_set_only(talk: Path) -> None:
    (talk / "data").mkdir()
    (talk / "legacy/dev/sph").rename(talk / "data/sph")
    (talk / "data/sph/Train_2026.sph").write_bytes(b"")
    (talk / "legacy/dev/sph").symlink_to("../../data/sph")
    assert names(archive.unpacked(packed(talk, "TEDLIUM_release-3"))) == DEV


def test_a_link_out_of_the_archive_is_an_error(talk: Path) -> None:
    real = talk / "legacy/dev/sph/Someone_2026.sph"
    real.unlink()
    real.symlink_to("../../../../secret.sph")
    with pytest.raises(DataError, match="which it does not hold"):
        archive.unpacked(packed(talk, "TEDLIUM_release-3"))


def test_an_archive_is_unpacked_once(talk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = packed(talk, "TEDLIUM_release-3")
    first = archive.unpacked(path)
    monkeypatch.setattr(archive, "_extract", None)
    assert archive.unpacked(path) == first


def test_a_truncated_archive_is_an_error_and_leaves_nothing(talk: Path, cache: Path) -> None:
    path = packed(talk, "TEDLIUM_release-3")
    path.write_bytes(path.read_bytes()[:-5000])
    with pytest.raises(DataError, match=r"corpus\.tar\.gz cannot be unpacked"):
        archive.unpacked(path)
    assert not any((cache / "v1" / "sources").iterdir())


def test_an_archive_without_the_set_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(DataError, match="holds no legacy/dev/stm"):
        archive.unpacked(packed(tmp_path / "folder", "empty"))


def test_what_is_unpacked_opens_as_a_corpus(talk: Path) -> None:
    unpacked = layout.open_folder("tedlium", archive.unpacked(packed(talk, "x")))
    assert unpacked.fingerprint == layout.open_folder("tedlium", talk).fingerprint


def made(path: Path, *members: tarfile.TarInfo, content: bytes = b"") -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for member in members:
            archive.addfile(member, io.BytesIO(content[: member.size]))
    return path


def member(name: str, size: int = 0, link: str = "", kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.linkname, info.type = size, link, kind
    return info


def test_a_member_at_the_bound_is_unpacked_and_one_above_is_not_read(
    talk: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = packed(talk, "x")
    monkeypatch.setattr(archive, "MAX_MEMBER_BYTES", (talk / "legacy/dev" / DEV[0]).stat().st_size - 1)
    monkeypatch.setattr(archive.tarfile.ExFileObject, "read", None)  # its size is known from its header
    with pytest.raises(DataError, match=r"'x/legacy/dev/sph/Someone_2026\.sph' of \d+ bytes; at most"):
        archive.unpacked(path)
    monkeypatch.undo()
    monkeypatch.setenv("ASR_HARNESS_CACHE", str(cache))
    monkeypatch.setattr(archive, "MAX_MEMBER_BYTES", (talk / "legacy/dev" / DEV[0]).stat().st_size)
    assert names(archive.unpacked(path)) == DEV


@pytest.mark.parametrize("bound", ["MAX_MEMBERS", "MAX_TOTAL_BYTES", "MAX_DEV_BYTES"])
def test_number_and_bytes_of_all_members_are_bounded(
    talk: Path, bound: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, bound, 2)
    with pytest.raises(DataError, match=r"corpus\.tar\.gz (has more than|holds)"):
        archive.unpacked(packed(talk, "x"))


def test_links_to_folders_cannot_lend_names_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_MEMBERS", 1000)
    files = [member(f"d/sph/{i}.sph") for i in range(100)]
    links = [member(f"l{i}", link="d", kind=tarfile.SYMTYPE) for i in range(100)]
    with pytest.raises(DataError, match=r"b\.tgz has links to folders that lend more than 1000 names"):
        archive.unpacked(made(tmp_path / "b.tgz", *files, *links))


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK])
def test_extended_headers_are_refused_before_they_are_read(tmp_path: Path, kind: bytes) -> None:
    (tmp_path / "h.tar").write_bytes(member("x", 5 * 1024**3, kind=kind).tobuf() + bytes(10_240))
    with pytest.raises(DataError, match=r"(?s)h\.tar cannot be unpacked .*header of 5368709120 bytes"):
        archive.unpacked(tmp_path / "h.tar")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE])
@pytest.mark.parametrize("target", ["/etc/passwd", "../../../../etc/passwd", "A.sph", "dev/sph/A.sph"])
def test_links_of_either_kind_stay_inside(tmp_path: Path, kind: bytes, target: str) -> None:
    path = made(tmp_path / "l.tgz", member("dev/stm/A.stm"), member("dev/sph/A.sph", link=target, kind=kind))
    with pytest.raises(DataError, match="which it does not hold"):
        archive.unpacked(path)


def test_names_too_long_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"n\.tgz has names of 3000 characters"):
        archive.unpacked(made(tmp_path / "n.tgz", member("x" * 3000)))


@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.CONTTYPE])
def test_a_small_archive_that_claims_to_hold_gigabytes_is_refused_before_they_are_read(
    tmp_path: Path, kind: bytes
) -> None:
    member = tarfile.TarInfo("legacy/dev/sph/talk.sph")
    member.type, member.size = kind, 12 * 1024**3
    (tmp_path / "corpus.tar").write_bytes(member.tobuf(tarfile.GNU_FORMAT) + b"\0" * 1024)
    with pytest.raises(DataError, match="bytes in them"):
        archive.unpacked(tmp_path / "corpus.tar")
