"""What every system on a transformers model can tell of itself."""

from __future__ import annotations

from asr_harness.systems.base import System
from asr_harness.systems.hf import counting
from asr_harness.systems.hf.network import Network


class HfSystem(Network, System):
    """A model of transformers as a system, with the family's knowledge of what its passes cost."""

    loaded_fingerprint: str | None = None
    """What identifies the weights, as they were loaded."""

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
