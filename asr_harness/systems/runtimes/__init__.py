"""Engines other than transformers, one file each; what each defines is in `asr_harness.systems.runtime`."""
