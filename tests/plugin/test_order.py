"""A case measures the same alone and after any other: operators, passes, FLOPs and words."""

import os
import random
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch

from asr_harness.grid import Plan
from asr_harness.measure.process_state import ProcessState
from asr_harness.plugin.workbench import Workbench
from asr_harness.schema import Case
from asr_harness.schema.audio import Samples
from asr_harness.systems import Transcription, Variant
from benchmarks.grid import BUCKETS_S

pytestmark = pytest.mark.heavy


class Vandal:
    """Changes all that it can reach, and tells what it found."""

    def __init__(self, *, device: str) -> None:
        self.found = self._look()
        torch.set_default_dtype(torch.float16)

    @staticmethod
    def _look() -> str:
        drawn = f"{random.random():.3f} {torch.rand(1).item():.3f} {np.random.rand():.3f}"  # noqa: NPY002
        return f"{torch.get_num_threads()} {torch.get_default_dtype()} {drawn}"

    def preprocess(self, audio: Sequence[Samples]) -> Any:
        for samples in audio:
            samples[:] = 32768 * samples
        return audio

    def encode(self, features: Any) -> Any:
        torch.set_num_threads(torch.get_num_threads() + 1)
        torch.set_grad_enabled(False)
        torch.manual_seed(7)
        torch.set_default_device("meta")
        torch.backends.mkldnn.enabled = False
        os.environ["OMP_NUM_THREADS"] = "17"
        np.random.rand()  # noqa: NPY002
        return features

    def decode(self, encoded: Any) -> Transcription:
        return Transcription((self.found,) * len(encoded))


KINDS = {
    "CTC": ("asr-harness/ctc-mini", "5s", "baseline"),
    "CTC, longer": ("asr-harness/ctc-mini", "15s", "baseline"),
    "Whisper": ("asr-harness/whisper-mini", "5s", "baseline"),
    "Whisper, long form": ("asr-harness/whisper-mini", "60s", "cap24"),
    "Whisper, int8": ("asr-harness/whisper-mini", "5s", "int8"),
    "vandal": (f"{__name__}:Vandal", "5s", "baseline"),
}
VARIANTS = {
    "baseline": Variant(),
    "cap24": Variant(max_new_tokens=24),
    "int8": Variant(quantisation="int8"),
}


@pytest.fixture(scope="module", autouse=True)
def settled() -> Iterator[None]:
    state = ProcessState.record()
    yield
    state.restore()


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("slices"))


@pytest.fixture(autouse=True)
def one_cache(light: None, cache: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASR_HARNESS_CACHE", cache)


def workbench() -> Workbench:
    sources = {source: source for source, _, _ in KINDS.values()}
    return Workbench(
        Plan("order", (), sources, BUCKETS_S, VARIANTS, "embedded", "pretrained", 1, 0.01, "off")
    )


def measure(bench: Workbench, kind: str) -> tuple[object, ...]:
    source, bucket, variant = KINDS[kind]
    run = bench.run(Case(source, "cpu", bucket, 1, variant), lambda *_: None)
    assert run.warm_up()
    run.calibrate()
    run.run_round()
    result = run.result()
    run.release()
    bench.settle()
    work = result.work
    return work.operators, work.n_passes, work.flops, work.n_tokens, result.quality.hypotheses


def every_pair(kinds: Sequence[str]) -> list[str]:
    """Walk through all kinds so that each follows each other one once (Hierholzer)."""
    left = {kind: [other for other in kinds if other != kind] for kind in kinds}
    path, walk = [kinds[0]], []
    while path:
        if left[path[-1]]:
            path.append(left[path[-1]].pop())
        else:
            walk.append(path.pop())
    return walk[::-1]


def test_the_walk_has_every_pair_once() -> None:
    walk = every_pair("abc")  # type: ignore[arg-type]
    assert sorted(pairwise(walk)) == [(a, b) for a in "abc" for b in "abc" if a != b]


def test_every_kind_of_case_measures_the_same_alone_and_after_every_other() -> None:
    alone = {}
    for kind in KINDS:
        state = ProcessState.record()
        alone[kind] = measure(workbench(), kind)
        state.restore()
    bench, before = workbench(), "nothing"
    for kind in every_pair(tuple(KINDS)):
        assert measure(bench, kind) == alone[kind], f"{kind} after {before}"
        before = kind


def test_a_model_whose_configuration_a_case_changed_is_loaded_anew() -> None:
    bench = workbench()
    case = Case("asr-harness/ctc-mini", "cpu", "5s", 1, "baseline")
    first = bench.model(case)
    assert bench.model(case) is first
    first.system.model.set_attn_implementation("eager")  # type: ignore[attr-defined]
    again = bench.model(case)
    assert again is not first
    assert again.system.model.config._attn_implementation == "sdpa"  # type: ignore[attr-defined]
