"""Which cases are advised, and why others fall out."""

from typing import Any

from asr_harness.report.advice import Advice, AdviceLimits, advise
from tests.report.hand_made import cases


def case(model: str, p95_s: float, wer: float | None, **more: Any) -> dict[str, Any]:
    return {"model": model, "request_p95_s": p95_s, "rtf": p95_s / 5, "wer": wer, "memory_bytes": 1e9, **more}


ROWS = [case("fast", 0.1, 0.2), case("good", 0.5, 0.1), case("beaten", 0.6, 0.2)]


def online(limits: AdviceLimits | None = None, rows: list[dict[str, Any]] = ROWS) -> Advice:
    return advise(cases(rows), limits or AdviceLimits())[0]


def front(advice: Advice) -> list[str]:
    return [choice.case.partition("-")[0] for choice in advice.front]


def test_the_front_has_what_nothing_beats_fastest_first() -> None:
    assert front(online()) == ["fast", "good"]


def test_the_rest_say_what_beats_them() -> None:
    reasons = [choice.reason for choice in online().rest]
    assert reasons == ["fast-cpu-5s-b1-baseline is no worse in any, and better in some"]


def test_a_limit_puts_a_cell_out_and_says_by_how_much() -> None:
    advice = online(AdviceLimits(wer=0.15))
    assert front(advice) == ["good"]
    assert advice.rest[0].reason == "WER 20.0 %, more than 15.0 %"


def test_what_breaks_a_limit_beats_nobody() -> None:
    advice = online(AdviceLimits(wer=0.25), [case("fast", 0.1, 0.3), case("slow", 0.6, 0.2)])
    assert front(advice) == ["slow"]


def test_what_was_not_measured_is_not_allowed_under_a_limit() -> None:
    advice = online(AdviceLimits(energy_per_utterance_j=1.0))
    assert {choice.reason for choice in advice.rest} == {"energy was not measured, and is limited"}


def test_wer_is_not_compared_where_some_have_none() -> None:
    advice = online(rows=[case("fast", 0.1, None), case("good", 0.5, 0.1)])
    assert front(advice) == ["fast"]
    assert advice.compared == "p95 of a request, memory"


def test_cells_of_other_machines_do_not_compete() -> None:
    here = case("fast", 0.1, 0.1, environment="1", machine="Epyc")
    there = case("slow", 0.5, 0.2, environment="2", machine="Xeon")
    found = [advice for advice in advise(cases([here, there]), AdviceLimits()) if advice.use.key == "online"]
    assert [(advice.device, front(advice), advice.rest) for advice in found] == [
        ("cpu (Epyc)", ["fast"], ()),
        ("cpu (Xeon)", ["slow"], ()),
    ]


def test_online_takes_the_smallest_batch_alone() -> None:
    advice = online(rows=[*ROWS, case("batched", 0.01, 0.01, batch_size=8)])
    assert "batched" not in front(advice)


def test_streaming_slower_than_speech_falls_out() -> None:
    streaming = advise(cases([case("slow", 6.0, 0.1)]), AdviceLimits())[1]
    assert streaming.rest[0].reason == "RTF 1.2: slower than speech"
