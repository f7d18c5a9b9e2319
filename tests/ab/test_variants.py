"""A session of variants, with workers that are played: who computes when, and what is noted."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from asr_harness.ab import variants
from asr_harness.ab.protocol import Ended, Ready, Turn
from asr_harness.ab.variants import VariantSession
from asr_harness.ab.worker import CaseDiedError

PLACES = ("tiny-cpu-5s-b1-", "tiny-cpu-5s-b16-")
N_ROUNDS = 4


class Played:
    """A worker that keeps a list of what is asked of all of them."""

    def __init__(self, variant: str, asked: list[str], cases: list[str], dies_in: str = "") -> None:
        self.variant, self.asked, self.cases, self.dies_in = variant, asked, cases, dies_in
        self.case_ids = {f"test[{case}]": case for case in cases}
        self.left = list(cases)
        self.n_rounds: list[int] = []

    def next_gate(self) -> str | None:
        self.asked.append(f"{self.variant} gate")
        self.current = self.left.pop(0) if self.left else None
        return self.current

    def begin(self) -> Ready | Ended:
        self.asked.append(f"{self.variant} begin")
        test_id = f"test[{self.current}]"
        if "flash" in self.variant:
            return Ended(test_id, "unavailable", "no such kernel")
        return Ready(test_id, self.current or "", "slice", 1.0, n_rounds=N_ROUNDS)

    def go(self, n_rounds: int) -> None:
        self.n_rounds.append(n_rounds)

    def turn(self, _: float) -> Turn:
        self.asked.append(f"{self.variant} turn")
        if self.current == self.dies_in:
            raise CaseDiedError(
                "died", "base", (f"test[{self.current}]", self.dies_in), "crashed", "signal 9"
            )
        return Turn(1.0, 0.1, {})

    def stop(self, _: float) -> None:
        self.asked.append(f"{self.variant} stop")

    def finish(self) -> None:
        self.asked.append(f"{self.variant} finish")


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Played]:
    asked: list[str] = []
    made = {
        name: Played(name, asked, [place + name for place in PLACES])
        for name in ("baseline", "prune50", "flash")
    }

    @contextmanager
    def connected(name: str, _: object, *, lock: object) -> Iterator[Played]:
        yield made[name.rpartition(" ")[2]]

    monkeypatch.setattr(variants, "connected", connected)
    return made


def session(tmp_path: Path, *names: str) -> VariantSession:
    return VariantSession(names, ["benchmarks/"], tmp_path)


def test_rounds_take_turns_each_second_time_in_the_opposite_order(
    workers: dict[str, Played], tmp_path: Path
) -> None:
    session(tmp_path, "prune50", "baseline").run()
    turns = [line.split()[0] for line in workers["baseline"].asked if line.endswith("turn")]
    assert turns[:4] == ["prune50", "baseline", "baseline", "prune50"]
    assert len(turns) == 2 * N_ROUNDS * len(PLACES)


def test_one_loads_only_when_the_one_before_is_ready_and_leaves_before_the_next(
    workers: dict[str, Played], tmp_path: Path
) -> None:
    session(tmp_path, "baseline", "prune50").run()
    first = [line for line in workers["baseline"].asked if not line.endswith("turn")][:8]
    assert first == [
        "baseline gate", "prune50 gate", "baseline begin", "prune50 begin",
        "baseline finish", "baseline gate", "prune50 finish", "prune50 gate",
    ]  # fmt: skip


def test_what_cannot_run_is_noted_and_the_others_go_on(workers: dict[str, Played], tmp_path: Path) -> None:
    one = session(tmp_path, "baseline", "flash", "prune50")
    one.run()
    assert {each.reason for each in one.unmeasured} == {"unavailable: no such kernel"}
    assert [each.case_id for each in one.unmeasured] == [f"{place}flash" for place in PLACES]
    assert workers["prune50"].n_rounds == [N_ROUNDS] * len(PLACES)


def test_a_variant_that_is_ready_alone_has_no_rounds(workers: dict[str, Played], tmp_path: Path) -> None:
    session(tmp_path, "baseline", "flash").run()
    assert workers["baseline"].n_rounds == [0, 0]
    assert "baseline finish" not in workers["baseline"].asked


def test_a_case_that_only_some_have_is_measured_without_the_others(
    workers: dict[str, Played], tmp_path: Path
) -> None:
    workers["prune50"].left = [f"{PLACES[1]}prune50"]
    seen: list[tuple[str, set[str]]] = []
    one = session(tmp_path, "baseline", "prune50")
    one.on_case = lambda place, rounds_s: seen.append((place, set(rounds_s)))
    one.run()
    assert seen == [("tiny-cpu-5s-b1", set()), ("tiny-cpu-5s-b16", {"baseline", "prune50"})]


def test_an_interrupt_lets_every_worker_save(workers: dict[str, Played], tmp_path: Path) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    one = session(tmp_path, "baseline", "prune50")
    one.on_case = interrupt
    with pytest.raises(KeyboardInterrupt):
        one.run()
    assert workers["baseline"].asked[-2:] == ["baseline stop", "prune50 stop"]


def test_a_worker_that_dies_is_noted_once_and_not_asked_again(
    workers: dict[str, Played], tmp_path: Path
) -> None:
    workers["prune50"].dies_in = f"{PLACES[0]}prune50"
    one = session(tmp_path, "baseline", "prune50", "flash")
    one.run()
    died = [each for each in one.unmeasured if each.has_died]
    assert [(each.case_id, each.reason) for each in died] == [(f"{PLACES[0]}prune50", "crashed: signal 9")]
    assert workers["prune50"].asked.count("prune50 turn") == 1
    assert workers["baseline"].asked.count("baseline turn") == N_ROUNDS
