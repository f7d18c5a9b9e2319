"""How often `asr-harness bisect` names the right one of 16 commits, with real workers on this machine.

    python -m tools.bisect_study words FOLDER --sessions 10     # a lost word
    python -m tools.bisect_study time FOLDER --sessions 10      # 20 % more time, by work that no counter sees
    python -m tools.bisect_study tell FOLDER                    # what all sessions so far came to
    python -m tools.bisect_study simulated --sd 0.055           # many searches whose forks spread so

Each session is a git repository of its own: a recogniser around an embedded model, 16 commits that change a
comment in it, and one of them, drawn at random, what the rest keep. `bisect` is run as its user would, within
20 minutes, and a line of JSON in FOLDER says what it named. How much work 20 % are is measured first, here.
Sessions lock devices of their own, so that whatever else the machine does stays in their times.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from math import log1p
from pathlib import Path
from statistics import fmean, median
from time import monotonic, perf_counter

from asr_harness.ab.bisecting import Look, Search, bisect
from asr_harness.errors import AbError
from asr_harness.runs.device_locks import VARIABLE

N_COMMITS, SLOWER = 16, 0.20
BUDGET = "20m"
MAX_FORKS = 45
"""What 20 minutes hold on a busy machine."""

NAMED = re.compile(r"^(\w{7}) is the first changed commit", re.MULTILINE)

CONFTEST = """
from asr_harness.grid import Grid, Profile

def pytest_asr_grid():
    profile = Profile(
        models=("mini",), devices=("cpu",), buckets=("5s",), batch_sizes=(1,),
        variants=("baseline",), time_s=1.0,
    )
    return Grid(models={"mini": "recogniser:load"}, profiles={"mini": profile}, default_profile="mini")
"""
RECOGNISER = '''
from dataclasses import replace

import numpy as np

from asr_harness import systems

BLOCK = np.random.default_rng(0).standard_normal(1000)
SORTS_PER_SECOND = 0.0
LOSES_A_WORD = False


class Recogniser:
    """An embedded model; for each second of audio, numbers are sorted that nobody needs."""

    weights_fingerprint = "mini"

    def __init__(self, inner, sorts_per_second):
        self.inner, self.sorts_per_second = inner, sorts_per_second
        self.encode = inner.encode

    def preprocess(self, audio):
        for _ in range(int(self.sorts_per_second * sum(map(len, audio)) / 16_000)):
            np.sort(BLOCK)
        return self.inner.preprocess(audio)

    def decode(self, encoded):
        heard = self.inner.decode(encoded)
        if LOSES_A_WORD:
            heard = replace(heard, texts=tuple(text.partition(" ")[2] for text in heard.texts))
        return heard


def load(*, device):
    plain = systems.load("asr-harness/MODEL", device=device, weights="pretrained").system
    return Recogniser(plain, SORTS_PER_SECOND)
'''
PLANTED = {
    "words": lambda _: ("LOSES_A_WORD = False", "LOSES_A_WORD = True"),
    "time": lambda sorts: ("SORTS_PER_SECOND = 0.0", f"SORTS_PER_SECOND = {sorts:.1f}"),
}
"""What a session's commit changes, given the sorts for each second of audio that are 20 %."""


def session(kind: str, folder: Path, seed: int, recogniser: str, sorts: float) -> dict[str, object]:
    """Make a repository, let `bisect` search it, and say how it ended."""
    first = random.Random(f"{kind} {seed}").randrange(N_COMMITS)
    root = folder / f"{kind}-{seed}"
    shutil.rmtree(root, ignore_errors=True)
    commits = make(root, recogniser, *PLANTED[kind](sorts), first)
    variables = os.environ | {VARIABLE: str(root / "locks"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [
        sys.executable, "-m", "asr_harness", "bisect", "good", "main", "--budget", BUDGET, "--cheap-forks",
        "--", "benchmarks/", "--asr-energy", "off",
    ]  # fmt: skip
    began = monotonic()
    done = subprocess.run(command, cwd=root, env=variables, capture_output=True, text=True, check=False)
    minutes = (monotonic() - began) / 60
    (folder / f"{kind}-{seed}.log").write_text(done.stdout + done.stderr, "utf-8")
    named = NAMED.search(done.stdout)
    place = next((i for i, commit in enumerate(commits) if named and commit.startswith(named[1])), None)
    states = [json.loads(path.read_text("utf-8")) for path in (root / ".benchmarks/bisect").glob("*.json")]
    n_forks = sum(len(forks) for state in states for forks in state["forks"].values())
    shutil.rmtree(root)
    return {
        "kind": kind, "seed": seed, "planted": first, "named": place, "status": done.returncode,
        "minutes": minutes, "n_forks": n_forks, "load": os.getloadavg()[1], "states": states,
    }  # fmt: skip


def make(root: Path, recogniser: str, before: str, after: str, first: int) -> list[str]:
    """Write the suite and its commits; the one at `first` replaces text, and those after it keep that."""
    benchmark = Path(__file__).parent.parent / "benchmarks" / "test_transcribe.py"
    (root / "benchmarks").mkdir(parents=True)
    shutil.copy(benchmark, root / "benchmarks")
    ini = "[pytest]\npythonpath = .\n"
    for name, text in (("conftest.py", CONFTEST), ("pytest.ini", ini), (".gitignore", ".benchmarks\n")):
        (root / name).write_text(text, "utf-8")
    git(root, "init", "-q", "-b", "main")
    if before not in recogniser:
        raise ValueError(f"the recogniser has no {before!r} to replace")
    commits = []
    for place in range(-1, N_COMMITS):
        text = recogniser.replace(before, after) if place >= first else recogniser
        (root / "recogniser.py").write_text(f"{text}\n# {place}\n", "utf-8")
        git(root, "add", "-A")
        git(root, "-c", "user.name=study", "-c", "user.email=study@localhost", "commit", "-qm", f"{place}")
        commits.append(git(root, "rev-parse", "HEAD").strip())
    git(root, "tag", "good", commits[0])
    return commits[1:]


def sorts_of(recogniser: str, n_trials: int = 40, sorts: float = 200.0) -> float:
    """Measure how many sorts for each second of audio take 20 % of a transcription, in turn with none."""
    import numpy as np

    scope: dict[str, object] = {}
    exec(recogniser, scope)
    plain = scope["load"](device="cpu")  # type: ignore[operator]
    slowed = scope["Recogniser"](plain.inner, sorts)  # type: ignore[operator]
    audio = [np.random.default_rng(0).standard_normal(80_000).astype(np.float32) / 30]
    ratios = []
    for trial in range(n_trials):
        seconds = {}
        for system in (plain, slowed) if trial % 2 else (slowed, plain):
            began = perf_counter()
            system.decode(system.encode(system.preprocess(audio)))
            seconds[system] = perf_counter() - began
        ratios.append(seconds[slowed] / seconds[plain] - 1)
    return SLOWER * sorts / median(ratios)


def tell(folder: Path) -> None:
    """Print for each kind how many sessions named the right commit, with the interval that holds at 95 %."""
    from scipy.stats import binomtest

    lines = (folder / "sessions.jsonl").read_text("utf-8").splitlines()
    sessions = [json.loads(line) for line in lines]
    for kind in PLANTED:
        of_kind = [one for one in sessions if one["kind"] == kind]
        if not of_kind:
            continue
        n, n_right = len(of_kind), sum(one["named"] == one["planted"] for one in of_kind)
        n_wrong = sum(one["named"] not in (None, one["planted"]) for one in of_kind)
        low, high = binomtest(n_right, n).proportion_ci()
        minutes = [one["minutes"] for one in of_kind]
        print(
            f"{kind}: {n_right} of {n} named right ({low:.0%} to {high:.0%}), {n_wrong} wrong, "
            f"{n - n_right - n_wrong} not settled; {fmean(minutes):.1f} minutes a session, "
            f"{max(minutes):.1f} at most, {fmean(one['n_forks'] for one in of_kind):.1f} forks; "
            f"load {min(one['load'] for one in of_kind):.1f} to {max(one['load'] for one in of_kind):.1f}"
        )


@dataclass
class Drawn:
    """Forks drawn from normal noise: commits from `first` on are 20 % slower."""

    first: int
    sd: float
    rng: random.Random
    n_forks: int = 0

    def fork(self, commit: str) -> Look:
        """Draw a fork."""
        self.n_forks += 1
        effect = log1p(SLOWER) if int(commit) >= self.first else 0.0
        return Look({"case": self.rng.gauss(effect, self.sd)}, {}, {})

    def has_time(self) -> bool:
        """Whether 20 minutes hold another fork."""
        return self.n_forks < MAX_FORKS

    def signals(self, commit: str) -> dict[str, str]:
        """Give none: nothing exact differs."""
        raise NotImplementedError(commit)


def simulate(sd: float, n: int = 1000) -> None:
    """Print how many of `n` searches name the right commit, of at most 45 forks each."""
    rng = random.Random(0)
    n_right = n_wrong = n_forks = 0
    for _ in range(n):
        oracle = Drawn(rng.randrange(N_COMMITS), sd, rng)
        search = Search(tuple(map(str, range(N_COMMITS))))
        try:
            found = bisect(search, oracle, by="time", has_time=oracle.has_time, tell=lambda *_: None)
        except AbError:
            continue
        finally:
            n_forks += oracle.n_forks
        n_right += found.is_sure and found.suspect == oracle.first
        n_wrong += found.is_sure and found.suspect != oracle.first
    print(
        f"forks that spread by {sd:.1%}: {n_right} of {n} named right, {n_wrong} wrong, "
        f"{n - n_right - n_wrong} not settled in {MAX_FORKS} forks; {n_forks / n:.1f} forks a search"
    )


def git(folder: Path, *arguments: str) -> str:
    """Run git, and give what it prints."""
    done = subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True)
    return done.stdout


def main() -> None:
    """Run sessions, or tell what they came to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("kind", choices=(*PLANTED, "tell", "simulated"))
    parser.add_argument("folder", type=Path, nargs="?", default=Path("bisect-study"))
    parser.add_argument("--sd", type=float, default=0.055)
    parser.add_argument("--sessions", type=int, default=1)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--model", default="ctc-mini", choices=("ctc-mini", "whisper-mini"))
    arguments = parser.parse_args()
    if arguments.kind == "simulated":
        simulate(arguments.sd)
        return
    folder = arguments.folder.resolve()
    if arguments.kind != "tell":
        folder.mkdir(parents=True, exist_ok=True)
        recogniser = RECOGNISER.replace("MODEL", arguments.model)
        sorts = sorts_of(recogniser) if arguments.kind == "time" else 0.0
        print(f"{sorts:.0f} sorts for each second of audio are {SLOWER:.0%} here", flush=True)
        for seed in range(arguments.first_seed, arguments.first_seed + arguments.sessions):
            result = session(arguments.kind, folder, seed, recogniser, sorts)
            with (folder / "sessions.jsonl").open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(result | {"model": arguments.model}) + "\n")
            print({name: value for name, value in result.items() if name != "states"}, flush=True)
    tell(folder)


if __name__ == "__main__":
    main()
