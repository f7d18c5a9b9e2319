"""The files of a suite in somebody's own repository: which there are, and what each holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Literal

from asr_harness.starter.own import Own
from asr_harness.starter.requirement import requirement
from asr_harness.starter.sources import is_own

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Ci = Literal["github", "gitlab", "none"]

TEMPLATES = Path(__file__).parents[1] / "templates"
FOLDER = "benchmarks"
SETTINGS = ("pyproject.toml", "pytest.ini", "tox.ini", "setup.cfg")
"""Where a repository may keep pytest's settings; the first is where ours go if there is none of them."""
QUICK_BUCKETS = ("5s", "15s")
"""Those that a profile has by itself."""
FULL_BUCKETS = ("5s", "15s", "30s", "60s")
INCLUDE = 'include:\n  - local: "/.gitlab/asr-harness.yml"\n'
INCLUDE_TIP = 'have it include `local: "/.gitlab/asr-harness.yml"`'
SETTINGS_TIP = (
    "where a recogniser of yours cannot be imported, give pytest pythonpath = . (or src) there, "
    "or run pip install -e ."
)
GRID_TIP = "it needs a function pytest_asr_grid that gives an asr_harness.grid.Grid"
IGNORED_TIP = "`asr-harness report` writes report.html, which git should ignore: add a line report.html"
HOOKS_TIP = (
    "for `pytest-benchmark compare --group-by=metric` add to it: from asr_harness.plugin.metric_tables "
    "import pytest_benchmark_group_stats, pytest_benchmark_scale_unit"
)


@dataclass(frozen=True, slots=True)
class StarterFile:
    """A file to write, by its path from the repository's root.

    Where it is there, `tip` says what to do, unless it holds the text `settled_by`.
    """

    path: str
    text: str
    tip: str = ""
    settled_by: str = ""


def grid_text(
    models: Mapping[str, str],
    data: str,
    quick: Sequence[str] = QUICK_BUCKETS,
    full: Sequence[str] = FULL_BUCKETS,
) -> str:
    """Write a grid of these models, by name and source, on a corpus, with the buckets of its two profiles."""
    lines = "\n".join(f"    {quoted(name)}: {quoted(source)}," for name, source in models.items())
    of_quick = "" if tuple(quick) == QUICK_BUCKETS else f", buckets={_tuple_of(quick)}"
    return filled("grid.py.in", models=lines, data=quoted(data), of_quick=of_quick, full=_tuple_of(full))


def _tuple_of(names: Sequence[str]) -> str:
    return f"({', '.join(map(quoted, names))}{',' if len(names) == 1 else ''})"


def suite_files(grid: str) -> list[StarterFile]:
    """Give the files of the suite: its grid, its one benchmark, the hooks of pytest-benchmark's tables."""
    return [
        StarterFile(f"{FOLDER}/conftest.py", grid, GRID_TIP, "pytest_asr_grid"),
        StarterFile(f"{FOLDER}/test_transcribe.py", filled("test_transcribe.py.in")),
        StarterFile("conftest.py", filled("conftest.py.in"), HOOKS_TIP, "pytest_benchmark_group_stats"),
        StarterFile(".benchmarks/.gitignore", "*\n!.gitignore\n"),
        StarterFile(".gitignore", "__pycache__/\nreport.html\n", IGNORED_TIP, "report.html"),
    ]


def own_files(sources: Sequence[str], root: Path) -> list[StarterFile]:
    """Give a first version of each recogniser of one's own that is not there yet. Raises StarterError."""
    recognisers = [Own.of(source, root) for source in filter(is_own, sources)]
    return [StarterFile(own.new_path, _first_version(own.function)) for own in recognisers if own.is_to_begin]


def _first_version(function: str) -> str:
    """Write a recogniser that a function makes; its class has another name than the function."""
    name = "Recogniser" if function != "Recogniser" else "MyRecogniser"
    return filled("own_system.py.in", function=function, recogniser=name)


def settings_files(root: Path) -> list[StarterFile]:
    """Give pytest's settings and the policy, where the repository keeps them, and what CI installs."""
    there = next((name for name in SETTINGS if (root / name).exists()), SETTINGS[0])
    files = [StarterFile(there, filled("pyproject.toml.in"), SETTINGS_TIP, "pythonpath")]
    own = "-e .\n" if is_installable(root) else ""
    files.append(StarterFile(f"{FOLDER}/requirements.txt", f"{requirement()}\n{own}"))
    return files


def is_installable(root: Path) -> bool:
    """Tell whether `pip install -e .` would install the repository."""
    project = root / "pyproject.toml"
    has_table = project.is_file() and re.search(r"^\[project\]", project.read_text("utf-8"), re.MULTILINE)
    return bool(has_table) or (root / "setup.py").is_file()


def ci_files(ci: str) -> list[StarterFile]:
    """Give the workflow that judges a pull request, or a merge request."""
    if ci == "github":
        return [StarterFile(".github/workflows/asr-harness.yml", read("github-compare.yml"))]
    if ci == "gitlab":
        return [
            StarterFile(".gitlab/asr-harness.yml", read("gitlab-ci.yml")),
            StarterFile(".gitlab-ci.yml", INCLUDE, INCLUDE_TIP, "asr-harness.yml"),
        ]
    return []


def quoted(text: str) -> str:
    """Write a string as source, in double quotes where it has none."""
    return f'"{text}"' if text.isprintable() and not set(text) & set('"\\') else repr(text)


def filled(name: str, **values: str) -> str:
    """Fill a template; one that lacks a value raises KeyError."""
    return Template(read(name)).substitute(values)


def read(name: str) -> str:
    """Read a template as it stands."""
    return (TEMPLATES / name).read_text("utf-8")
