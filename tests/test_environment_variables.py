"""The reference of environment variables names those that the source reads, and no others."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import asr_harness
from asr_harness.devices.cpu import MEMORY_VARIABLES, THREAD_VARIABLES
from asr_harness.plugin.commits import BRANCH_VARIABLES, OF_TAGS
from asr_harness.plugin.masking import LOCATIONS

PACKAGE = Path(asr_harness.__file__).parent
REFERENCE = PACKAGE.parent / "docs" / "reference" / "environment.md"
BY_NAME = {*THREAD_VARIABLES, *MEMORY_VARIABLES, *BRANCH_VARIABLES, *OF_TAGS.values(), *LOCATIONS}
"""What is read in loops over names."""
OF_WORKERS = {"ASR_HARNESS_LIVE_KEY", "ASR_HARNESS_LIVE_ASKS"}
"""What `ab` alone tells its own workers."""
OWN = re.compile(r"ASR_HARNESS_[A-Z_]+")


def read_by(tree: ast.Module) -> Iterator[str]:
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and OWN.fullmatch(node.value):
            yield node.value
        key: ast.expr | None = None
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            key = node.slice
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("os.environ.get", "os.getenv"):
            key = node.args[0]
        name = constants.get(key.id) if isinstance(key, ast.Name) else getattr(key, "value", None)
        if isinstance(name, str):
            yield name


def test_the_reference_names_every_variable_that_is_read() -> None:
    sources = [path.read_text("utf-8") for path in PACKAGE.rglob("*.py")]
    known = {name for source in sources for name in read_by(ast.parse(source))} | BY_NAME
    rows = [line for line in REFERENCE.read_text("utf-8").splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row.split("|")[1])}
    assert named == known - OF_WORKERS
