"""How a case starts: what loading took, the first batch, and what was compiled before and in its rounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asr_harness.schema.start import Start

if TYPE_CHECKING:
    from asr_harness.measure.compiling import CompileWatch

NOT_COLD = (
    "only the first system that a process loads starts cold; --asr-isolate gives each model a process of its "
    "own"
)
UNWATCHED = "torch's compiler was loaded while the case ran, and nobody watched it"


@dataclass(slots=True)
class Starting:
    """Follows one case; `load_s` is None where the process had loaded a system before."""

    load_s: float | None
    watch: CompileWatch
    first_s: float | None = None
    compile_s: float = 0.0
    n_compilations: int = 0

    @property
    def is_cold(self) -> bool:
        """Whether the process had loaded nothing before this case."""
        return self.load_s is not None

    def is_warm(self) -> None:
        """Note that the rounds begin: what is compiled from now on is compiled anew."""
        self.compile_s, self.n_compilations = self.watch.seconds, self.watch.n

    def part(self) -> tuple[Start, dict[str, str]]:
        """Give what is saved, and why some of it is None."""
        self.watch.end()
        reasons = {} if self.is_cold else {"load": NOT_COLD, "first": NOT_COLD}
        if not self.watch.is_watching:
            names = ("compile", "recompilations")
            return Start(self.load_s, self.first_s), reasons | dict.fromkeys(names, UNWATCHED)
        n_recompilations = self.watch.n - self.n_compilations
        start = Start(self.load_s, self.first_s, self.compile_s, self.n_compilations, n_recompilations)
        return start, reasons
