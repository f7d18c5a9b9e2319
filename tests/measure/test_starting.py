import sys
from types import SimpleNamespace

import pytest

from asr_harness.measure import compiling
from asr_harness.measure.compiling import CompileWatch
from asr_harness.measure.starting import NOT_COLD, UNWATCHED, Starting


class Handler:
    """Stands in for TorchDynamo's, and compiles."""

    def __init__(self) -> None:
        self.start_callbacks: list[object] = []
        self.end_callbacks: list[object] = []

    register_start_callback = property(lambda self: self.start_callbacks.append)
    register_end_callback = property(lambda self: self.end_callbacks.append)
    remove_start_callback = property(lambda self: self.start_callbacks.remove)
    remove_end_callback = property(lambda self: self.end_callbacks.remove)

    def compile(self, clock: list[float], seconds: float) -> None:
        for call in self.start_callbacks:
            call(None)  # type: ignore[operator]
        clock[0] += seconds
        for call in self.end_callbacks:
            call(None)  # type: ignore[operator]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr(compiling, "perf_counter", lambda: now[0])
    return now


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> Handler:
    made = Handler()
    monkeypatch.setitem(sys.modules, "torch._dynamo", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "torch._dynamo.callback", SimpleNamespace(callback_handler=made))
    return made


def test_what_is_compiled_in_the_rounds_is_told_from_what_came_before(
    handler: Handler, clock: list[float]
) -> None:
    starting = Starting(2.0, CompileWatch(compiles=True), first_s=1.5)
    starting.watch.begin()
    handler.compile(clock, 3.0)
    handler.compile(clock, 0.5)
    starting.is_warm()
    handler.compile(clock, 7.0)
    start, reasons = starting.part()
    assert (start.load_s, start.first_s, start.compile_s) == (2.0, 1.5, 3.5)
    assert (start.n_compilations, start.n_recompilations) == (2, 1)
    assert not reasons
    assert not handler.start_callbacks
    assert not handler.end_callbacks


def test_a_case_after_the_first_has_no_cold_start_and_says_why(handler: Handler) -> None:
    start, reasons = Starting(None, CompileWatch(compiles=False)).part()
    assert start.load_s is None
    assert start.first_s is None
    assert reasons == {"load": NOT_COLD, "first": NOT_COLD, "compile": UNWATCHED, "recompilations": UNWATCHED}


def test_where_no_compiler_is_loaded_nothing_was_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "torch._dynamo.callback", raising=False)
    starting = Starting(1.0, CompileWatch(compiles=False))
    starting.watch.begin()
    start, reasons = starting.part()
    assert (start.compile_s, start.n_compilations, start.n_recompilations) == (0.0, 0, 0)
    assert not reasons
