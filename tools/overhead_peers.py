"""The suite's own transcription against plain transformers: the pipeline, and the model's card.

All three run in one process on the same model, recordings and batch, in turns whose order changes. All give
the same words. What is printed is the median of the turns' ratios with its 95 % interval, that of the sign
test: of the time that passed, and of the process's CPU time, which does not count what other processes take.

    python -m tools.overhead_peers [MODEL] [--weights dummy] [--turns 60] [--batch 1] [--data CORPUS]
"""

import argparse
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable
from itertools import permutations
from statistics import median
from time import perf_counter, process_time
from typing import Any

import torch
from scipy.stats import quantile_test
from transformers import pipeline

from asr_harness import devices, systems
from asr_harness.corpora import load_slice
from asr_harness.measure import transcribe
from asr_harness.schema.audio import SAMPLE_RATE_HZ, Samples
from asr_harness.systems import System
from asr_harness.systems.hf.ctc_system import CtcSystem
from asr_harness.systems.hf.whisper_system import WhisperSystem

Texts = list[str]
CLOCKS: dict[str, Callable[[], float]] = {"time": perf_counter, "CPU time": process_time}


class Peers(ABC):
    """One model, run in three ways on one batch."""

    plain_name: str

    def __init__(self, system: Any, audio: list[Samples]) -> None:
        self.system, self.audio = system, audio
        self.clock = devices.get("cpu").clock()
        self.pipe = pipeline(
            "automatic-speech-recognition",
            model=system.model,
            tokenizer=system.tokenizer,
            feature_extractor=system.feature_extractor,
        )

    def suite(self) -> Texts:
        """Transcribe as a round does, every stage on the clock."""
        self.clock.start()
        texts = transcribe(self.system, self.audio, self.clock.stage).texts
        self.clock.stop()
        return list(texts)

    def by_pipeline(self) -> Texts:
        """Transcribe as the pipeline's documentation does."""
        inputs = [{"raw": samples, "sampling_rate": SAMPLE_RATE_HZ} for samples in self.audio]
        return [one["text"] for one in self.pipe(inputs, batch_size=len(inputs), **self.pipe_options)]

    pipe_options: dict[str, Any]

    @abstractmethod
    def plainly(self) -> Texts:
        """Transcribe as the model's card does."""


class WhisperPeers(Peers):
    """Its plain way is `generate`."""

    plain_name = "generate"

    def __init__(self, system: WhisperSystem, audio: list[Samples]) -> None:
        if system.tokenizer.pad_token is None:  # without one the pipeline takes no batches
            system.tokenizer.pad_token = system.tokenizer.eos_token
        super().__init__(system, audio)
        self.pipe_options = {"generate_kwargs": system.generate_kwargs}

    @torch.inference_mode()
    def plainly(self) -> Texts:
        """Transcribe as the model's card does."""
        inputs = self.system.feature_extractor(
            self.audio, sampling_rate=SAMPLE_RATE_HZ, return_tensors="pt", return_attention_mask=True
        )
        ids = self.system.model.generate(**inputs, **self.system.generate_kwargs)
        return list(self.system.tokenizer.batch_decode(ids, skip_special_tokens=True))


class CtcPeers(Peers):
    """Its plain way is `forward`; recordings have one length, since neither peer cuts padding off."""

    plain_name = "forward"

    def __init__(self, system: CtcSystem, audio: list[Samples]) -> None:
        shortest = min(map(len, audio))
        super().__init__(system, [samples[:shortest] for samples in audio])
        self.pipe_options = {}

    @torch.inference_mode()
    def plainly(self) -> Texts:
        """Transcribe as the model's card does."""
        inputs = self.system.feature_extractor(
            self.audio, sampling_rate=SAMPLE_RATE_HZ, return_tensors="pt", padding=True
        )
        return list(self.system.tokenizer.batch_decode(self.system.model(**inputs).logits.argmax(-1)))


def peers_of(system: System, audio: list[Samples]) -> Peers:
    """Put the peers of a system's family around it."""
    for kind, peers in ((WhisperSystem, WhisperPeers), (CtcSystem, CtcPeers)):
        if isinstance(system, kind):
            return peers(system, audio)
    raise SystemExit(f"no peers are written down for {type(system).__name__}; there are Whisper's and CTC's")


def seconds(way: Callable[[], Texts]) -> dict[str, float]:
    """Time one call by each clock, in seconds."""
    began = {name: clock() for name, clock in CLOCKS.items()}
    way()
    return {name: clock() - began[name] for name, clock in CLOCKS.items()}


def turn_ratios(peers: Peers, n_turns: int) -> dict[str, list[float]]:
    """Give the three ratios of each turn by each clock, after one of each way that is not counted."""
    ways = (peers.suite, peers.by_pipeline, peers.plainly)
    words = {tuple(text.strip() for text in way()) for way in ways}
    if len(words) != 1:
        raise SystemExit(f"the three ways hear different words: {words}")
    orders = list(permutations(ways))
    pairs = {
        "suite / pipeline": (peers.suite, peers.by_pipeline),
        f"suite / {peers.plain_name}": (peers.suite, peers.plainly),
        f"pipeline / {peers.plain_name}": (peers.by_pipeline, peers.plainly),
    }
    ratios = defaultdict(list)
    for turn in range(n_turns):
        took = {way: seconds(way) for way in orders[turn % len(orders)]}
        for clock in CLOCKS:
            for name, (one, other) in pairs.items():
                ratios[f"{name}, {clock}"].append(took[one][clock] / took[other][clock])
    return ratios


def main() -> None:
    """Print the median ratios, each with its interval."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", nargs="?", default="asr-harness/whisper-mini")
    parser.add_argument("--weights", choices=systems.WEIGHTS, default="pretrained")
    parser.add_argument("--turns", type=int, default=60)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--data", default="embedded")
    arguments = parser.parse_args()
    slice_ = load_slice(arguments.data, "5s", limits_s=(3.0, 7.0), n_utterances=arguments.batch)
    system = systems.load(arguments.model, device="cpu", weights=arguments.weights).system
    peers = peers_of(system, [utterance.samples for utterance in slice_.utterances])
    for name, ratios in turn_ratios(peers, arguments.turns).items():
        low, high = quantile_test(ratios, q=1.0).confidence_interval(0.95)
        print(
            f"{arguments.model}, {arguments.weights}, batch {arguments.batch}: {name} "
            f"{median(ratios):.4f} ({low:.4f} to {high:.4f}, {arguments.turns} turns)"
        )


if __name__ == "__main__":
    main()
