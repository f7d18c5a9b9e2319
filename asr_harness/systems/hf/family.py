"""A family of checkpoints that load and run alike: what its one file has to define."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from asr_harness.errors import UnavailableError
from asr_harness.systems.variant import as_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asr_harness.systems.checkpoints import Checkpoint
    from asr_harness.systems.cost import Cost
    from asr_harness.systems.hf.system import HfSystem
    from asr_harness.systems.hf.work import FamilyWork
    from asr_harness.systems.variant import Variant


class Family(ABC):
    """Loads the checkpoints of some `model_type`s; a file's `FAMILY` is one."""

    name: ClassVar[str]
    """As saved runs have it."""
    description: ClassVar[str]
    """What it is in two or three words, for messages."""
    model_types: ClassVar[tuple[str, ...]]
    architectures: ClassVar[Mapping[str, Mapping[str, Any]]]
    """Configurations for dummy weights by hub id, as config.json has them; what is absent is the default."""
    settings: ClassVar[frozenset[str]]
    """The names of the variant's settings that `load` heeds."""
    work: ClassVar[FamilyWork]
    """What the passes of its models cost."""
    unused_weights: ClassVar[tuple[str, ...]] = ()
    """Patterns of weights that inference does not read, so that a checkpoint may lack them."""

    spare_weights: ClassVar[tuple[str, ...]] = ()
    """Patterns of weights of other tasks, which a checkpoint may hold beside those that are read."""

    @abstractmethod
    def build(self, checkpoint: Checkpoint, *, device: str, dtype: str, attention: str) -> Any:
        """Build the model from its weights, or with dummy ones on `device` (`meta` makes none at all)."""

    @abstractmethod
    def system(self, checkpoint: Checkpoint, model: Any, variant: Variant) -> HfSystem:
        """Put what goes before and after around a model that is ready for inference."""

    @abstractmethod
    def cost(self, checkpoint: Checkpoint, *, batch_size: int, audio_s: float, variant: Variant) -> Cost:
        """Estimate what one batch with `audio_s` seconds in each recording costs, without running it."""

    def check_files(self, checkpoint: Checkpoint) -> None:  # noqa: B027 - a family may need none
        """Raise ModelError for a file beside the weights that is missing, damaged or another model's."""

    def shortest_samples(self, checkpoint: Checkpoint) -> int:  # noqa: ARG002 - most pad what is short
        """Count the samples that a recording needs at least, for the network to give anything of it."""
        return 1

    def check_language(self, checkpoint: Checkpoint, language: str | None) -> None:  # noqa: B027
        """Raise ModelError where the checkpoint says that it cannot transcribe a language."""

    def check_whole(self, checkpoint: Checkpoint) -> None:
        """Raise ModelError unless the checkpoint holds all that running it takes; loads nothing."""
        if checkpoint.path is None:
            return
        from asr_harness.systems.hf import whole

        self.check_files(checkpoint)
        model = self.build(replace(checkpoint, path=None), device="meta", dtype="float32", attention="eager")
        whole.check(checkpoint, model, self.unused_weights, self.spare_weights)

    def load(self, checkpoint: Checkpoint, *, device: str, variant: Variant) -> HfSystem:
        """Load a checkpoint ready to transcribe on `device`.

        Raises UnavailableError where the machine or the library cannot run it so.
        """
        from asr_harness.systems.hf import whole
        from asr_harness.systems.hf.building import compile_part, ready
        from asr_harness.systems.hf.reshaping import reshape

        self.check_files(checkpoint)
        model = self.build(checkpoint, device=device, dtype=variant.dtype, attention=variant.attention)
        fingerprint = checkpoint.dummy_fingerprint() if checkpoint.is_dummy else whole.fingerprint(model)
        parts = self.work.parts(model)
        reshape(parts["encode"], parts.get("decode"), model.config, variant)
        model = ready(model, device=device, quantisation=variant.quantisation)
        if variant.compile_encoder:
            compile_part(self.work.parts(model)["encode"], device)
        if variant.compile_decoder:
            compile_part(self.work.parts(model)["decode"], device)
        system = self.system(checkpoint, model, variant)
        system.loaded_fingerprint = fingerprint
        system.variant = variant
        return system

    def check(self, variant: Variant, source: str) -> None:
        """Raise UnavailableError for a setting that the family does not know, or a dtype that it lacks."""
        from asr_harness.systems.hf.building import DTYPES

        unknown = variant.unknown_to(self.settings)
        if unknown:
            raise UnavailableError(
                f"{source} cannot run with {as_text(unknown)}: the family {self.name} ({self.description}) "
                f"knows {', '.join(sorted(self.settings))}"
            )
        if variant.dtype not in DTYPES:
            raise UnavailableError(
                f"{source} cannot run with dtype={variant.dtype!r}: the family {self.name} "
                f"({self.description}) computes in {', '.join(DTYPES)}"
            )
