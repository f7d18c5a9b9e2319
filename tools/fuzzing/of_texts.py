"""Readers of settings and of what git answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from unittest import mock

from asr_harness import git
from asr_harness.errors import AsrHarnessError
from asr_harness.judge import policy
from asr_harness.runs import commits, select
from tests.saved_runs import content, measured
from tools.fuzzing import mutating
from tools.fuzzing.reading import Reader

if TYPE_CHECKING:
    from pathlib import Path

POLICY = b"""[tool.asr-harness]
fail-on = ["rtf>5%", "whisper-*-cpu-*:latency>3%", "wer>0.5pt"]
allow = ["wer+1pt if rtf-20%"]
alpha = 0.01
tolerance = 2
limit = 5
undecided = "fail"
across = ["machines"]
"""
RULES = b"whisper-*-cuda-*:latency>3%\nwer+1pt if rtf-20%\nlatest:main\nA...B\n0007,a.json"
COMMIT = "439e9aa1d9af0929a45120cb13fb7fb2d918afb9"
ANSWER = COMMIT.encode() + b"\n6b86b273ff34fce19d6b804eff5a3f5747ada4ea\n"


def _read_policy(raw: bytes, folder: Path) -> None:
    (folder / "pyproject.toml").write_bytes(raw)
    policy.read({}, folder)


def _read_words(raw: bytes, folder: Path) -> None:
    """Take the lines as rules, as waivers, as numbers of the policy and as sides."""
    words = raw.decode("utf-8", "surrogateescape").split("\n")
    (folder / "pyproject.toml").unlink(missing_ok=True)
    readers = (
        lambda: policy.read({"fail-on": words[:1]}, folder),
        lambda: policy.read({"allow": words[1:2]}, folder),
        lambda: policy.read({"alpha": words[-1], "limit": words[0]}, folder),
        lambda: select.select_runs(words[len(words) // 2], folder),
    )
    failures: list[Exception] = []
    for read in readers:
        with mock.patch.object(git, "answer", return_value=None):
            try:
                read()
            except Exception as error:  # noqa: BLE001  # every reader has its turn; the worst is raised
                failures.append(error)
    if failures:
        raise min(failures, key=lambda error: isinstance(error, AsrHarnessError))


def _read_answer(raw: bytes, folder: Path) -> None:
    """Have git answer the same to everything."""
    (folder / "0001_run.json").write_text(json.dumps(content(measured(), commit=COMMIT)))
    with mock.patch.object(git, "answer", return_value=raw):
        commits.commit_of("main", folder)
        commits.merge_base("a", "b", folder)
        commits.ancestry("a" * 40, folder)
        commits.is_shallow(folder)
        select.select_runs("latest:main", folder)


READERS = (
    Reader("policy", lambda random: mutating.of_lines(POLICY, random, ' "='), _read_policy),
    Reader("words", lambda random: mutating.of_lines(RULES, random, " :>"), _read_words),
    Reader("git", lambda random: mutating.of_lines(ANSWER, random), _read_answer),
)
