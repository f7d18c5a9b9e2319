"""What a report costs: page size, seconds and peak memory over made-up runs, as many as are asked for.

    python tools/report_cost.py 1 28

prints a line for each number of runs of the full study, 360 cases in each with 32 utterances and 20 rounds.
"""

import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.report import made_up

N_UTTERANCES, N_ROUNDS = 32, 20
RUNS_OF_A_COMMIT = 4


def main(counts: list[int]) -> None:
    """Measure each count in a process of its own."""
    made_up.N_UTTERANCES, made_up.N_ROUNDS = N_UTTERANCES, N_ROUNDS
    for n_runs in counts:
        with TemporaryDirectory() as folder:
            print(measure(n_runs, Path(folder)), flush=True)


def measure(n_runs: int, folder: Path) -> str:
    """Build one page and describe it."""
    for i in range(n_runs):
        commit = f"{i // RUNS_OF_A_COMMIT:040x}"
        made_up.write_study(folder / f"{i:04d}_run.json", seed=i, hour=i, commit=commit)
    page = folder / "page.html"
    began, cpu_before_s = perf_counter(), cpu_s()
    subprocess.run(["asr-harness", "report", str(folder), "-o", str(page)], check=True, capture_output=True)
    wall_s, used_s = perf_counter() - began, cpu_s() - cpu_before_s
    # The largest child so far: counts are to be given in rising order.
    peak_mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    size = f"{page.stat().st_size / 1e6:.1f} MB"
    cost = f"{used_s:.1f} s of CPU, {wall_s:.1f} s of wall time, peak {peak_mib:.0f} MiB"
    return f"{360 * n_runs} records in {n_runs} runs: {size}, {cost}"


def cpu_s() -> float:
    """Seconds of processor that finished children used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main([int(count) for count in sys.argv[1:]] or [1, 28])
