"""`asr-harness doctor`, as a person calls it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from asr_harness.cli import main
from asr_harness.devices import host
from asr_harness.measure import noise
from asr_harness.runs.device_locks import DeviceLocks

FINDINGS = (
    host.HostFinding("processor", "good", "a fast one"),
    host.HostFinding("turbo", "warn", "on", "switch it off"),
    host.HostFinding("energy of cpu", "missing", "unmeasured", "no counter " + "and a long story " * 10),
)


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    def runs(*_: Any, **__: Any) -> Iterator[noise.NoiseRun]:
        for i in range(10):
            yield noise.NoiseRun((1.0 + 0.02 * (i % 3),), (0.04,))

    monkeypatch.setattr(host, "examine", lambda: iter(FINDINGS))
    monkeypatch.setattr(noise, "fresh_runs", runs)
    monkeypatch.setenv("COLUMNS", "80")


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["doctor", *arguments]) == 0
    return capsys.readouterr().out


def test_every_finding_stands_with_its_remedy_in_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    said = call(capsys, "--quick")
    assert "ok processor: a fast one" in said
    assert " ! turbo: on\n     → switch it off" in said
    assert max(map(len, said.splitlines())) <= 80


def test_the_noise_gives_the_smallest_regression_for_every_number_of_runs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = call(capsys)
    assert "noise: 10 fresh processes of 8 rounds" in " ".join(said.split())
    rows = [line.split() for line in said.splitlines() if line[:1].isdigit()]
    assert [row[0] for row in rows] == ["2", "3", "5", "10", "20"]
    seen = [float(row[1]) for row in rows]
    assert seen == sorted(seen, reverse=True)


def test_the_noise_is_measured_once_the_host_is_free(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ASR_HARNESS_LOCKS", str(tmp_path))
    other = DeviceLocks(tmp_path)
    other.acquire(["cpu"], print)
    monkeypatch.setattr("asr_harness.runs.device_locks.sleep", lambda _: other.release())
    assert main(["doctor", "--format", "json"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["noise"]["n_runs"] == 10
    assert printed.err.startswith("waiting for cpu, on which another session is timing")


def test_quick_measures_no_noise_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert "noise between runs: not measured; asr-harness doctor measures it" in call(capsys, "--quick")


def test_json_holds_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(call(capsys, "--format", "json"))
    assert [finding["state"] for finding in found["findings"]] == ["good", "warn", "missing"]
    assert found["noise"]["n_runs"] == 10
    assert found["noise"]["between_run_sd"]["raw"] == pytest.approx(
        found["noise"]["between_run_sd"]["calibrated"]
    )
