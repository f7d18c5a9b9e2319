import json
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asr_harness.cli import main
from asr_harness.corpora.slices import manifest as manifests
from asr_harness.corpora.slices.manifest import Choices, Entry, Manifest
from asr_harness.errors import DataError

ENTRY = Entry("a-1", "talk", "anna", 0.5, 5, "it 's so", "audio/a-1.flac", "0" * 64, "f" * 64)
MANIFEST = Manifest(
    "tedlium", "/data", "1" * 64, Choices((3, 7.0), 2, 0), manifests.combine(["f" * 64]), (ENTRY,)
)


def stored(folder: Path, body: Any) -> Path:
    """Write a manifest whose hash is right, whatever it holds."""
    written = json.dumps(body, sort_keys=True, ensure_ascii=False)
    digest = sha256(written.encode("utf-8", "surrogatepass")).hexdigest()
    path = folder / "3-7s-seed0-n2.json"
    path.write_text(json.dumps({"sha256": digest, "manifest": body}))
    return path


def body(**changes: Any) -> dict[str, Any]:
    return json.loads(json.dumps(asdict(MANIFEST))) | changes


def with_entry(**changes: Any) -> dict[str, Any]:
    return body(entries=[body()["entries"][0] | changes])


def test_a_manifest_comes_back_as_it_was_written(tmp_path: Path) -> None:
    manifests.write(tmp_path / "m.json", MANIFEST)
    assert manifests.read(tmp_path / "m.json") == MANIFEST


def test_a_manifest_has_the_hash_that_it_had_before_there_were_checks(tmp_path: Path) -> None:
    manifests.write(tmp_path / "m.json", MANIFEST)
    first = json.loads((tmp_path / "m.json").read_text())
    assert first["sha256"] == "ffd7e2c7174ed10fe72ecd2509907de7a7265010db4f07951c4d45816bc09f63"


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ([], "manifest is a list; expected a mapping of corpus"),
        ({"corpus": "a"}, "manifest is a dict; expected a mapping of corpus"),
        (body(extra=1), "manifest is a dict; expected a mapping"),
        (body(corpus=3), "corpus is 3"),
        (body(corpus="../../home"), "corpus is '../../home'"),
        (body(source_fingerprint="/etc"), "source_fingerprint is '/etc'"),
        (body(origin="\ud800"), r"origin is '\\ud800'"),
        (body(fingerprint="0" * 64), "expected that of its entries"),
        (body(choices=[]), "choices is a list"),
        (body(choices={"limits_s": {"low": 1}, "n_utterances": 1, "seed": 0}), "limits_s is a dict"),
        (body(choices={"limits_s": [1], "n_utterances": 1, "seed": 0}), "expected a list of 2"),
        (body(choices={"limits_s": [7, 3], "n_utterances": 1, "seed": 0}), "expected the lower first"),
        (body(choices={"limits_s": ["3", 7], "n_utterances": 1, "seed": 0}), "limits_s is '3'"),
        (body(choices={"limits_s": [3, 7], "n_utterances": 1.5, "seed": 0}), r"n_utterances is 1\.5"),
        (body(choices={"limits_s": [3, 7], "n_utterances": 1, "seed": True}), "seed is True"),
        (body(entries={}), "entries is a dict; expected a list"),
        (body(entries=[0]), "entry 0: it is 0; expected a mapping of id"),
        (with_entry(start_s="0.5"), r"entry 0: start_s is '0\.5'; expected a finite number"),
        (with_entry(start_s=6), r"entry 0: end_s is 5; expected no less"),
        (with_entry(end_s=True), "end_s is True"),
        (with_entry(end_s=10**400), "end_s is 1000"),
        (with_entry(reference=None), "reference is None"),
        (with_entry(reference="a\0b"), r"reference is 'a\\x00b'"),
        (with_entry(talk="\udcff"), r"talk is '\\udcff'"),
        (with_entry(file="audio/../../secret"), r"file is '\.\./\.\./secret'"),
        (with_entry(file="/etc/passwd"), "file is '/etc/passwd'"),
        (with_entry(file="audio/a\0.flac"), r"file is 'audio/a\\x00\.flac'"),
        (with_entry(sha256="xyz"), "sha256 is 'xyz'; expected 64 hexadecimal digits"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)  # fmt: skip
def test_a_wrong_value_is_named_with_the_file_and_what_was_expected(
    tmp_path: Path, wrong: Any, why: str
) -> None:
    path = stored(tmp_path, wrong)
    with pytest.raises(DataError, match=rf"^{path} is damaged \(.*{why}"):
        manifests.read(path)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\0\0\0", b"null", b"\xff\xfe{\0}\0", b'{"sha256": NaN, "manifest": 1}', b"[" * 200_000,
        b"9" * 10_000, b'{"a":' * 100_000, b'{"sha256": "", "manifest": {}, "more": 1}',
        json.dumps(body()).encode(),
    ],
    ids=lambda content: ascii(content[:12]),
)  # fmt: skip
def test_what_is_no_manifest_is_an_error_that_names_the_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m.json").write_bytes(content)
    with pytest.raises(DataError, match=r"m\.json is damaged \("):
        manifests.read(tmp_path / "m.json")


def test_a_file_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifests.write(tmp_path / "m.json", MANIFEST)
    monkeypatch.setattr(manifests, "MAX_BYTES", 100)
    with pytest.raises(DataError, match="at most 100 are read"):
        manifests.read(tmp_path / "m.json")


def test_a_wrong_manifest_cannot_be_made_or_written() -> None:
    with pytest.raises(DataError, match="speaker is 3"):
        replace(ENTRY, speaker=3)  # type: ignore[arg-type]
    with pytest.raises(DataError, match="expected that of its entries"):
        replace(MANIFEST, entries=())


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
fields = st.sampled_from([*Manifest.__slots__, *Entry.__slots__, *Choices.__slots__])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values, fields, st.sampled_from(["whole", "manifest", "field"]))
def test_any_json_is_a_manifest_or_a_data_error(tmp_path: Path, value: Any, field: str, where: str) -> None:
    changed = body()
    for part in (changed, changed["choices"], changed["entries"][0]):
        if where == "field" and field in part:
            part[field] = value
    path = stored(tmp_path, value if where == "manifest" else changed)
    if where == "whole":
        path.write_text(json.dumps(value))
    assert str(path) in (complaint(path) or str(path))


def complaint(path: Path) -> str | None:
    try:
        manifests.read(path)
    except DataError as error:
        return str(error)
    return None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=80))
def test_any_bytes_are_a_data_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m.json").write_bytes(content)
    with pytest.raises(DataError):
        manifests.read(tmp_path / "m.json")


def test_verify_names_a_wrong_manifest_and_goes_on(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = cache / "v1" / "slices" / "tedlium" / ("1" * 32)
    folder.mkdir(parents=True)
    path = stored(folder, with_entry(end_s="5"))
    assert main(["prepare", "--verify"]) == 2
    assert f"{path} is damaged (entry 0: end_s is '5'" in capsys.readouterr().err
