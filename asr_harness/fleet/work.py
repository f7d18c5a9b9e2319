"""What runs on a host: one case, as a plain session in a process of its own, in the host's own environment.

Ray pickles these functions by name, so every host has this package installed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from asr_harness.fleet.hosts import Description
from asr_harness.processes import die_with_parent
from asr_harness.runs.scratch import scratch

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

THREADS = "OMP_NUM_THREADS"
OF_RAY = ("CUDA_VISIBLE_DEVICES", "RAY_JOB_ID", "RAY_RAYLET_PID")
LAST_BYTES = 2000


def describe(keys: Collection[str]) -> Description:
    """Name the host's processor and the first of each of these devices, and count its logical cores."""
    import psutil

    from asr_harness.devices.cpu import processor_name

    n_cores = psutil.cpu_count(logical=True) or 0
    return Description(processor_name(), n_cores, {key: name for key in keys if (name := _model(key))})


def _model(key: str) -> str | None:
    """Name the first device of a kind; None where its driver does not tell."""
    from asr_harness import devices
    from asr_harness.errors import AsrHarnessError

    try:
        part = devices.get(key).describe()
    except (AsrHarnessError, ImportError, OSError, RuntimeError):
        return None
    gpus = part.get("gpus") or part.get("accelerators", {}).get(key) or ()
    return str(gpus[0]["name"]) if gpus and gpus[0].get("name") else None


def measure(case_id: str, selection: Sequence[str], folder: str, threads: int | None) -> tuple[bytes, str]:
    """Measure one case, and give the file that its session saved, empty if none, and its last words.

    The session isolates the case: a crash becomes its outcome, and is not tried again.
    """
    if not Path(folder).is_dir():
        return b"", f"{folder} is not there: every host needs the repository, at one commit, in one place"
    with scratch("fleet") as place:
        listed = place / "cases"
        listed.write_text(case_id, "utf-8")
        own = [
            f"--asr-cases={listed}", "--asr-isolate", f"--benchmark-storage={place}", "--benchmark-save=case",
            "-p", "no:cacheprovider",
        ]  # fmt: skip
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "pytest", *selection, *own],
            cwd=folder,
            env=environment(threads),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            preexec_fn=die_with_parent,
        )
        saved = sorted(place.glob("*/*_case.json"))
        return saved[-1].read_bytes() if saved else b"", done.stdout[-LAST_BYTES:].decode("utf-8", "replace")


def environment(threads: int | None) -> dict[str, str]:
    """Give a session the host's own variables: Ray sets threads and GPUs for its tasks, by its own rules."""
    variables = {name: value for name, value in os.environ.items() if name not in (*OF_RAY, THREADS)}
    return variables if threads is None else variables | {THREADS: str(threads)}
