"""What is published is whole: wheel and source archive, the version, and each extra by itself."""

import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "asr_harness"
EXTRAS = sorted(
    tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
)

pytestmark = pytest.mark.heavy

for tool in ("build", "check_wheel_contents", "setuptools_scm", "twine"):
    pytest.importorskip(tool, reason="pip install -e '.[release]'")


def run(*command: object, cwd: Path = ROOT) -> str:
    done = subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clone as CI does: one commit, and no tag."""
    folder = tmp_path_factory.mktemp("clone") / "repository"
    run("git", "clone", "--quiet", "--depth", "1", "--no-tags", f"file://{ROOT}", folder)
    return folder


@pytest.fixture(scope="module")
def built(clone: Path) -> Path:
    run(sys.executable, "-m", "build", "--outdir", clone / "dist", clone)
    return clone / "dist"


def test_the_wheel_has_every_file_of_the_package(built: Path, clone: Path) -> None:
    (wheel,) = built.glob("*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    tracked = set(run("git", "ls-files", "asr_harness", cwd=clone).split("\n")) - {""}
    assert tracked - inside == set()


def test_the_source_archive_has_every_file_of_the_repository(built: Path, clone: Path) -> None:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = opened.getnames()
    inside = {name.partition("/")[2] for name in names}
    assert set(run("git", "ls-files", cwd=clone).split("\n")) - {""} - inside == set()


def test_both_pass_the_checks_of_the_index(built: Path) -> None:
    run(sys.executable, "-m", "twine", "check", "--strict", *built.iterdir())
    run(sys.executable, "-m", "check_wheel_contents", *built.glob("*.whl"))


def test_without_a_tag_the_version_is_the_fallback_s(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools_scm"]
    assert wheel.name.split("-")[1].startswith(settings["fallback_version"].rstrip("0123456789"))


def test_a_tag_is_the_version(clone: Path) -> None:
    run("git", "tag", "v9.8.7", cwd=clone)
    try:
        assert run(sys.executable, "-m", "setuptools_scm", cwd=clone).strip() == "9.8.7"
    finally:
        run("git", "tag", "--delete", "v9.8.7", cwd=clone)


@pytest.mark.parametrize("extra", EXTRAS)
def test_an_extra_can_be_installed_by_itself(built: Path, extra: str) -> None:
    (wheel,) = built.glob("*.whl")
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--dry-run")
    run(*pip, "--constraint", ROOT / "constraints.txt", f"{wheel}[{extra}]")
