"""Imports go downhill only: a module may import from its own layer or from one below."""

import ast
from pathlib import Path

import pytest

import asr_harness

PACKAGE = Path(asr_harness.__file__).parent

LAYERS = (
    {"stats"},
    {"__init__", "errors", "types", "schema", "registry"},
    {"data", "models", "meters", "metrics"},
    {"grid", "environment", "measure", "energy"},
    {"records", "journal", "shapes", "checking", "saved", "selecting", "tidy"},
    {"compare", "settings", "noise"},
    {"report", "ab"},
    {"plugin", "commands"},
    {"cli"},
)
LEAVES = {"data", "models", "meters", "metrics"}
"""These packages know nothing of one another."""

TORCH_USERS = {"systems", "meters", "metrics"}


def layer_of(name: str) -> int:
    return next(height for height, names in enumerate(LAYERS) if name in names)


def top_name(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported_modules(path: Path) -> set[str]:
    modules: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules |= {f"{node.module}.{alias.name}" for alias in node.names}
    return modules


SOURCES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_its_layer_and_below(path: Path) -> None:
    importer = top_name(path)
    for module in imported_modules(path):
        parts = module.split(".")
        if parts[0] != "asr_harness" or len(parts) == 1 or parts[1] == "__version__":
            continue
        imported = parts[1]
        assert layer_of(imported) <= layer_of(importer), f"{path.name} imports {module} uphill"
        if importer in LEAVES and imported in LEAVES:
            assert imported == importer, f"{path.name} imports {module} from a neighbouring package"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_torch_and_nvml_stay_inside_systems_meters_and_metrics(path: Path) -> None:
    if top_name(path) in TORCH_USERS:
        return
    roots = {module.split(".")[0] for module in imported_modules(path)}
    assert not roots & {"torch", "transformers", "pynvml"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_scipy_stays_inside_stats(path: Path) -> None:
    roots = {module.split(".")[0] for module in imported_modules(path)}
    assert top_name(path) == "stats" or "scipy" not in roots
