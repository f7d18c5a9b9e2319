"""How soon `asr-harness ab` decides, and how often it is wrong, with real extra work in the encoder.

    python -m tools.ab_study make FOLDER            # a suite in a git repository, a tag for each slow-down
    cd FOLDER && asr-harness ab slow0 slow5 --restarts 12 --budget 1h   # and so on, one file of turns each
    python -m tools.ab_study power FILE.jsonl…      # from these turns

`make` measures how many frames more through a layer's feed-forward part make one percent of a whisper-tiny
transcription here; the tag slow5 has its encoder do so five times. `power` draws restarts with replacement
from those that were really run, and lets the sequential rule look at them one by one until it decides or the
budget is spent.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
from collections import Counter
from itertools import pairwise
from math import exp, log1p, sqrt
from pathlib import Path
from statistics import fmean, median, stdev
from time import perf_counter
from typing import TYPE_CHECKING, Any

from asr_harness.judge.judge_forks import CASES, PER_MODEL, SHARES
from asr_harness.metrics import latency
from asr_harness.stats import ALPHA
from asr_harness.stats.sequential import decide_all, ended, planned_looks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PERCENTS = (0, 2, 3, 5, 10)
BUDGETS_MIN = (2, 5, 10)
N_SIMULATIONS = 2000
ALONE = ALPHA * (SHARES[CASES] + SHARES[PER_MODEL])
TOLERANCE, LIMIT = log1p(latency.METRIC.tolerance), log1p(latency.METRIC.limit)
"""What `ab` leaves to the latency of a single case whose transcripts do not change."""

CONFTEST = """
from asr_harness.grid import Grid, Profile

def pytest_asr_grid():
    profile = Profile(
        models=("tiny",), devices=("cpu",), buckets=("5s",), batch_sizes=(1,), variants=("baseline",),
        data="embedded", weights="pretrained", n_utterances=1, time_s=5.0,
    )
    return Grid(
        models={"tiny": "slowed:transcriber"}, devices=("cpu",), buckets_s={"5s": (3.0, 7.0)},
        batch_sizes=(1,), variants={"baseline": {}}, profiles={"tiny": profile}, default_profile="tiny",
    )
"""
SLOWED = '''
import torch

N_FRAMES, N_TIMES = 0, 0


class Slowed:
    """Whisper-tiny with random weights; its encoder feeds further frames through a layer, and drops them."""

    weights_fingerprint = "random"

    def __init__(self, inner, n_frames, n_times):
        self.inner, self.n_frames, self.n_times = inner, n_frames, n_times
        self.preprocess, self.decode = inner.preprocess, inner.decode

    @torch.inference_mode()
    def encode(self, features):
        encoded = self.inner.encode(features)
        layer = self.inner.model.get_encoder().layers[0]
        for _ in range(self.n_times):
            layer.fc2(layer.activation_fn(layer.fc1(torch.ones(1, self.n_frames, 384))))
        return encoded


def transcriber(*, device):
    from asr_harness import systems

    plain = systems.load("openai/whisper-tiny", device=device, weights="dummy").system
    return Slowed(plain, N_FRAMES, N_TIMES)
'''
INI = "[pytest]\npythonpath = .\n"
PLAIN_RULES: dict[str, Callable[[list[float], list[float]], bool]] = {
    "median:5%": lambda base, candidate: median(candidate) > 1.05 * median(base),
    "min:5%": lambda base, candidate: min(candidate) > 1.05 * min(base),
    "mean:10%": lambda base, candidate: fmean(candidate) > 1.10 * fmean(base),
}


def make(folder: Path) -> None:
    """Write the suite and commit it once for each slow-down."""
    folder.mkdir(parents=True)
    benchmark = Path(__file__).parent.parent / "benchmarks" / "test_transcribe.py"
    (folder / "benchmarks").mkdir()
    shutil.copy(benchmark, folder / "benchmarks")
    for name, text in (("conftest.py", CONFTEST), ("slowed.py", SLOWED), ("pytest.ini", INI)):
        (folder / name).write_text(text, "utf-8")
    _git(folder, "init", "-q", "-b", "main")
    frames = frames_per_percent(folder)
    print(f"{frames:.0f} frames of a layer's feed-forward part are one percent of a transcription here")
    for percent in PERCENTS:
        text = SLOWED.replace("N_TIMES = 0, 0", f"N_TIMES = {round(frames)}, {percent}")
        (folder / "slowed.py").write_text(text, "utf-8")
        _git(folder, "add", "-A")
        _git(
            folder,
            "-c",
            "user.name=study",
            "-c",
            "user.email=study@localhost",
            "commit",
            "-qm",
            f"slow{percent}",
        )
        _git(folder, "tag", f"slow{percent}")


def frames_per_percent(folder: Path, n_trials: int = 40, n_frames: int = 300, n_times: int = 10) -> float:
    """Time a transcription with and without further frames, in turn."""
    import numpy as np

    from asr_harness.measure.transcription import unchecked_answer
    from asr_harness.systems.base import untimed

    scope: dict[str, Any] = {}
    exec((folder / "slowed.py").read_text("utf-8"), scope)
    plain = scope["transcriber"](device="cpu")
    slowed = scope["Slowed"](plain.inner, n_frames, n_times)
    audio = [np.random.default_rng(0).standard_normal(80_000).astype(np.float32)]
    ratios = []
    for trial in range(n_trials):
        seconds = {}
        for transcriber in (plain, slowed) if trial % 2 else (slowed, plain):
            began = perf_counter()
            unchecked_answer(transcriber, audio, untimed)
            seconds[transcriber] = perf_counter() - began
        ratios.append(seconds[slowed] / seconds[plain] - 1)
    return n_frames * n_times / (100 * median(ratios))


def power(paths: Sequence[Path]) -> None:
    """Print for each file how its restarts spread, and what the rule makes of such restarts in each budget.

    Restarts are drawn from the deviations of all files' restarts from their file's mean, around that mean.
    """
    studies = [[json.loads(line) for line in path.read_text("utf-8").splitlines()] for path in paths]
    logs = [[line["log_ratio"]["raw"] for line in study] for study in studies]
    deviations = [
        (value - fmean(values)) * sqrt(len(values) / (len(values) - 1)) for values in logs for value in values
    ]
    print(f"{len(deviations)} restarts, which deviate by {stdev(deviations):.1%}")
    columns = [f"{kind} {minutes} min" for minutes in BUDGETS_MIN for kind in ("slower", "faster")]
    print(f"{'candidate':<12}{'n':>4}{'each':>7}{'effect':>8}{'SD raw':>8}{'SD cal.':>8}", end="")
    print("".join(f"{name:>14}" for name in (*columns, *PLAIN_RULES)))
    for path, study in zip(paths, studies, strict=True):
        print(f"{path.parents[1].name:<12}{_row(study, deviations)}")
    each_s = median(_each_s(study) for study in studies)
    print(f"the same deviations around exact effects, {each_s:.0f} s a restart: found slower")
    for percent in PERCENTS:
        ends = [_ends(log1p(percent / 100), deviations, int(m * 60 / each_s)) for m in BUDGETS_MIN]
        shares = ", ".join(
            f"{end['regression']:.1%} (green {end['unchanged']:.1%}) in {m} min"
            for end, m in zip(ends, BUDGETS_MIN, strict=True)
        )
        print(f"  {percent:>3} %: {shares}")


def _row(restarts: list[dict[str, Any]], deviations: Sequence[float]) -> str:
    ratios = {name: [line["log_ratio"][name] for line in restarts] for name in ("raw", "calibrated")}
    effect = fmean(ratios["raw"])
    each_s = _each_s(restarts)
    ends = [_ends(effect, deviations, int(minutes * 60 / each_s)) for minutes in BUDGETS_MIN]
    found = [end[verdict] for end in ends for verdict in ("regression", "improvement")]
    plain = [_plain(restarts, rule) for rule in PLAIN_RULES.values()]
    told = f"{len(restarts):>4}{each_s:>5.0f} s{exp(effect) - 1:>8.1%}"
    told += "".join(f"{stdev(values):>8.1%}" for values in ratios.values())
    return told + "".join(f"{share:>14.1%}" for share in (*found, *plain))


def _each_s(restarts: list[dict[str, Any]]) -> float:
    return float(median(after["at_s"] - before["at_s"] for before, after in pairwise(restarts)))


def _ends(effect: float, deviations: Sequence[float], n_restarts: int) -> dict[str, float]:
    """Give the share of sessions that end with each verdict within so many restarts."""
    rng = random.Random(0)
    ends: Counter[str] = Counter()
    looks = planned_looks(n_restarts)
    for _ in range(N_SIMULATIONS):
        drawn = [effect + deviation for deviation in rng.choices(deviations, k=n_restarts)]
        verdict = "inconclusive"
        for n, _ in ended(looks, n_restarts):
            found = decide_all({"": drawn[:n]}, looks, alpha=ALONE, tolerance=TOLERANCE, limit=LIMIT)
            verdict = found[""].verdict
            if verdict != "inconclusive":
                break
        ends[verdict] += 1
    return {verdict: ends[verdict] / N_SIMULATIONS for verdict in ("regression", "improvement", "unchanged")}


def _plain(restarts: Sequence[dict[str, Any]], rule: Callable[[list[float], list[float]], bool]) -> float:
    sides = [
        [[turn["latency_s"] for turn in line["turns"][side]] for side in ("base", "candidate")]
        for line in restarts
    ]
    return fmean(rule(base, candidate) for base, candidate in sides)


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True)


def main() -> None:
    """Make the suite, or tell what its turns are worth."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    steps = parser.add_subparsers(dest="step", required=True)
    steps.add_parser("make").add_argument("folder", type=Path)
    steps.add_parser("power").add_argument("files", type=Path, nargs="+")
    arguments = parser.parse_args()
    if arguments.step == "make":
        make(arguments.folder)
    else:
        power(arguments.files)


if __name__ == "__main__":
    main()
