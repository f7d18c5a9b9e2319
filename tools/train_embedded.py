"""Train the package's own checkpoints: speak, train, save, evaluate, from the repository root.

python -m tools.train_embedded speak FOLDER                              170 s
python -m tools.train_embedded ctc FOLDER --budget-s 4500 --go-on        2700 s of CPU time, one thread
python -m tools.train_embedded whisper FOLDER --budget-s 10000 --go-on   3000 s of CPU time, one thread
python -m tools.train_embedded save FOLDER
python -m tools.train_embedded evaluate

The times are those of the last training, on 2 shared cores, no GPU; what the weights that it went on from
took, their cards say. A training that is started again, with a larger budget too, goes on where it was.
Without --go-on it begins with nothing: 2230 s made a first ctc-mini, 8700 s a first whisper-mini.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tools.training import evaluation, loop, utterances

CHECKPOINTS = Path(__file__).parent.parent / "asr_harness" / "checkpoints"
NAMES = {"ctc": "ctc-mini", "whisper": "whisper-mini"}


def main() -> None:
    """Run one step."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("step", choices=("speak", *NAMES, "save", "evaluate"))
    parser.add_argument("folder", type=Path, nargs="?", help="where audio and training states are kept")
    parser.add_argument("--utterances", type=int, default=8000, help="sentences to speak")
    parser.add_argument("--budget-s", type=float, default=2700.0, help="CPU seconds to train for")
    parser.add_argument(
        "--go-on", action="store_true", help="begin a training with the checkpoint that is there"
    )
    parser.add_argument("--to", type=Path, default=CHECKPOINTS, help="where checkpoints are saved")
    arguments = parser.parse_args()
    if arguments.step == "speak":
        utterances.make(arguments.folder, arguments.utterances)
    elif arguments.step == "save":
        save(arguments.folder, arguments.to)
    elif arguments.step == "evaluate":
        for name in NAMES.values():
            print(f"\n{name}")
            evaluation.print_table(str(arguments.to / name))
    else:
        begin_with = arguments.to / NAMES[arguments.step] if arguments.go_on else None
        train(arguments.step, arguments.folder, arguments.budget_s, begin_with)


def train(family: str, folder: Path, budget_s: float, begin_with: Path | None = None) -> None:
    """Train one checkpoint, or go on where its training was stopped."""
    from tools.training import ctc, whisper

    module = {"ctc": ctc, "whisper": whisper}[family]
    task = {"ctc": ctc.Ctc, "whisper": whisper.Whisper}[family](utterances.load(folder))
    if begin_with is not None:
        task.begin_with(begin_with)
    loop.train(
        task,
        folder / family,
        budget_s=budget_s,
        learning_rate=module.LEARNING_RATE,
        begin_at=0.0 if begin_with is None else module.BEGUN_AT,
    )


def save(folder: Path, checkpoints: Path) -> None:
    """Write the best weights of each training that there is as a checkpoint."""
    from tools.training import ctc, whisper

    for family, module in {"ctc": ctc, "whisper": whisper}.items():
        best = folder / family / "best.pt"
        if best.exists():
            module.save(best, checkpoints / NAMES[family])


if __name__ == "__main__":
    main()
