"""Options, pytest.ini, usage errors, and the listing."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from asr_harness.judge.judgement import EXIT_UNUSABLE

Run = Callable[..., pytest.RunResult]


def assert_usage_error(result: pytest.RunResult, *lines: str) -> None:
    assert result.ret == EXIT_UNUSABLE
    result.stderr.fnmatch_lines([f"*{line}*" for line in lines])
    result.stdout.no_fnmatch_line("[[]1/*")


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--asr-models", "whisper-huge", "unknown model 'whisper-huge'; known are: steady, hungry*"),
        ("--asr-devices", "tpu", "unknown device 'tpu'*; known are: cpu, cuda"),
        ("--asr-buckets", "7s", "unknown bucket '7s'; known are: 5s, 15s*"),
        ("--asr-buckets", "x=9-1", "*9*1*"),
        ("--asr-batch-sizes", "none", "batch size 'none'*"),
        ("--asr-variants", "fp8", "unknown variant 'fp8'; known are: baseline, loud"),
        ("--asr-profile", "huge", "unknown profile 'huge'; known are: tiny"),
        ("--asr-weights", "random", "unknown kind of weights 'random'; known are: pretrained, dummy"),
        (
            "--asr-energy",
            "estimate:lots",
            "unknown energy 'estimate:lots'; known are: auto, capped, off, estimate:WATTS",
        ),
        ("--asr-utterances", "-1", "--asr-utterances '-1' is no whole number above 0; write one, as in 10"),
        ("--asr-time", "soon", "--asr-time 'soon' is no number above 0; write one, as in 10"),
        ("--asr-models", ",", "--asr-models ',' names nothing*"),
        ("--asr-data", "librivox:x", "no corpus 'librivox'; there are embedded, *"),
        ("--asr-data", "tedlium:nowhere", "*nowhere*"),
        ("--asr-buckets", "15s", "*nothing in bucket '15s'*"),
        ("--asr-batch-sizes", "8", "batch size 8 is larger than the 5s slice*4 utterances*"),
        ("--asr-models", "absent", "*hf download openai/whisper-tiny*--asr-weights dummy*"),
        ("--asr-models", "nowhere:load", "cannot import the transcriber 'nowhere:load'*"),
    ],
)
def test_a_value_that_cannot_be_used_is_a_usage_error_before_anything_runs(
    run: Run, hub_cache: Path, option: str, value: str, message: str
) -> None:
    assert_usage_error(run(f"{option}={value}"), message)


def test_every_option_can_stand_in_pytest_ini(run: Run, suite: pytest.Pytester) -> None:
    suite.makeini("[pytest]\npythonpath = .\nasr_batch_sizes = 2\nasr_variants = loud\nasr_quiet = true\n")
    result = run()
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["steady-cpu-5s-b2-loud*"])
    result.stdout.no_fnmatch_line("[[]1/1[]]*")


def test_the_command_line_goes_before_pytest_ini(run: Run, suite: pytest.Pytester) -> None:
    suite.makeini("[pytest]\npythonpath = .\nasr_batch_sizes = 2\n")
    run("--asr-batch-sizes=1").stdout.fnmatch_lines(["steady-cpu-5s-b1-baseline*"])


def test_the_listing_runs_nothing_and_tells_what_would_be_skipped(run: Run, suite: pytest.Pytester) -> None:
    result = run("--asr-list", "--asr-devices=cpu,cuda", "--benchmark-autosave")
    result.stdout.fnmatch_lines(
        [
            "case * time * memory*",
            "steady-cpu-5s-b1-baseline*run",
            "steady-cuda-5s-b2-baseline*unavailable",
            "2 of 4 cases to run*",
            "unavailable in 2 cases: no cuda device*",
        ]
    )
    assert result.ret == 0
    assert not list(suite.path.glob(".benchmarks/**/*.json*"))


def test_the_listing_tells_what_would_stop_the_session_and_ends_as_it_would(run: Run) -> None:
    result = run("--asr-list", "--asr-batch-sizes=8")
    result.stdout.fnmatch_lines(
        ["1 of 1 case to run; how long is not known yet", "would stop the session: batch size 8*"]
    )
    assert result.ret == EXIT_UNUSABLE


def test_a_model_larger_than_memory_never_starts(
    run: Run, monkeypatch: pytest.MonkeyPatch, hub_cache: Path
) -> None:
    monkeypatch.setattr("asr_harness.devices.cpu.Cpu.available_memory_bytes", lambda _: 100 << 20)
    result = run("--asr-models=absent", "--asr-weights=dummy")
    result.assert_outcomes(skipped=2)
    result.stdout.fnmatch_lines(["too_big in 1 case: needs about * MiB, and 100 MiB are free on cpu"])


def test_a_setting_that_a_model_does_not_know_makes_its_cases_unavailable(run: Run) -> None:
    result = run("--asr-models=steady,ctc", "--asr-variants=loud", "--asr-batch-sizes=1", "-rs")
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["*unavailable: *ctc-mini cannot run with loud=True: the family wav2vec2 *"])


def test_a_setting_of_the_wrong_type_stops_the_session(run: Run, suite: pytest.Pytester) -> None:
    conftest = suite.path / "conftest.py"
    conftest.write_text(conftest.read_text().replace('"loud": {"loud": True}', '"loud": {"beams": "5"}'))
    result = run("--asr-variants=loud")
    assert result.ret == EXIT_UNUSABLE
    result.stderr.fnmatch_lines(["*variant 'loud': a variant's beams is '5'; it has to be a whole number*"])


def test_collecting_the_study_imports_neither_torch_nor_transformers() -> None:
    program = """
import sys, pytest

class Spy:
    def pytest_collection_finish(self, session):
        print(f"collected {len(session.items)}")

pytest.main(["benchmarks", "--collect-only", "-qq", "--asr-profile=study"], plugins=[Spy()])
print("heavy:", sorted({"torch", "transformers", "datasets", "pandas"} & set(sys.modules)))
"""
    root = Path(__file__).parents[2]
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    )
    assert "collected 240" in found.stdout
    assert "heavy: []" in found.stdout
