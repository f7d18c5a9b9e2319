"""How a case starts: what a service waits for when a process begins."""

from __future__ import annotations

from dataclasses import dataclass

from asr_harness.schema.part import Count, NotNegative, Part


@dataclass(frozen=True, slots=True)
class Start(Part):
    """Seconds to load the system, of the first batch it transcribed, and spent compiling until its rounds.

    `n_compilations` are those until the rounds, `n_recompilations` those in them. Only the first system that
    a process loads starts cold: `load_s` and `first_s` are None for every other case.
    """

    load_s: NotNegative | None = None
    first_s: NotNegative | None = None
    compile_s: NotNegative | None = None
    n_compilations: Count | None = None
    n_recompilations: Count | None = None
