"""A service over HTTP through a whole session: what it cannot tell is None with the reason."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from asr_harness.schema import load_run
from tests.systems.test_http import service  # noqa: F401

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import pytest

    from tests.systems.test_http import Service

CONFTEST = """
from asr_harness.grid import Grid, Profile

def pytest_asr_grid():
    profile = Profile(
        models=("service",), buckets=("5s",), data="tedlium:corpus", n_utterances=2, time_s=0.01
    )
    return Grid(
        models={"service": "URL#whisper-1"}, buckets_s={"5s": (3.0, 7.0)}, profiles={"tiny": profile}
    )
"""


def unmeasured(part: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Give the dotted names of all that is None."""
    for name, value in part.items():
        if isinstance(value, dict):
            yield from unmeasured(value, f"{path}{name}.")
        elif value is None:
            yield f"{path}{name}"


def explained(name: str, reasons: Mapping[str, str]) -> bool:
    """Tell whether a reason is kept for a value, or for the part of the result that it stands in."""
    leaf = name.rsplit(".", 1)[-1]
    parts = name.replace("energy.whole.", "energy.").split(".")
    above = {".".join(parts[:n]) for n in range(1, len(parts))}
    return not {name, leaf, name.replace("before.", "").replace("after.", ""), *above}.isdisjoint(reasons)


def test_what_a_service_cannot_tell_is_none_with_its_reason_and_its_failure_an_outcome(
    suite: pytest.Pytester,
    run: Callable[..., pytest.RunResult],
    service: Service,  # noqa: F811
) -> None:
    suite.makeconftest(CONFTEST.replace("URL", service.url))
    run("--benchmark-autosave").assert_outcomes(passed=1)
    service.status, service.body = 503, b"overloaded"
    run("--benchmark-autosave").assert_outcomes(failed=1)
    good, bad = (load_run(path) for path in sorted(suite.path.glob(".benchmarks/*/*.json")))
    kept = json.loads(good.path.read_text())["benchmarks"][0]["extra_info"]
    assert kept["quality"]["hypotheses"] == ["5 seconds"] * 2
    parts = {name: kept[name] for name in ("work", "memory", "energy", "fingerprints", "machine")}
    empty = list(unmeasured(parts))
    assert {"work.n_tokens", "work.flops", "memory.peak_resident_bytes", "energy.whole.gross_j"} <= {*empty}
    assert not [name for name in empty if not explained(name, kept["reasons"])]
    assert "elsewhere" in kept["reasons"]["energy.stages_add_up"]
    assert "elsewhere" in kept["reasons"]["encode"]
    assert kept["encode_s"] is None
    (failed,) = bad.records.values()
    assert failed.outcome == "failed"
    assert "503" in (failed.reason or "")
    assert not list(suite.path.glob(".benchmarks/**/*.jsonl"))
