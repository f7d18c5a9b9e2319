"""The main job from the outside: what is run, saved and said."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest

from asr_harness.judge.judgement import EXIT_UNUSABLE
from asr_harness.schema import CaseResult, EnergyMeasurement

Run = Callable[..., pytest.RunResult]
Saved = Callable[[], dict[str, Any]]
Result = Callable[[], CaseResult]


def test_every_case_is_measured_and_saved(run: Run, saved: Saved) -> None:
    run("--benchmark-autosave").assert_outcomes(passed=2)
    names = [benchmark["name"] for benchmark in saved()["benchmarks"]]
    assert names == [
        "test_transcribe[steady-cpu-5s-b1-baseline]",
        "test_transcribe[steady-cpu-5s-b2-baseline]",
    ]


def test_raw_rounds_are_saved_without_another_flag(run: Run, saved: Saved) -> None:
    run("--benchmark-autosave")
    for benchmark in saved()["benchmarks"]:
        n_rounds = len(benchmark["stats"]["data"])
        assert n_rounds == benchmark["stats"]["rounds"] >= 3
        speed = benchmark["extra_info"]["speed"]
        assert len(speed["calibration_s"]) == len(speed["batch_latency_s"]) == n_rounds


def test_the_result_has_hand_computed_values(run: Run, result: Result) -> None:
    run("--benchmark-autosave", "-k", "b2")
    measured = result()
    assert (measured.family, measured.n_utterances, measured.audio_s) == ("custom", 4, 20.0)
    assert measured.work.n_tokens == 8
    assert measured.work.padding_fraction == 0.5
    assert measured.work.operators is None
    assert "PyTorch dispatched none" in measured.reasons["operators"]
    assert measured.work.calls == {"preprocess": 2, "encode": 2, "decode": 2}
    assert measured.quality.hypotheses == ("hello world",) * 4
    assert measured.quality.transcripts_repeat
    assert len(measured.utterances) == 4
    assert measured.memory.peak_resident_bytes is not None
    assert measured.memory.peak_resident_bytes > 1 << 20
    assert measured.fingerprints.weights == "none needed"


def test_the_flat_copy_has_hand_computed_values(run: Run, saved: Saved) -> None:
    run("--benchmark-autosave", "-k", "b2")
    info = saved()["benchmarks"][0]["extra_info"]
    assert info["rtf"] * info["rtfx"] == pytest.approx(1.0)
    assert info["latency_s"] * 4 == pytest.approx(info["rtf"] * 20.0)
    # Of 2 + 2 + 2 + 3 words: "word" and "good bye" are wrong; "<unk>" is no word.
    assert info["wer"] == pytest.approx(3 / 9)
    assert info["flops"] is None


def test_everything_that_is_none_has_its_reason(run: Run, result: Result) -> None:
    run("--benchmark-autosave", "-k", "b2", "--asr-energy", "off")
    measured = result()
    nones = {
        field.name
        for part in (measured.work, measured.memory)
        for field in fields(part)
        if getattr(part, field.name) is None
    }
    assert {"flops", "useful_flops", "roofline", "dtype", "peak_allocated_bytes"} <= nones
    assert nones <= set(measured.reasons)
    assert measured.reasons["energy"] == "not asked for (--asr-energy off)"
    assert measured.reasons["energy.stages.decode"] == "not asked for (--asr-energy off)"


def test_the_variant_reaches_the_transcriber_and_normalising_undoes_its_shouting(
    run: Run, saved: Saved
) -> None:
    run("--benchmark-autosave", "-k", "b2", "--asr-variants", "baseline,loud")
    quiet, loud = (benchmark["extra_info"] for benchmark in saved()["benchmarks"])
    assert loud["quality"]["hypotheses"] == ["HELLO WORLD"] * 4
    assert loud["wer"] == quiet["wer"]
    assert loud["fingerprints"]["decoding"] != quiet["fingerprints"]["decoding"]
    assert loud["fingerprints"]["slice"] == quiet["fingerprints"]["slice"]


def test_energy_that_nothing_counts_is_unmeasured_with_the_reason(run: Run, result: Result) -> None:
    run("--benchmark-autosave", "-k", "b1", "--asr-energy", "off")
    energy = result().energy
    assert {energy.whole.label, *(stage.label for stage in energy.stages.values())} == {"unmeasured"}
    assert energy.whole.reason == "not asked for (--asr-energy off)"


def test_energy_that_is_counted_is_saved_with_its_evidence(
    run: Run, saved: Saved, result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    figure = EnergyMeasurement(
        "a counter", "measured", gross_j=8.0, net_j=6.0, idle_power_w=1.0, n_ticks=50, n_trials=3
    )
    monkeypatch.setattr("asr_harness.plugin.workbench.energy_counter", lambda *_: object())
    monkeypatch.setattr("asr_harness.measure.energy.measure_energy", lambda *_, **__: figure)
    monkeypatch.setattr(
        "asr_harness.measure.energy.measure_stages", lambda stages, *_, **__: dict.fromkeys(stages, figure)
    )
    run("--benchmark-autosave", "-k", "b1")
    energy = result().energy
    assert energy.whole == figure
    assert energy.stages == dict.fromkeys(("preprocess", "encode", "decode"), figure)
    # Of four utterances.
    assert saved()["benchmarks"][0]["extra_info"]["energy_per_utterance_j"] == 2.0


def test_the_table_shows_energy_where_it_was_measured_and_says_if_stages_do_not_add_up(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    figure = EnergyMeasurement("a counter", "estimated", gross_j=8.0, n_trials=3, relative_uncertainty=0.01)
    monkeypatch.setattr("asr_harness.plugin.workbench.energy_counter", lambda *_: object())
    monkeypatch.setattr("asr_harness.measure.energy.measure_energy", lambda *_, **__: figure)
    monkeypatch.setattr(
        "asr_harness.measure.energy.measure_stages", lambda stages, *_, **__: dict.fromkeys(stages, figure)
    )
    result = run("-k", "b1")
    # Three stages of 8 J are not a whole of 8 J.
    result.stdout.fnmatch_lines(
        [
            "case * latency * J/utt * WER",
            "steady-cpu-5s-b1-baseline * 2 J est. *",
            "stages' energy does not add up to the whole in 1 case",
        ]
    )


def test_energy_that_was_not_measured_has_no_column_but_a_reason(run: Run) -> None:
    result = run("-k", "b1", "--asr-energy", "off")
    result.stdout.no_fnmatch_line("case*J/utt*")
    result.stdout.fnmatch_lines(["J/utt not measured in 1 case: not asked for (--asr-energy off)"])


def test_the_oom_frontier_is_recorded(run: Run, saved: Saved) -> None:
    run("--benchmark-autosave", "--asr-models", "hungry,steady")
    frontier = {found["model"]: found for found in saved()["asr"]["oom_frontier"]}
    assert frontier["hungry"]["largest_that_fits"] is None
    assert frontier["hungry"]["smallest_that_does_not"] == 1
    assert frontier["steady"]["largest_that_fits"] == 2
    assert frontier["steady"]["smallest_that_does_not"] is None


def test_the_peaks_of_the_machine_are_recorded(run: Run, saved: Saved) -> None:
    run("--benchmark-autosave", "-k", "b1")
    peaks = saved()["asr"]["peaks"]["cpu"]
    assert set(peaks["flops_per_s"]) == {"float32", "bfloat16", "float16"}
    assert min(peaks["flops_per_s"].values()) > 0
    assert peaks["bytes_per_s"] > 0


def test_parameters_are_plain_values(run: Run, saved: Saved) -> None:
    run("--benchmark-autosave", "-k", "b1")
    assert saved()["benchmarks"][0]["params"] == {
        "model": "steady",
        "device": "cpu",
        "bucket": "5s",
        "batch_size": 1,
        "variant": "baseline",
    }


def test_the_asr_block_describes_the_session(run: Run, saved: Saved) -> None:
    run("--benchmark-autosave")
    block = saved()["asr"]
    assert block["schema_version"] == 2
    assert len(block["session_id"]) == 32
    assert block["profile"] == "tiny"
    assert block["plan"]["data"] == "tedlium:corpus"
    assert block["environment"]["n_threads"] >= 1
    assert block["environment"]["versions"]["torch"]
    assert [outcome["outcome"] for outcome in block["cases"]] == ["measured", "measured"]


def test_the_table_at_the_end_shows_every_case(run: Run) -> None:
    result = run()
    result.stdout.fnmatch_lines(
        [
            "*speech recognition*",
            "case * latency * RTF * pre/enc/dec % * of roof % * WER",
            "b1 * 33.3 %",
            "b2 * 33.3 %",
        ]
    )


def test_each_case_has_a_line_with_its_figures_and_the_time_left(run: Run) -> None:
    result = run()
    result.stdout.fnmatch_lines(
        ["all 2 cases: steady, cpu, 5s, baseline", "[[]1/2[]] b1 * RTF * left", "[[]2/2[]] b2 *"]
    )


def test_quiet_leaves_out_the_lines_and_keeps_the_table(run: Run) -> None:
    result = run("--asr-quiet")
    result.stdout.no_fnmatch_line("[[]1/2[]]*")
    result.stdout.fnmatch_lines(["all cases: steady, cpu, 5s, baseline", "b1 * 33.3 %"])


def test_out_of_memory_is_an_outcome_and_the_session_goes_on(run: Run, saved: Saved) -> None:
    run("--benchmark-autosave", "--asr-models", "hungry,steady").assert_outcomes(passed=2, skipped=2)
    outcomes = {outcome["case"]["model"]: outcome for outcome in saved()["asr"]["cases"]}
    assert outcomes["hungry"]["outcome"] == "oom"
    assert "no room for" in outcomes["hungry"]["reason"]
    assert outcomes["steady"]["outcome"] == "measured"


def test_a_case_that_fails_is_an_outcome_and_a_failure(run: Run, saved: Saved) -> None:
    finished = run("--benchmark-autosave", "--asr-models", "broken,steady")
    finished.assert_outcomes(passed=2, failed=2)
    finished.stdout.fnmatch_lines(
        [
            "broken on cpu, bucket 5s, batch size 1, variant baseline:",
            "transcribers.py:Broken.decode raised ValueError",
            "ValueError: boom",
            "failed in 2 cases: ValueError: boom (in transcribers.py:Broken.decode)",
        ]
    )
    finished.stdout.no_fnmatch_line("*first_batch_s*")
    finished.stdout.no_fnmatch_line("*Benchmark fixture was not used*")
    outcomes = {outcome["case"]["model"]: outcome for outcome in saved()["asr"]["cases"]}
    assert outcomes["broken"]["outcome"] == "failed"
    assert outcomes["broken"]["reason"] == "ValueError: boom (in transcribers.py:Broken.decode)"


def test_a_session_in_which_nothing_could_run_is_saved_too(run: Run, saved: Saved) -> None:
    run("--benchmark-autosave", "--asr-devices", "cuda").assert_outcomes(skipped=2)
    outcomes = saved()["asr"]["cases"]
    assert [outcome["outcome"] for outcome in outcomes] == ["unavailable"] * 2
    assert "no cuda device" in outcomes[0]["reason"]


def test_the_gpu_job_is_chosen_by_its_marker(run: Run) -> None:
    run("-m", "cuda", "--asr-devices", "cpu,cuda").assert_outcomes(skipped=2, deselected=2)


def test_a_required_device_that_is_missing_fails(run: Run, saved: Saved) -> None:
    result = run(
        "--benchmark-autosave", "-m", "cuda", "--asr-devices", "cuda", "--asr-require-device", "cuda"
    )
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert [outcome["outcome"] for outcome in saved()["asr"]["cases"]] == ["unavailable"] * 2


def test_requiring_a_device_that_no_case_runs_on_is_a_usage_error(run: Run) -> None:
    result = run("--asr-devices", "cpu", "--asr-require-device", "cuda")
    assert result.ret == EXIT_UNUSABLE
    result.stderr.fnmatch_lines(["*no selected case runs on cuda*"])


def test_two_tests_of_one_case_are_a_usage_error_before_anything_runs(
    run: Run, suite: pytest.Pytester
) -> None:
    again = suite.path.joinpath("test_transcribe.py").read_text().replace("test_transcribe(", "test_again(")
    suite.path.joinpath("test_again.py").write_text(again)
    result = run()
    assert result.ret == EXIT_UNUSABLE
    result.stderr.fnmatch_lines(["*both measure steady-cpu-5s-b1-baseline*"])


@pytest.mark.parametrize("model", ["notanumber", "surrogate"])
def test_a_value_that_cannot_be_saved_fails_its_case_and_spoils_no_file(
    run: Run, saved: Saved, model: str
) -> None:
    run("--benchmark-autosave", "--asr-models", f"{model},steady").assert_outcomes(passed=2, failed=2)
    outcomes = [(case["outcome"], case["case"]["model"]) for case in saved()["asr"]["cases"]]
    assert outcomes == [("failed", model)] * 2 + [("measured", "steady")] * 2
    assert saved()["asr"]["cases"][0]["reason"].startswith("ModelError: transcribers.py:")


def test_an_error_that_no_file_can_hold_is_saved_mended(run: Run, saved: Saved) -> None:
    run("--benchmark-autosave", "--asr-models", "unspeakable")
    assert saved()["asr"]["cases"][0]["reason"] == (
        "ValueError: half a ? pair (in transcribers.py:Unspeakable.decode)"
    )


def test_disabled_benchmarks_run_once_and_save_nothing(run: Run, suite: pytest.Pytester) -> None:
    run("--benchmark-disable").assert_outcomes(passed=2)
    assert not list(suite.path.glob(".benchmarks/*/*.json"))


@pytest.mark.parametrize("command", ["compare", "list"])
def test_pytest_benchmarks_own_commands_read_a_saved_run(
    run: Run, suite: pytest.Pytester, command: str
) -> None:
    run("--benchmark-autosave")
    result = suite.run("pytest-benchmark", command)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*steady-cpu-5s-b1*" if command == "compare" else "*0001_*.json"])


def test_benchmark_compare_reads_a_saved_run(run: Run) -> None:
    run("--benchmark-autosave")
    result = run("--benchmark-compare=0001")
    result.stdout.fnmatch_lines_random(["*NOW*", "*0001*"])  # sorted by time: either may come first
    assert result.ret == 0


def test_ones_own_system_that_tells_part_of_its_work_has_that_part_saved(run: Run, saved: Saved) -> None:
    run("--benchmark-autosave", "--asr-models=telling", "--asr-batch-sizes=1")
    info = saved()["benchmarks"][0]["extra_info"]
    work = info["work"]
    assert work["dtype"] == "int8"
    assert work["flops"] == {"encode": 2e6, "decode": 0.0}
    assert work["n_passes"] == {"encode": 1}
    assert work["n_parameters"] is work["weight_bytes"] is work["roofline"] is None
    assert info["reasons"]["n_parameters"] == "the transcriber does not tell it"
    assert info["reasons"]["roofline"] == "the machine's peak in int8 is not measured"
