"""asr-harness: WER, latency, RTF, energy, FLOPs and memory of speech recognisers, judged together."""

__version__ = "0.1.0"
