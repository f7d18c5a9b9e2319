"""asr-harness: WER, latency, RTF, energy, FLOPs and memory of speech recognisers, judged together.

PYTEST_DONT_REWRITE: there are no assertions for pytest to rewrite here, and a plugin that is imported before
pytest can rewrite it would make pytest warn.
"""

__version__ = "0.2.0"
