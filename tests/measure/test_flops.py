"""Sums of FLOPs, computed by hand."""

import pytest

from asr_harness.measure import counted, flops
from asr_harness.systems.base import Pass

PASSES = (Pass("encode", 2, 3000), Pass("prompt", 2, 4), Pass("step", 2, 1, 4), Pass("step", 2, 1, 5))


def cost(network_pass: Pass) -> float:
    return {"encode": 100.0, "prompt": 10.0, "step": 1.0, "head": 5.0}[
        network_pass.kind
    ] * network_pass.n_rows


def test_flops_are_summed_by_stage() -> None:
    assert flops.stage_flops(PASSES, cost) == {"encode": 200.0, "decode": 24.0}


def test_the_first_decoder_step_stands_apart_from_later_ones() -> None:
    assert flops.flops_by_kind(PASSES, cost) == {"encode": 200.0, "prompt": 20.0, "step": 4.0}


def test_padding_is_taken_off_the_encoder_and_idle_rows_off_the_decoder() -> None:
    # Six row-passes; the texts had 2 and 0 tokens, and each row needs one for its end.
    useful = flops.useful_flops({"encode": 200.0, "decode": 24.0}, PASSES, padding_fraction=0.75, n_tokens=2)
    assert useful == {"encode": 50.0, "decode": pytest.approx(24.0 * 4 / 6)}


def test_a_ctc_head_is_padded_like_its_encoder() -> None:
    passes = (Pass("encode", 2, 80_000), Pass("head", 2, 249))
    useful = flops.useful_flops({"encode": 8.0, "decode": 4.0}, passes, padding_fraction=0.25, n_tokens=9)
    assert useful == {"encode": 6.0, "decode": 3.0}


def test_what_another_network_drafts_is_no_padding() -> None:
    drafts = [Pass("prompt", 1, 4, network="assistant"), *[Pass("step", 1, 1, 5, network="assistant")] * 6]
    passes = [Pass("encode", 1, 3000), Pass("prompt", 1, 8), Pass("step", 1, 4, 7), *drafts]
    useful = flops.useful_flops({"encode": 8.0, "decode": 4.0}, passes, padding_fraction=0.0, n_tokens=7)
    assert useful == {"encode": 8.0, "decode": 4.0}


def test_networks_side_by_side_each_have_a_cache() -> None:
    passes = [
        Pass("step", 1, 1, 5, cache_bytes=100),
        Pass("step", 1, 1, 6, cache_bytes=120),
        Pass("step", 1, 1, 5, cache_bytes=30, network="assistant"),
    ]
    assert counted.cache_bytes(passes) == 150
