"""The machine and the software of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from asr_harness.schema.part import Count, Number, Part, Scalar


@dataclass(frozen=True, slots=True)
class Gpu(Part):
    """An accelerator as its driver describes it; None where it does not answer."""

    name: str | None = None
    uuid: str | None = None
    driver: str | None = None
    memory_bytes: Number | None = None
    power_limit_w: Number | None = None


@dataclass(frozen=True, slots=True)
class Environment(Part):
    """What a run was measured on; None is unknown.

    `variables` are the environment variables that bear on speed, `versions` those of the packages that took
    part.
    """

    cpu: str | None = None
    n_physical_cores: Count | None = None
    n_logical_cores: Count | None = None
    memory_bytes: Number | None = None
    n_threads: Count | None = None
    variables: Mapping[str, str | None] = field(default_factory=dict)
    system: str | None = None
    python: str | None = None
    versions: Mapping[str, str | None] = field(default_factory=dict)
    cuda: str | None = None
    cudnn: Scalar = None
    gpus: tuple[Gpu, ...] = ()
    accelerators: Mapping[str, tuple[Gpu, ...]] = field(default_factory=dict)

    @property
    def machine(self) -> str:
        """Name processor, cores and GPUs in a few words."""
        cores = self.n_physical_cores or self.n_logical_cores
        cpu = self.cpu or "unknown processor"
        others = (gpu for gpus in self.accelerators.values() for gpu in gpus)
        gpus = [gpu.name or "unnamed GPU" for gpu in (*self.gpus, *others)] or ["no GPU"]
        return ", ".join([f"{cpu}, {cores} cores" if cores else cpu, *gpus])


@dataclass(frozen=True, slots=True)
class MachinePeaks(Part):
    """Peak rates of one device: FLOP/s by dtype name, a multiply-add as two, and bytes/s read and written."""

    flops_per_s: Mapping[str, Number | None]
    bytes_per_s: Number
