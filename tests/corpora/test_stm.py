import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_harness.corpora.sources import stm
from asr_harness.corpora.sources.stm import StmLine, format_stm, parse_stm, read_stm
from asr_harness.errors import DataError


def parsed(text: str | bytes) -> tuple[StmLine, ...]:
    return parse_stm(text.encode() if isinstance(text, str) else text, "talk.stm")


def test_a_line_gives_its_fields() -> None:
    line = parsed("AlGore_2009 1 AlGore 14.50 17.25 <o,f0,male> what can i do\n")[0]
    assert line == StmLine("AlGore_2009", "AlGore", 14.5, 17.25, "<o,f0,male>", "what can i do")


@pytest.mark.parametrize("label", ["<F0_M>", "<o,f0,male>", "<o,,unknown>", ""])
def test_labels_of_every_style_are_set_apart_from_the_text(label: str) -> None:
    line = parsed(f"talk 1 speaker 0.0 1.0 {label} some words\n")[0]
    assert (line.label, line.text) == (label, "some words")


@pytest.mark.parametrize("text", ["<unk> and so", "<sil>", "{NOISE} and", "the(2) a (2)", "it 's doesn 't"])
def test_notation_stays_in_the_text_with_and_without_a_label(text: str) -> None:
    assert parsed(f"talk 1 speaker 0 1 {text}")[0].text == text
    assert parsed(f"talk 1 speaker 0 1 <F0_M> {text}")[0].text == text


def test_comments_and_blank_lines_are_passed_over() -> None:
    assert parsed(';; CATEGORY "0" "" ""\n\n  \n;;\n') == ()


@pytest.mark.parametrize("speaker", ["inter_segment_gap", "S140", "AlGore"])
def test_lines_are_ignored_by_their_text_whoever_speaks(speaker: str) -> None:
    ignored, scored = parsed(
        f"talk 1 {speaker} 0 1 <o,,unknown> ignore_time_segment_in_scoring\n"
        f"talk 1 {speaker} 1 2 <o,,unknown> do not ignore_time_segment_in_scoring\n"
    )
    assert not ignored.scored
    assert scored.scored


def test_windows_line_ends_tabs_and_a_byte_order_mark_are_no_part_of_the_text() -> None:
    line = parsed(b"\xef\xbb\xbftalk\t1  speaker 0.5 1.5 <F0_M>\tone two\r\n")[0]
    assert (line.talk, line.label, line.text) == ("talk", "<F0_M>", "one two")


def test_a_file_that_is_not_utf_8_is_latin_1() -> None:
    assert parsed("talk 1 speaker 0 1 café".encode("latin-1"))[0].text == "café"
    assert parsed("talk 1 speaker 0 1 café".encode())[0].text == "café"


def test_latin_1_bytes_that_unicode_takes_for_line_ends_end_no_line() -> None:
    assert len(parsed("talk 1 speaker 0 1 so\x85 caf\xe9".encode("latin-1"))) == 1


def test_overlapping_and_zero_length_segments_are_lines_like_others() -> None:
    assert len(parsed("talk 1 a 0 5 one\ntalk 1 b 3 8 two\ntalk 1 b 8 8 three\n")) == 3


def test_a_line_without_text_is_an_empty_reference() -> None:
    assert parsed("talk 1 speaker 0 1 <F0_M>\n")[0].text == ""


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("talk 1 speaker 0.5", "is not: file, channel"),
        ("talk 1 speaker zero 1.0 <F0_M> words", "'zero' is not a time"),
        ("talk 1 speaker 0 nan <F0_M> words", "'nan' is not a time"),
        ("talk 1 speaker -1 1 <F0_M> words", "'-1' is not a time"),
        ("talk 1 speaker 0 inf <F0_M> words", "'inf' is not a time"),
        ("talk 1 speaker 2.0 1.0 <F0_M> words", "before it starts"),
        ("talk 2 speaker 0 1 <F0_M> words", "channel '2'"),
    ],
)
def test_a_malformed_line_is_an_error_with_file_and_line(line: str, why: str) -> None:
    with pytest.raises(DataError, match=r"^talk\.stm:2: .*" + why):
        parsed(f"talk 1 speaker 0 1 <F0_M> words\n{line}\n")


def test_a_missing_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone\.stm cannot be read"):
        read_stm(tmp_path / "gone.stm")


names = st.text(st.characters(codec="utf-8", exclude_categories=["Z", "C"]), min_size=1, max_size=12).filter(
    lambda name: not name.startswith((";;", "\ufeff"))
)
words = st.lists(names.filter(lambda word: not word.startswith("<")), max_size=6).map(" ".join)
times = st.integers(0, 10**7).map(lambda hundredths: hundredths / 100)
talks = names.filter(lambda name: not re.search(r"[/\\]|^[A-Za-z]:", name) and name not in (".", ".."))
lines = st.builds(
    lambda talk, speaker, ends, label, text: StmLine(talk, speaker, min(ends), max(ends), label, text),
    talks,
    names,
    st.tuples(times, times),
    st.sampled_from(["", "<F0_M>", "<o,f0,female>", "<o,,unknown>"]),
    words | st.just("ignore_time_segment_in_scoring") | st.sampled_from(["<unk>", "<sil> {NOISE} it 's (2)"]),
)


@given(st.lists(lines, max_size=8).map(tuple))
def test_generated_stm_comes_back_as_it_was(written: tuple[StmLine, ...]) -> None:
    assert parsed(format_stm(written)) == written


@given(st.binary(max_size=200))
def test_any_bytes_are_parsed_or_refused_with_a_line_number(content: bytes) -> None:
    assert complaint(content) is None or re.match(r"talk\.stm:\d+: ", str(complaint(content)))


def complaint(content: bytes) -> str | None:
    try:
        parsed(content)
    except DataError as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    "talk",
    [
        "../../secret",
        "/etc/passwd",
        "a/b",
        r"a\b",
        r"..\..\secret",
        "..",
        ".",
        "a\x01b",
        "C:secret",
        "x" * 240,
    ],
)
def test_a_talk_that_names_anything_but_one_file_is_refused(talk: str) -> None:
    with pytest.raises(DataError, match=r"^talk\.stm:1: the file is .*as recordings are read by it"):
        parsed(f"{talk} 1 speaker 0 1 <F0_M> words\n")


def test_a_talk_may_have_dots_and_letters_of_any_script() -> None:
    assert parsed("..Zoë.v1..2_2026 1 speaker 0 1 <F0_M> words\n")[0].talk == "..Zoë.v1..2_2026"


@pytest.mark.parametrize(
    "tag",
    [
        "ignore_time_segment_in_scoring", "IGNORE_TIME_SEGMENT_IN_SCORING", "Ignore_Time_Segment_In_Scoring",
        "ignore time segment in scoring", "ignore-time-segment-in-scoring",
        "<ignore_time_segment_in_scoring>",
        "[IGNORE_TIME_SEGMENT_IN_SCORING]", "ignore_time_segment_in_scoring.", "IgnoreTimeSegmentInScoring",
    ],
)  # fmt: skip
@pytest.mark.parametrize("label", ["", "<F0_M> "])
def test_every_spelling_of_the_tag_ignores_a_line(tag: str, label: str) -> None:
    assert not parsed(f"talk 1 S140 0 1 {label}{tag}\n")[0].scored


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1", "utf-8"])
def test_an_encoding_that_can_be_known_is_read_right(encoding: str) -> None:
    line = parsed("talk 1 speaker 0 1 <F0_M> café\n".encode(encoding))[0]
    assert (line.talk, line.text) == ("talk", "café")


def test_latin_1_behind_a_mark_of_utf_8_keeps_its_first_name() -> None:
    assert parsed(b"\xef\xbb\xbftalk 1 speaker 0 1 caf\xe9\n")[0].talk == "talk"


@pytest.mark.parametrize(
    "content", [b"talk 1 s 0 1 a\ntalk 1 s 1 2 \0", "\ntalk 1 s 0 1".encode("utf-16-be")]
)
def test_nuls_are_an_error_that_says_what_to_do(content: bytes) -> None:
    with pytest.raises(DataError, match=r"^talk\.stm:[12]: holds a NUL.*iconv"):
        parsed(content)


def test_times_beyond_any_recording_are_refused() -> None:
    with pytest.raises(DataError, match=r"'1e300' is not a time"):
        parsed("talk 1 speaker 0 1e300 words\n")


def test_a_transcript_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stm, "MAX_BYTES", 10)
    (tmp_path / "a.stm").write_text("talk 1 speaker 0 1 words\n")
    with pytest.raises(DataError, match=r"a\.stm cannot be read \(it has more than 10 bytes"):
        read_stm(tmp_path / "a.stm")
