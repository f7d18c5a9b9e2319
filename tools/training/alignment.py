"""Where each label is heard: the best CTC path of a transcript that is known."""

from __future__ import annotations

import numpy as np
import torch

IMPOSSIBLE = -1e9


def align(log_probabilities: torch.Tensor, targets: list[list[int]], blank: int) -> list[np.ndarray]:
    """Give the middle frame of each label, from log-probabilities [batch, frames, labels]."""
    n_labels = [len(target) for target in targets]
    states = np.full((len(targets), 2 * max(n_labels) + 1), blank)
    for row, target in zip(states, targets, strict=True):
        row[1 : 2 * len(target) : 2] = target
    scores = log_probabilities.gather(
        2, torch.from_numpy(states)[:, None].expand(-1, log_probabilities.shape[1], -1)
    ).numpy()
    steps = best_steps(scores, may_skip=skippable(states, blank))
    return [
        middles(trace(steps[:, b], scores.shape[1], last_state(scores[b, -1], 2 * n)), n)
        for b, n in enumerate(n_labels)
    ]


def skippable(states: np.ndarray, blank: int) -> np.ndarray:
    """Tell which states may follow the one before last: a label after another that differs."""
    may = np.zeros_like(states, dtype=bool)
    may[:, 2:] = (states[:, 2:] != blank) & (states[:, 2:] != states[:, :-2])
    return may


def best_steps(scores: np.ndarray, may_skip: np.ndarray) -> np.ndarray:
    """Give how many states the best path to each came up, [frames, batch, states]; totals replace scores."""
    n_frames = scores.shape[1]
    steps = np.zeros((n_frames, *may_skip.shape), dtype=np.int8)
    totals = np.full(may_skip.shape, IMPOSSIBLE, dtype=np.float32)
    totals[:, :2] = scores[:, 0, :2]
    scores[:, 0] = totals
    options = np.full((3, *may_skip.shape), IMPOSSIBLE, dtype=np.float32)
    for frame in range(1, n_frames):
        options[0] = totals
        options[1, :, 1:] = totals[:, :-1]
        options[2, :, 2:] = np.where(may_skip[:, 2:], totals[:, :-2], IMPOSSIBLE)
        steps[frame] = options.argmax(0)
        totals = options.max(0) + scores[:, frame]
        scores[:, frame] = totals
    return steps


def last_state(totals: np.ndarray, final: int) -> int:
    """Give the better of the last blank and the last label."""
    return final if final == 0 or totals[final] >= totals[final - 1] else final - 1


def trace(steps: np.ndarray, n_frames: int, state: int) -> np.ndarray:
    """Follow the best path back from its last state."""
    path = np.empty(n_frames, dtype=np.int64)
    for frame in range(n_frames - 1, -1, -1):
        path[frame] = state
        state -= int(steps[frame, state])
    return path


def middles(path: np.ndarray, n_labels: int) -> np.ndarray:
    """Give the mean frame of each label's state."""
    frames = np.arange(len(path))
    totals = np.bincount(path, weights=frames, minlength=2 * n_labels + 1)
    counts = np.bincount(path, minlength=2 * n_labels + 1)
    return (totals / np.maximum(counts, 1))[1 : 2 * n_labels : 2]
