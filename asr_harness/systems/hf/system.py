"""What every system on a transformers model can tell of its passes and weights."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from asr_harness.systems.base import Pass, System
from asr_harness.systems.hf import counting, whisper_context
from asr_harness.systems.hf.reshaping import prune
from asr_harness.systems.variant import BASELINE, Variant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from asr_harness.schema.stages import StageName
    from asr_harness.systems.hf.work import FamilyWork, PassFlops


class HfSystem(System):
    """A model of transformers, and the family's knowledge of what its passes cost."""

    loaded_fingerprint: str | None = None
    """What identifies the weights, as they were loaded."""

    variant: Variant = BASELINE
    """How it was loaded."""

    def __init__(self, model: Any, work: FamilyWork) -> None:
        self.model = model
        self._work = work

    @property
    def weights_fingerprint(self) -> str | None:
        """What identifies the weights."""
        return self.loaded_fingerprint

    @property
    def dtype(self) -> str:
        """Name of the arithmetic's dtype."""
        return counting.dtype_name(self.model)

    def configuration(self) -> str:
        """The model's configurations, its mode and its hooks."""
        model, generation = self.model, getattr(self.model, "generation_config", None)
        parts = (
            model.config.to_dict(),
            model.config._attn_implementation,  # noqa: SLF001 - to_dict leaves it out
            generation.to_dict() if generation is not None else None,
            model.training,
            sum(len(module._forward_hooks) + len(module._forward_pre_hooks) for module in model.modules()),  # noqa: SLF001
        )
        return repr(parts)

    def weights(self) -> tuple[int, int]:
        """Count the parameters, and the bytes they take."""
        return counting.weights(self.model)

    def passes_recorded(self) -> AbstractContextManager[list[Pass]]:
        """Collect the passes of the encoder, and of the decoder or the CTC head."""
        return self._work.passes_recorded(self.model)

    def flops(self, network_pass: Pass) -> float:
        """FLOPs of a pass, counted on the meta device."""
        return self._pass_flops.of(network_pass)

    def moved_bytes(self, network_pass: Pass) -> float:
        """The fewest bytes that a pass must move."""
        return self._work.moved_bytes(self.model, network_pass, self._weight_bytes[network_pass.stage])

    @cached_property
    def _pass_flops(self) -> PassFlops:
        counter = self._work.flops(self.model.config)
        if self.variant.prune_encoder:  # the layers that are left are in the configuration
            prune(self._work.parts(counter.model)["encode"], self.variant.prune_encoder)
        if self.variant.audio_context == "clip":
            whisper_context.cut(counter.model)
        return counter

    @cached_property
    def _weight_bytes(self) -> Mapping[StageName, int]:
        return self._work.weight_bytes(self.model)
