"""A model of transformers, and what its family knows of its passes and weights."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from asr_harness.systems.hf import counting, whisper_context
from asr_harness.systems.hf.reshaping import prune
from asr_harness.systems.variant import BASELINE, Variant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asr_harness.schema.stages import StageName
    from asr_harness.systems.base import Pass
    from asr_harness.systems.hf.work import FamilyWork, PassFlops


class Network:
    """What one model costs, and the networks that work beside it, by the name that their passes have."""

    variant: Variant = BASELINE
    """How it was loaded."""

    beside: Mapping[str, Network] = MappingProxyType({})

    def __init__(self, model: Any, work: FamilyWork) -> None:
        self.model = model
        self._work = work

    def weights(self) -> tuple[int, int]:
        """Count the parameters, and the bytes they take."""
        each = [counting.weights(self.model), *(other.weights() for other in self.beside.values())]
        return sum(n for n, _ in each), sum(n_bytes for _, n_bytes in each)

    @contextmanager
    def passes_recorded(self) -> Iterator[list[Pass]]:
        """Collect the passes of the encoder, and of the decoder or the CTC head; others' come at the end."""
        with ExitStack() as stack:
            passes = stack.enter_context(self._work.passes_recorded(self.model))
            others = [
                (name, stack.enter_context(other.passes_recorded())) for name, other in self.beside.items()
            ]
            yield passes
            passes += [replace(each, network=name) for name, made in others for each in made]

    def flops(self, network_pass: Pass) -> float:
        """FLOPs of a pass, counted on the meta device."""
        if other := self.beside.get(network_pass.network):
            return other.flops(replace(network_pass, network=""))
        return self._pass_flops.of(network_pass)

    def moved_bytes(self, network_pass: Pass) -> float:
        """The fewest bytes that a pass must move."""
        if other := self.beside.get(network_pass.network):
            return other.moved_bytes(replace(network_pass, network=""))
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
