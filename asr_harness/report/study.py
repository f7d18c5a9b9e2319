"""The study that the suite repeats: what it measured, and whether runs are about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

MODELS = (
    "whisper-tiny",
    "whisper-base",
    "whisper-small",
    "whisper-medium",
    "whisper-large-v3-turbo",
    "wav2vec2-base-960h",
)
CITATION = (
    "The study is a profile, made in 2025 and written in Russian, of six recognisers (openai/whisper-tiny, "
    "-base, -small, -medium, -large-v3-turbo and facebook/wav2vec2-base-960h) on the dev set of TED-LIUM "
    "release 3, on Colab's processor and its T4."
)


def is_about(cases: pd.DataFrame) -> bool:
    """Tell whether any of the study's recognisers is among the cases; of others it claims nothing."""
    return bool(cases["model"].isin(MODELS).any())
