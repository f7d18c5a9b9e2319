"""Each claim held, contradicted and left open by cases written by hand."""

import re
from pathlib import Path
from typing import Any

import pytest

from asr_harness.report.claims import check_all, claim_kinds
from asr_harness.report.claims.c8_memory_by_batch import LARGEST
from asr_harness.report.claims.voting import Answer, Vote, decide, unless_missing
from tests.report.hand_made import cases

CLAIMS = claim_kinds()
BY_KEY = {claim.key: claim for claim in CLAIMS}
Rows = list[dict[str, Any]]
PUBLISHED = {
    "whisper-tiny": 0.22,
    "whisper-base": 0.18,
    "whisper-small": 0.148,
    "whisper-medium": 0.148,
    "whisper-large-v3-turbo": 0.119,
    "wav2vec2-base-960h": 0.226,
}


def result(key: str, rows: Rows) -> str:
    return BY_KEY[key].check(cases(rows)).result


def rates(factor: float = 1.0) -> Rows:
    return [
        {
            "model": model,
            "wer": factor * wer,
            "wer_raw": wer,
            "wer_low": factor * wer - 0.004,
            "wer_high": factor * wer + 0.004,
        }
        for model, wer in PUBLISHED.items()
    ]


def on(device: str, rows: Rows) -> Rows:
    return [{**row, "device": device} for row in rows]


def lengths(latencies_s: tuple[float, float, float]) -> Rows:
    return [{"bucket": b, "latency_s": s} for b, s in zip(("5s", "15s", "30s"), latencies_s, strict=True)]


def wers(short: float, long: float) -> Rows:
    return [
        {"bucket": bucket, "wer": wer, "wer_low": wer - 0.01, "wer_high": wer + 0.01}
        for bucket, wer in (("5s", short), ("30s", long))
    ]


def both_devices(wer_gpu: float, joules_gpu: float = 1.0, label: str = "measured") -> Rows:
    times = ("latency_s", "latency_low_s", "latency_high_s")
    cpu = {"wer": 0.10, **dict(zip(times, (2.0, 1.9, 2.1), strict=True))}
    gpu = {"wer": wer_gpu, **dict(zip(times, (1.0, 0.9, 1.1), strict=True))}
    return [
        {**cpu, "energy_label": label, "energy_low_j": 4.0, "energy_high_j": 5.0},
        {
            **gpu,
            "device": "cuda",
            "energy_label": "measured",
            "energy_low_j": joules_gpu,
            "energy_high_j": joules_gpu + 1,
        },
    ]


def speed_ups(tiny: float, turbo: float) -> Rows:
    pairs = {"whisper-tiny": tiny, "whisper-large-v3-turbo": turbo}
    cpu = [{"model": model, "latency_s": ratio} for model, ratio in pairs.items()]
    return cpu + [{"model": model, "latency_s": 1.0, "device": "cuda"} for model in pairs]


def joules(long_per_s: float, label: str = "measured") -> Rows:
    return [
        {
            "bucket": bucket,
            "energy_label": label,
            "energy_per_audio_s_j": per_s,
            "energy_low_j": 0.98 * per_s,
            "energy_high_j": 1.02 * per_s,
            "energy_per_utterance_j": per_s * length_s,
        }
        for bucket, per_s, length_s in (("5s", 0.5, 5), ("30s", long_per_s, 30))
    ]


def works(latencies_s: tuple[float, float, float], ctc_flops: float = 0.5) -> Rows:
    whispers = [
        {"model": f"w{flops}", "flops": flops, "latency_s": seconds}
        for flops, seconds in zip((1.0, 2.0, 3.0), latencies_s, strict=True)
    ]
    return [*whispers, {"model": "ctc", "family": "wav2vec2", "flops": ctc_flops, "latency_s": 1.5}]


def memory(sizes: tuple[float, float, float], first_lost: str | None) -> Rows:
    measured: Rows = [
        {"device": "cuda", "batch_size": batch, "memory_bytes": 2**20 * size}
        for batch, size in zip((1, 4, 8), sizes, strict=True)
    ]
    largest = [{"device": "cuda", "model": model, "memory_bytes": 2**30} for model in LARGEST]
    lost = {"device": "cuda", "batch_size": 16, "model": first_lost, "outcome": "oom"}
    return [*measured, *largest, lost] if first_lost else [*measured, *largest]


def shares(device: str, family: str, encode: tuple[float, float], half: float = 0.01) -> Rows:
    return [
        {
            "device": device,
            "family": family,
            "bucket": bucket,
            "encode_share_low": share - half,
            "encode_share_high": share + half,
            "decode_share_low": 0.98 - share - half,
            "decode_share_high": 0.98 - share + half,
        }
        for bucket, share in zip(("5s", "30s"), encode, strict=True)
    ]


def of_several(rows: Rows, n: int = 2) -> Rows:
    """Give the rows of one model, and the same of others."""
    names = ("whisper-tiny", "whisper-base", "whisper-small")[:n]
    tiny = [row for row in rows if row.get("model", names[0]) == names[0]]
    return [*rows, *({**row, "model": name} for name in names[1:] for row in tiny)]


GENERAL = {
    "C2": wers(0.15, 0.11),
    "C3": both_devices(0.10),
    "C4": lengths((0.5, 1.5, 3.0)) + on("cuda", lengths((0.5, 1.5, 3.0))),
    "C6": joules(0.4) + on("cuda", joules(0.4)),
    "C8": memory((10, 13, 17), "whisper-medium"),
    "C10": shares("cpu", "whisper", (0.75, 0.70)),
    "C11": shares("cuda", "whisper", (0.30, 0.20)),
    "C12": [{"device": "cuda", "rtf": 0.01, "rtf_high": 0.02}],
}
"""What holds for one model, and is said of all."""
HELD = {
    "C1": rates(),
    "C5": speed_ups(1.9, 8.0),
    "C7": works((1.0, 2.0, 3.0)),
    "C9": shares("cpu", "wav2vec2", (0.90, 0.965)),
    **{key: of_several(rows, 3 if key == "C12" else 2) for key, rows in GENERAL.items()},
}
CONTRADICTED = {
    "C1": rates(0.5),
    "C2": wers(0.11, 0.15),
    "C3": both_devices(0.11),
    "C4": lengths((1.0, 3.0, 1.0)),
    "C5": speed_ups(17.0, 27.0),
    "C6": joules(0.6),
    "C7": works((3.0, 2.0, 1.0)),
    "C8": memory((10, 13, 17), "whisper-tiny"),
    "C9": shares("cpu", "wav2vec2", (0.40, 0.45)),
    "C10": shares("cpu", "whisper", (0.75, 0.90)),
    "C11": shares("cuda", "whisper", (0.60, 0.70)),
    "C12": [{"device": "cuda", "rtf": 0.5, "rtf_low": 0.4, "rtf_high": 0.6}],
}
OPEN = {
    "C1": [{"wer": None, "wer_reason": "dummy weights"}],
    "C2": of_several(wers(0.15, 0.149)),
    "C3": [{"wer": 0.1}],
    "C4": of_several(lengths((0.5, 1.5, 3.0))),
    "C5": [{"latency_s": 1.0}],
    "C6": of_several(joules(0.4, "estimated")),
    "C7": works((1.0, 2.0, 3.0))[:2],
    "C8": of_several(memory((10, 13, 17), None)),
    "C9": shares("cpu", "wav2vec2", (0.90, 0.95)),
    "C10": of_several(shares("cpu", "whisper", (0.75, 0.74))),
    "C11": of_several(shares("cuda", "whisper", (0.60, 0.30))),
    "C12": [{"rtf": 0.01, "rtf_high": 0.02}],
}


@pytest.mark.parametrize("key", BY_KEY)
def test_a_claim_holds(key: str) -> None:
    assert result(key, HELD[key]) == "holds"


@pytest.mark.parametrize("key", BY_KEY)
def test_a_claim_does_not_hold(key: str) -> None:
    assert result(key, CONTRADICTED[key]) == "does not hold"


@pytest.mark.parametrize("key", BY_KEY)
def test_a_claim_cannot_be_told(key: str) -> None:
    assert result(key, OPEN[key]) == "cannot be told"


@pytest.mark.parametrize("key", GENERAL)
def test_one_model_does_not_speak_for_all(key: str) -> None:
    answer = BY_KEY[key].check(cases(GENERAL[key]))
    assert answer.result == "cannot be told"
    assert re.search(r"missing: (2 models|3 models|2 Whispers)", answer.detail)


def test_two_models_are_not_most() -> None:
    assert result("C12", of_several(GENERAL["C12"])) == "cannot be told"


def test_c3_speaks_of_energy_too() -> None:
    assert result("C3", of_several(both_devices(0.10, joules_gpu=4.5))) == "cannot be told"
    answer = BY_KEY["C3"].check(cases(of_several(both_devices(0.10, label="estimated"))))
    assert answer.result == "cannot be told"
    assert answer.detail.endswith("missing: measured energy on both devices")


def test_all_twelve_are_tested_in_order() -> None:
    results = check_all(cases(HELD["C1"]))
    assert [result.key for result in results] == [f"C{i}" for i in range(1, 13)]


def test_dummy_weights_cannot_speak_to_wer() -> None:
    answer = BY_KEY["C1"].check(cases(OPEN["C1"]))
    assert answer.detail == "missing: WER (dummy weights)"


def test_a_missing_device_is_named() -> None:
    assert (
        BY_KEY["C4"].check(cases(OPEN["C4"])).detail.partition("; ")[2].startswith("missing: cases on a GPU")
    )


def test_wav2vec2_with_more_flops_than_a_whisper_contradicts() -> None:
    assert result("C7", works((1.0, 2.0, 3.0), ctc_flops=1.5)) == "does not hold"


def test_whispers_alone_do_not_say_where_wav2vec2_stands() -> None:
    answer = BY_KEY["C7"].check(cases(works((1.0, 2.0, 3.0))[:3]))
    assert answer.result == "cannot be told"
    assert answer.detail.endswith("missing: a wav2vec2 with FLOPs beside them")


def test_who_ran_out_first_is_not_told_where_the_largest_were_not_tried() -> None:
    small = [row for row in memory((10, 13, 17), "whisper-tiny") if row.get("model") not in LARGEST]
    assert result("C8", small) == "cannot be told"


def test_one_of_the_largest_is_not_both() -> None:
    rows = [row for row in memory((10, 13, 17), "whisper-medium") if row.get("model") != LARGEST[1]]
    answer = BY_KEY["C8"].check(cases(rows))
    assert answer.result == "cannot be told"
    assert answer.detail.endswith("missing: whisper-large-v3-turbo")


def test_an_rtf_whose_interval_reaches_over_the_threshold_leaves_c12_open() -> None:
    over = {"device": "cuda", "rtf": 0.1, "rtf_low": 0.08, "rtf_high": 0.12}
    assert result("C12", of_several([over], 3)) == "cannot be told"


@pytest.mark.parametrize("key", ["C3", "C5"])
@pytest.mark.parametrize("what", [{"data": "tedlium"}, {"slice_audio_s": 99.0}])
def test_devices_are_not_held_against_each_other_on_other_slices(key: str, what: dict[str, Any]) -> None:
    rows = [{**row, **(what if row.get("device") == "cuda" else {})} for row in HELD[key]]
    assert result(key, rows) == "cannot be told"


@pytest.mark.parametrize("key", ["C2", "C4", "C6", "C7", "C10"])
def test_cells_of_other_machines_do_not_vote_together(key: str) -> None:
    rows = [{**row, "environment": str(i)} for i, row in enumerate(HELD[key])]
    assert BY_KEY[key].check(cases(rows)).votes == ()


def test_rates_of_two_corpora_are_not_averaged() -> None:
    here = [{**row, "data": "tedlium"} for row in rates()]
    there = [{**row, "data": "embedded", "wer": 0.9, "bucket": "15s"} for row in rates()[:2]]
    assert result("C1", here + there) == "holds"


def test_another_machine_does_not_decide_what_the_smallest_batch_is() -> None:
    here = [{**row, "environment": "1"} for row in HELD["C12"]]
    there = {"device": "cuda", "environment": "2", "batch_size": 4, "bucket": "15s", "rtf": 1, "rtf_low": 1}
    assert len(BY_KEY["C12"].check(cases([*here, there])).votes) == len(here) + 1


def test_a_speed_up_is_of_two_machines_and_no_more() -> None:
    other = [{**row, "bucket": "15s", "environment": "2"} for row in speed_ups(17.0, 27.0)]
    answer = BY_KEY["C5"].check(cases([{**row, "environment": "1"} for row in HELD["C5"]] + other))
    assert [vote.value for vote in answer.votes] == [True, False, True, False]


def test_an_encoder_below_95_percent_is_not_up_to_99() -> None:
    assert result("C9", shares("cpu", "wav2vec2", (0.7, 0.8))) == "does not hold"


@pytest.mark.parametrize(
    ("key", "wide"),
    [
        ("C9", shares("cpu", "wav2vec2", (0.90, 0.965), half=0.41)),
        ("C10", of_several(shares("cpu", "whisper", (0.75, 0.70), half=0.41))),
        ("C11", of_several(shares("cuda", "whisper", (0.30, 0.20), half=0.41))),
    ],
)
def test_wide_intervals_of_shares_leave_a_claim_open(key: str, wide: Rows) -> None:
    assert result(key, wide) == "cannot be told"


@pytest.mark.parametrize(
    ("key", "rows"), [("C9", HELD["C11"]), ("C10", HELD["C10"][:1]), ("C11", HELD["C10"])]
)
def test_shares_of_others_do_not_speak_to_a_claim(key: str, rows: Rows) -> None:
    answer = BY_KEY[key].check(cases(rows))
    assert (answer.result, answer.detail[:7]) == ("cannot be told", "missing")


def test_every_rule_is_in_the_docs() -> None:
    documented = (Path(__file__).parents[2] / "docs" / "report.md").read_text("utf-8")
    assert [claim.key for claim in CLAIMS if f"| {claim.key} | {claim.rule} |" not in documented] == []


def votes(*values: bool | None) -> list[Vote]:
    return [Vote("group", value, "") for value in values]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((True, True, True, None), "holds"),  # three quarters
        ((True, True, None, None), "cannot be told"),
        ((True, True, True, False), "holds"),  # a quarter may contradict
        ((True, False, None, False), "does not hold"),
        ((), "cannot be told"),
    ],
)
def test_enough_votes_settle_a_claim(values: tuple[bool | None, ...], expected: str) -> None:
    assert decide(votes(*values), "missing").result == expected


def test_what_contradicts_stands_though_something_is_missing() -> None:
    answer = Answer("does not hold", "x", tuple(votes(False)))
    assert unless_missing(answer, ["cases on cuda"]).result == "does not hold"
