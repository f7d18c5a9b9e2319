"""A family whose checkpoints load by transformers' own Auto classes, and whose cost its work can count."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from transformers import AutoConfig, AutoFeatureExtractor, AutoTokenizer

from asr_harness.systems.hf import beside
from asr_harness.systems.hf.building import DTYPES, with_dummy_weights
from asr_harness.systems.hf.family import Family
from asr_harness.systems.hf.loading import load_pretrained

if TYPE_CHECKING:
    from asr_harness.systems.checkpoints import Checkpoint
    from asr_harness.systems.hf.system import HfSystem
    from asr_harness.systems.variant import Variant

TOKENIZER_FILES = (("tokenizer.json",), ("vocab.json",))


class StandardFamily(Family):
    """Says which Auto class loads its models, and what stands in for the files beside dummy weights."""

    auto: ClassVar[Any]
    """The Auto class of its models, such as `AutoModelForCTC`."""
    eager_only: ClassVar[tuple[str, ...]] = ()
    """The model types that have no scaled-dot-product attention."""
    tokenizer_files: ClassVar[tuple[tuple[str, ...], ...]] = TOKENIZER_FILES
    """The alternatives of files that a tokenizer is read from."""

    @abstractmethod
    def assemble(
        self, checkpoint: Checkpoint, model: Any, extractor: Any, tokenizer: Any, variant: Variant
    ) -> HfSystem:
        """Put the system together from its parts."""

    @abstractmethod
    def stand_in_extractor(self, config: Any) -> Any:
        """Make the feature extractor of dummy weights."""

    @abstractmethod
    def stand_in_tokenizer(self, config: Any) -> Any:
        """Make the tokenizer of dummy weights."""

    def check_files(self, checkpoint: Checkpoint) -> None:
        """Look for tokenizer and feature extractor."""
        if checkpoint.path is not None:
            beside.require(checkpoint.path, "tokenizer", *self.tokenizer_files)
            beside.extractor_settings(checkpoint.path)

    def build(self, checkpoint: Checkpoint, *, device: str, dtype: str, attention: str) -> Any:
        """Build the model from its weights, or with dummy ones."""
        if checkpoint.model_type in self.eager_only:
            attention = "eager"
        options: dict[str, Any] = {"dtype": DTYPES[dtype], "attn_implementation": attention}
        if checkpoint.path is not None:
            return load_pretrained(
                self.auto.from_pretrained,
                checkpoint,
                self.unused_weights,
                self.spare_weights,
                trust_remote_code=False,
                **options,
            )
        config = AutoConfig.for_model(**checkpoint.config)
        model = with_dummy_weights(lambda: self.auto.from_config(config, **options), device)
        self.complete(model)
        # Some parameters are made in the default dtype, whatever the configuration says.
        return model.to(DTYPES[dtype])

    def complete(self, model: Any) -> None:
        """Give a model of dummy weights what its checkpoint would bring, such as a generation config."""

    def system(self, checkpoint: Checkpoint, model: Any, variant: Variant) -> HfSystem:
        """Read the checkpoint's feature extractor and tokenizer, or make those of dummies."""
        if checkpoint.path is None:
            extractor = self.stand_in_extractor(model.config)
            tokenizer = self.stand_in_tokenizer(model.config)
        else:
            extractor = AutoFeatureExtractor.from_pretrained(checkpoint.path)
            tokenizer = AutoTokenizer.from_pretrained(checkpoint.path)
        return self.assemble(checkpoint, model, extractor, tokenizer, variant)
