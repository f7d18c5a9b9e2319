"""Tables that fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_harness.metrics import units
from asr_harness.report import terminal

ROWS = [("whisper-large-v3-turbo-cuda-60s-b32-baseline", "12.1 ms", "0.003"), ("ctc", "1.2 s", "0.1")]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_table_fits_its_width(width: int) -> None:
    lines = terminal.table(("case", "latency", "RTF"), ROWS, width)
    assert max(map(len, lines)) <= width
    assert len(lines) == 3


def test_columns_stand_under_their_headers() -> None:
    header, first, _ = terminal.table(("case", "latency", "RTF"), ROWS, 80)
    assert first.index("12.1 ms") + len("12.1 ms") == header.index("latency") + len("latency")


def test_a_long_text_gives_way_in_its_middle() -> None:
    assert terminal.shorten(["whisper-tiny-cpu-5s-b1-baseline"], 21) == ["whisper-ti…1-baseline"]


def test_a_short_text_is_left_alone() -> None:
    assert terminal.shorten(["ctc"], 12) == ["ctc"]


def test_texts_give_way_where_they_stay_apart() -> None:
    ids = [f"whisper-mini-cpu-{bucket}-b{batch}-baseline" for bucket in ("5s", "15s") for batch in (1, 4)]
    assert terminal.shorten(ids, 28) == [
        "whisper-mini…-5s-b1-baseline",
        "whisper-mini…-5s-b4-baseline",
        "whisper-mini…15s-b1-baseline",
        "whisper-mini…15s-b4-baseline",
    ]


def test_what_all_have_gives_way_before_what_sets_them_apart() -> None:
    rows = [(f"ctc-mini-cpu-{bucket}-b1-baseline", "1.2 s") for bucket in ("15s", "5s")]
    _, first, second = terminal.table(("case", "latency"), rows, 36)
    assert first.startswith("ctc-mini-cp…15s-b1-baseline ")
    assert second.startswith("ctc-mini-cpu-5s-b1-baseline ")


@given(st.lists(st.text(st.characters(codec="ascii"), max_size=30)), st.integers(12, 40))
def test_shortened_texts_fit_and_short_ones_never_change(texts: list[str], width: int) -> None:
    for text, cut in zip(texts, terminal.shorten(texts, width), strict=True):
        assert cut == text if len(text) <= width else len(cut) == width


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "–"),
        (0.0000123, "12.3 µs"),
        (0.0456, "45.6 ms"),
        (1.234, "1.23 s"),
        (123.4, "123 s"),
        (7200, "7200 s"),
    ],
)
def test_seconds_are_scaled(value: float | None, said: str) -> None:
    assert units.seconds(value) == said


@pytest.mark.parametrize(("value", "said"), [(12.4, "12 s"), (150, "2 min"), (5400, "1 h 30 min")])
def test_durations_are_rough(value: float, said: str) -> None:
    assert units.duration(value) == said


@pytest.mark.parametrize(("value", "said"), [(None, "–"), (0.1234, "12.3 %"), (0.0, "0.0 %")])
def test_percent_of_nothing_is_a_dash_and_never_zero(value: float | None, said: str) -> None:
    assert units.percent(value) == said


@pytest.mark.parametrize(
    ("value", "said"), [(None, "–"), (0.0123, "12.3 mJ"), (1.234, "1.23 J"), (2500.0, "2.5 kJ")]
)
def test_energy_is_scaled(value: float | None, said: str) -> None:
    assert units.joules(value) == said


@pytest.mark.parametrize(("value", "said"), [(None, "–"), (50 << 20, "50 MiB"), (3 << 30, "3.0 GiB")])
def test_memory_is_in_binary_units(value: float | None, said: str) -> None:
    assert units.memory(value) == said
