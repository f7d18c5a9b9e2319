"""asr-harness: WER, latency, real-time factor, energy, FLOPs and memory of speech recognisers, judged together."""

__version__ = "0.1.0"
