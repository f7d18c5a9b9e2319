"""Compiled for real by this machine's C++ compiler: the same words and FLOPs, a recorded cold start."""

from dataclasses import replace
from pathlib import Path

import pytest
from torch._inductor.cpp_builder import get_cpp_compiler
from torch._inductor.exc import InvalidCxxCompiler

from asr_harness import systems
from asr_harness.corpora import BUCKETS_S, Slice, load_slice
from asr_harness.measure.compiling import CompileWatch
from asr_harness.measure.run import MeasuredRun
from asr_harness.measure.starting import Starting
from asr_harness.measure.transcription import transcribe
from asr_harness.plugin.workbench import make_instruments
from asr_harness.schema import Case, CaseResult
from asr_harness.systems import LoadedSystem
from asr_harness.systems.variant import Variant

WHISPER = "asr-harness/whisper-mini"
SMALL = Variant(decoder_stride=3, max_new_tokens=16)
"""One trained layer of the decoder: it is compiled in a third of the time."""

pytestmark = [pytest.mark.heavy, pytest.mark.filterwarnings("ignore::DeprecationWarning:torch")]


@pytest.fixture(autouse=True)
def compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compile anew, whatever an earlier process left in torch's cache."""
    try:
        get_cpp_compiler()
    except InvalidCxxCompiler as error:
        pytest.skip(str(error))
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path))


@pytest.fixture
def slice_() -> Slice:
    return load_slice("embedded", "5s", limits_s=BUCKETS_S["5s"], n_utterances=2)


def load(variant: Variant) -> LoadedSystem:
    return systems.load(WHISPER, device="cpu", weights="pretrained", variant=variant)


def measured(model: LoadedSystem, slice_: Slice, *, compiles: bool) -> CaseResult:
    run = MeasuredRun(
        Case("whisper-mini", "cpu", "5s", 1, "small"),
        slice_,
        model,
        make_instruments("cpu", "off", with_peaks=False),
        time_s=0.0,
        compiles=compiles,
        load_s=1.0,
        on_round=lambda *_: None,
    )
    run.warm_up()
    for _ in range(2):
        run.calibrate()
        run.run_round()
    return run.result()


def test_the_compiled_decoder_says_the_same_and_what_was_compiled_when_is_recorded(slice_: Slice) -> None:
    eager, compiled = load(SMALL), load(replace(SMALL, compile_decoder=True, cache="static"))
    expected = measured(eager, slice_, compiles=False)
    result = measured(compiled, slice_, compiles=True)
    assert result.quality.hypotheses == expected.quality.hypotheses
    assert result.work.n_passes == expected.work.n_passes
    assert result.work.flops == expected.work.flops
    assert (expected.start.n_compilations, expected.start.n_recompilations) == (0, 0)
    start = result.start
    assert start.n_compilations is not None
    assert 0 < start.n_compilations <= 4  # the prompt and the later steps; none of what counts their passes
    assert start.compile_s is not None
    assert start.first_s is not None
    assert 0 < start.compile_s < start.first_s + 1
    assert start.n_recompilations == 0
    both = [utterance.samples for utterance in slice_.utterances]
    watch = CompileWatch(compiles=True)
    later = Starting(None, watch)
    watch.begin()
    later.is_warm()
    answer = transcribe(compiled.system, both)
    assert later.part()[0].n_recompilations
    assert answer.texts == transcribe(eager.system, both).texts
