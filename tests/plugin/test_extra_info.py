from dataclasses import fields

import pytest

from asr_harness.metrics import all_metrics
from asr_harness.plugin.extra_info import extra_info, flat_copy, saved_flat_copy
from asr_harness.schema import CaseResult
from asr_harness.schema.part import load
from tests.results import measured_entry
from tests.schema.test_journal import ENTRY_OF_1


@pytest.fixture
def result() -> CaseResult:
    result = measured_entry("a").result
    assert result is not None
    return result


def test_no_column_of_a_metric_is_a_field_of_a_result() -> None:
    columns = [metric.column for metric in all_metrics()]
    assert len(set(columns)) == len(columns)
    assert not set(columns) & {field.name for field in fields(CaseResult)}


def test_the_result_is_read_back_from_beside_its_copy(result: CaseResult) -> None:
    assert load(CaseResult, extra_info(result), "x") == result


def test_the_copy_has_every_metric(result: CaseResult) -> None:
    assert flat_copy(result) == {metric.column: metric.read(result) for metric in all_metrics()}
    # Rounds of 0.1 and 0.2 s over one utterance of 5 s.
    assert flat_copy(result)["latency_s"] == pytest.approx(0.15)
    assert flat_copy(result)["rtf"] == pytest.approx(0.03)
    assert flat_copy(result)["wer"] is None


def test_a_value_that_is_no_number_is_none(result: CaseResult, monkeypatch: pytest.MonkeyPatch) -> None:
    rtf = next(metric for metric in all_metrics() if metric.key == "rtf")
    monkeypatch.setattr(
        "asr_harness.plugin.extra_info.all_metrics", lambda: (replaced(rtf, lambda _: float("nan")),)
    )
    assert flat_copy(result) == {"rtf": None}


def test_files_of_version_1_have_the_same_columns(result: CaseResult) -> None:
    assert saved_flat_copy(ENTRY_OF_1["extra_info"]).keys() == flat_copy(result).keys()  # type: ignore[arg-type]


def replaced(metric, read):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    return replace(metric, read=read)
