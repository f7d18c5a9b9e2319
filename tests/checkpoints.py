"""Tiny checkpoints of each family, saved as the hub's cache holds them."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from transformers import (
    AutoModelForCTC,
    Data2VecAudioConfig,
    HubertConfig,
    PretrainedConfig,
    Wav2Vec2Config,
    Wav2Vec2FeatureExtractor,
    WavLMConfig,
    WhisperConfig,
    WhisperFeatureExtractor,
)

from asr_harness.systems import find_family
from asr_harness.systems.checkpoints import Checkpoint
from asr_harness.systems.hf import whisper
from asr_harness.systems.hf.building import with_dummy_weights
from asr_harness.systems.hf.ctc import stand_in_tokenizer
from asr_harness.systems.hf.standard import StandardFamily
from asr_harness.systems.hf.whisper_vocabulary import stand_in_tokenizer as stand_in_whisper_tokenizer

TINY_CTC = {
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "conv_dim": (8, 8),
    "conv_kernel": (10, 3),
    "conv_stride": (80, 4),
    "num_conv_pos_embeddings": 4,
    "num_conv_pos_embedding_groups": 2,
    "num_feat_extract_layers": 2,
    "vocab_size": 32,
    "pad_token_id": 0,
}
TINY_WHISPER = {
    **whisper.ARCHITECTURES["asr-harness/whisper-mini"],
    "d_model": 16,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 32,
    "decoder_ffn_dim": 32,
    "num_mel_bins": 8,
}
CTC_CONFIGS: dict[str, type[PretrainedConfig]] = {
    "wav2vec2": Wav2Vec2Config,
    "hubert": HubertConfig,
    "wavlm": WavLMConfig,
    "data2vec-audio": Data2VecAudioConfig,
}


def save_whisper(folder: Path) -> Path:
    model = whisper.FAMILY.build(
        Checkpoint("tiny", TINY_WHISPER), device="cpu", dtype="float32", attention="sdpa"
    )
    config = WhisperConfig(**TINY_WHISPER)
    model.save_pretrained(folder)
    stand_in_whisper_tokenizer(config).save_pretrained(folder)
    WhisperFeatureExtractor(feature_size=8).save_pretrained(folder)
    return folder


def save_ctc(folder: Path, model_type: str = "wav2vec2", *, norm: str = "group") -> Path:
    config = CTC_CONFIGS[model_type](**TINY_CTC, feat_extract_norm=norm)
    with_dummy_weights(lambda: AutoModelForCTC.from_config(config), "cpu").save_pretrained(folder)
    stand_in_tokenizer().save_pretrained(folder)
    Wav2Vec2FeatureExtractor(return_attention_mask=norm == "layer").save_pretrained(folder)
    return folder


def save(folder: Path, config: Mapping[str, Any]) -> Path:
    """Save dummy weights of a configuration, with the files that stand in beside them."""
    checkpoint = Checkpoint("tiny", config)
    family = find_family(checkpoint)
    assert isinstance(family, StandardFamily)
    model = family.build(checkpoint, device="cpu", dtype="float32", attention="sdpa")
    model.save_pretrained(folder)
    family.stand_in_extractor(model.config).save_pretrained(folder)
    family.stand_in_tokenizer(model.config).save_pretrained(folder)
    return folder


def publish(folder: Path, hub_cache: Path, name: str) -> Path:
    """Lay a checkpoint out as the hub's cache does: refs, snapshots, and blobs named by their hash."""
    root = hub_cache / f"models--{name.replace('/', '--')}"
    revision = "0123456789abcdef0123456789abcdef01234567"
    snapshot = root / "snapshots" / revision
    for directory in (root / "refs", root / "blobs", snapshot):
        directory.mkdir(parents=True)
    (root / "refs" / "main").write_text(revision)
    for file in folder.iterdir():
        blob = root / "blobs" / hashlib.sha256(file.read_bytes()).hexdigest()
        blob.write_bytes(file.read_bytes())
        (snapshot / file.name).symlink_to(Path("../../blobs") / blob.name)
    return snapshot
