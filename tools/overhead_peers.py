"""The suite's own transcription against plain transformers: the pipeline, and `generate`, in one process.

All three run on the same model, recordings and batch, in turns whose order changes; the median of the turns'
ratios is printed. They have to give the same words.

    python -m tools.overhead_peers [MODEL] [--turns 30] [--batch 1] [--data CORPUS]
"""

import argparse
from itertools import permutations
from statistics import quantiles

import torch
from transformers import pipeline

from asr_harness import devices, systems
from asr_harness.corpora import load_slice
from asr_harness.measure import transcribe
from asr_harness.schema.audio import SAMPLE_RATE_HZ, Samples
from asr_harness.systems.hf.whisper import WhisperSystem
from tools.overhead import seconds

Texts = list[str]


class Peers:
    """One Whisper model, run in three ways on one batch."""

    def __init__(self, name: str, audio: list[Samples]) -> None:
        loaded = systems.load(name, device="cpu", weights="pretrained").system
        assert isinstance(loaded, WhisperSystem)
        self.system, self.audio = loaded, audio
        if loaded.tokenizer.pad_token is None:  # without one the pipeline takes no batches
            loaded.tokenizer.pad_token = loaded.tokenizer.eos_token
        self.clock = devices.get("cpu").clock()
        self.pipe = pipeline(
            "automatic-speech-recognition",
            model=loaded.model,
            tokenizer=loaded.tokenizer,
            feature_extractor=loaded.feature_extractor,
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
        kwargs = self.system.generate_kwargs
        return [one["text"] for one in self.pipe(inputs, batch_size=len(inputs), generate_kwargs=kwargs)]

    @torch.inference_mode()
    def by_generate(self) -> Texts:
        """Transcribe as the model's card does."""
        inputs = self.system.feature_extractor(
            self.audio, sampling_rate=SAMPLE_RATE_HZ, return_tensors="pt", return_attention_mask=True
        )
        ids = self.system.model.generate(**inputs, **self.system.generate_kwargs)
        return list(self.system.tokenizer.batch_decode(ids, skip_special_tokens=True))


def turn_ratios(peers: Peers, n_turns: int) -> dict[str, list[float]]:
    """Give suite ÷ peer and pipeline ÷ generate of each turn, after one of each that is not counted."""
    ways = (peers.suite, peers.by_pipeline, peers.by_generate)
    words = {tuple(text.strip() for text in way()) for way in ways}
    if len(words) != 1:
        raise SystemExit(f"the three ways hear different words: {words}")
    orders = list(permutations(ways))
    ratios: dict[str, list[float]] = {
        "suite / pipeline": [],
        "suite / generate": [],
        "pipeline / generate": [],
    }
    for turn in range(n_turns):
        took = {way.__name__: seconds(way, "cpu") for way in orders[turn % len(orders)]}
        ratios["suite / pipeline"].append(took["suite"] / took["by_pipeline"])
        ratios["suite / generate"].append(took["suite"] / took["by_generate"])
        ratios["pipeline / generate"].append(took["by_pipeline"] / took["by_generate"])
    return ratios


def main() -> None:
    """Print the median ratios and their quartiles."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", nargs="?", default="asr-harness/whisper-mini")
    parser.add_argument("--turns", type=int, default=30)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--data", default="embedded")
    arguments = parser.parse_args()
    slice_ = load_slice(arguments.data, "5s", limits_s=(3.0, 7.0), n_utterances=arguments.batch)
    peers = Peers(arguments.model, [utterance.samples for utterance in slice_.utterances])
    for name, ratios in turn_ratios(peers, arguments.turns).items():
        low, middle, high = quantiles(ratios, n=4)
        print(f"{arguments.model}, batch {arguments.batch}: {name} {middle:.4f} ({low:.4f} to {high:.4f})")


if __name__ == "__main__":
    main()
