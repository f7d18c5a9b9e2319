"""Canary with dummy weights; its checkpoints bring the template of their prompt."""

from torch.utils.flop_counter import FlopCounterMode

from asr_harness.measure import transcribe
from asr_harness.systems import BASELINE, Variant
from asr_harness.systems.checkpoints import Checkpoint
from asr_harness.systems.hf import canary
from tests.conftest import noise
from tests.tiny_families import TINY_CONFORMER, TINY_DECODER

TINY = Checkpoint(
    "tiny",
    {
        "model_type": "canary",
        "encoder_config": TINY_CONFORMER,
        "decoder_config": TINY_DECODER,
        "vocab_size": TINY_DECODER["vocab_size"],
    },
)


def test_the_passes_counted_are_all_that_a_run_computes_and_equal_the_closed_form() -> None:
    system = canary.FAMILY.load(TINY, device="cpu", variant=Variant(attention="eager"))
    features = system.preprocess([noise(2.0), noise(1.0)])
    with system.passes_recorded() as passes, FlopCounterMode(display=False) as ran:
        system.decode(system.encode(features))
    assert sum(map(system.flops, passes)) == ran.get_total_flops()
    closed = [canary.FAMILY.work.closed_form(system.model.config, one) for one in passes]
    assert closed == [system.flops(one) for one in passes]
    assert next(one.n_new for one in passes if one.kind == "prompt") == len(canary.PROMPT)


def test_dummies_decode_the_tokens_of_speech_and_cost_more_for_more() -> None:
    system = canary.FAMILY.load(TINY, device="cpu", variant=BASELINE)
    assert transcribe(system, [noise(10.0)]).n_tokens == (33,)
    costs = [
        canary.FAMILY.cost(TINY, batch_size=size, audio_s=audio_s, variant=BASELINE)
        for size, audio_s in ((1, 2.0), (4, 10.0))
    ]
    assert costs[0].flops < costs[1].flops
