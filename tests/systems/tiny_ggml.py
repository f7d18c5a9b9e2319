"""A tiny Whisper in ggml's format, with Whisper's English vocabulary, beside its checkpoint.

The format is that of whisper.cpp's own converter (models/convert-h5-to-ggml.py): numbers, mel filters,
tokens, then each tensor with its name, matrices and convolutions in half precision.
"""

import re
import struct
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from transformers import WhisperFeatureExtractor

from asr_harness.systems.checkpoints import Checkpoint
from asr_harness.systems.hf import whisper
from asr_harness.systems.runtimes.ggml import GGML
from tests.checkpoints import TINY_WHISPER
from tests.systems.openai_whisper import RENAMED

MAGIC = 0x67676D6C
CONFIG = {
    **TINY_WHISPER,
    "vocab_size": 51864,
    "num_mel_bins": 80,
    "d_model": 64,
    "encoder_attention_heads": 1,
    "decoder_attention_heads": 1,
    "encoder_ffn_dim": 256,
    "decoder_ffn_dim": 256,
    "max_source_positions": 1500,
    "max_target_positions": 64,
}
TOKENS = (b" ", *50255 * (b"a",))
"""The engine looks the first up, to suppress it at a text's beginning."""


def save(folder: Path) -> Path:
    model = whisper.FAMILY.build(Checkpoint("tiny", CONFIG), device="cpu", dtype="float32", attention="sdpa")
    model.save_pretrained(folder)
    with (folder / GGML).open("wb") as file:
        write(model, file)
    return folder


def write(model: Any, file: BinaryIO) -> None:
    config = model.config
    sizes = (
        MAGIC, config.vocab_size, config.max_source_positions, config.d_model, config.encoder_attention_heads,
        config.encoder_layers, config.max_target_positions, config.d_model, config.decoder_attention_heads,
        config.decoder_layers, config.num_mel_bins, 1,
    )  # fmt: skip
    file.write(struct.pack(f"{len(sizes)}i", *sizes))
    filters = np.asarray(WhisperFeatureExtractor(config.num_mel_bins).mel_filters, np.float32).T
    file.write(struct.pack("2i", *filters.shape) + filters.tobytes())
    file.write(struct.pack("i", len(TOKENS)))
    file.write(b"".join(struct.pack("i", len(token)) + token for token in TOKENS))
    for name, values in tensors(model):
        is_half = values.ndim > 1 and "bias" not in name and "positional" not in name
        encoded = name.encode()
        file.write(struct.pack("3i", values.ndim, len(encoded), int(is_half)))
        file.write(struct.pack(f"{values.ndim}i", *reversed(values.shape)) + encoded)
        file.write(values.astype(np.float16 if is_half else np.float32).tobytes())


def tensors(model: Any) -> Iterator[tuple[str, np.ndarray]]:
    for name, tensor in model.state_dict().items():
        if name == "proj_out.weight":
            continue
        renamed = reduce(lambda name, rule: re.sub(*rule, name), RENAMED, name)
        values = tensor.numpy().squeeze()
        yield renamed, values[:, None] if re.search(r"conv\d\.bias$", renamed) else values
