"""Feed every reader mutated inputs, and count what came of them.

    python -m tools.fuzz_study 1000 --seed 1 --keep FOLDER

gives each reader so many inputs (`run=50000` names one), and prints a line each. An input may be read, or
refused with an error that a user can act on, in bounded time and memory; anything else is printed with the
seed that makes it again, its bytes are kept, and the status is 1.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tools.fuzzing import of_corpora, of_runs, of_state, of_texts
from tools.fuzzing.reading import Reader, Reading, try_out

READERS: dict[str, Reader] = {
    reader.name: reader
    for reader in (*of_runs.READERS, *of_state.READERS, *of_corpora.READERS, *of_texts.READERS)
}
SOUND = ("read", "refused")


def input_of(reader: Reader, seed: str) -> bytes:
    """Make the input of a seed, the same each time."""
    return reader.mutate(Random(f"{reader.name} {seed}"))


def fuzz(reader: Reader, n_inputs: int, seed: int, keep: Path | None) -> tuple[Counter[str], float]:
    """Read so many inputs; count the endings, and give the longest time."""
    counts: Counter[str] = Counter()
    longest_s = 0.0
    for number in range(n_inputs):
        raw = input_of(reader, f"{seed} {number}")
        with TemporaryDirectory(dir=_memory()) as folder:
            reading = try_out(reader, raw, Path(folder))
        counts[reading.ending] += 1
        longest_s = max(longest_s, reading.cpu_s)
        if reading.ending not in SOUND:
            _tell(reader, f"{seed}-{number}", reading, raw, keep)
    return counts, longest_s


def _tell(reader: Reader, seed: str, reading: Reading, raw: bytes, keep: Path | None) -> None:
    print(f"  {reader.name} {seed}: {reading.ending}: {reading.what}", flush=True)
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        (keep / f"{reader.name}-{seed}").write_bytes(raw)


def _memory() -> str | None:
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() else None


def _asked(text: str) -> dict[str, int]:
    name, equals, number = text.rpartition("=")
    return {name: int(number)} if equals else dict.fromkeys(READERS, int(number))


def main(argv: list[str]) -> int:
    """Feed the readers that were asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("counts", nargs="+", type=_asked, metavar="[READER=]COUNT", help=", ".join(READERS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="where inputs that broke something are written")
    arguments = parser.parse_args(argv)
    total: Counter[str] = Counter()
    counts = {name: n for asked in arguments.counts for name, n in asked.items()}
    for name, n_inputs in counts.items():
        endings, longest_s = fuzz(READERS[name], n_inputs, arguments.seed, arguments.keep)
        total += endings
        print(f"{name}: {n_inputs} inputs, {_told(endings)}; the longest took {longest_s:.2f} s", flush=True)
    print(f"all: {total.total()} inputs, {_told(total)}")
    return int(any(total[ending] for ending in total if ending not in SOUND))


def _told(endings: Counter[str]) -> str:
    return ", ".join(
        f"{endings[ending]} {ending}" for ending in ("read", "refused", "broken", "slow", "hungry")
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
