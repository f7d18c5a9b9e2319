"""The grid as plain data: to add a model or a profile, add a line. The rest has defaults."""

from asr_harness.defaults import BATCH_SIZES, BUCKETS_S, EMBEDDED_MODELS
from asr_harness.grid import Grid, Profile

STUDY_MODELS = {
    "whisper-tiny": "openai/whisper-tiny",
    "whisper-base": "openai/whisper-base",
    "whisper-small": "openai/whisper-small",
    "whisper-medium": "openai/whisper-medium",
    "whisper-large-v3-turbo": "openai/whisper-large-v3-turbo",
    "wav2vec2-base-960h": "facebook/wav2vec2-base-960h",
}
DEVICES = ("cpu", "cuda")
"""Those of the profiles; `--asr-devices` takes more."""

PROFILES = {
    "embedded": Profile(
        models=tuple(EMBEDDED_MODELS),
        devices=DEVICES,
        buckets=tuple(BUCKETS_S),
        batch_sizes=(1, 4),
    ),
    "smoke": Profile(
        models=("whisper-tiny", "wav2vec2-base-960h"),
        devices=DEVICES,
        buckets=tuple(BUCKETS_S),
        batch_sizes=(1, 4, 8),
        data="tedlium",
        time_s=10.0,
    ),
    "study": Profile(
        models=tuple(STUDY_MODELS),
        devices=DEVICES,
        buckets=tuple(BUCKETS_S),
        batch_sizes=BATCH_SIZES,
        data="tedlium",
        n_utterances=32,
        time_s=30.0,
    ),
}

GRID = Grid(models=STUDY_MODELS | EMBEDDED_MODELS, profiles=PROFILES)
