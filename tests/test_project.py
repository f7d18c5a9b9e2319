"""What the project says of itself: its links, paths, words, versions and what it ships."""

import re
import tomllib
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

import asr_harness

ROOT = Path(asr_harness.__file__).parents[1]
PACKAGE = ROOT / "asr_harness"
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *PACKAGE.rglob("*.md")])
HISTORY = ROOT / "CHANGELOG.md"
"""Speaks of what was, so that the paths in it need not exist."""

LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
PATH = re.compile(r"(?<![\w./-])(?:asr_harness|docs|tools|tests|benchmarks|\.github|\.ci)/[\w./-]*")
TOOL = re.compile(r"python3? -m (tools\.[\w.]+)")
PLACEHOLDER = "NAME"
WORDS = (
    "baseline, candidate", "bucket", "case", "CER", "dummy weights", "evidence", "exact signal", "FLOPs",
    "fork", "judgement", "MDE", "metric", "normaliser", "outcome", "policy", "RTF", "run", "round", "slice",
    "stage", "system", "talk", "tolerance", "variance shrinkage", "variant", "verdict", "waiver", "WER",
)  # fmt: skip
PUBLISHED_WITHOUT_PIN = {"zeus"}
"""Extras for machines that the project's CI has not got."""

BY_NAME = {"ids": lambda path: str(path.relative_to(ROOT))}


def prose(document: Path) -> str:
    """Read a document without its fenced code."""
    return FENCE.sub("", document.read_text("utf-8"))


def slug(heading: str) -> str:
    """Name a heading as GitHub links to it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def versions_of(pattern: str, text: str) -> list[str]:
    """List the versions of Python, such as 3.11, in the first match of a pattern."""
    match = re.search(pattern, text)
    assert match, f"nothing like {pattern}"
    return [f"3.{minor}" for minor in re.findall(r"3\.?(\d+)", match[0])]


def normalised(requirement: str) -> str:
    """Name a requirement's distribution as registries compare names."""
    name = re.match(r"[\w.-]+", requirement)
    assert name
    return re.sub(r"[-_.]+", "-", name[0]).lower()


@pytest.mark.parametrize("document", DOCUMENTS, **BY_NAME)
def test_every_link_to_a_file_or_heading_leads_there(document: Path) -> None:
    for link in LINK.findall(CODE.sub("", prose(document))):
        if re.match(r"https?://|mailto:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (document.parent / name).resolve() if name else document
        assert target.exists(), f"{link} leads nowhere"
        if anchor:
            headings = HEADING.findall(prose(target))
            assert anchor in map(slug, headings), f"{link}: no such heading"


@pytest.mark.parametrize("document", [path for path in DOCUMENTS if path != HISTORY], **BY_NAME)
def test_every_path_in_the_repository_that_is_named_exists(document: Path) -> None:
    for code in CODE.findall(prose(document)):
        for path in PATH.findall(code):
            parts = Path(path).parts
            known = takewhile(lambda part: PLACEHOLDER not in part, parts)
            assert ROOT.joinpath(*known).exists(), f"{path} does not exist"


@pytest.mark.parametrize("document", [path for path in DOCUMENTS if path != HISTORY], **BY_NAME)
def test_every_tool_that_is_called_exists(document: Path) -> None:
    for module in TOOL.findall(document.read_text("utf-8")):
        assert (ROOT / module.replace(".", "/")).with_suffix(".py").exists(), f"{module} does not exist"


@pytest.mark.parametrize("constant", ["METRIC", "DEVICE", "CORPUS"])
def test_the_example_of_how_to_add_one_runs(constant: str) -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    (example,) = (code for code in EXAMPLE.findall(text) if f"\n{constant} = " in code)
    defined: dict[str, Any] = {}
    exec(example, defined)
    assert constant in defined


@pytest.mark.parametrize("word", WORDS)
def test_the_glossary_explains_the_word(word: str) -> None:
    assert word in explained()


def test_the_glossary_explains_no_word_twice() -> None:
    assert len(explained()) == len(set(explained()))


def explained() -> list[str]:
    """List the words of the glossary."""
    text = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    rows = re.findall(r"^\| ([^|]+?) \| [^|]+ \|$", text, re.MULTILINE)
    return [row for row in rows if row not in {"word", "---"}]


def newest() -> str:
    """Give the version of the changelog's newest section."""
    section = re.search(r"^## (\S+)", HISTORY.read_text("utf-8"), re.MULTILINE)
    assert section
    return section[1]


def test_the_version_without_a_tag_is_before_that_of_the_changelog() -> None:
    assert Version(PROJECT["tool"]["setuptools_scm"]["fallback_version"]) == Version(f"{newest()}.dev0")


@pytest.mark.parametrize("name", ["cpu.yml", "release.yml"])
def test_the_workflow_runs_on_the_pythons_that_the_package_claims(name: str) -> None:
    text = (ROOT / ".github" / "workflows" / name).read_text("utf-8")
    assert versions_of(r"python-version: \[.*\]", text) == claimed()


def test_tox_runs_on_the_pythons_that_the_package_claims() -> None:
    text = (ROOT / "tox.ini").read_text("utf-8")
    assert versions_of(r"env_list = .*", text) == claimed()


def test_the_oldest_python_that_is_claimed_is_the_oldest_allowed() -> None:
    assert PROJECT["project"]["requires-python"] == f">={claimed()[0]}"


def claimed() -> list[str]:
    """List the versions of Python in the classifiers."""
    pattern = re.compile(r"Programming Language :: Python :: (3\.\d+)")
    return [match[1] for text in PROJECT["project"]["classifiers"] if (match := pattern.fullmatch(text))]


@pytest.mark.parametrize("workflow", WORKFLOWS, **BY_NAME)
def test_every_action_is_of_a_major_version(workflow: Path) -> None:
    for action in re.findall(r"uses: (\S+)", workflow.read_text("utf-8")):
        assert re.search(r"@(release/)?v\d+$", action), f"{action} can change under us"


def test_the_licence_that_the_wheel_carries_is_the_one_that_is_claimed() -> None:
    assert PROJECT["project"]["license"] == "Apache-2.0"
    (name,) = PROJECT["project"]["license-files"]
    text = (ROOT / name).read_text("utf-8")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "Copyright 2026 The asr-harness authors" in text


def test_every_file_of_the_package_that_is_not_code_goes_into_the_wheel() -> None:
    patterns = PROJECT["tool"]["setuptools"]["package-data"]["asr_harness"]
    shipped = {path for pattern in patterns for path in PACKAGE.glob(pattern)}
    others = {path for path in PACKAGE.rglob("*") if path.is_file() and path.suffix not in {".py", ".pyc"}}
    assert others <= shipped
    assert all(any(PACKAGE.glob(pattern)) for pattern in patterns)


def test_what_ci_installs_is_pinned() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    wanted = [*PROJECT["project"]["dependencies"]]
    wanted += [name for key, names in extras.items() if key not in PUBLISHED_WITHOUT_PIN for name in names]
    wanted += ["pre-commit", "tox"]
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert all(re.fullmatch(r"[\w.-]+==\S+", line) for line in lines)
    assert {normalised(name) for name in wanted} <= {normalised(line) for line in lines}


def test_pre_commit_calls_nothing_that_has_to_be_fetched() -> None:
    text = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
    assert re.findall(r"repo: (\S+)", text) == ["local"]
    assert set(re.findall(r"language: (\S+)", text)) == {"system", "pygrep"}
