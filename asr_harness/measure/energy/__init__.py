"""The energy pass: a workload looped until its counter has taken many steps, apart from the timed rounds."""

from asr_harness.measure.energy.measuring import PASS_S, measure_energy
from asr_harness.measure.energy.stages import measure_stages, slice_workload, stage_workloads

__all__ = ["PASS_S", "measure_energy", "measure_stages", "slice_workload", "stage_workloads"]
