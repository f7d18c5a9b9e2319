"""`asr-harness flops`, as a person calls it."""

from pathlib import Path

import pytest

from asr_harness.cli import main


def call(capsys: pytest.CaptureFixture[str], model: str) -> str:
    assert main(["flops", model]) == 0
    return capsys.readouterr().out


def test_the_four_counts_of_tiny_stand_side_by_side(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    said = call(capsys, "openai/whisper-tiny")
    lines = {line.split("  ")[0]: line.split() for line in said.splitlines()}
    assert lines["encoder, one 30 s window"][-4:-1] == ["36.937728", "36.937728", "+0.000"]
    assert lines["asr-harness"][1] == "36.937728"
    # thop 11.58 and fvcore 18.49 billion multiply-adds.
    assert float(lines["thop, 2 × multiply-adds"][4]) == pytest.approx(2 * 11.58, abs=0.01)
    assert float(lines["fvcore, 2 × multiply-adds"][4]) == pytest.approx(2 * 18.49, abs=0.01)
    assert max(map(len, said.splitlines())) <= 80


@pytest.mark.heavy
def test_it_says_what_each_counter_leaves_out(capsys: pytest.CaptureFixture[str]) -> None:
    said = " ".join(call(capsys, "facebook/wav2vec2-base-960h").split())
    assert "thop: no rule for products outside modules (aten.bmm, attention)" in said
    assert "fvcore: adds norms" in said
    assert "passes over aten::_weight_norm" in said


def test_an_unknown_model_is_one_message(capsys: pytest.CaptureFixture[str], hub_cache: Path) -> None:
    assert main(["flops", "some/thing"]) == 2
    assert capsys.readouterr().err.startswith("asr-harness flops: no architecture is known for 'some/thing'")
