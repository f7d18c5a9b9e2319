"""What the passes of a family's models cost: counted on the meta device, and in closed form."""

from __future__ import annotations

from abc import ABC, abstractmethod
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import torch

from asr_harness.systems.hf import counting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from transformers import PreTrainedConfig

    from asr_harness.schema.stages import StageName
    from asr_harness.systems.base import Pass


class PassFlops(ABC):
    """Counts the FLOPs of passes of one model, which it builds on the meta device."""

    def __init__(self, from_config: Callable[..., Any], config: PreTrainedConfig) -> None:
        # transformers writes the attention and the dtype into the configuration that it is given. A live
        # model shares that object, and would change its attention when it is first counted.
        with torch.device("meta"):
            model = from_config(deepcopy(config), attn_implementation="eager", dtype=torch.float32)
        self.model = model.eval()

    @abstractmethod
    def of(self, network_pass: Pass) -> float:
        """FLOPs of a pass."""


class FamilyWork(ABC):
    """Passes of a family's models: which were made, and what each costs."""

    @abstractmethod
    def flops(self, config: PreTrainedConfig) -> PassFlops:
        """Give what counts the FLOPs of passes, on the meta device."""

    @abstractmethod
    def closed_form(self, config: PreTrainedConfig, network_pass: Pass) -> int | None:
        """FLOPs of a pass from the architecture alone, None where no formula is known."""

    @abstractmethod
    def examples(self, config: PreTrainedConfig) -> Mapping[str, Pass]:
        """Name the passes that show what a model costs; the first is an encoder's."""

    @abstractmethod
    def example_input(self, model: Any) -> torch.Tensor:
        """Make an input of the encoder, on the model's device."""

    @abstractmethod
    def parts(self, model: Any) -> Mapping[StageName, Any]:
        """Give the modules that encode and decode run."""

    @abstractmethod
    def moved_bytes(self, model: Any, network_pass: Pass, read_bytes: int) -> float:
        """The fewest bytes of a pass that reads `read_bytes` of weights once."""

    @abstractmethod
    def passes_recorded(self, model: Any) -> AbstractContextManager[list[Pass]]:
        """Collect the passes made inside, by hooks on the model's parts."""

    def weight_bytes(self, model: Any) -> Mapping[StageName, int]:
        """Bytes of the weights that a pass of each stage reads."""
        return {stage: counting.weights(part)[1] for stage, part in self.parts(model).items()}
