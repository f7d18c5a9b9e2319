"""What a comparison costs: seconds and peak memory over two sides of made-up runs.

    python tools/compare_cost.py 5

compares two sides of so many runs of the full study: 360 cases in each, with 32 utterances and 20 rounds.
"""

import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.report import made_up
from tools.report_cost import N_ROUNDS, N_UTTERANCES, cpu_s

EXIT_USAGE = 2


def main(n_runs: int) -> None:
    """Write both sides, compare them, and describe what it took."""
    made_up.N_UTTERANCES, made_up.N_ROUNDS = N_UTTERANCES, N_ROUNDS
    with TemporaryDirectory() as folder:
        sides = [Path(folder) / name for name in ("base", "candidate")]
        for number, side in enumerate(sides):
            side.mkdir()
            for i in range(n_runs):
                path = side / f"{i:04d}_run.json"
                made_up.write_study(path, seed=n_runs * number + i, hour=i, commit=f"{number:040x}")
        began = perf_counter()
        done = subprocess.run(["asr-harness", "compare", *sides], capture_output=True, text=True, check=False)
        wall_s = perf_counter() - began
    if done.returncode == EXIT_USAGE:
        raise SystemExit(done.stderr)
    peak_mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    cost = f"{cpu_s():.1f} s of CPU, {wall_s:.1f} s of wall time, peak {peak_mib:.0f} MiB"
    print(f"2 x {n_runs} runs of 360 cases: {cost}")


if __name__ == "__main__":
    main(int((sys.argv[1:] or ["5"])[0]))
