"""Does dividing by the calibration kernel make run medians wander less? Fresh processes of the same work.

python tools/calibration_study.py openai/whisper-tiny [--runs 20] [--rounds 8]
"""

import argparse

from asr_harness.measure.noise import KERNEL, between_run_sd, fresh_runs


def main() -> None:
    """Print each run's median and calibrated median, then the deviation of both and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("work", nargs="?", default=KERNEL, help="kernel, or a model")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=8)
    arguments = parser.parse_args()
    runs = []
    for run in fresh_runs(arguments.work, arguments.rounds, n_runs=arguments.runs, budget_s=float("inf")):
        runs.append(run)
        print(
            f"run {len(runs):2}: log median {run.log_median:.4f}, calibrated {run.calibrated_log_median:.4f}"
        )
    raw, calibrated = (between_run_sd(runs, calibrated=calibrated) for calibrated in (False, True))
    if raw and calibrated:
        print(f"{arguments.work}, {len(runs)} runs of {arguments.rounds} rounds: SD of run medians")
        print(f"raw {100 * raw:.2f} %, calibrated {100 * calibrated:.2f} %, ratio {raw / calibrated:.2f}")


if __name__ == "__main__":
    main()
