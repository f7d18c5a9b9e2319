"""What is told of machines, in the table after a session and on the page alike."""

from pathlib import Path

from asr_harness.report.content import gather
from asr_harness.report.machines import changes
from asr_harness.report.page import render
from asr_harness.schema.machine import MachineStates
from tests.saved_runs import measured, write_run

THROTTLED = MachineStates({"governor": "performance"}, {"governor": "powersave"}, ("torch threads",))


def test_a_machine_that_did_not_stay_as_it_was_is_told_once_for_all_its_cases() -> None:
    results = [measured(machine=THROTTLED).result, measured(machine=THROTTLED).result, measured().result]
    assert changes(result for result in results if result) == [
        "the machine changed during 2 cases: governor was performance, then powersave",
        "the process's torch threads was changed by 2 cases, and put back",
    ]


def test_the_page_tells_it_beside_the_machine(tmp_path: Path) -> None:
    html = render(gather([write_run(tmp_path / "0.json", measured(machine=THROTTLED))]))
    section = html[html.index('id="machines"') :]
    assert "the machine changed during 1 case: governor was performance, then powersave" in section
    still = render(gather([write_run(tmp_path / "1.json", measured())]))
    assert "the machine changed" not in still
