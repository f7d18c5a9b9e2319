import json

import pytest

from asr_harness.errors import RecordError
from asr_harness.schema.conditions import Conditions
from asr_harness.schema.journal import (
    CaseStart,
    JournalEntry,
    JournalHeader,
    dump_line,
    load_header,
    load_line,
)
from tests.results import measured_entry

ENTRY_OF_1 = {
    "case_id": "t",
    "outcome": "measured",
    "reason": None,
    "rounds_s": [0.5],
    "extra_info": {
        "case": {"model": "m", "family": "custom"},
        "n_utterances": 1,
        "audio_s": 5.0,
        "batch_latency_s": [[0.5]],
        "stage_s": {"preprocess": [0.1], "encode": [0.2], "decode": [0.2]},
        "calibration_s": [0.01],
        "reasons": {"energy_j": "off"},
    },
}


@pytest.mark.parametrize(
    "line",
    [measured_entry("a"), JournalEntry("a", "oom", "no room"), CaseStart("a")],
    ids=lambda x: type(x).__name__,
)
def test_a_line_is_read_as_it_was_written(line: JournalEntry | CaseStart) -> None:
    assert load_line(json.loads(json.dumps(dump_line(line))), "x") == line


def test_a_header_is_read_as_it_was_written() -> None:
    header = JournalHeader(Conditions(("a",), n_threads=3), "id")
    assert load_header(json.loads(json.dumps(dump_line(header))), "x") == header


def test_a_line_of_version_1_is_understood() -> None:
    entry = load_line(ENTRY_OF_1, "x")
    assert isinstance(entry, JournalEntry)
    assert entry.result is not None
    assert (entry.test_id, entry.rounds_s, entry.result.family) == ("t", (0.5,), "custom")
    assert entry.result.reasons == {"energy": "off"}


def test_a_header_of_version_1_is_understood() -> None:
    header = load_header({"profile": "p", "n_utterances": 4, "commit": "c", "cases": ["t"]}, "x")
    assert header.session_id is None
    assert (header.conditions.tests, header.conditions.plan.n_utterances) == (("t",), 4)


def test_a_later_version_is_refused() -> None:
    with pytest.raises(RecordError, match="update it"):
        load_line({"version": 3, "started": "t"}, "x")


@pytest.mark.parametrize("outcome", ["measured", "oom"])
def test_a_result_goes_with_measured_alone(outcome: str) -> None:
    whole = measured_entry("a")
    with pytest.raises(RecordError, match="does not go with its result"):
        JournalEntry(
            "a",
            outcome,  # type: ignore[arg-type]
            rounds_s=() if outcome == "measured" else whole.rounds_s,
            result=None if outcome == "measured" else whole.result,
        )
