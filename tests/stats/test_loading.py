"""What the package needs: nothing of ours, and heavy libraries only when a function asks for them."""

import subprocess
import sys

LOADED = "import sys, asr_harness.stats; print(*sorted({name.split('.')[0] for name in sys.modules}))"
OURS = (
    "import sys, asr_harness.stats; print(*(name for name in sys.modules if name.startswith('asr_harness')))"
)


def printed(program: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_statistics_imports_neither_scipy_nor_numpy() -> None:
    assert not printed(LOADED) & {"scipy", "numpy", "pandas"}


def test_importing_statistics_imports_nothing_else_of_ours() -> None:
    others = {name for name in printed(OURS) if not name.startswith("asr_harness.stats")}
    assert others == {"asr_harness"}
