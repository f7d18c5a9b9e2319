"""`asr-harness price`: sessions that are saved one by one, and what is said of them."""

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from signal import SIGTERM
from typing import Any
from uuid import uuid4

import pytest

from asr_harness.ab.variants import Unmeasured, VariantSession
from asr_harness.cli import main
from asr_harness.cli.merge import write_merged
from asr_harness.schema import load_run
from tests.saved_runs import CASE, content, measured, write_run
from tests.saved_runs import unmeasured as unmade

TALKS = tuple("abcdef")
CHEAP = {"baseline": 1.0, "prune50": 0.6, "half": 0.5}
Play = Callable[..., list[list[str]]]


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Play:
    """Let sessions save made-up runs; `ends_after` of them somebody presses Ctrl-C."""
    monkeypatch.chdir(tmp_path)
    days = count()

    def playing(
        ends_after: int | None = None,
        unmeasured: dict[str, str] | None = None,
        *,
        saves_half: bool = False,
        signal: BaseException | None = None,
        **described: Any,
    ) -> list[list[str]]:
        orders: list[list[str]] = []

        def run(session: VariantSession) -> None:
            if len(orders) == ends_after and not saves_half:
                raise signal or KeyboardInterrupt
            orders.append(list(session.variants))
            session.n_places = 1
            for variant in session.variants:
                if why := (unmeasured or {}).get(variant):
                    case_id = CASE.replace("baseline", variant)
                    session.unmeasured.append(Unmeasured(variant, case_id, "test", why))
                    continue
                slow = CHEAP[variant] * (1 + 0.01 * len(orders))
                made = measured(
                    CASE.replace("baseline", variant), rounds_s=(slow,) * 3, wrong=(0,) * 6, talks=TALKS
                )
                is_half = saves_half and len(orders) > (ends_after or 0)
                late_id = CASE.replace("5s", "15s").replace("baseline", variant)
                late = unmade("interrupted" if is_half else "too_big", late_id)
                saved = content(made, late, day=next(days), **described)
                saved["asr"] |= {"session_id": uuid4().hex}
                saved["asr"]["plan"]["variants"] = {variant: {}}
                path = session.folder / "here" / f"0001_{variant}.json"
                path.parent.mkdir(exist_ok=True)
                path.write_text(json.dumps(saved))
            session.on_case(
                CASE.removesuffix("-baseline"), {name: CHEAP.get(name, 1.0) for name in session.variants}
            )

            if saves_half and len(orders) > (ends_after or 0):
                raise KeyboardInterrupt

        monkeypatch.setattr(VariantSession, "run", run)
        return orders

    return playing


def test_each_session_is_one_run_of_all_variants_and_begins_with_another(
    play: Play, capsys: pytest.CaptureFixture[str]
) -> None:
    orders = play()
    assert main(["price", "baseline", "prune50", "--sessions", "4", "--into", "prices"]) == 0
    assert [order[0] for order in orders].count("baseline") == 2
    runs = [load_run(path) for path in sorted(Path("prices").glob("*.json"))]
    variants = [sorted({record.case.variant for record in run.records.values()}) for run in runs]
    assert variants == [["baseline", "prune50"]] * 4
    assert all(run.by_machine() == (run,) for run in runs)  # so that reports pair what it holds
    output = capsys.readouterr().out
    assert "4 runs, 1 case" in output
    assert "prune50 pays" in output
    assert "baseline 1 s, prune50 -40%; " in output


@pytest.mark.parametrize(("differs", "n_parts"), [({"memory_bytes": 2e9}, 1), ({"n_threads": 1}, 2)])
def test_processes_of_one_session_are_one_machine_unless_their_times_cannot_be_compared(
    tmp_path: Path, differs: dict[str, Any], n_parts: int
) -> None:
    other = measured(CASE.replace("baseline", "half"))
    runs = [
        write_run(tmp_path / "a.json", measured(CASE)),
        write_run(tmp_path / "b.json", other, environment=differs, day=1),
    ]
    write_merged(runs, tmp_path / "merged.json", is_one_session=True)
    assert len(load_run(tmp_path / "merged.json").by_machine()) == n_parts


def test_ctrl_c_keeps_what_is_over_and_the_folder_goes_on(
    play: Play, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["price", "baseline", "prune50", "--sessions", "3", "--into", "prices"]
    play(ends_after=2)
    assert main(command) == 130
    captured = capsys.readouterr()
    assert "2 runs, 1 case" in captured.out
    last = "interrupted: 2 of 3 sessions saved in prices; `--into prices` goes on with them"
    assert captured.err.splitlines()[-1] == f"asr-harness price: {last}"
    orders = play()
    assert main(command) == 0
    assert len(orders) == 1
    assert len(list(Path("prices").glob("*.json"))) == 3


def test_ctrl_c_before_anything_is_saved_leaves_no_folder(
    play: Play, capsys: pytest.CaptureFixture[str]
) -> None:
    play(ends_after=0)
    assert main(["price", "baseline", "prune50", "--sessions", "3", "--into", "prices"]) == 130
    assert "asr-harness price: interrupted: nothing was saved" in capsys.readouterr().err
    assert not Path("prices").exists()


def test_another_signal_ends_it_at_once_and_says_how_to_go_on(
    play: Play, capsys: pytest.CaptureFixture[str]
) -> None:
    play(ends_after=1, signal=SystemExit(128 + SIGTERM))
    with pytest.raises(SystemExit) as end:
        main(["price", "baseline", "prune50", "--sessions", "3", "--into", "prices"])
    assert end.value.code == 128 + SIGTERM
    last = "ended by SIGTERM: 1 of 3 sessions saved in prices; `--into prices` goes on with them"
    assert capsys.readouterr().err.splitlines() == [last]


def test_sessions_of_another_commit_neither_count_nor_are_pooled(
    play: Play, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["price", "baseline", "prune50", "--sessions", "3", "--into", "prices"]
    play(commit="b" * 40)
    assert main([*command[:4], "2", *command[5:]]) == 0
    capsys.readouterr()
    orders = play()
    assert main(command) == 0
    assert len(orders) == 3
    output = " ".join(capsys.readouterr().out.split())
    assert "2 sessions there of bbbbbbb, 3 in all" in output
    assert "2 sessions there cannot be pooled with what runs now, and will not count: commit" in output
    assert "3 runs, 1 case" in output
    assert "left out, not alike with the newest: prices/0001_" in output
    assert "(commit: bbbbbbb, not aaaaaaa)" in output
    assert main(["price", "baseline", "--runs", "prices/0001*"]) == 0
    assert "1 run, 1 case" in capsys.readouterr().out


def test_a_variant_that_was_measured_with_another_code_alone_is_priced_by_that_reason(
    play: Play, capsys: pytest.CaptureFixture[str]
) -> None:
    play(commit="b" * 40)
    assert main(["price", "baseline", "half", "--sessions", "1", "--into", "prices"]) == 0
    play()
    assert main(["price", "baseline", "prune50", "--sessions", "1", "--into", "prices"]) == 0
    capsys.readouterr()
    assert main(["price", "baseline", "prune50", "half", "--runs", "prices"]) == 0
    output = " ".join(capsys.readouterr().out.split())
    assert "half could not be priced: only runs that are left out have it (commit: bbbbbbb" in output


def test_sessions_whose_sources_were_edited_do_not_count(
    play: Play, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["price", "baseline", "prune50", "--sessions", "2", "--into", "prices"]
    play()
    assert main(command) == 0
    monkeypatch.setattr("asr_harness.cli._sessions.changed_source", lambda _: "tiny.py")
    orders = play()
    assert main(command) == 0
    assert len(orders) == 2
    assert "and will not count: tiny.py is not what they ran" in " ".join(capsys.readouterr().out.split())


def test_cases_that_were_over_in_a_session_that_was_not_count_and_it_is_measured_again(
    play: Play, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["price", "baseline", "prune50", "--sessions", "3", "--into", "prices"]
    play(ends_after=1, saves_half=True)
    assert main(command) == 130
    captured = capsys.readouterr()
    assert "2 runs, 1 case" in captured.out
    assert "interrupted: 1 of 3 sessions saved" in captured.err
    orders = play()
    assert main(command) == 0
    assert len(orders) == 2
    assert "4 runs" in capsys.readouterr().out


def test_a_folder_goes_on_with_other_variants_beside_the_same_baseline(
    play: Play, capsys: pytest.CaptureFixture[str]
) -> None:
    orders = play()
    assert main(["price", "baseline", "prune50", "--sessions", "2", "--into", "prices"]) == 0
    assert main(["price", "baseline", "half", "--sessions", "2", "--into", "prices"]) == 0
    assert len(orders) == 4
    assert main(["price", "baseline", "--runs", "prices"]) == 0
    last = capsys.readouterr().out.rpartition("2 runs, 1 case")[2]
    assert "prune50 pays" in last
    assert "half pays" in last


def test_a_budget_that_is_spent_ends_after_a_whole_session(play: Play) -> None:
    orders = play()
    assert main(["price", "baseline", "prune50", "--minutes", "0.000001"]) == 0
    assert len(orders) == 1


def test_what_cannot_run_is_priced_by_its_reason_and_tried_once(
    play: Play, capsys: pytest.CaptureFixture[str]
) -> None:
    orders = play(unmeasured={"flash": "unavailable: no such kernel"})
    assert main(["price", "baseline", "prune50", "flash", "--sessions", "2"]) == 0
    assert "flash" not in orders[1]
    assert "flash could not be priced: unavailable: no such kernel" in capsys.readouterr().out


def test_a_baseline_that_cannot_run_ends_it(play: Play, capsys: pytest.CaptureFixture[str]) -> None:
    play(unmeasured={"baseline": "oom: too little memory"})
    assert main(["price", "baseline", "prune50", "--sessions", "2"]) == 2
    assert "baseline, the baseline, cannot run: oom: too little memory" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--sessions", "0"], "--sessions 0 is below 1"),
        (["--minutes", "-1"], "--minutes -1 is no time"),
        (["--sessions", "1", "--runs", "x"], "--runs is for what was measured before"),
        (["--sessions", "1", "--into", "a-file"], "--into a-file is a file; name the folder"),
        (["-o", "prices.pdf"], "a picture is one of .html, .svg, .png"),
        (["-o", "nowhere/prices.svg"], "there is no folder nowhere"),
        (["--alpha", "1"], "not between 0 and 1"),
    ],
)
def test_what_cannot_be_done_is_refused_first(
    play: Play, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    orders = play()
    Path("a-file").touch()
    assert main(["price", "baseline", "prune50", *arguments]) == 2
    assert message in capsys.readouterr().err
    assert not orders


def test_a_picture_names_every_variant(play: Play) -> None:
    play()
    assert main(["price", "baseline", "prune50", "--sessions", "2", "-o", "prices.svg"]) == 0
    drawn = Path("prices.svg").read_text()
    assert drawn.count(">prune50<") >= 4
    assert "difference in points" in drawn
