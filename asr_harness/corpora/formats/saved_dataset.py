"""A Hugging Face dataset on disk (`datasets.save_to_disk`); audio inside is laid out in the cache."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from asr_harness import cache
from asr_harness.corpora.formats.base import AUDIO_KEYS, Format, row_of
from asr_harness.corpora.slices import content
from asr_harness.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asr_harness.corpora.formats.base import Row

STATE, SPLITS = "state.json", "dataset_dict.json"
MAX_SUFFIX_CHARS = 8


def _rows(folder: Path) -> Iterator[Row]:
    rows = _loaded(folder)
    fingerprint = content.fingerprint(_files(folder))
    extracted = cache.root() / "sources" / f"dataset-{fingerprint[:32]}"
    cache.build_folder(extracted, lambda target: _extract(rows, target))
    for index, raw in enumerate(rows):
        place = f"{folder}, row {index}"
        key = _audio_key(raw, place)
        path = _held(raw[key], extracted, index) or str(
            raw[key].get("path") if isinstance(raw[key], dict) else raw[key]
        )
        others = {name: value for name, value in raw.items() if name not in AUDIO_KEYS}
        yield row_of({**others, key: path}, place, folder)


def _loaded(folder: Path) -> Any:
    if (folder / SPLITS).is_file():
        splits = ", ".join(f"manifest:{path}" for path in sorted(folder.iterdir()) if path.is_dir())
        raise DataError(f"{folder} holds several splits; name one of {splits}")
    from datasets import Audio, load_from_disk
    from datasets.exceptions import DatasetsError

    try:
        rows = load_from_disk(str(folder))
        audio = [name for name, feature in rows.features.items() if isinstance(feature, Audio)]
        for name in audio:
            rows = rows.cast_column(name, Audio(decode=False))
    except (OSError, ValueError, TypeError, LookupError, DatasetsError) as error:
        raise DataError(f"{folder} cannot be read as a dataset on disk ({error}); save it again") from error
    return rows


def _audio_key(raw: dict[str, Any], place: str) -> str:
    key = next((name for name in AUDIO_KEYS if raw.get(name)), None)
    if key is None:
        raise DataError(
            f"{place}: has no {', '.join(AUDIO_KEYS)}; it has {', '.join(raw)[:200]}: rename a column"
        )
    return key


def _extract(rows: Any, target: Path) -> None:
    for index, raw in enumerate(rows):
        clip = next((raw[name] for name in AUDIO_KEYS if isinstance(raw.get(name), dict)), None)
        if clip and isinstance(clip.get("bytes"), bytes):
            (target / _file_name(clip, index)).write_bytes(clip["bytes"])


def _held(clip: object, extracted: Path, index: int) -> str | None:
    if isinstance(clip, dict) and isinstance(clip.get("bytes"), bytes):
        return str(extracted / _file_name(clip, index))
    return None


def _file_name(clip: dict[str, Any], index: int) -> str:
    suffix = PurePosixPath(str(clip.get("path") or "")).suffix
    is_plain = suffix[1:].isalnum() and suffix.isascii() and len(suffix) <= MAX_SUFFIX_CHARS
    return f"row{index:07d}{suffix if is_plain else '.audio'}"


def _files(folder: Path) -> list[Path]:
    return sorted([*folder.glob("*.arrow"), folder / "dataset_info.json"])


FORMAT = Format(
    "a dataset saved by datasets.save_to_disk",
    lambda path: (path / STATE).is_file() or (path / SPLITS).is_file(),
    _rows,
    _files,
)
