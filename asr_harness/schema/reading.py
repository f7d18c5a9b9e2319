"""How a saved run is read: the JSON of any version, checked, and its parts made of it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from asr_harness.errors import OtherBenchmarkError, RecordError
from asr_harness.paths import read_file
from asr_harness.schema import migrate
from asr_harness.schema.part import check_lengths, load, savable_text, shown
from asr_harness.schema.result import CaseResult
from asr_harness.schema.run import BLOCK, UNKNOWN_COMMITS, Block, CaseRecord, Commit, RunFile, SavedCase

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

EXTRA_INFO = "extra_info"
"""The key of a benchmark's own values in pytest-benchmark's JSON."""
MAX_FILE_BYTES = 512 << 20
N_FIRST_BYTES = 64
REMEDY = "move or delete it, and measure the run again"


def load_run(path: Path) -> RunFile:
    """Read a saved run of any version.

    Raises RecordError where the file cannot be read, is not JSON, is damaged, another benchmark's or too new.
    """
    return parse_run(path, read_content(path))


def parse_run(path: Path, content: Mapping[str, Any]) -> RunFile:
    """Take a run from the content of its file, wherever that came from. Raises RecordError as `load_run`."""
    if content.get(BLOCK) is None:
        raise not_ours(path)
    try:
        return _run(path, migrate.to_newest(content, str(path)))
    except migrate.TooNewError as error:
        raise RecordError(str(error)) from error
    except RecordError as error:
        raise RecordError(f"{path} is damaged: {error}; {REMEDY}") from error


def not_ours(path: Path) -> OtherBenchmarkError:
    """Say of a file that another benchmark saved it."""
    return OtherBenchmarkError(
        f"{path} has no `{BLOCK}` block: it is plain pytest-benchmark JSON, not a run of asr-harness; "
        "`pytest-benchmark compare` reads it"
    )


def read_content(path: Path) -> Mapping[str, Any]:
    """Read a saved file as JSON values, whatever its version. Raises RecordError where it is none."""
    try:
        raw = read_file(path, MAX_FILE_BYTES)
    except OSError as error:
        raise RecordError(f"cannot read {path}: {error.strerror}") from error
    if raw and not raw[:N_FIRST_BYTES].strip(b"\0"):
        raise RecordError(f"{path} begins with zeros, as after a power loss; {REMEDY}")
    try:
        content = decode_json(raw)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{path} is not JSON ({error}); {REMEDY}") from error
    if not isinstance(content, dict) or "benchmarks" not in content:
        raise RecordError(f"{path} holds no benchmarks; a saved run is what `--benchmark-autosave` writes")
    return content


def decode_json(raw: bytes) -> object:
    """Decode JSON. Raises ValueError.

    NaN and infinity, which Python writes and JSON has not, are null; half a surrogate pair, which stands for
    no character, becomes U+FFFD.
    """
    try:
        return msgspec.json.decode(raw)
    except msgspec.MsgspecError:
        content: object = json.loads(raw, parse_constant=lambda _: None)
    text = json.dumps(content, ensure_ascii=False)
    return json.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _run(path: Path, content: Mapping[str, Any]) -> RunFile:
    for part in (BLOCK, "commit_info"):
        check_lengths(content.get(part), part)
    block = load(Block, content[BLOCK], f"the `{BLOCK}` block")
    benchmarks = _benchmarks(content)
    commit = load(Commit, content.get("commit_info") or {}, "commit_info")
    records = [_record(saved, benchmarks.get(saved.test_id)) for saved in block.cases]
    return RunFile(
        path,
        None if commit.id in UNKNOWN_COMMITS else commit.id,
        commit.branch,
        commit.dirty,
        _time(content.get("datetime")),
        block,
        {record.case.id: record for record in records},
    )


def _benchmarks(content: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    listed = content.get("benchmarks")
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise RecordError(f"benchmarks are {shown(listed)}, not a list of benchmarks")
    for one in listed:
        if not isinstance(one.get("fullname"), str):
            raise RecordError(f"a benchmark has no fullname but {shown(one.get('fullname'))}")
    return {one["fullname"]: one for one in listed}


def _record(saved: SavedCase, benchmark: Mapping[str, Any] | None) -> CaseRecord:
    if saved.outcome != "measured":
        # However long it is in a file: tables and pages repeat it.
        reason = None if saved.reason is None else savable_text(saved.reason)
        return CaseRecord(saved.case, saved.outcome, reason)
    if benchmark is None:
        return CaseRecord(saved.case, "failed", "the run says it was measured and holds no result of it")
    result = load(CaseResult, benchmark.get(EXTRA_INFO), saved.case.id)
    cut = {name: savable_text(reason) for name, reason in result.reasons.items()}
    return CaseRecord(
        saved.case, "measured", None, result if cut == result.reasons else replace(result, reasons=cut)
    )


def _time(written: object) -> datetime | None:
    if written is None:
        return None
    if not isinstance(written, str):
        raise RecordError(f"datetime is {shown(written)}, not a time as ISO 8601 has it")
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        raise RecordError(f"datetime is {shown(written)}, not a time as ISO 8601 has it") from None
