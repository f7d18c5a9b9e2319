"""The code that ran is the code that is judged: whatever lies on the path, in whatever layout."""

import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

import benchmarks
from tests.ab.test_worktrees import git

pytestmark = pytest.mark.heavy

PROJECT = """
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"
[project]
name = "tinyasr"
version = "1.0"
[tool.setuptools.packages.find]
where = ["{where}"]
include = ["tinyasr*"]
"""
RECOGNISER = """
from asr_harness.types import Transcription
from tinyasr import settings

class Tiny:
    def preprocess(self, audio):
        return audio

    def encode(self, features):
        return features

    def decode(self, encoded):
        return Transcription((settings.WORD,) * len(encoded))

def load(*, device):
    return Tiny()
"""
CONFTEST = """
from asr_harness.grid import Grid, Profile

def pytest_asr_grid():
    return Grid(
        models={"tiny": "tinyasr.recogniser:load"}, devices=("cpu",), buckets_s={"5s": (3.0, 7.0)},
        batch_sizes=(1,), variants={"baseline": {}},
        profiles={"pr": Profile(models=("tiny",), devices=("cpu",), buckets=("5s",), batch_sizes=(1,),
            variants=("baseline",), data="embedded", weights="pretrained", n_utterances=2, time_s=0.01)},
        default_profile="pr",
    )
"""
SUITE = (Path(benchmarks.__file__).parent / "test_transcribe.py").read_text("utf-8")
HARNESS = Path(benchmarks.__file__).parent.parent


def make(
    folder: Path, layout: str, *, below: str = "", is_namespace: bool = False, conftest: str = CONFTEST
) -> Path:
    """Make a team's repository; branch `text` says another word. Gives the project's folder."""
    project = folder / below
    package = project / ("src" if layout == "src" else "") / "tinyasr"
    package.mkdir(parents=True)
    (project / "benchmarks").mkdir()
    (project / "pyproject.toml").write_text(PROJECT.format(where="src" if layout == "src" else "."))
    if not is_namespace:
        (package / "__init__.py").touch()
    (package / "settings.py").write_text('WORD = "the"\n')
    (package / "recogniser.py").write_text(RECOGNISER)
    (project / "benchmarks" / "conftest.py").write_text(conftest)
    (project / "benchmarks" / "test_asr.py").write_text(SUITE)
    (folder / ".gitignore").write_text("__pycache__/\n*.egg-info/\n.benchmarks/\nbuild/\n.venv/\n")
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "base")
    git(folder, "checkout", "-qb", "text")
    (package / "settings.py").write_text('WORD = "a"\n')
    git(folder, "commit", "-qam", "other words")
    git(folder, "checkout", "-q", "main")
    return project


def ab(
    folder: Path, *arguments: str, python: str = sys.executable, **variables: str
) -> subprocess.CompletedProcess[str]:
    command = "import sys; from asr_harness.cli import main; sys.exit(main())"
    path = os.pathsep.join(filter(None, [str(HARNESS), variables.pop("PYTHONPATH", "")]))
    given = arguments or ("main", "text")
    done = subprocess.run(
        [python, "-c", command, "ab", "--forks=1", "--turn-time=0", "--undecided=pass", *given],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "COLUMNS": "200", **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert len(git(folder, "worktree", "list").splitlines()) == 1
    assert "\nTraceback" not in f"\n{done.stderr}", done.stderr
    return done


def assert_each_ran_its_own(done: subprocess.CompletedProcess[str]) -> None:
    assert "2 of 2 transcripts changed" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("layout", ["src", "flat"])
def test_the_users_tree_on_pythonpath_is_each_sides_own(layout: str, tmp_path: Path) -> None:
    project = make(tmp_path / "with spaces é", layout)
    assert_each_ran_its_own(ab(project, PYTHONPATH=str(project / ("src" if layout == "src" else ""))))


def test_relative_entries_of_pythonpath_and_a_safe_path_are_each_sides_own(tmp_path: Path) -> None:
    project = make(tmp_path, "src")
    assert_each_ran_its_own(ab(project, PYTHONPATH="src", PYTHONSAFEPATH="1"))


def test_a_project_below_the_top_brings_its_own_sources_from_wherever_it_is_run(tmp_path: Path) -> None:
    project = make(tmp_path, "src", below="packages/asr")
    assert_each_ran_its_own(ab(tmp_path, "main", "text", "--", "packages/asr/benchmarks"))
    assert_each_ran_its_own(ab(project / "benchmarks", "main", "text", "--", "."))


def test_a_namespace_package_is_each_sides_own(tmp_path: Path) -> None:
    project = make(tmp_path, "src", is_namespace=True)
    assert_each_ran_its_own(ab(project, PYTHONPATH=str(project / "src")))


def test_a_module_from_the_users_tree_is_refused_by_name_with_the_way_out(tmp_path: Path) -> None:
    source = tmp_path / "src"
    project = make(tmp_path, "src", conftest=f"import sys; sys.path.insert(0, {str(source)!r})\n{CONFTEST}")
    done = ab(project)
    assert done.returncode == 2, done.stdout
    assert "the worker of " in done.stderr
    assert f"imported tinyasr from {source / 'tinyasr' / '__init__.py'}" in done.stderr
    assert "--environment" in done.stderr


def test_a_copy_elsewhere_of_what_the_worktree_has_is_refused(tmp_path: Path) -> None:
    copy = tmp_path / "lib" / "site-packages"
    (copy / "tinyasr").mkdir(parents=True)
    repository = tmp_path / "repository"
    project = make(repository, "src", conftest=f"import sys; sys.path.insert(0, {str(copy)!r})\n{CONFTEST}")
    for path in (project / "src" / "tinyasr").glob("*.py"):
        (copy / "tinyasr" / path.name).write_text(path.read_text())
    done = ab(project)
    assert done.returncode == 2, done.stdout
    assert f"from {copy / 'tinyasr'}" in done.stderr


def test_a_submodule_is_at_each_sides_own_commit(tmp_path: Path) -> None:
    library, project = tmp_path / "library", tmp_path / "suite"
    library.mkdir()
    git(library, "init", "-q", "-b", "main")
    for word in ("the", "a"):
        (library / "words.py").write_text(f'WORD = "{word}"\n')
        git(library, "add", "-A")
        git(library, "commit", "-qm", word)
    make(project, "src")
    (project / "src" / "tinyasr" / "settings.py").write_text("from vendored.words import WORD\n")
    allowed = ("-c", "protocol.file.allow=always")
    git(project, *allowed, "submodule", "--quiet", "add", str(library), "src/vendored")
    git(project, "commit", "-qam", "new words")
    git(project / "src" / "vendored", "checkout", "-q", "HEAD~1")
    git(project, "checkout", "-qb", "older")
    git(project, "commit", "-qam", "old words")
    assert_each_ran_its_own(ab(project, "main", "older"))


def test_two_commits_of_one_code_are_told_to_be_one(tmp_path: Path) -> None:
    project = make(tmp_path, "src")
    (project / "README.md").write_text("Words.\n")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "words for people")
    done = ab(project, "HEAD~1", "HEAD")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "one code: " in done.stdout


def test_a_run_has_what_it_imported(tmp_path: Path) -> None:
    project = make(tmp_path, "src")
    ab(project)
    runs = [json.loads(path.read_text("utf-8")) for path in project.glob(".benchmarks/ab/*/*.json")]
    codes = [run["asr"]["code"] for run in runs]
    assert len({code["fingerprint"] for code in codes}) == 2
    for code in codes:
        assert code["modules"]["tinyasr.settings"]["path"] == "src/tinyasr/settings.py"
        assert "numpy" in code["distributions"]
        assert "json" not in code["modules"]


def environment(folder: Path) -> Path:
    """Make an environment that sees what the tests' own has, and give its Python."""
    venv.create(folder, with_pip=False, system_site_packages=True)
    ours = Path(pytest.__file__).parents[1]
    theirs = next(folder.glob("lib/python*/site-packages"))
    (theirs / "tests.pth").write_text(f"import site; site.addsitedir({str(ours)!r})\n")
    return folder / "bin" / "python"


@pytest.mark.parametrize("below", ["", "packages/asr"])
@pytest.mark.parametrize("mode", ["editable", "strict", "plain"])
@pytest.mark.parametrize("layout", ["src", "flat"])
def test_an_installed_project_runs_each_sides_own_code(
    layout: str, mode: str, below: str, tmp_path: Path
) -> None:
    project = make(tmp_path / "repository", layout, below=below)
    python = str(environment(tmp_path / "environment"))
    options = {"editable": ["-e"], "strict": ["--config-settings=editable_mode=strict", "-e"], "plain": []}
    command = [python, "-m", "pip", "install", "-q", "--no-build-isolation", "--no-deps", *options[mode]]
    subprocess.run([*command, str(project)], check=True)
    assert_each_ran_its_own(ab(project, python=python))
    assert_each_ran_its_own(
        ab(tmp_path / "repository", "main", "text", "--", str(Path(below, "benchmarks")), python=python)
    )


def without_case(project: Path) -> None:
    """Take the second model away on branch `fewer`; main has two."""
    conftest = project / "benchmarks" / "conftest.py"
    one = conftest.read_text("utf-8")
    two = one.replace('models={"tiny"', 'models={"other": "tinyasr.recogniser:load", "tiny"')
    git(project, "branch", "fewer")
    conftest.write_text(two.replace('models=("tiny",)', 'models=("other", "tiny")'))
    git(project, "commit", "-qam", "two models")


def test_a_case_that_the_candidates_suite_lacks_is_missing_and_an_added_one_is_shown(tmp_path: Path) -> None:
    project = make(tmp_path, "src")
    without_case(project)
    done = ab(project, "main", "fewer")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "measured → absent: its suite no longer has it" in done.stdout
    done = ab(project, "fewer", "main")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "left out: benchmarks/test_asr.py::test_transcribe[other-" in done.stdout


def test_a_suite_that_only_one_side_has_is_told_with_its_last_words(tmp_path: Path) -> None:
    project = make(tmp_path, "src")
    git(project, "checkout", "-qb", "none")
    (project / "benchmarks" / "test_asr.py").unlink()
    git(project, "commit", "-qam", "no suite")
    done = ab(project, "main", "none")
    assert done.returncode == 2, done.stdout
    assert "the worker of candidate none" in done.stderr
    assert "no tests ran" in done.stderr


EXTENSION = """
#include <Python.h>
static struct PyModuleDef module = {{PyModuleDef_HEAD_INIT, "settings", NULL, -1, NULL}};
PyMODINIT_FUNC PyInit_settings(void) {{
    PyObject *made = PyModule_Create(&module);
    if (made) PyModule_AddStringConstant(made, "WORD", "{word}");
    return made;
}}
"""
BUILDS = """
from setuptools import Extension, setup
setup(ext_modules=[Extension("tinyasr.settings", ["{source}/tinyasr/settings.c"])])
"""


def with_extension(project: Path, source: str) -> None:
    """Let the word come from C on both branches."""
    for branch, word in (("text", "a"), ("main", "the")):
        git(project, "checkout", "-q", branch)
        (project / source / "tinyasr" / "settings.py").unlink()
        (project / source / "tinyasr" / "settings.c").write_text(EXTENSION.format(word=word))
        (project / "setup.py").write_text(BUILDS.format(source=source))
        (project / ".gitignore").write_text("__pycache__/\n*.egg-info/\n.benchmarks/\nbuild/\n.venv/\n*.so\n")
        git(project, "add", "-A")
        git(project, "commit", "-qm", "a compiled extension")


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no compiler")
def test_a_compiled_extension_is_built_for_each_side_or_refused(tmp_path: Path) -> None:
    project = make(tmp_path / "repository", "src")
    with_extension(project, "src")
    python = str(environment(tmp_path / "environment"))
    build = "setup.py -q build_ext --inplace"
    subprocess.run([python, *build.split()], cwd=project, check=True)
    # The user's is built in place, beside sources that no worktree has built.
    done = ab(project, python=python, PYTHONPATH=str(project / "src"))
    assert done.returncode == 2, done.stdout
    assert "cannot import name 'settings' from 'tinyasr'" in done.stderr
    subprocess.run(
        [python, "-m", "pip", "install", "-q", "--no-build-isolation", "--no-deps", "."],
        cwd=project,
        check=True,
    )
    done = ab(project, python=python)
    assert done.returncode == 2, done.stdout
    make_own = (
        f"{python} -m venv --without-pip --system-site-packages .venv && {python} {build} && "
        f"printf 'import site; site.addsitedir(\"%s\")' '{Path(pytest.__file__).parents[1]}' "
        "> $(echo .venv/lib/python*/site-packages)/tests.pth"
    )
    assert_each_ran_its_own(ab(project, "main", "text", f"--environment={make_own}", python=python))
