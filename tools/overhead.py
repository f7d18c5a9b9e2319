"""How much measuring slows a transcription down: instrumented against bare, in alternating pairs.

Bare is what a user writes with transformers alone, on the same model and inputs. Each pair runs both, the
order changing from pair to pair; the median of the pairs' ratios is what is reported.

With `--meters` the instrumented side is what a benchmark does between and in its rounds, every meter on: the
calibration kernel before each, memory peaks reset, the energy counter open where there is one. Energy and
memory themselves have passes of their own.

    python tools/overhead.py [--pairs 30] [--audio-s 5] [--meters]
"""

import argparse
from collections.abc import Callable
from statistics import quantiles
from time import perf_counter

import numpy as np
import torch

from asr_harness import devices, systems
from asr_harness.measure import transcribe
from asr_harness.plugin.workbench import make_instruments
from asr_harness.schema.audio import SAMPLE_RATE_HZ, Samples
from asr_harness.systems.hf.ctc_system import CtcSystem
from asr_harness.systems.hf.whisper_system import WhisperSystem

MODELS = ("openai/whisper-tiny", "facebook/wav2vec2-base-960h")


@torch.inference_mode()
def bare_whisper(transcriber: WhisperSystem, audio: list[Samples]) -> list[str]:
    """Transcribe as the model's card does, with as many tokens as the instrumented side."""
    inputs = transcriber.feature_extractor(
        audio, sampling_rate=SAMPLE_RATE_HZ, return_tensors="pt", return_attention_mask=True
    ).to(transcriber.model.device)
    transcriber.fixed_tokens.restart(max(map(len, audio)) / SAMPLE_RATE_HZ)
    ids = transcriber.model.generate(
        **inputs, logits_processor=[transcriber.fixed_tokens], **transcriber.generate_kwargs
    )
    return transcriber.tokenizer.batch_decode(ids, skip_special_tokens=True)


@torch.inference_mode()
def bare_ctc(transcriber: CtcSystem, audio: list[Samples]) -> list[str]:
    """Transcribe as the model's card does."""
    inputs = transcriber.feature_extractor(
        audio, sampling_rate=SAMPLE_RATE_HZ, return_tensors="pt", padding=True
    ).to(transcriber.model.device)
    return transcriber.tokenizer.batch_decode(transcriber.model(**inputs).logits.argmax(-1).cpu())


def seconds(work: Callable[[], object], device: str) -> float:
    """Time one call, the device synchronised at both ends."""
    devices.get(device).synchronise()
    began = perf_counter()
    work()
    devices.get(device).synchronise()
    return perf_counter() - began


def pair_ratios(name: str, device: str, audio_s: float, n_pairs: int, *, meters: bool) -> list[float]:
    """Time instrumented over bare in `n_pairs` alternating pairs."""
    instruments = make_instruments(device, "auto") if meters else None
    transcriber = systems.load(name, device=device, weights="dummy").system
    audio = [np.random.default_rng(0).standard_normal(round(audio_s * SAMPLE_RATE_HZ)).astype(np.float32)]
    clock = devices.get(device).clock()
    bare_of = bare_whisper if isinstance(transcriber, WhisperSystem) else bare_ctc

    def instrumented() -> None:
        clock.start()
        transcribe(transcriber, audio, clock.stage)
        clock.stop()

    def bare() -> None:
        bare_of(transcriber, audio)

    seconds(instrumented, device), seconds(bare, device)

    def before_instrumented() -> None:
        if instruments is not None:
            for meter in instruments.memory:
                meter.reset()
            instruments.calibration()

    ratios = []
    for i in range(n_pairs):
        first, second = (instrumented, bare) if i % 2 else (bare, instrumented)
        took = {}
        for side in (first, second):
            if side is instrumented:
                before_instrumented()
            took[side] = seconds(side, device)
        ratios.append(took[instrumented] / took[bare])
    return ratios


def main() -> None:
    """Print the median ratio and its quartiles for each model."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=30)
    parser.add_argument("--audio-s", type=float, default=5.0)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--meters", action="store_true")
    arguments = parser.parse_args()
    for name in MODELS:
        low, middle, high = quantiles(
            pair_ratios(name, arguments.device, arguments.audio_s, arguments.pairs, meters=arguments.meters),
            n=4,
        )
        print(f"{name}: instrumented / bare {middle:.4f} (quartiles {low:.4f} to {high:.4f})")


if __name__ == "__main__":
    main()
