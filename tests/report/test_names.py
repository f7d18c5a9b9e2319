"""Names of cases: what all have in common is written once."""

from asr_harness.report.names import group_of, short_names, spoken
from asr_harness.schema import Case

CASE = Case("whisper-large-v3", "cpu", "15s", 4, "fp16")


def test_a_case_belongs_to_the_row_of_its_model() -> None:
    assert group_of(CASE.id) == CASE.group
    assert group_of(CASE.group) is None


def test_constant_parts_are_taken_out() -> None:
    made = short_names(
        [f"{model}-cpu-{bucket}-b1-baseline" for model in ("a", "b") for bucket in ("5s", "15s")]
    )
    assert made.shared == "cpu, b1, baseline"
    assert list(made.short.values()) == ["a-5s", "a-15s", "b-5s", "b-15s"]


def test_what_cases_share_is_not_said_of_the_rows_of_whole_models() -> None:
    made = short_names(["a-cpu-*-baseline", "b-cpu-*-baseline", "a-cpu-15s-b1-baseline"])
    assert made.shared == "cpu, baseline"
    assert list(made.short.values()) == ["a (all)", "b (all)", "a-15s-b1"]


def test_rows_of_whole_models_alone_share_no_bucket() -> None:
    made = short_names(["a-cpu-*-baseline", "b-cpu-*-baseline"])
    assert (made.shared, list(made.short.values())) == ("cpu, baseline", ["a (all)", "b (all)"])


def test_what_is_no_case_keeps_all_names_whole() -> None:
    assert short_names([CASE.id, "odd"]).short == {CASE.id: CASE.id, "odd": "odd"}


def test_a_sentence_names_model_and_device() -> None:
    assert spoken(CASE.group) == "whisper-large-v3 on cpu, fp16"
    assert spoken("a-cpu-5s-b1-baseline") == "a on cpu, 5s b1"
