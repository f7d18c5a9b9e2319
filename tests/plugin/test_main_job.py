"""The main job from the outside: what is run, saved and said."""

from collections.abc import Callable
from typing import Any

import pytest

from asr_harness.schema import EnergyMeasurement

Run = Callable[..., pytest.RunResult]
Saved = Callable[[], dict[str, Any]]


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
        assert len(benchmark["extra_info"]["calibration_s"]) == n_rounds
        assert len(benchmark["extra_info"]["batch_latency_s"]) == n_rounds


def test_extra_info_has_its_names_and_hand_computed_values(run: Run, saved: Saved) -> None:
    run("--benchmark-autosave", "-k", "b2")
    info = saved()["benchmarks"][0]["extra_info"]
    assert info["case"] == {
        "model": "steady",
        "family": "custom",
        "device": "cpu",
        "bucket": "5s",
        "batch_size": 2,
        "variant": "baseline",
    }
    assert info["n_utterances"] == 4
    assert info["audio_s"] == 20.0
    assert info["n_tokens"] == 8
    assert info["padding_fraction"] == 0.5
    assert info["rtf"] * info["rtfx"] == pytest.approx(1.0)
    assert info["latency_per_utterance_s"] * 4 == pytest.approx(info["rtf"] * 20.0)
    # Of 2 + 2 + 2 + 3 words: "word" and "good bye" are wrong; "<unk>" is no word.
    assert info["wer"] == pytest.approx(3 / 9)
    assert info["hypotheses"] == ["hello world"] * 4
    assert info["transcripts_repeat"] is True
    assert len(info["errors"]) == len(info["utterances"]) == 4
    assert set(info["stage_s"]) == {"preprocess", "encode", "decode"}
    assert set(info["fingerprints"]) == {"slice", "weights", "normaliser", "decoding"}
    assert info["operators"] == {"preprocess": 0, "encode": 0, "decode": 0}
    nones = {name for name, value in info.items() if value is None}
    assert nones == {
        *(
            "dtype",
            "flops",
            "flops_by_kind",
            "useful_flops",
            "n_passes",
            "cache_bytes",
            "n_parameters",
            "weight_bytes",
            "roofline",
        ),
        *("peak_allocated_bytes", "peak_reserved_bytes", "process_device_bytes"),
        *("energy_j", "energy_per_utterance_j", "energy_per_audio_s_j", "net_energy_j", "dram_energy_j"),
        *("idle_power_w", "stages_add_up"),
    }
    assert nones <= set(info["reasons"])
    assert info["peak_resident_bytes"] > 1 << 20


def test_the_variant_reaches_the_transcriber_and_normalising_undoes_its_shouting(
    run: Run, saved: Saved
) -> None:
    run("--benchmark-autosave", "-k", "b2", "--asr-variants", "baseline,loud")
    quiet, loud = (benchmark["extra_info"] for benchmark in saved()["benchmarks"])
    assert loud["hypotheses"] == ["HELLO WORLD"] * 4
    assert loud["wer"] == quiet["wer"]
    assert loud["fingerprints"]["decoding"] != quiet["fingerprints"]["decoding"]
    assert loud["fingerprints"]["slice"] == quiet["fingerprints"]["slice"]


def test_energy_that_nothing_counts_is_unmeasured_with_the_reason(run: Run, saved: Saved) -> None:
    run("--benchmark-autosave", "-k", "b1", "--asr-energy", "off")
    info = saved()["benchmarks"][0]["extra_info"]
    assert info["energy_j"] is None
    assert info["stage_energy_j"] == {"preprocess": None, "encode": None, "decode": None}
    assert info["energy_evidence"]["whole"]["label"] == "unmeasured"
    assert info["reasons"]["energy_j"] == "not asked for (--asr-energy off)"


def test_energy_that_is_counted_is_saved_with_its_evidence(
    run: Run, saved: Saved, monkeypatch: pytest.MonkeyPatch
) -> None:
    figure = EnergyMeasurement(
        "a counter", "measured", gross_j=8.0, net_j=6.0, idle_power_w=1.0, n_ticks=50, n_trials=3
    )
    monkeypatch.setattr("asr_harness.plugin.workbench.energy_counter", lambda *_: object())
    monkeypatch.setattr("asr_harness.measure.energy.measure_energy", lambda *_, **__: figure)
    monkeypatch.setattr(
        "asr_harness.measure.energy.measure_stages", lambda works, *_, **__: dict.fromkeys(works, figure)
    )
    run("--benchmark-autosave", "-k", "b1")
    info = saved()["benchmarks"][0]["extra_info"]
    assert info["energy_j"] == 8.0
    # Four utterances of 5 s.
    assert info["energy_per_utterance_j"] == 2.0
    assert info["energy_per_audio_s_j"] == 0.4
    assert info["stage_energy_j"] == {"preprocess": 8.0, "encode": 8.0, "decode": 8.0}
    assert info["energy_evidence"]["whole"]["source"] == "a counter"
    assert info["energy_evidence"]["encode"]["n_ticks"] == 50


def test_the_table_shows_energy_where_it_was_measured_and_says_if_stages_do_not_add_up(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    figure = EnergyMeasurement("a counter", "estimated", gross_j=8.0, n_trials=3, relative_uncertainty=0.01)
    monkeypatch.setattr("asr_harness.plugin.workbench.energy_counter", lambda *_: object())
    monkeypatch.setattr("asr_harness.measure.energy.measure_energy", lambda *_, **__: figure)
    monkeypatch.setattr(
        "asr_harness.measure.energy.measure_stages", lambda works, *_, **__: dict.fromkeys(works, figure)
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
    result.stdout.no_fnmatch_line("*J/utt*")
    result.stdout.fnmatch_lines(["energy not measured in 1 case: not asked for (--asr-energy off)"])


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
    assert block["schema_version"] == 1
    assert block["profile"] == "tiny"
    assert block["plan"]["data"] == "tedlium:corpus"
    assert block["environment"]["n_threads"] >= 1
    assert block["environment"]["versions"]["torch"]
    assert [outcome["outcome"] for outcome in block["outcomes"]] == ["measured", "measured"]


def test_the_table_at_the_end_shows_every_case(run: Run) -> None:
    result = run()
    result.stdout.fnmatch_lines(
        [
            "*speech recognition*",
            "case * latency * RTF * pre/enc/dec % * of roof % * WER",
            "steady-cpu-5s-b1-baseline * 33.3 %",
            "steady-cpu-5s-b2-baseline * 33.3 %",
        ]
    )


def test_each_case_has_a_line_with_its_figures_and_the_time_left(run: Run) -> None:
    result = run()
    result.stdout.fnmatch_lines(
        ["[[]1/2[]] steady-cpu-5s-b1-baseline * RTF * left", "[[]2/2[]] steady-cpu-5s-b2*"]
    )


def test_quiet_leaves_out_the_lines_and_keeps_the_table(run: Run) -> None:
    result = run("--asr-quiet")
    result.stdout.no_fnmatch_line("[[]1/2[]]*")
    result.stdout.fnmatch_lines(["steady-cpu-5s-b1-baseline * 33.3 %"])


def test_out_of_memory_is_an_outcome_and_the_session_goes_on(run: Run, saved: Saved) -> None:
    run("--benchmark-autosave", "--asr-models", "hungry,steady").assert_outcomes(passed=2, skipped=2)
    outcomes = {outcome["case"]["model"]: outcome for outcome in saved()["asr"]["outcomes"]}
    assert outcomes["hungry"]["outcome"] == "oom"
    assert "no room for" in outcomes["hungry"]["reason"]
    assert outcomes["steady"]["outcome"] == "measured"


def test_a_case_that_fails_is_an_outcome_and_a_failure(run: Run, saved: Saved) -> None:
    run("--benchmark-autosave", "--asr-models", "broken,steady").assert_outcomes(passed=2, failed=2)
    outcomes = {outcome["case"]["model"]: outcome for outcome in saved()["asr"]["outcomes"]}
    assert outcomes["broken"]["outcome"] == "failed"
    assert outcomes["broken"]["reason"] == "ValueError: boom"


def test_a_session_in_which_nothing_could_run_is_saved_too(run: Run, saved: Saved) -> None:
    run("--benchmark-autosave", "--asr-devices", "cuda").assert_outcomes(skipped=2)
    outcomes = saved()["asr"]["outcomes"]
    assert [outcome["outcome"] for outcome in outcomes] == ["unavailable"] * 2
    assert "no cuda device" in outcomes[0]["reason"]


def test_the_gpu_job_is_chosen_by_its_marker(run: Run) -> None:
    run("-m", "cuda", "--asr-devices", "cpu,cuda").assert_outcomes(skipped=2, deselected=2)


def test_a_required_device_that_is_missing_fails(run: Run, saved: Saved) -> None:
    result = run(
        "--benchmark-autosave", "-m", "cuda", "--asr-devices", "cuda", "--asr-require-device", "cuda"
    )
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert [outcome["outcome"] for outcome in saved()["asr"]["outcomes"]] == ["unavailable"] * 2


def test_requiring_a_device_that_no_case_runs_on_is_a_usage_error(run: Run) -> None:
    result = run("--asr-devices", "cpu", "--asr-require-device", "cuda")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*no selected case runs on cuda*"])


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
    assert info["dtype"] == "int8"
    assert info["flops"] == {"encode": 2e6, "decode": 0.0}
    assert info["n_passes"] == {"encode": 1}
    assert info["n_parameters"] is info["weight_bytes"] is info["roofline"] is None
    assert info["reasons"]["n_parameters"] == "the transcriber does not tell it of its passes"
    assert info["reasons"]["roofline"] == "the machine's peak in int8 is not measured"
