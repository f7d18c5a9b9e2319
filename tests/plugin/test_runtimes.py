"""A runtime through a whole session, named as its user names it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from asr_harness.systems import runtime

if TYPE_CHECKING:
    from collections.abc import Callable

    from asr_harness.schema import CaseResult

CHECKPOINTS = {
    "ctranslate2": "whisper-mini",
    "faster-whisper": "whisper-mini",
    "onnxruntime": "ctc-mini",
    "whisper-cpp": None,
}
"""None: whisper.cpp has Whisper's own vocabularies alone."""


def test_every_runtime_is_tried_or_said_not_to_be() -> None:
    assert CHECKPOINTS.keys() == runtime.known().keys()


@pytest.mark.heavy
@pytest.mark.parametrize(("name", "checkpoint"), [item for item in CHECKPOINTS.items() if item[1]])
def test_a_runtime_is_measured_by_its_name(
    name: str,
    checkpoint: str,
    run: Callable[..., pytest.RunResult],
    result: Callable[[], CaseResult],
) -> None:
    missing = [package for package, version in runtime.known()[name].versions.items() if version is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    options = ["--asr-data=embedded", "--asr-utterances=2", "--asr-batch-sizes=1", "--asr-time=0.1"]
    models = f"--asr-models={name}:asr-harness/{checkpoint}"
    run("--benchmark-autosave", models, *options).assert_outcomes(passed=1)
    measured = result()
    assert measured.speed.rounds_s
    assert all(measured.quality.hypotheses)
