"""One real checkpoint in two systems hears the same words: run where whisper-base and real speech are at hand.

`HF_HUB_CACHE` names the hub's cache that holds openai/whisper-base. On a machine without it, or without
recordings, the embedded checkpoint stands in (test_runtimes.py).
"""

from pathlib import Path

import pytest

from asr_harness import systems
from asr_harness.corpora import BUCKETS_S, load_slice
from asr_harness.errors import ModelError
from asr_harness.judge.across_systems import differing_words
from asr_harness.measure import transcribe
from asr_harness.measure.error_rate import normalise
from tests.conftest import SPEECH

BASE = "openai/whisper-base"

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(not SPEECH.is_dir(), reason=f"no real speech at {SPEECH}"),
]


@pytest.fixture(scope="module", autouse=True)
def _base() -> None:
    try:
        systems.check_checkpoint(f"faster-whisper:{BASE}", "pretrained")
    except (ModelError, systems.UnavailableError) as error:  # type: ignore[attr-defined]
        pytest.skip(str(error))
