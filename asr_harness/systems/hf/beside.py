"""What lies beside a checkpoint's weights: a tokenizer, a feature extractor, a generation config."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asr_harness.errors import ModelError
from asr_harness.schema.audio import SAMPLE_RATE_HZ
from asr_harness.systems.checkpoints import read_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

EXTRACTOR_FILE = "preprocessor_config.json"


def require(path: Path, what: str, *alternatives: tuple[str, ...]) -> None:
    """Raise ModelError unless all files of one alternative are there, those that are JSON sound."""
    for names in alternatives:
        if all((path / name).exists() for name in names):
            for name in names:
                if name.endswith(".json"):
                    read_json(path, name)
            return
    wanted = ", or ".join(" and ".join(names) for names in alternatives)
    raise ModelError(
        f"{path} has no {what} ({wanted}): save it there with `save_pretrained`, or copy it from the "
        "checkpoint that this one was trained from"
    )


def extractor_settings(path: Path) -> Mapping[str, Any]:
    """Read the feature extractor's settings; raises ModelError where there are none, or of another rate."""
    if not (path / EXTRACTOR_FILE).exists() and (path / "processor_config.json").exists():
        settings = read_json(path, "processor_config.json").get("feature_extractor")
        if isinstance(settings, dict):
            return _of_our_rate(path / "processor_config.json", settings)
    require(path, "feature extractor", (EXTRACTOR_FILE,))
    return _of_our_rate(path / EXTRACTOR_FILE, read_json(path, EXTRACTOR_FILE))


def _of_our_rate(file: Path, settings: Mapping[str, Any]) -> Mapping[str, Any]:
    rate_hz = settings.get("sampling_rate", SAMPLE_RATE_HZ)
    if rate_hz != SAMPLE_RATE_HZ:
        raise ModelError(f"{file} has sampling_rate {rate_hz!r}; audio comes at {SAMPLE_RATE_HZ} Hz")
    return settings


def check_equal(file: Path, name: str, value: object, due: object, of: str) -> None:
    """Raise ModelError where a setting is not what the model's config makes due."""
    if value != due:
        raise ModelError(
            f"{file} has {name} {value!r}, and {of} in config.json makes it {due!r}: it belongs to another "
            "model; copy the file from the checkpoint that this one was trained from"
        )
