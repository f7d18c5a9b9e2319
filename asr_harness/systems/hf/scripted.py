"""What a transducer of dummy weights emits: a fixed script, since random weights would emit without end.

The joint network's scores are overruled, and nothing else: every step runs in full. The rates are
assumptions: tokens as `TOKENS_PER_S` has them, and for a model of durations two frames a step, which makes it
2.8 times fewer steps than one that goes by frames, as its paper reports (Xu et al.: Token-and-Duration
Transducer, 2023).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from asr_harness.systems.hf.fixed_tokens import REFUSED, TOKENS_PER_S

if TYPE_CHECKING:
    from collections.abc import Mapping

FRAMES_PER_STEP = 2
STEPS_PER_S: Mapping[str, float] = {
    "dummy_tokens_per_s": TOKENS_PER_S,
    "dummy_frames_per_step": FRAMES_PER_STEP,
}
FRAME_S = 0.08


class ScriptedJoint:
    """A forward hook of the joint network, which leaves one token to choose, and one duration."""

    def __init__(self, config: Any) -> None:
        self._blank, self._n_tokens = config.blank_token_id, config.vocab_size
        durations = getattr(config, "durations", ())
        self._duration = durations.index(FRAMES_PER_STEP) if FRAMES_PER_STEP in durations else None
        self.share = token_share(config)
        self._step = 0

    def restart(self) -> None:
        """Begin the script of another batch."""
        self._step = 0

    def __call__(self, _: object, __: object, scores: torch.Tensor) -> torch.Tensor:
        """Leave one token to choose; `scores` end in the tokens, then the durations."""
        self._step += 1
        n_tokens = int(self._step * self.share)
        is_token = n_tokens > int((self._step - 1) * self.share)
        chosen = torch.full_like(scores, REFUSED)
        # Ids from 3 on are plain text; consecutive ones differ, as text does.
        chosen[..., 3 + n_tokens % 2 if is_token else self._blank] = 0.0
        if self._duration is not None:
            chosen[..., self._n_tokens + self._duration] = 0.0
        return chosen


def token_share(config: Any) -> float:
    """The share of steps that emit a token rather than a blank."""
    tokens_per_frame = TOKENS_PER_S * FRAME_S
    if getattr(config, "durations", ()):
        return tokens_per_frame * FRAMES_PER_STEP
    return tokens_per_frame / (1 + tokens_per_frame)


def steps_per_frame(config: Any) -> float:
    """The steps that the script makes for each frame."""
    if getattr(config, "durations", ()):
        return 1 / FRAMES_PER_STEP
    return 1 + TOKENS_PER_S * FRAME_S
