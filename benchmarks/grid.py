"""The grid as plain data: to add a model, a bucket, a variant or a profile, add a line."""

from asr_harness.corpora import BUCKETS_S
from asr_harness.grid import Grid, Profile

STUDY_MODELS = {
    "whisper-tiny": "openai/whisper-tiny",
    "whisper-base": "openai/whisper-base",
    "whisper-small": "openai/whisper-small",
    "whisper-medium": "openai/whisper-medium",
    "whisper-large-v3-turbo": "openai/whisper-large-v3-turbo",
    "wav2vec2-base-960h": "facebook/wav2vec2-base-960h",
}
EMBEDDED_MODELS = {
    "whisper-mini": "asr-harness/whisper-mini",
    "ctc-mini": "asr-harness/ctc-mini",
}

DEVICES = ("cpu", "cuda")
OTHER_DEVICES = ("mps", "xpu")
"""Those of no profile: named by `--asr-devices`."""

BATCH_SIZES = (1, 4, 8, 16, 32)

VARIANTS = {
    "baseline": {},
    "fp16": {"dtype": "float16"},
    "bf16": {"dtype": "bfloat16"},
    "eager": {"attention": "eager"},
    "flash": {"attention": "flash_attention_2", "dtype": "float16"},
    "beam5": {"beams": 5},
    "cap64": {"max_new_tokens": 64},
    "int8": {"quantisation": "int8"},
    "int8-weights": {"quantisation": "int8-weights"},
    "compile": {"compile_encoder": True},
    "batched": {"batched": True},
}
"""What `load` of a family or runtime heeds; `baseline` is fp32, sdpa, greedy. Join names: `fp16+beam5`."""

PROFILES = {
    "embedded": Profile(
        models=tuple(EMBEDDED_MODELS),
        devices=DEVICES,
        buckets=tuple(BUCKETS_S),
        batch_sizes=(1, 4),
        variants=("baseline",),
        data="embedded",
        weights="pretrained",
        n_utterances=8,
        time_s=3.5,
    ),
    "smoke": Profile(
        models=("whisper-tiny", "wav2vec2-base-960h"),
        devices=DEVICES,
        buckets=tuple(BUCKETS_S),
        batch_sizes=(1, 4, 8),
        variants=("baseline",),
        data="tedlium",
        weights="pretrained",
        n_utterances=8,
        time_s=10.0,
    ),
    "study": Profile(
        models=tuple(STUDY_MODELS),
        devices=DEVICES,
        buckets=tuple(BUCKETS_S),
        batch_sizes=BATCH_SIZES,
        variants=("baseline",),
        data="tedlium",
        weights="pretrained",
        n_utterances=32,
        time_s=30.0,
    ),
}

GRID = Grid(
    models=STUDY_MODELS | EMBEDDED_MODELS,
    devices=(*DEVICES, *OTHER_DEVICES),
    buckets_s=BUCKETS_S,
    batch_sizes=BATCH_SIZES,
    variants=VARIANTS,
    profiles=PROFILES,
    default_profile="embedded",
)
