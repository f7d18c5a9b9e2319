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
