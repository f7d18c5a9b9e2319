"""Imports go downhill only, no module waits for itself, and reading and judging is light."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import asr_harness

PACKAGE = Path(asr_harness.__file__).parent
NAME = asr_harness.__name__

BASIS = {
    "cache",
    "counting",
    "errors",
    "git",
    "languages",
    "paths",
    "privacy",
    "processes",
    "registry",
    "schema",
}
MAY_IMPORT = {
    "stats": set(),
    "cache": {"errors", "paths"},
    "counting": set(),
    "errors": set(),
    "fields": {"errors"},
    "git": set(),
    "privacy": set(),
    "processes": set(),
    "paths": {"errors"},
    "languages": {"errors"},
    "streams": set(),
    "registry": {"errors"},
    "schema": {"counting", "errors", "paths"},
    "metrics": BASIS,
    "devices": BASIS,
    "corpora": BASIS,
    "systems": BASIS | {"devices"},
    "defaults": {"corpora"},
    "grid": BASIS | {"devices", "systems", "defaults", "fields"},
    "measure": BASIS | {"metrics", "devices", "corpora", "systems", "stats"},
    "runs": BASIS | {"stats", "metrics"},
    "judge": BASIS | {"stats", "metrics", "devices", "runs"},
    "ab": BASIS | {"stats", "judge", "runs"},
    "fleet": BASIS | {"devices", "runs"},
    "starter": {"errors", "ab", "systems"},
    "report": BASIS | {"stats", "metrics", "devices", "judge", "runs"},
}
"""What each package may know of; plugin and cli are wiring, and know all; types is for suites."""

WIRING = {"plugin", "cli", "__init__", "__main__", "types"}
TORCH_USERS = {"devices", "systems", "measure"}
HEAVY = ("torch", "transformers", "datasets", "altair", "thop", "pynvml")

SOURCES = sorted(PACKAGE.rglob("*.py"))


def top_name(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(nodes: Iterator[ast.AST]) -> set[str]:
    modules: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules |= {f"{node.module}.{alias.name}" for alias in node.names}
    return modules


def at_import(tree: ast.Module) -> Iterator[ast.AST]:
    """Give what runs when a module is imported: neither bodies of functions nor what is for types alone."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        waiting += ast.iter_child_nodes(node)


def test_imports_go_downhill_only() -> None:
    uphill = []
    for path in SOURCES:
        importer = top_name(path)
        if importer in WIRING:
            continue
        for module in imported(ast.walk(ast.parse(path.read_text("utf-8")))):
            package, *rest = module.split(".")
            if package != NAME or not rest or rest[0] == "__version__":
                continue
            if rest[0] != importer and rest[0] not in MAY_IMPORT[importer]:
                uphill.append(f"{path.relative_to(PACKAGE)} imports {module}")
    assert not uphill


def test_torch_and_nvml_stay_where_things_are_measured() -> None:
    strays = [
        str(path.relative_to(PACKAGE))
        for path in SOURCES
        if top_name(path) not in TORCH_USERS
        and {module.split(".")[0] for module in imported(ast.walk(ast.parse(path.read_text("utf-8"))))}
        & {"torch", "transformers", "pynvml"}
    ]
    assert not strays


def test_no_module_waits_for_itself() -> None:
    names = {module_name(path): path for path in SOURCES}
    needs: dict[str, set[str]] = {}
    for name, path in names.items():
        modules = imported(at_import(ast.parse(path.read_text("utf-8"))))
        # `from package import module` needs the module where there is one, else the package.
        found = {each if each in names else each.rpartition(".")[0] for each in modules}
        needs[name] = {each for each in found if each in names and each != name}
    circle: list[str] = []

    def visit(name: str, above: tuple[str, ...], done: set[str]) -> None:
        if name in above:
            circle.append(" → ".join((*above[above.index(name) :], name)))
        if name in done or circle:
            return
        for needed in sorted(needs[name]):
            visit(needed, (*above, name), done)
        done.add(name)

    done: set[str] = set()
    for name in sorted(needs):
        visit(name, (), done)
    assert not circle


def test_scipy_stays_inside_the_statistics() -> None:
    users = {
        top_name(path)
        for path in SOURCES
        if any(
            module.startswith("scipy") for module in imported(ast.walk(ast.parse(path.read_text("utf-8"))))
        )
    }
    assert users <= {"stats"}


@pytest.mark.parametrize(
    "what",
    [
        "import asr_harness; asr_harness.load_runs, asr_harness.table, asr_harness.compare",
        "from asr_harness import judge, runs, metrics, schema, stats",
        "from asr_harness.report import forms, table; forms.REGISTRY.all()",
        "from asr_harness.cli import build_parser; build_parser('compare'); build_parser('history')",
    ],
)
def test_reading_and_judging_is_light(what: str) -> None:
    ask = f"{what}; import sys; print(sorted(set({HEAVY!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
