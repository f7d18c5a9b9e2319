"""What many saved runs cost those who read them: seconds and peak memory of their commands.

    python tools/scale_cost.py 10 100 1000

prints lines for each number of runs of 16 cases, with 32 utterances and 20 rounds, four runs a commit: what
`history latest:main` takes before and after the index holds the new files, `history`, and `report`. Give the
counts in rising order; above 1000 neither history nor report is made.
"""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.report import made_up
from tools.report_cost import N_ROUNDS, N_UTTERANCES, RUNS_OF_A_COMMIT, cpu_s

CASES = {
    "models": ("whisper-tiny", "whisper-small"),
    "devices": ("cpu",),
    "batch_sizes": (1, 4),
    "variants": ("baseline",),
}
"""Of two models, in all four buckets."""
MAX_READ = 1000
HOURS = 200
"""Within which made-up times repeat."""


def main(counts: list[int]) -> None:
    """Write runs until there are as many as each count says, and read them each time."""
    made_up.N_UTTERANCES, made_up.N_ROUNDS = N_UTTERANCES, N_ROUNDS
    n_written = 0
    with TemporaryDirectory() as folder:
        runs = Path(folder) / "runs"
        runs.mkdir()
        for n_runs in counts:
            for number in range(n_written, n_runs):
                commit = f"{number // RUNS_OF_A_COMMIT:07x}".ljust(40, "0")
                path = runs / f"{number:04d}_run.json"
                made_up.write_study(path, seed=number, hour=number % HOURS, commit=commit, **CASES)
            n_written = n_runs
            latest = ["history", "latest:main", "--storage", runs]
            commands = {"latest:main, new files": latest, "latest:main": latest}
            if n_runs <= MAX_READ:
                commands["history"] = ["history", runs]
                commands["report"] = ["report", runs, "-o", runs.parent / "page.html"]
            for name, command in commands.items():
                print(f"{n_runs} runs of 16 cases: {name} {cost(command)}", flush=True)


def cost(command: list[str | Path]) -> str:
    """Run a command and describe what it took."""
    began, cpu_before_s = perf_counter(), cpu_s()
    with subprocess.Popen(["asr-harness", *command], stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"asr-harness {command[0]} ended with status {process.returncode}")
    wall_s, used_s = perf_counter() - began, cpu_s() - cpu_before_s
    return f"{used_s:.1f} s of CPU, {wall_s:.1f} s of wall time, peak {usage.ru_maxrss / 1024:.0f} MiB"


if __name__ == "__main__":
    main([int(count) for count in sys.argv[1:]] or [10, 100, 1000])
