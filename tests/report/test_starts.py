from asr_harness.report.page.starts import has_starts, starts_section
from tests.report.hand_made import cases


def test_a_cold_case_is_shown_beside_its_rounds_and_others_are_not() -> None:
    rows = cases([
        {"load_s": 4.0, "first_s": 1.5, "first_batch_s": 0.5},
        {"bucket": "15s", "first_batch_s": 0.5, "n_recompilations": 0},
        {"bucket": "30s", "first_batch_s": 0.5, "compile_s": 20.0, "n_recompilations": 3},
    ])  # fmt: skip
    section = starts_section(rows)
    assert has_starts(rows)
    assert "whisper-tiny-cpu-5s-b1-baseline" in section
    assert "4 s" in section
    assert "3.0" in section
    assert "whisper-tiny-cpu-15s" not in section
    assert "20 s" in section


def test_runs_from_before_have_no_section() -> None:
    assert not has_starts(cases([{"latency_s": 1.0}]))
