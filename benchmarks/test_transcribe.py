"""Audio in, text out: every case of the grid, end to end and by stage."""

import pytest

# What a library deprecates must not end a measurement.
pytestmark = pytest.mark.filterwarnings("default")


def test_transcribe(benchmark, asr_run):
    n_rounds = asr_run.warm_up()
    benchmark.pedantic(asr_run.run_round, setup=asr_run.calibrate, rounds=n_rounds)
    benchmark.extra_info.update(asr_run.extra_info())
