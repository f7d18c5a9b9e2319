"""`asr-harness history`, as a person calls it; its runs are made up."""

from pathlib import Path
from typing import Any

import pytest

from asr_harness.cli import history, main
from asr_harness.cli.history import change, head, newest, sparkline, with_words
from asr_harness.judge import Evidence, judge
from asr_harness.metrics import Metric, all_metrics
from asr_harness.report.history import CaseHistory, CommitPoint
from tests.report import made_up
from tests.saved_runs import measured, unmeasured, write_run

SMALL: dict[str, Any] = {"models": ("whisper-tiny",), "buckets": ("5s", "15s"), "batch_sizes": (1,)}


NOT_MADE_UP = {"operators", "calls", "words_on_silence", "load", "first", "compile", "recompilations"}


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    made_up.write_study(folder / "0001_a.json", commit="a" * 40, hour=1, **SMALL)
    made_up.write_study(folder / "0002_b.json", commit="b" * 40, hour=2, torch="2.14.0", slower=2.0, **SMALL)
    return folder


def call(storage: Path, capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    assert main(["history", "--storage", str(storage), *words]) == 0
    return capsys.readouterr().out.splitlines()


def test_each_case_has_a_line_across_commits(storage: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = call(storage, capsys)
    assert said[0] == "latency over 2 commits, oldest first: aaaaaaa | bbbbbbb"
    assert said[1] == "| environment changed before bbbbbbb: versions.torch 2.13.0 → 2.14.0"
    assert sum(line.startswith("whisper-tiny") for line in said) == 6
    assert said[-1].endswith("▁|█")


def test_of_many_commits_the_newest_are_named(
    storage: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asr_harness.cli.history.MAX_LABELS", 1)
    assert call(storage, capsys)[0] == "latency over 2 commits, oldest first: 1 more, then | bbbbbbb"


def test_commits_are_counted_and_not_their_points() -> None:
    labels = (("a", "1"), ("a", "2"), ("a+", "2"), ("b", "2"))
    timeline = [CommitPoint(label, environment, None) for label, environment in labels]
    assert head("rtf", timeline, 200)[0] == (
        "rtf over 2 commits at 4 points (| another environment, + uncommitted changes), "
        "oldest first: a a a+ b"
    )


def test_the_sign_of_uncommitted_changes_is_explained_where_it_stands() -> None:
    explained = "+ with uncommitted changes"
    assert head("rtf", [CommitPoint("a", "1", None), CommitPoint("b+", "1", None)], 80)[1:] == [explained]
    assert head("rtf", [CommitPoint("a", "1", None), CommitPoint("b", "1", None)], 80)[1:] == []


def test_a_change_across_environments_is_marked(storage: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert " | +10" in call(storage, capsys)[-1]


def test_a_change_in_one_environment_is_not_marked() -> None:
    timeline = [
        CommitPoint("a", "1", None),
        CommitPoint("b", "2", "x 1 → 2"),
        CommitPoint("c", "1", "x 2 → 1"),
    ]
    assert change(CaseHistory("c", (2.0, 5.0, 3.0)), timeline) == "+50.0 %"
    assert change(CaseHistory("c", (2.0, 5.0, None)), timeline) == "| +150.0 %"
    assert change(CaseHistory("c", (None, 5.0, None)), timeline) == "–"


def test_cases_are_chosen_by_words(storage: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = call(storage, capsys, "-k", "cuda 15s fp16")
    assert [line.split()[0] for line in said[3:]] == ["whisper-tiny-cuda-15s-b1-fp16"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("b1", {"b1"}),
        ("b16 cpu", {"b16"}),
        ("B1 TINY", {"b1"}),
        ("b", {"b1", "b16"}),
        ("whis", {"b1", "b16"}),
        ("cpu-5s-b1", {"b1"}),
    ],
)
def test_a_word_is_a_whole_part_or_else_the_start_of_one(words: str, expected: set[str]) -> None:
    known = [f"whisper-tiny-cpu-5s-{size}-baseline" for size in ("b1", "b16")]
    assert {case_id.split("-")[4] for case_id in with_words(known, words.split())} == expected


def test_a_part_of_one_name_is_not_the_start_of_another() -> None:
    known = [f"whisper-{size}-cpu-5s-b1-baseline" for size in ("tiny", "base")]
    assert with_words(known, ["base"]) == {known[1]}
    assert not with_words(known, ["tiny", "base"])


@pytest.mark.parametrize("words", ["s", "iny", "b1 cuda", "1", "5s b2"])
def test_what_is_inside_a_part_is_no_word(words: str) -> None:
    assert not with_words(["whisper-tiny-cpu-15s-b1-baseline"], words.split())


def test_5s_is_not_15s(storage: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = call(storage, capsys, "-k", "5s cpu")
    assert [line.split()[0] for line in said[3:]] == ["whisper-tiny-cpu-5s-b1-baseline"]


def test_words_that_no_case_has_are_answered_with_one_that_there_is(
    storage: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["history", "--storage", str(storage), "-k", "tiny and cpu"]) == 2
    said = capsys.readouterr().err
    assert (
        "no latency in these runs for 'tiny and cpu'; words are parts of a case's name, such as whi" in said
    )


def test_another_metric_is_shown_in_its_unit(storage: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = call(storage, capsys, "--metric", "wer", "-k", "cpu-5s")
    assert said[-1].split()[1:5] == ["10.0", "%", "10.0", "%"]


def test_a_metric_that_no_run_has_is_one_message(storage: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "--storage", str(storage), "--metric", "energy", "-k", "cpu"]) == 2
    assert "no energy in these runs for 'cpu'" in capsys.readouterr().err


def test_a_metric_that_is_none_is_answered_with_those_there_are(
    storage: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["history", "--storage", str(storage), "--metric", "latencies"]) == 2
    assert "no metric is called 'latencies' (did you mean 'latency'?); there are" in capsys.readouterr().err


@pytest.mark.parametrize("metric", all_metrics(), ids=lambda metric: metric.key)
def test_every_metric_can_be_asked_for(
    metric: Metric, storage: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["history", "--storage", str(storage), "--metric", metric.key, "-k", "cuda"])
    assert status == (2 if metric.key in NOT_MADE_UP else 0), capsys.readouterr()


def test_a_line_of_bars_has_gaps_and_changes() -> None:
    assert sparkline([1.0, 2.0, None, 3.0], [False, False, False, True]) == "▁▅·|█"


def test_equal_values_are_a_flat_line() -> None:
    assert sparkline([2.0, 2.0], [False, False]) == "▁▁"


@pytest.mark.parametrize("width", [80, 120])
def test_many_commits_leave_room_for_the_names_of_cases(
    width: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for i in range(width):
        made_up.write_study(tmp_path / f"{i:04d}.json", commit=f"{i:040x}"[::-1], hour=i, **SMALL)
    monkeypatch.setenv("COLUMNS", str(width))
    said = call(tmp_path, capsys, "-k", "whisper-tiny")
    assert max(map(len, said)) <= width
    cases = said[-6:]
    assert all(line.startswith("w") for line in cases)
    assert len({line.split()[0] for line in cases}) == 6
    assert all(line.split()[-1].startswith("…") for line in cases)


def test_the_newest_bars_are_left() -> None:
    assert newest("▁▂▃|▄", 4) == "…▃|▄"
    assert newest("▁▂▃|▄", 5) == "▁▂▃|▄"


def test_judged_it_names_the_commit_of_a_step_and_ends_red(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for i in range(16):
        scale = (1.0 if i < 8 else 1.2) * (1 + 0.01 * (i % 3))
        case = measured(rounds_s=(scale,) * 3)
        write_run(tmp_path / f"{i:04d}_x.json", case, commit=f"{i:07x}".ljust(40, "0"), day=i)
    words = ["history", "--storage", str(tmp_path), "--judge"]
    assert main([*words, "--against", "0001"]) == 1
    said = capsys.readouterr().out
    assert "latency over commits: 1 row, 1 worse than before" in said
    assert "0000008, p" in said
    pinned, before = said.split("against 0001: ")[1].split("against the commit before: ")
    assert "0000001 (1 run) → 000000f (1 run)" in pinned
    assert "000000e (1 run) → 000000f (1 run)" in before
    assert "transcripts" not in pinned


def test_a_reference_without_judging_is_refused(storage: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "--storage", str(storage), "--against", "0001"]) == 2
    assert "--against 0001 needs --judge" in capsys.readouterr().err


def test_errors_that_creep_up_are_told_against_a_pinned_reference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for i in range(9):
        case = measured(wrong=(i,) * 12, talks=tuple(f"t{t % 6}" for t in range(12)))
        write_run(tmp_path / f"{i:04d}_x.json", case, commit=f"{i:07x}".ljust(40, "0"), day=i)
    words = ["history", "--storage", str(tmp_path), "--judge", "--metric", "wer"]
    assert main(words) == 2
    assert "pin a reference (--against v1.0)" in capsys.readouterr().err
    assert main([*words, "--against", "0001"]) == 1
    pinned = capsys.readouterr().out.split("against the commit before: ")[0]
    assert "over commits" not in pinned
    assert "against 0001: REGRESSION" in pinned


def test_a_reference_that_is_the_newest_commit_is_not_compared_with_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for i in (1, 2):
        write_run(tmp_path / f"{i:04d}_x.json", measured(), commit=f"{i:07x}".ljust(40, "0"), day=i)
    words = ["history", "--storage", str(tmp_path), "--judge", "--against"]
    main([*words, "0002"])
    told = capsys.readouterr().out
    assert "--against 0002 is 0000002, the newest commit itself: nothing to compare it with" in told
    assert "(1 run) → 0000002 (1 run)" in told.partition("against the commit before: ")[2]
    assert "against 0002: " not in told
    main([*words, "0001,0002"])
    told = capsys.readouterr().out
    assert "has runs of 0000002, the newest commit: they are left out" in told
    assert "0000001 (1 run) → 0000002 (1 run)" in told.partition("against 0001,0002: ")[2]


def test_no_side_is_among_the_former_runs_that_tell_its_noise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Runs that name no session are known by their cases, of which those without a value are left out.
    for i in range(5):
        cases = measured(rounds_s=(1 + 0.01 * i,)), unmeasured("failed", "other-cpu-5s-b1-baseline")
        write_run(tmp_path / f"{i:04d}_x.json", *cases, commit=f"{i:07x}".ljust(40, "0"), day=i)
    judged: list[Evidence] = []
    monkeypatch.setattr(history, "judge", lambda evidence: (judged.append(evidence), judge(evidence))[1])
    main(["history", "--storage", str(tmp_path), "--judge", "--against", "0001"])
    labels = [[run.label for run in evidence.history] for evidence in judged]
    assert labels == [[f"{i:07x}" for i in range(4)], [f"{i:07x}" for i in range(3)]]
    assert [run.label for run in judged[1].base] == ["0000003"]


def test_commits_that_ran_the_same_sources_are_told() -> None:
    timeline = [CommitPoint(name, "1", None, code) for name, code in zip("abcd", "xxy", strict=False)]
    timeline.append(CommitPoint("d", "1", None))
    told = [line for line in head("latency", timeline, 80) if line.startswith("=")]
    assert told == ["= b imported the same sources as a: what differs is noise"]
