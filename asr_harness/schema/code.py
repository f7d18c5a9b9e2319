"""The code of a run: which files it imported, and which versions of what was installed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from asr_harness.schema.part import Part


@dataclass(frozen=True, slots=True)
class SourceFile(Part):
    """An imported file; `path` is below the repository's root."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class CodeRecord(Part):
    """What a process imported, but for the standard library.

    `modules` are the repository's own, `distributions` what was installed, by name, with its version; one
    that is installed editable, and a folder that is in no distribution, has a digest of its files there. Two
    runs with one `fingerprint` ran the same sources, whatever their commits are called.
    """

    fingerprint: str
    modules: Mapping[str, SourceFile] = field(default_factory=dict)
    distributions: Mapping[str, str] = field(default_factory=dict)
    submodules: Mapping[str, str] = field(default_factory=dict)
