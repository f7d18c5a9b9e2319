"""A training loop for one CPU core that can be stopped, and started again where it was."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import torch

if TYPE_CHECKING:
    from pathlib import Path

VALIDATE_EVERY_S = 75.0
WARM_UP, DECAY_FROM = 0.03, 0.5
FIRST_STEPS = 100
"""In which the rate rises besides: a training that begins late would start at its full rate."""
MAX_GRADIENT_NORM = 1.0
WEIGHT_DECAY = 0.01


class Trainable(Protocol):
    """What the loop needs of a model family."""

    model: torch.nn.Module

    def loss(self, progress: float, rng: random.Random) -> torch.Tensor:
        """Draw a batch fit for this share of the training, and give its loss."""

    def validate(self) -> dict[str, float]:
        """Give the figures on the sentences kept out, `wer` among them."""


@dataclass(slots=True)
class State:
    """What is saved beside the weights; seconds are of CPU time, so that pauses do not count."""

    n_steps: int = 0
    trained_s: float = 0.0
    best_wer: float = float("inf")


def train(
    task: Trainable, folder: Path, *, budget_s: float, learning_rate: float, begin_at: float = 0.0
) -> None:
    """Train until the CPU time is used up; the weights to use are in `best.pt`.

    These are the best by validation WER until the end, and then the last: a few dozen sentences tell weights
    that are still moving apart worse than a learning rate that has come to rest does. A training of which
    nothing is saved starts as if this share of the budget were over.
    """
    torch.set_num_threads(1)
    folder.mkdir(parents=True, exist_ok=True)
    optimizer = torch.optim.AdamW(
        task.model.parameters(), lr=learning_rate, betas=(0.9, 0.98), weight_decay=WEIGHT_DECAY
    )
    state = resume(folder, task.model, optimizer) or State(trained_s=begin_at * budget_s)
    rng = random.Random(state.n_steps)
    torch.manual_seed(state.n_steps)
    validated_s, losses = state.trained_s, []
    while state.trained_s < budget_s:
        began_s = time.process_time()
        progress = state.trained_s / budget_s
        for group in optimizer.param_groups:
            group["lr"] = (
                learning_rate * share_of_rate(progress) * min(1.0, (state.n_steps + 1) / FIRST_STEPS)
            )
        task.model.train()
        loss = task.loss(progress, rng)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(task.model.parameters(), MAX_GRADIENT_NORM)
        optimizer.step()
        losses.append(loss.item())
        state.n_steps += 1
        state.trained_s += time.process_time() - began_s
        if state.trained_s - validated_s > VALIDATE_EVERY_S or state.trained_s >= budget_s:
            validated_s = state.trained_s
            check(task, folder, state, optimizer, sum(losses) / len(losses))
            losses.clear()
    save(folder / "best.pt", task.model.state_dict())


def share_of_rate(progress: float) -> float:
    """Warm up, hold, then fall linearly to a hundredth."""
    if progress < WARM_UP:
        return (progress + 1e-3) / WARM_UP
    return max(0.01, min(1.0, (1 - progress) / (1 - DECAY_FROM)))


def check(task: Trainable, folder: Path, state: State, optimizer: torch.optim.Optimizer, loss: float) -> None:
    """Validate, log a line, and save."""
    task.model.eval()
    with torch.inference_mode():
        figures = task.validate()
    if figures["wer"] <= state.best_wer:
        state.best_wer = figures["wer"]
        save(folder / "best.pt", task.model.state_dict())
    contents = {
        "model": task.model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "state": (state.n_steps, state.trained_s, state.best_wer),
    }
    save(folder / "last.pt", contents)
    shown = "  ".join(f"{name} {value:.4f}" for name, value in figures.items())
    done = f"{time.strftime('%H:%M:%S')}  {state.trained_s:6.0f} s  step {state.n_steps}"
    line = f"{done}  loss {loss:.4f}  {shown}"
    with (folder / "log.txt").open("a") as log:
        log.write(line + "\n")
    print(line, flush=True)


def save(path: Path, contents: object) -> None:
    """Write a file whole or not at all."""
    partial = path.with_suffix(".partial")
    torch.save(contents, partial)
    partial.replace(path)


def resume(folder: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer) -> State | None:
    """Take up what `check` saved, if it did."""
    path = folder / "last.pt"
    if not path.exists():
        return None
    contents = torch.load(path)
    model.load_state_dict(contents["model"])
    optimizer.load_state_dict(contents["optimizer"])
    return State(*contents["state"])
