"""The energy pass: a work looped until its counter has taken many steps, apart from the timed rounds."""

from asr_harness.energy.measuring import PASS_S, measure_energy
from asr_harness.energy.stages import measure_stages, slice_work, stage_works

__all__ = ["PASS_S", "measure_energy", "measure_stages", "slice_work", "stage_works"]
