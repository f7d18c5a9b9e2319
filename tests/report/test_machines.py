"""What is told of machines, in the table after a session and on the page alike."""

from asr_harness.report.machines import changes
from asr_harness.report.page import summary
from asr_harness.schema.machine import MachineStates
from tests.saved_runs import measured

THROTTLED = MachineStates({"governor": "performance"}, {"governor": "powersave"}, ("torch threads",))


def test_a_machine_that_did_not_stay_as_it_was_is_told_once_for_all_its_cases() -> None:
    results = [measured(machine=THROTTLED).result, measured(machine=THROTTLED).result, measured().result]
    assert changes(result for result in results if result) == [
        "the machine changed during 2 cases: governor was performance, then powersave",
        "the process's torch threads was changed by 2 cases, and put back",
    ]


def test_the_page_tells_it_in_a_list_and_a_machine_that_stayed_as_it_was_has_none() -> None:
    told = summary._changes(["the machine changed during 1 case: governor was <b>, then powersave"])
    assert "governor was &lt;b&gt;, then powersave</span></li>" in told
    assert summary._changes([]) == ""
    assert "and 3 more changes" in summary._changes(["a change"] * 15)
