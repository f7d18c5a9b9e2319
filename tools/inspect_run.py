"""Check a saved run: do stages add up to the end-to-end time, and how much of the session was measuring?

python tools/inspect_run.py .benchmarks/*/0001_*.json
"""

import json
import sys
from pathlib import Path


def worst_stage_gap(benchmarks: list[dict]) -> tuple[float, str]:
    """Find the case whose stages miss its end-to-end time by the largest share, summed over its rounds."""
    gaps = []
    for benchmark in benchmarks:
        info = benchmark["extra_info"]
        stages_s = sum(map(sum, info["stage_s"].values()))
        total_s = sum(map(sum, info["batch_latency_s"]))
        gaps.append((abs(1 - stages_s / total_s), benchmark["param"]))
    return max(gaps)


def main() -> None:
    """Print both for each run."""
    for path in sys.argv[1:]:
        run = json.loads(Path(path).read_text("utf-8"))
        gap, case = worst_stage_gap(run["benchmarks"])
        session = run["asr"]["session"]
        after_loading_s = session["wall_s"] - session["loading_s"]
        measured_s = sum(sum(benchmark["stats"]["data"]) for benchmark in run["benchmarks"])
        print(f"{Path(path).name}: {len(run['benchmarks'])} cases")
        print(f"  stages against end to end: at most {100 * gap:.3f} % apart ({case})")
        print(f"  session {session['wall_s']:.1f} s, of which loading {session['loading_s']:.1f} s")
        print(
            f"  measured rounds {measured_s:.1f} s: {100 * measured_s / after_loading_s:.1f} % after loading"
        )


if __name__ == "__main__":
    main()
