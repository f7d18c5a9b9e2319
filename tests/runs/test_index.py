"""The index says what the files say, whatever becomes of either."""

import os
import random
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from asr_harness.errors import RecordError
from asr_harness.metrics import all_metrics
from asr_harness.runs import index, index_file, select_runs, select_summaries, summary
from asr_harness.runs.index import NAME, headers
from asr_harness.runs.summary import Header, Summary, kept_columns, summarised
from tests.saved_runs import measured, unmeasured, write_run

OTHER = "m-cpu-5s-b1-baseline"


@pytest.fixture(autouse=True)
def always_indexed(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Have an index of a few small files, and one of files that were just written."""
    monkeypatch.setattr(index, "WORTH_BYTES", 0)
    monkeypatch.setattr(index, "SETTLED_S", 0.0)
    monkeypatch.setenv("ASR_HARNESS_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    for number, commit in enumerate("abc"):
        write_run(tmp_path / f"{number:04d}_x.json", measured(), commit=commit * 40, day=number)
    return tmp_path


def heads(folder: Path) -> tuple[Header, ...]:
    return headers(sorted(folder.rglob("*.json")))


def summaries(folder: Path) -> tuple[Summary, ...]:
    return select_summaries(str(folder), columns=kept_columns())


def reads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "load_run", lambda path: pytest.fail(f"read {path} again"))


def test_a_file_is_read_once(storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, whole = heads(storage), summaries(storage)
    reads_nothing(monkeypatch)
    assert heads(storage) == first
    assert [head.label for head in first] == ["aaaaaaa", "bbbbbbb", "ccccccc"]
    assert summaries(storage) == whole == summarised(select_runs(str(storage)))


def test_a_file_that_changed_is_read_again_and_one_that_went_is_gone(storage: Path) -> None:
    heads(storage)
    write_run(storage / "0001_x.json", measured(), measured(OTHER), commit="d" * 40, day=5)
    (storage / "0000_x.json").unlink()
    assert [head.commit for head in heads(storage)] == ["c" * 40, "d" * 40]
    with closing(sqlite3.connect(storage / NAME)) as connection:
        names = connection.execute("SELECT DISTINCT name FROM value").fetchall()
    assert sorted(names) == [(b"0001_x.json",), (b"0002_x.json",)]


def test_another_file_in_the_same_place_of_the_same_size_and_time_is_read(storage: Path) -> None:
    heads(storage)
    path = storage / "0000_x.json"
    stat = path.stat()
    other = path.read_text("utf-8").replace("a" * 40, "e" * 40)
    path.write_text(other, "utf-8")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert path.stat().st_size == stat.st_size
    assert heads(storage)[0].commit == "e" * 40


def test_a_file_that_may_change_within_its_time_is_not_kept(
    storage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "SETTLED_S", 60.0)
    heads(storage)
    with closing(sqlite3.connect(storage / NAME)) as connection:
        assert connection.execute("SELECT * FROM run").fetchall() == []


@pytest.mark.parametrize("spoil", [b"no database" * 100, b"", b"SQLite format 3\0"])
def test_a_damaged_index_is_made_anew(storage: Path, spoil: bytes) -> None:
    whole = summaries(storage)
    (storage / NAME).write_bytes(spoil)
    assert summaries(storage) == whole
    assert (storage / NAME).read_bytes().startswith(b"SQLite")


def test_no_damaged_byte_changes_an_answer(storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Small pages, so that bytes that mean something are hit.
    monkeypatch.setattr(index, "kept_columns", lambda: ("latency", "not_judged"))
    columns = ("latency", "not_judged")
    whole = select_summaries(str(storage), columns=columns)
    sound, rng = (storage / NAME).read_bytes(), random.Random(3)
    for _ in range(20):
        spoilt = bytearray(sound)
        for _ in range(rng.choice((1, 30))):
            spoilt[rng.randrange(len(spoilt))] ^= 1 << rng.randrange(8)
        (storage / NAME).write_bytes(spoilt[: rng.choice((len(spoilt), rng.randrange(len(spoilt))))])
        assert select_summaries(str(storage), columns=columns) == whole


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE value",
        "CREATE VIEW other AS SELECT 1",
        "CREATE TRIGGER other AFTER INSERT ON run BEGIN DELETE FROM run; END",
        "PRAGMA user_version = 5",
        "DELETE FROM shared",
        "UPDATE run SET content = x'90'",
        "UPDATE run SET stamp = (SELECT max(stamp) FROM run)",
        "UPDATE value SET content = (SELECT min(content) FROM value)",
        "DELETE FROM value WHERE column = 'latency'",
    ],
)
def test_rows_that_nobody_wrote_are_not_believed(storage: Path, statement: str) -> None:
    whole = summaries(storage)
    connection = sqlite3.connect(storage / NAME)
    connection.execute(statement)
    connection.commit()
    connection.close()
    assert summaries(storage) == whole


def test_another_version_makes_it_anew(storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = summaries(storage)
    monkeypatch.setattr(index, "version", lambda: 77)
    read: list[Path] = []
    load = index.load_run
    monkeypatch.setattr(index, "load_run", lambda path: (read.append(path), load(path))[1])
    assert summaries(storage) == whole
    assert len(read) == 3


def test_a_writer_of_another_version_does_not_mix_in(storage: Path) -> None:
    heads(storage)
    with index_file.IndexFile(storage / NAME, 77) as older:
        assert older.names() == set()
        with index_file.IndexFile(storage / NAME, 78) as newer, pytest.raises(index_file.OutdatedIndexError):
            older.save([index_file.IndexedRun(b"x", b"y", None, {})], {})
        assert newer is not older


def test_a_folder_that_cannot_be_written_to_has_its_index_in_the_cache(
    storage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (storage / NAME).mkdir()
    whole = summaries(storage)
    reads_nothing(monkeypatch)
    assert summaries(storage) == whole


def test_without_any_place_to_write_files_are_read(storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = summaries(storage)
    (storage / NAME).unlink()
    (storage / NAME).mkdir()
    (storage / "file").touch()
    monkeypatch.setenv("ASR_HARNESS_CACHE", str(storage / "file"))
    assert summaries(storage) == whole


def test_what_was_read_stays_where_the_index_can_no_longer_be_written(
    storage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, (read, load) = summaries(storage), ([], index.load_run)
    (storage / NAME).unlink()

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(index.IndexFile, "save", full)
    monkeypatch.setattr(index, "load_run", lambda path: (read.append(path), load(path))[1])  # type: ignore[func-returns-value]
    assert summaries(storage) == whole
    assert len(read) == 3


def test_builders_at_once_and_files_that_come_and_go(storage: Path) -> None:
    expected = summaries(storage)
    (storage / NAME).unlink()
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: summaries(storage), range(8)))
    assert made == [expected] * 8


def test_damaged_and_foreign_files_are_told_apart(storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (storage / "8.json").write_text('{"benchmarks": []}')
    for _ in range(2):
        assert len(summaries(storage)) == 3
    reads_nothing(monkeypatch)
    assert {head.path.name: head for head in heads(storage)}["8.json"].is_other


@pytest.mark.parametrize("spoil", ["{", '{"benchmarks": [], "asr": {"schema_version": 99}}'])
def test_a_damaged_file_is_named_as_the_folder_was(
    storage: Path, spoil: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (storage / "9.json").write_text(spoil)
    for folder in (str(storage), ".", str(storage)):
        monkeypatch.chdir(storage)
        with pytest.raises(RecordError) as by_index:
            select_summaries(folder)
        with pytest.raises(RecordError) as by_file:
            select_runs(folder)
        assert str(by_index.value) == str(by_file.value)


def test_names_that_are_no_text_are_names(tmp_path: Path) -> None:
    write_run(tmp_path / os.fsdecode(b"0001_\xff.json"), measured())
    assert summaries(tmp_path) == summaries(tmp_path) == summarised(select_runs(str(tmp_path)))


def test_latest_reads_its_own_commit_alone(storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heads(storage)
    reads_nothing(monkeypatch)
    (run,) = select_runs("latest:main", storage)
    assert run.commit == "c" * 40


def test_an_outcome_is_no_hindrance(tmp_path: Path) -> None:
    write_run(tmp_path / "0001_x.json", unmeasured("oom"))
    assert [head.error for head in heads(tmp_path)] == [None]


def test_few_files_have_no_index(storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "WORTH_BYTES", 1 << 20)
    assert len(summaries(storage)) == 3
    assert not (storage / NAME).exists()


def test_a_metric_from_elsewhere_is_read_from_the_files(
    storage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heads(storage)
    own = [one for one in summary.own_metrics() if one.key != "rtf"]
    monkeypatch.setattr(index, "kept_columns", lambda: tuple(one.key for one in own))
    (first, *_) = select_summaries(str(storage), columns=("rtf",))
    assert first.columns["rtf"][0] == pytest.approx(
        summarised(select_runs("aaaa" * 4, storage))[0].columns["rtf"][0]
    )


def test_the_reading_of_many_new_files_is_told(storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "N_TOLD", 2)
    told: list[str] = []
    select_summaries(str(storage), tell=told.append)
    select_summaries(str(storage), tell=told.append)
    assert [line.split(": ")[1] for line in told] == [
        "0 of 3 new saved runs read into the index",
        "2 of 3 new saved runs read into the index",
    ]


Change = Callable[[Path, random.Random], object]


def add(folder: Path, rng: random.Random) -> None:
    """Save a run: of a case or two, scored or not, of one of a few sessions, commits and machines."""
    cases = [measured(wrong=(0, rng.randrange(3), 1, 0)) if rng.random() < 0.5 else measured()]
    cases += [rng.choice((measured(OTHER), unmeasured("interrupted", OTHER)))] if rng.random() < 0.5 else []
    write_run(
        folder / f"{rng.randrange(20):04d}_x.json",
        *cases,
        commit=rng.choice("abcdef") * 40,
        dirty=rng.random() < 0.2,
        day=rng.randrange(9),
        environment={"python": rng.choice(("3.11.7", "3.12.1"))},
    )


def drop(folder: Path, rng: random.Random) -> None:
    """Delete a run."""
    rng.choice(sorted(folder.glob("*.json"))).unlink()


def swap(folder: Path, rng: random.Random) -> None:
    """Give two files each other's names."""
    one, two = (rng.choice(sorted(folder.glob("*.json"))) for _ in range(2))
    held = folder / "held"
    one.rename(held)
    if one != two:
        two.rename(one)
    held.rename(two)


def spoil(folder: Path, rng: random.Random) -> None:
    """Cut the index."""
    place = folder / NAME
    if place.exists():
        raw = place.read_bytes()
        place.write_bytes(raw[: rng.randrange(len(raw) + 1)])


def answers(folder: Path) -> Sequence[object]:
    found = summaries(folder)
    metrics = [metric for metric in all_metrics() if metric in summary.own_metrics()]
    return [found, [select_summaries(str(folder), columns=(metric.key,)) for metric in metrics[:2]]]


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.heavy) for seed in range(1, 9))])
def test_whatever_happens_to_files_the_answers_are_those_of_the_files(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(seed)
    for _ in range(4):
        add(tmp_path, rng)
    for _ in range(25 if seed else 10):
        change: Change = rng.choice((add, add, drop, swap, spoil))
        if change is not drop or len(list(tmp_path.glob("*.json"))) > 1:
            change(tmp_path, rng)
        with_index = answers(tmp_path)
        with monkeypatch.context() as without:
            without.setattr(index, "IndexFile", _no_index)
            assert answers(tmp_path) == with_index
        runs = select_runs(str(tmp_path))
        assert with_index[0] == summarised(runs)


def _no_index(*_: object) -> None:
    raise sqlite3.OperationalError


def test_versions_differ_by_the_code_that_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "runs").mkdir()
    code = tmp_path / "runs" / "index.py"
    code.write_text("1")
    monkeypatch.setattr(index, "__file__", str(code))
    index.version.cache_clear()
    first = index.version()
    code.write_text("2")
    index.version.cache_clear()
    assert index.version() != first
    monkeypatch.undo()
    index.version.cache_clear()
