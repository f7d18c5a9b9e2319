"""What is Cohere's alone: long recordings in pieces, and the prompt that its tokenizer has to know."""

from pathlib import Path

import pytest

from asr_harness import systems
from asr_harness.errors import ModelError
from asr_harness.measure import transcribe
from asr_harness.systems import BASELINE
from asr_harness.systems.checkpoints import Checkpoint
from asr_harness.systems.hf import cohere_asr
from tests import checkpoints
from tests.conftest import noise
from tests.tiny_families import ENCODER_DECODERS

TINY = Checkpoint("tiny", {**ENCODER_DECODERS["cohere_asr"], "vocab_size": 160})


def test_a_long_recording_is_decoded_in_pieces_and_put_together() -> None:
    system = cohere_asr.FAMILY.load(TINY, device="cpu", variant=BASELINE)
    features = system.preprocess([noise(40.0), noise(2.0)])
    assert [recording for recording, _ in features.chunks or ()] == [0, 0, 1]
    answer = transcribe(system, [noise(40.0), noise(2.0)])
    # Dummies decode as many tokens in each row.
    longer, shorter = answer.n_tokens or (0, 0)
    assert longer == 2 * shorter > 0
    assert len(answer.texts[0].split()) == 2 * len(answer.texts[1].split())


def test_a_tokenizer_without_the_prompts_tokens_is_refused(tmp_path: Path) -> None:
    folder = checkpoints.save(tmp_path, ENCODER_DECODERS["cohere_asr"])
    file = folder / "tokenizer.json"
    file.write_text(file.read_text().replace("<|nodiarize|>", "<|other|>"))
    with pytest.raises(ModelError, match=r"without <\|nodiarize\|>"):
        systems.load(str(folder), device="cpu", weights="pretrained")
