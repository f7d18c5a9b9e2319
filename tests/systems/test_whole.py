"""A checkpoint is whole, or refused in words that name the file, what is wrong, and the way out."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from asr_harness import systems
from asr_harness.errors import ModelError
from asr_harness.systems import Variant
from tests import checkpoints as tiny

Tensors = dict[str, torch.Tensor]
Change = Callable[[Tensors], object]


@pytest.fixture
def ctc(tmp_path: Path) -> Path:
    return tiny.save_ctc(tmp_path / "ctc")


@pytest.fixture
def whisper(tmp_path: Path) -> Path:
    return tiny.save_whisper(tmp_path / "whisper")


def check(folder: Path, **options: bool) -> None:
    systems.check_checkpoint(str(folder), "pretrained", **options)


def load(folder: Path, **options: object) -> systems.LoadedSystem:
    return systems.load(str(folder), device="cpu", weights="pretrained", **options)  # type: ignore[arg-type]


def rewrite(folder: Path, change: Change) -> None:
    file = folder / "model.safetensors"
    tensors = load_file(file)
    change(tensors)
    save_file(tensors, file, metadata={"format": "pt"})


def rewrite_json(file: Path, **settings: object) -> None:
    content = json.loads(file.read_text()) | settings
    file.write_text(json.dumps({name: value for name, value in content.items() if value is not None}))


def as_pickle(folder: Path) -> Path:
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    return folder


@pytest.mark.parametrize("model_type", tiny.CTC_CONFIGS)
def test_a_whole_checkpoint_passes_whatever_its_kin(tmp_path: Path, model_type: str) -> None:
    check(tiny.save_ctc(tmp_path, model_type))


@pytest.mark.parametrize("name", ["asr-harness/ctc-mini", "asr-harness/whisper-mini"])
def test_the_embedded_checkpoints_pass(name: str) -> None:
    systems.check_checkpoint(name, "pretrained")


def test_tied_weights_need_be_there_once(whisper: Path) -> None:
    assert "proj_out.weight" not in load_file(whisper / "model.safetensors")
    check(whisper)
    rewrite(whisper, lambda w: w.update({"proj_out.weight": w["model.decoder.embed_tokens.weight"].clone()}))
    check(whisper)
    load(whisper)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda w: w.pop("lm_head.weight"), r"model\.safetensors.* lacks lm_head\.weight"),
        (
            lambda w: w.update({"lm_tail.weight": torch.ones(2)}),
            r"holds, unknown to the architecture, lm_tail\.weight",
        ),
        (
            lambda w: w.update({"lm_head.bias": torch.ones(5)}),
            r"mismatches lm_head\.bias .*5.* for .*32",
        ),
    ],
)
def test_weights_that_do_not_fit_are_named_before_and_as_they_are_loaded(
    ctc: Path, change: Change, message: str
) -> None:
    rewrite(ctc, change)
    for attempt in (check, load):
        with pytest.raises(ModelError, match=message):
            attempt(ctc)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_named(ctc: Path, value: float) -> None:
    rewrite(ctc, lambda w: w["lm_head.weight"].__setitem__((3, 4), value))
    with pytest.raises(ModelError, match=r"NaN or infinite weights in lm_head\.weight"):
        check(ctc)
    with pytest.raises(ModelError, match=r"lm_head\.weight is not finite in torch\.float32"):
        load(ctc)


def test_weights_that_overflow_in_the_variants_dtype_are_named(ctc: Path) -> None:
    rewrite(ctc, lambda w: w["lm_head.weight"].__setitem__((3, 4), 1e6))
    check(ctc)
    load(ctc)
    with pytest.raises(ModelError, match=r"lm_head\.weight is not finite in torch\.float16"):
        load(ctc, variant=Variant(dtype="float16"))


@pytest.mark.parametrize("kept", [0, 5, 2000, -1])
def test_a_file_cut_short_is_named(ctc: Path, kept: int) -> None:
    file = ctc / "model.safetensors"
    file.write_bytes(file.read_bytes()[:kept])
    for attempt in (check, load):
        with pytest.raises(ModelError, match=r"model\.safetensors|cannot be loaded"):
            attempt(ctc)


def test_a_weight_that_only_training_reads_may_be_absent_and_is_the_same_in_every_load(ctc: Path) -> None:
    rewrite(ctc, lambda w: w.pop("wav2vec2.masked_spec_embed"))
    check(ctc)
    assert load(ctc).weights_fingerprint == load(ctc).weights_fingerprint


def test_older_names_of_normalised_weights_are_known(ctc: Path) -> None:
    position = "wav2vec2.encoder.pos_conv_embed.conv."

    def rename(weights: Tensors) -> None:
        for new, old in (("original0", "weight_g"), ("original1", "weight_v")):
            weights[position + old] = weights.pop(f"{position}parametrizations.weight.{new}")

    before = load(ctc).weights_fingerprint
    rewrite(ctc, rename)
    check(ctc)
    assert load(ctc).weights_fingerprint == before


def test_a_part_that_the_index_names_and_the_folder_lacks_is_named(ctc: Path) -> None:
    (ctc / "model.safetensors").rename(ctc / "model-00001-of-00002.safetensors")
    weight_map = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    (ctc / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weight_map}))
    with pytest.raises(ModelError, match=r"names model-00002-of-00002\.safetensors, which .* lacks"):
        check(ctc)


def test_parts_are_read_together(ctc: Path) -> None:
    tensors = load_file(ctc / "model.safetensors")
    before = load(ctc).weights_fingerprint
    (ctc / "model.safetensors").unlink()
    names = sorted(tensors)
    weight_map = {}
    for number, part in enumerate((names[::2], names[1::2])):
        file = f"model-0000{number + 1}-of-00002.safetensors"
        save_file({name: tensors[name] for name in part}, ctc / file, metadata={"format": "pt"})
        weight_map |= dict.fromkeys(part, file)
    (ctc / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
    check(ctc)
    assert load(ctc).weights_fingerprint == before


def test_pickles_are_refused_unless_they_are_allowed(ctc: Path) -> None:
    before = load(ctc).weights_fingerprint
    as_pickle(ctc)
    for attempt in (check, load):
        with pytest.raises(ModelError, match=r"pickles alone.*--asr-allow-pickle"):
            attempt(ctc)
    check(ctc, allow_pickle=True)
    assert load(ctc, allow_pickle=True).weights_fingerprint == before


def test_what_a_pickle_lacks_is_named_when_it_is_loaded(ctc: Path) -> None:
    rewrite(ctc, lambda w: w.pop("lm_head.weight"))
    as_pickle(ctc)
    with pytest.raises(ModelError, match=r"pytorch_model\.bin.* lacks lm_head\.weight"):
        load(ctc, allow_pickle=True)


@pytest.mark.parametrize(
    ("family", "files", "message"),
    [
        ("whisper", ["generation_config.json"], r"no generation config.*generation_config\.json"),
        ("whisper", ["tokenizer.json"], r"no tokenizer \(tokenizer\.json, or vocab\.json and merges\.txt\)"),
        ("whisper", ["preprocessor_config.json"], r"no feature extractor \(preprocessor_config\.json\)"),
        ("ctc", ["vocab.json"], r"no tokenizer \(vocab\.json\)"),
        ("ctc", ["preprocessor_config.json"], r"no feature extractor"),
    ],
)
def test_a_file_that_is_absent_beside_the_weights_is_named(
    request: pytest.FixtureRequest, family: str, files: list[str], message: str
) -> None:
    folder: Path = request.getfixturevalue(family)
    for name in files:
        (folder / name).unlink()
    for attempt in (check, load):
        with pytest.raises(ModelError, match=message):
            attempt(folder)


@pytest.mark.parametrize("name", ["tokenizer.json", "generation_config.json", "preprocessor_config.json"])
def test_a_file_that_is_damaged_beside_the_weights_is_named(whisper: Path, name: str) -> None:
    (whisper / name).write_text("{")
    with pytest.raises(ModelError, match=f"cannot read .*{name}"):
        check(whisper)


@pytest.mark.parametrize(
    ("file", "settings", "message"),
    [
        (
            "preprocessor_config.json",
            {"feature_size": 80},
            r"feature_size 80, and num_mel_bins .* makes it 8",
        ),
        ("preprocessor_config.json", {"chunk_length": 10}, r"frames in a window 1000.* max_source_positions"),
        ("preprocessor_config.json", {"hop_length": 0}, r"hop_length 0"),
        ("preprocessor_config.json", {"sampling_rate": 8000}, r"sampling_rate 8000"),
        ("generation_config.json", {"no_timestamps_token_id": None}, r"lacks no_timestamps_token_id"),
        ("generation_config.json", {"lang_to_id": None}, r"lacks lang_to_id"),
    ],
)
def test_a_file_of_another_model_beside_the_weights_is_named(
    whisper: Path, file: str, settings: dict[str, object], message: str
) -> None:
    rewrite_json(whisper / file, **settings)
    with pytest.raises(ModelError, match=message):
        check(whisper)


def test_quantising_leaves_the_fingerprint_of_what_was_loaded(whisper: Path) -> None:
    quantised = load(whisper, variant=Variant(quantisation="int8"))
    assert quantised.weights_fingerprint == load(whisper).weights_fingerprint
