"""Where an encoder's layers keep heads and feed-forward channels, as transformers' families name them."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asr_harness.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence

INTO = (("q_proj", "k_proj", "v_proj"), ("linear_q", "linear_k", "linear_v"))
OUT = ("out_proj", "o_proj", "linear_out")
OF_POSITIONS = ("relative_k_proj", "linear_pos")
"""Projections of relative positions, a block of rows for each head."""
BIASES = ("bias_u", "bias_v", "pos_bias_u", "pos_bias_v")
"""Of relative attention, a row for each head."""
HEAD_COUNTS = ("num_attention_heads", "num_key_value_heads")
FEED_FORWARDS = ("", "feed_forward", "feed_forward1", "feed_forward2", "mlp", "ffn1", "ffn2")
CHANNELS = (("fc1", "fc2"), ("intermediate_dense", "output_dense"), ("linear1", "linear2"))
"""Names of the layer into the channels, and of the one out of them."""


def layers(part: Any) -> Sequence[Any]:
    """Give the layers of an encoder or decoder. Raises UnavailableError where it has no list of them."""
    stacked: Sequence[Any] = stack(part).layers
    return stacked


def stack(part: Any) -> Any:
    """Give the module that holds the layers. Raises UnavailableError where there is none."""
    found = part if hasattr(part, "layers") else getattr(part, "encoder", None)
    if not hasattr(found, "layers"):
        raise UnavailableError(f"{type(part).__name__} has no list of layers to make smaller")
    return found


@dataclass(frozen=True, slots=True)
class Heads:
    """The attention of a layer: projections into its heads and out of them, and what else is by head."""

    attention: Any
    into: tuple[str, ...]
    out: str

    @property
    def width(self) -> int:
        """The width of a head."""
        return int(getattr(self.attention, "head_dim", None) or self.attention.head_size)

    @property
    def count(self) -> int:
        """How many heads there are."""
        return int(getattr(self.attention, self.out).weight.shape[1] // self.width)

    @property
    def by_row(self) -> tuple[str, ...]:
        """Names of the linear layers whose rows are the heads'."""
        return (*self.into, *(name for name in OF_POSITIONS if hasattr(self.attention, name)))

    @property
    def biases(self) -> tuple[str, ...]:
        """Names of parameters that have a row for each head."""
        return tuple(name for name in BIASES if hasattr(self.attention, name))

    def set_count(self, n_heads: int) -> None:
        """Tell this attention alone how many heads it has."""
        if hasattr(self.attention, "num_heads"):
            self.attention.num_heads = n_heads
        if hasattr(self.attention, "config"):
            self.attention.config = copy(self.attention.config)
            for name in HEAD_COUNTS:
                if hasattr(self.attention.config, name):
                    setattr(self.attention.config, name, n_heads)


def heads(layer: Any) -> Heads:
    """Find a layer's heads. Raises UnavailableError for a layout that is not known."""
    attention = getattr(layer, "self_attn", None) or getattr(layer, "attention", None)
    into = next((names for names in INTO if all(hasattr(attention, name) for name in names)), None)
    out = next((name for name in OUT if hasattr(attention, name)), None)
    shapes = {getattr(attention, name).weight.shape[0] for name in into or ()}
    if into is None or out is None or len(shapes) > 1:
        raise UnavailableError(f"{type(layer).__name__} has no attention whose heads can be cut out")
    return Heads(attention, into, out)


def feed_forwards(layer: Any) -> list[tuple[Any, str, str]]:
    """Give each feed-forward block of a layer: its module, and the names of its two linear layers.

    Raises UnavailableError where there is none that is known.
    """
    blocks = [layer if name == "" else getattr(layer, name, None) for name in FEED_FORWARDS]
    found = [
        (block, inner, outer)
        for block in blocks
        for inner, outer in CHANNELS
        if hasattr(block, inner) and hasattr(block, outer)
    ]
    if not found:
        raise UnavailableError(f"{type(layer).__name__} has no feed-forward channels that can be cut out")
    return found
