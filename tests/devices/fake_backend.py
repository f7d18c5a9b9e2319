"""What `torch.cuda` and `torch.xpu` show of a machine with two GPUs; all that is asked is written down."""

from types import SimpleNamespace
from typing import Any

UUIDS = ("00000000-aaaa", "11111111-bbbb")


class FakeEvent:
    """Remembers when it was recorded, in milliseconds, and on which stream."""

    def __init__(self, backend: "FakeBackend", enable_timing: bool) -> None:
        assert enable_timing
        self.backend = backend
        self.at_ms: float | None = None

    def record(self, stream: object = None) -> None:
        self.at_ms = self.backend.now_ms
        self.backend.calls.append(("record", stream))

    def elapsed_time(self, later: "FakeEvent") -> float:
        assert self.at_ms is not None
        assert later.at_ms is not None
        return later.at_ms - self.at_ms


class FakeBackend:
    """GPU 0 is the current one; GPU i holds (i + 1) times as much."""

    __name__ = "torch.fake"

    def __init__(self, n_gpus: int = 2) -> None:
        self.n_gpus = n_gpus
        self.now_ms = 0.0
        self.calls: list[tuple[str, Any]] = []

    def is_available(self) -> bool:
        return self.n_gpus > 0

    def device_count(self) -> int:
        return self.n_gpus

    def current_device(self) -> int:
        return 0

    def current_stream(self, index: int | None = None) -> str:
        return f"stream of {self._index(index)}"

    def Event(self, *, enable_timing: bool = False) -> FakeEvent:  # noqa: N802
        return FakeEvent(self, enable_timing)

    def synchronize(self, index: int | None = None) -> None:
        self.calls.append(("synchronize", self._index(index)))

    def empty_cache(self) -> None:
        self.calls.append(("empty_cache", None))

    def reset_peak_memory_stats(self, index: int | None = None) -> None:
        self.calls.append(("reset", self._index(index)))

    def max_memory_allocated(self, index: int | None = None) -> int:
        return 300 * (self._index(index) + 1)

    def max_memory_reserved(self, index: int | None = None) -> int:
        return 500 * (self._index(index) + 1)

    def memory_reserved(self, index: int | None = None) -> int:
        return 200 * (self._index(index) + 1)

    def mem_get_info(self, index: int | None = None) -> tuple[int, int]:
        return 1000 * (self._index(index) + 1), 9000

    def get_device_properties(self, index: int) -> SimpleNamespace:
        name = f"GPU number {index}"
        return SimpleNamespace(uuid=UUIDS[index], name=name, driver_version="1.2", total_memory=9000)

    def _index(self, index: int | None) -> int:
        return self.current_device() if index is None else index
