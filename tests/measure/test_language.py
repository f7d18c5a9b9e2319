"""Languages: errors counted by hand, what normalisers keep, and what is refused where none is said."""

from dataclasses import replace

import numpy as np
import pytest

from asr_harness import languages, metrics
from asr_harness.corpora import Slice, Utterance
from asr_harness.errors import DataError
from asr_harness.measure.error_rate import Alignment, score, utterance_errors
from asr_harness.measure.language import eaten, settled
from asr_harness.measure.text import normalise, normaliser_fingerprint
from asr_harness.schema import CaseResult, Quality, Utterances
from tests.report.hand_made import speed


@pytest.mark.parametrize(
    ("language", "reference", "hypothesis", "words", "characters"),
    [
        # Counts are hits, substitutions, deletions and insertions.
        # "das wäre schön für uns", 22 characters. heard: "das ware schön fur uns": wäre and für are wrong,
        # in one letter each.
        ("de", "Das wäre schön für uns.", "das ware schön fur uns", (3, 2, 0, 0), (20, 2, 0, 0)),
        # ß is not ss: one word wrong; s for ß and one s more. "die straße" has 10 characters.
        ("de", "Die Straße", "die strasse", (1, 1, 0, 0), (9, 1, 0, 1)),
        # "um" is a word: heard without it, one of four is missing, and "um " of "um dia de sol" (13).
        ("pt-BR", "Um dia de sol!", "dia de sol", (3, 0, 1, 0), (10, 0, 3, 0)),
        # "não está aqui" (13), heard without its accents: two words wrong, one letter of each.
        ("pt", "Não está aqui", "nao esta aqui", (1, 2, 0, 0), (11, 2, 0, 0)),
        # वह किताब पढ़ती है, heard without the vowel sign ि: one word wrong of four. Code points: वह 2, किताब 5,
        # पढ़ती 5 (NFC keeps the nukta apart), है 2, and 3 spaces are 17; one is missing.
        ("hi", "वह किताब पढ़ती है।", "वह कताब पढ़ती है", (3, 1, 0, 0), (16, 0, 1, 0)),
        # 今日は天気がいいです is 10 characters; 元 for 天 is one wrong. Spaces and 。 count as nothing.
        ("ja", "今日は天気がいいです。", "今日は 元気が いいです", (9, 1, 0, 0), (9, 1, 0, 0)),
        # か for が: a mark that the English normaliser eats. 5 characters, one wrong.
        ("ja", "がっこうだ", "かっこうだ", (4, 1, 0, 0), (4, 1, 0, 0)),
        # 我们去北京 is 5; 们 is missing, 了 too many.
        ("zh", "我们去北京", "我去北京了", (4, 0, 1, 1), (4, 0, 1, 1)),
        # ไป is two code points, บ้าน four: one mark (้) is missing.
        ("th", "ไปบ้าน", "ไปบาน", (5, 0, 1, 0), (5, 0, 1, 0)),
        # English as ever: um is a filler, and 20 dollars are "$20".
        ("en", "um that's twenty dollars", "that is $20", (3, 0, 0, 0), (11, 0, 0, 0)),
    ],
)  # fmt: skip
def test_errors_counted_by_hand(
    language: str, reference: str, hypothesis: str, words: tuple[int, ...], characters: tuple[int, ...]
) -> None:
    code = languages.parse(language)
    errors = utterance_errors(
        reference,
        hypothesis,
        languages.normaliser_of(code),
        by_character=not languages.has_spaces(code),
    )
    assert (errors.words, errors.characters) == (Alignment(*words), Alignment(*characters))


def test_basic_keeps_letters_marks_and_numbers_and_drops_the_rest() -> None:
    assert normalise("Ｗｉｄｅ “Ärger” – 20 %, l'été", "basic") == "wide ärger 20 l été"
    assert normalise("می\u200cروم", "basic") == "میروم"
    assert normalise("A\u0308rger", "basic") == normalise("Ärger", "basic")


def test_none_leaves_a_text_as_it_stands_and_english_is_whispers() -> None:
    assert normalise("Um, Ja! 20 %", "none") == "Um, Ja! 20 %"
    assert normaliser_fingerprint("english") == normaliser_fingerprint("whisper-english")
    keys = ("english", "basic", "none", "whisper-basic")
    assert len({normaliser_fingerprint(key) for key in keys}) == 4
    assert normaliser_fingerprint("basic", by_character=True) != normaliser_fingerprint("basic")


def test_a_normaliser_of_ones_own_is_fingerprinted_by_its_source(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    from asr_harness.measure import text

    before = normaliser_fingerprint(f"{__name__}:own")
    monkeypatch.setattr(text, "getsource", lambda _: "other")
    assert normaliser_fingerprint(f"{__name__}:own") != before
    assert normalise("A b", f"{__name__}:own") == "a b"


def own(text: str) -> str:
    return text.lower()


def number(text: str) -> int:
    return len(text)


NOT_A_FUNCTION = 3


def test_a_normaliser_that_is_none_is_an_error_that_says_what_it_has_to_be() -> None:
    with pytest.raises(DataError, match="gave a int for 'a'; it gives a str"):
        normalise("a", f"{__name__}:number")
    with pytest.raises(DataError, match="is a int; it takes a text and gives one"):
        normalise("a", f"{__name__}:NOT_A_FUNCTION")


@pytest.mark.parametrize(
    ("reference", "word"),
    [
        ("what a nice day", None),
        ("it 's <unk> {NOISE} o'clock, 20 %", None),
        ("um that is so", "um"),
        ("eu tenho um gato", "um"),
        ("schön war es", "schön"),
        ("यह किताब", "यह"),
        ("привет", "привет"),
        ("がっこう", "がっこう"),
        ("das heißt so", "heißt"),
    ],
)
def test_what_the_english_normaliser_would_eat(reference: str, word: str | None) -> None:
    assert eaten(reference, "whisper-english") == word


def slice_of(reference: str, language: str | None) -> Slice:
    utterance = Utterance("u1", "t", "s", 0.0, 1.0, reference, np.zeros(16_000, dtype=np.float32))
    return Slice("manifest", "5s", (utterance,), "f", language)


def test_without_a_language_what_would_be_eaten_is_refused_with_the_way_out() -> None:
    with pytest.raises(DataError, match=r"manifest, utterance u1: 'um' would become ''.*--asr-language de"):
        settled(slice_of("eu tenho um gato", None))
    assert settled(slice_of("what a day", None)).language is None


def test_whoever_says_the_language_is_heard() -> None:
    slice_ = slice_of("eu tenho um gato", None)
    asked = settled(slice_, "pt-BR")
    assert (asked.language, asked.normaliser) == ("pt", "basic")
    assert settled(slice_, "en").normaliser == "whisper-english"
    assert settled(slice_, None, "none").normaliser == "none"
    assert settled(replace(slice_, language="pt"), "ja", "none").language == "ja"
    with pytest.raises(DataError, match="no normaliser 'nope'"):
        settled(slice_, "pt", "nope")


@pytest.mark.parametrize("tag", ["", "lusitanian", "p", "pt-", "../pt", "p1"])
def test_a_tag_that_is_none_is_refused(tag: str) -> None:
    with pytest.raises(
        DataError, match="is no tag of two or three letters; write it as in 'de', 'pt-BR' or 'yue'"
    ):
        languages.parse(tag)


def test_the_headline_of_a_language_without_spaces_is_the_cer() -> None:
    errors = score(["がっこうだ"], ["かっこうだ"], "basic", by_character=True)
    utterances = Utterances(("u1",), ("t",))
    measured = CaseResult("whisper", 1, 5.0, speed(), quality=Quality(errors=errors), utterances=utterances)
    assert metrics.error_rate_of(measured).key == "cer"
    values = {key: metrics.by_key(key).read(measured) for key in ("wer", "wer_raw", "cer")}
    assert values == {"wer": None, "wer_raw": None, "cer": 0.2}
    spoken = replace(measured, quality=Quality(errors=score(["a b"], ["a c"])))
    assert metrics.error_rate_of(spoken).key == "wer"
    assert metrics.by_key("wer").read(spoken) == 0.5


@pytest.mark.parametrize(
    ("written", "tag"), [("English", "en"), ("mandarin", "zh"), (" Portuguese ", "pt"), ("pt-BR", "pt")]
)
def test_a_language_may_be_written_by_its_english_name(written: str, tag: str) -> None:
    assert languages.parse(written) == tag


def test_names_give_tags_that_are_read_as_they_stand() -> None:
    assert {languages.parse(tag) for tag in languages.NAMES.values()} == set(languages.NAMES.values())


@pytest.mark.parametrize(
    ("code", "guess"),
    [
        ("xx", ""),
        ("jp", r" \(did you mean ja\?\)"),
        ("ger", r" \(did you mean de \(german\)\?\)"),
        ("eng", r" \(did you mean en \(english\)\?\)"),
        ("por", r" \(did you mean pt \(portuguese\)\?\)"),
        ("itx", r" \(did you mean it\?\)"),
    ],
)
def test_a_code_that_nobody_knows_is_refused_with_what_may_be_meant(code: str, guess: str) -> None:
    with pytest.raises(
        DataError, match=f"^language '{code}' is no code that is known{guess}; .*--asr-normaliser"
    ):
        languages.check(code)


def test_every_language_of_whisper_and_of_ours_is_known() -> None:
    from transformers.models.whisper.tokenization_whisper import LANGUAGES

    ours = {*languages.NAMES.values(), *languages.WITHOUT_SPACES}
    assert {*LANGUAGES, *ours} <= languages.CODES
    for code in languages.CODES:
        languages.check(languages.parse(code))


def test_a_misspelt_name_of_a_language_names_the_close_one() -> None:
    with pytest.raises(DataError, match=r"\(did you mean 'german'\?\)"):
        languages.parse("Germn")
