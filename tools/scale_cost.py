"""What many saved runs cost those who read them: seconds of processor and peak memory of their commands.

    python -m tools.scale_cost 10 100 1000 10000
    python -m tools.scale_cost --beside ../old 10 100 1000

prints lines for each number of runs of 16 cases, with 32 utterances and 20 rounds, four runs a commit: what
`compare latest:main`, `history`, `history --judge` and `report` take as they find the folder, the first of
them without an index of the runs that are new, and once more. Give the counts in rising order. A run has
0.24 MB: 10,000 take 2.4 GB under TMPDIR, which are removed at the end.

With `--beside FOLDER`, a checkout of an earlier version, the runs are as that version saved them, and its
`history` and `report` are measured beside this one's, on the same files.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from tools.report_cost import N_ROUNDS, N_UTTERANCES, RUNS_OF_A_COMMIT, cpu_s

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

CASES: dict[str, tuple[Any, ...]] = {
    "models": ("whisper-tiny", "whisper-small"),
    "devices": ("cpu",),
    "batch_sizes": (1, 4),
    "variants": ("baseline",),
}
"""Of two models, in all four buckets."""
HOURS = 200
"""That a month of made-up times has."""
TIMES = ("batch_latency_s", "stage_s", "calibration_s")
PROGRAM = "import sys; from asr_harness.cli import main; sys.exit(main())"
MAKE_ONE = """
import sys
from pathlib import Path
from tests.report import made_up
made_up.N_UTTERANCES, made_up.N_ROUNDS = {n_utterances}, {n_rounds}
made_up.write_study(Path(sys.argv[1]), **{cases})
"""


def main() -> None:
    """Write runs until there are as many as each count says, and read them each time."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("counts", nargs="*", type=int, default=[10, 100, 1000])
    parser.add_argument("--beside", type=Path, metavar="FOLDER")
    arguments = parser.parse_args()
    here = Path(__file__).parents[1]
    n_written = 0
    with TemporaryDirectory() as folder:
        runs = Path(folder) / "runs"
        runs.mkdir()
        template = _one(arguments.beside or here, Path(folder) / "one.json")
        for n_runs in arguments.counts:
            for number in range(n_written, n_runs):
                (runs / f"{number:06d}_run.json").write_bytes(msgspec.json.encode(changed(template, number)))
            n_written = n_runs
            for name, cost in costs(runs, here, arguments.beside):
                print(f"{n_runs} runs of 16 cases: {name} {cost}", flush=True)


def costs(runs: Path, here: Path, beside: Path | None) -> Iterator[tuple[str, str]]:
    """Run each command and describe what it took."""
    page = runs.parent / "page.html"
    newest = runs / max(path.name for path in runs.iterdir() if path.suffix == ".json")
    commands = {
        "compare": ["compare", "latest:main", newest, "--storage", runs],
        "history": ["history", runs],
        "history --judge": ["history", runs, "--judge"],
        "report": ["report", runs, "-o", page],
    }
    if beside is not None:
        commands = {name: commands[name] for name in ("history", "report")}
        for name, command in commands.items():
            yield f"{name}, earlier version", cost(command, beside)
    yield "first of all", cost(commands["history"], here)
    for name, command in commands.items():
        yield name, cost(command, here)


def cost(command: Sequence[str | Path], home: Path) -> str:
    """Run a command of the checkout at `home` and describe what it took; status 1 is a verdict."""
    began, cpu_before_s = perf_counter(), cpu_s()
    words = [sys.executable, "-P", "-c", PROGRAM, *map(str, command)]
    environment = os.environ | {"PYTHONPATH": str(home.resolve())}
    with subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1, 3):
        raise SystemExit(f"asr-harness {command[0]} ended with status {process.returncode}")
    wall_s, used_s = perf_counter() - began, cpu_s() - cpu_before_s
    return f"{used_s:.1f} s of CPU, {wall_s:.1f} s of wall time, peak {usage.ru_maxrss / 1024:.0f} MiB"


def changed(template: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Give a run like another one, at a pace of its own and of a commit of its number."""
    pace = float(np.random.default_rng(number).lognormal(0, 0.03))
    benchmarks = []
    for one in template["benchmarks"]:
        info = one["extra_info"]
        speed = info.get("speed", info)
        scaled = {name: _scaled(speed[name], pace) for name in TIMES if name in speed}
        info = {**info, "speed": {**speed, **scaled}} if "speed" in info else {**info, **scaled}
        benchmarks.append({**one, "extra_info": info})
    month, hour = divmod(number, HOURS)
    time = datetime(2020 + month // 12, 1 + month % 12, 1 + hour // 24, hour % 24, tzinfo=UTC)
    return {
        **template,
        "commit_info": {**template["commit_info"], "id": f"{number // RUNS_OF_A_COMMIT:07x}".ljust(40, "0")},
        "datetime": time.isoformat(),
        "benchmarks": benchmarks,
    }


def _scaled(value: Any, pace: float) -> Any:
    if isinstance(value, dict):
        return {name: _scaled(item, pace) for name, item in value.items()}
    return [_scaled(item, pace) for item in value] if isinstance(value, list) else value * pace


def _one(home: Path, path: Path) -> dict[str, Any]:
    """Have a version write one run as it saves them."""
    program = MAKE_ONE.format(n_utterances=N_UTTERANCES, n_rounds=N_ROUNDS, cases=CASES)
    environment = os.environ | {"PYTHONPATH": str(home.resolve())}
    subprocess.run([sys.executable, "-c", program, str(path)], check=True, cwd=home, env=environment)
    made: dict[str, Any] = msgspec.json.decode(path.read_bytes())
    return made


if __name__ == "__main__":
    main()
