"""What dominates, the bound it is at, and what could help."""

from typing import Any

from asr_harness.report import bottlenecks
from asr_harness.report.bottlenecks import Bottleneck
from tests.report.hand_made import cases

DECODING = {
    "preprocess_share": 0.1,
    "encode_share": 0.2,
    "decode_share": 0.7,
    "decode_share_low": 0.65,
    "decode_share_high": 0.72,
    "decode_bound": "memory",
    "decode_roof_share": 0.6,
    "padding_fraction": 0.8,
}


def judged(**changes: Any) -> Bottleneck:
    return bottlenecks.bottlenecks(cases([{**DECODING, **changes}]))[0]


def test_a_decoder_that_memory_binds_should_read_fewer_bytes() -> None:
    found = judged()
    assert found.time == "decode, 65 % to 72 % over buckets"
    assert found.bound == "memory, 60 % of its roof"
    assert found.directions == (
        bottlenecks.CHEAPER_DECODER,
        bottlenecks.FEWER_BYTES,
        bottlenecks.LARGER_BATCH,
    )


def test_an_encoder_far_from_its_roof_has_overhead_and_padding() -> None:
    found = judged(encode_share=0.8, decode_share=0.1, encode_bound="arithmetic", encode_roof_share=0.2)
    assert found.directions == (
        bottlenecks.LESS_OVERHEAD,
        bottlenecks.FEWER_OPERATIONS,
        bottlenecks.LESS_PADDING,
    )


def test_energy_by_stage_is_said_where_all_stages_have_it() -> None:
    assert judged().energy == "not measured by stage"
    found = judged(preprocess_energy_j=1.0, encode_energy_j=1.0, decode_energy_j=2.0)
    assert found.energy == "decode, 50 %"


def test_each_machine_has_its_own_bottleneck() -> None:
    here = {**DECODING, "environment": "1", "label": "aaaaaaa"}
    there = {**here, "environment": "2", "encode_share": 0.9, "label": "bbbbbbb", "bucket": "15s"}
    found = bottlenecks.bottlenecks(cases([here, there]))
    assert [(one.device, one.time.partition(",")[0]) for one in found] == [
        ("cpu (aaaaaaa)", "decode"),
        ("cpu (bbbbbbb)", "encode"),
    ]


def test_a_stage_above_its_roof_is_not_said_to_be_so_near_to_it() -> None:
    found = judged(decode_roof_share=8.65)
    assert found.bound == "memory; above its roof, so that the peaks are too low to tell how near it is"


def test_features_that_dominate_are_computed_elsewhere() -> None:
    found = judged(preprocess_share=0.9, decode_share=0.05)
    assert found.directions == (bottlenecks.FASTER_FEATURES,)
