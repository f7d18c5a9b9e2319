"""A side against itself never fails, whatever it holds."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from asr_harness.schema import Fingerprints, RunFile
from tests.judge.judging import compare
from tests.saved_runs import measured, unmeasured, write_run

CASES = [f"tiny-cpu-{bucket}-b1-baseline" for bucket in ("5s", "15s")]
TEXTS = st.sampled_from(["", "some words", "la " * 40])


@st.composite
def sides(draw: st.DrawFn) -> tuple[RunFile, ...]:
    """Runs of one or two cases that may fail, be noisy, drift, loop or be of other weights."""
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        for day in range(draw(st.integers(1, 5))):
            cases = []
            for case_id in draw(st.lists(st.sampled_from(CASES), min_size=1, unique=True)):
                if draw(st.integers(0, 4)) == 0:
                    cases.append(unmeasured(draw(st.sampled_from(["oom", "failed", "unavailable"])), case_id))
                    continue
                cases.append(
                    measured(
                        case_id,
                        rounds_s=(draw(st.floats(0.1, 10)),) * 3,
                        calibration_s=(draw(st.floats(0.01, 1)),) * 3,
                        wrong=draw(st.tuples(*[st.integers(0, 10)] * 4)),
                        hypotheses=draw(st.tuples(*[TEXTS] * 4)),
                        n_tokens=draw(st.integers(1, 50)),
                        fingerprints=Fingerprints("s", draw(st.sampled_from("vw")), "n", "d"),
                    )
                )
            runs.append(write_run(Path(folder) / f"{day}.json", *cases, day=day))
    return tuple(runs)


@settings(max_examples=60, deadline=None)
@given(sides())
def test_a_side_against_itself_always_exits_0(side: tuple[RunFile, ...]) -> None:
    judgement = compare(side, side)
    assert judgement.exit_status == 0
    assert judgement.headline.startswith("NO REGRESSION")
    assert not judgement.of("regression", "missing", "inconclusive", "incomparable", gated=True)
