"""What a transcriber gives back is plain and whole, or the error says what came."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from asr_harness.errors import ModelError
from asr_harness.systems import System, Transcription
from asr_harness.systems.answers import checked, method_of
from asr_harness.systems.own import OwnSystem


class Silent:
    def preprocess(self, audio: object) -> object:
        return audio

    encode = preprocess

    def decode(self, encoded: object) -> object:
        return encoded


@pytest.fixture
def system() -> System:
    wrapped = OwnSystem(Silent())  # type: ignore[arg-type]
    wrapped.source = "mine:load"
    return wrapped


GENERATOR = (text for text in "ab")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("ab", "str 'ab' for 2 recordings; return asr_harness.types.Transcription"),
        (None, "None for 2 recordings; return "),
        (("a", "b"), r"tuple \('a', 'b'\) for 2 recordings; return .*, one text per recording, in order"),
        (Transcription("ab"), "texts that are str 'ab', for 2 recordings; return a tuple"),  # type: ignore[arg-type]
        (Transcription(GENERATOR), "texts that are a generator.*after the clock stops"),  # type: ignore[arg-type]
        (Transcription((GENERATOR, "b")), "as text 1 of 2, a generator; a text is a str"),  # type: ignore[arg-type]
        (Transcription(("a",)), "1 text for 2 recordings; return one text per recording, in order"),
        (Transcription(("a", "b", "c")), "3 texts for 2 recordings; return one text per recording, in order"),
        (Transcription(("a", None)), "as text 2 of 2, None; a text is a str, ''"),  # type: ignore[arg-type]
        (Transcription(("a", b"b")), "as text 2 of 2, bytes b'b'"),  # type: ignore[arg-type]
        (Transcription(("a", "b\udcff")), r"as text 2 of 2, half a surrogate pair at 1.*errors='replace'"),
        (
            Transcription(("a", "b"), (1,)),
            "1 n_token for 2 recordings; return one whole number per recording",
        ),
        (Transcription(("a", "b"), 3), "n_tokens that are int 3"),  # type: ignore[arg-type]
        (Transcription(("a", "b"), (1, 1.5)), "n_tokens with float 1.5"),  # type: ignore[arg-type]
        (Transcription(("a", "b"), (1, -1)), "n_tokens with int -1"),
        (Transcription(("a", "b"), (1, True)), "n_tokens with bool True"),
        (Transcription(("a", "b"), (1, float("nan"))), "n_tokens with float nan"),  # type: ignore[arg-type]
        (Transcription(("a", "b"), None, float("nan")), "processed_s that is float nan"),
        (Transcription(("a", "b"), None, "5"), "processed_s that is str '5'"),  # type: ignore[arg-type]
        (Transcription(("a", "b"), None, -1.0), "processed_s that is float -1.0"),
    ],
)
def test_what_is_no_transcription_of_the_batch_is_named(system: System, answer: object, message: str) -> None:
    with pytest.raises(ModelError, match=f"^test_answers.py:Silent.decode returned,? {message}"):
        checked(answer, 2, system)


@pytest.mark.parametrize(
    "answer",
    [
        Transcription(["a", "b"], [1, 2], 5),  # type: ignore[arg-type]
        Transcription((np.str_("a"), "b"), tuple(np.array([1, 2])), np.float32(5)),  # type: ignore[arg-type]
        Transcription(np.array(["a", "b"]), np.array([1, 2]), np.array(5.0)),  # type: ignore[arg-type]
        Transcription(("a", "b"), torch.tensor([1, 2]), torch.tensor(5.0)),  # type: ignore[arg-type]
        Transcription(("a", "b"), (torch.tensor(1), 2.0), np.float16(5)),  # type: ignore[arg-type]
    ],
)
def test_what_python_can_hold_without_loss_becomes_pythons(system: System, answer: Transcription) -> None:
    plain = checked(answer, 2, system)
    assert plain == Transcription(("a", "b"), (1, 2), 5.0)
    assert {type(value) for value in (*plain.texts, *(plain.n_tokens or ()))} == {str, int}
    assert type(plain.processed_s) is float


def test_a_method_is_named_by_its_file_and_class_and_by_the_class_alone_where_it_has_no_file() -> None:
    class Builtin:
        decode = print

    assert method_of(OwnSystem(Builtin()), "decode") == "Builtin.decode"  # type: ignore[arg-type]
    assert method_of(OwnSystem(SimpleNamespace(decode=lambda _: None)), "decode") == (  # type: ignore[arg-type]
        "test_answers.py:SimpleNamespace.decode"
    )
