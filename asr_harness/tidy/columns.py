"""The columns of the tidy table: name, kind and meaning; docs/report.md lists the same."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Column(NamedTuple):
    """What a column holds."""

    kind: Literal["text", "number", "flag"]
    meaning: str


RUN = {
    "run": Column("text", "file name of the run"),
    "label": Column("text", "seven digits of the commit, with a + where the tree had changes"),
    "commit": Column("text", "the whole commit"),
    "branch": Column("text", "branch"),
    "is_dirty": Column("flag", "whether the tree had changes"),
    "time": Column("text", "when the run was saved, ISO 8601"),
    "environment": Column(
        "text", "eight digits that stand for machine and versions; equal if all of them are"
    ),
    "machine": Column("text", "processor and GPU by name"),
    "profile": Column("text", "profile of the session"),
    "data": Column("text", "corpus, as it was asked for"),
    "weights": Column("text", "`pretrained` or `dummy`"),
}

CASE = {
    "case": Column("text", "id of the case"),
    "model": Column("text", "model"),
    "family": Column("text", "its family"),
    "device": Column("text", "device"),
    "bucket": Column("text", "bucket of audio lengths"),
    "batch_size": Column("number", "utterances in a batch"),
    "variant": Column("text", "how the model was run"),
    "outcome": Column("text", "what became of the case"),
    "reason": Column("text", "why, if it was not measured"),
    "n_utterances": Column("number", "utterances in the slice"),
    "slice_audio_s": Column("number", "seconds of audio in the slice"),
    "audio_s": Column("number", "mean seconds of audio of an utterance"),
    "n_rounds": Column("number", "rounds"),
}

SPEED = {
    "latency_s": Column("number", "seconds of an utterance: median round over the utterances in it"),
    "latency_low_s": Column("number", "the same of the 5th percentile of the rounds"),
    "latency_high_s": Column("number", "the same of the 95th percentile of the rounds"),
    "request_p50_s": Column("number", "median of what a whole batch waits, over all batches of all rounds"),
    "request_p95_s": Column("number", "95th percentile of it"),
    "request_p99_s": Column("number", "99th percentile of it"),
    "rtf": Column("number", "seconds of computing per second of audio"),
    "calibration_s": Column("number", "median time of the calibration kernel beside the rounds"),
    "preprocess_s": Column("number", "seconds of an utterance in preprocessing, median over rounds"),
    "encode_s": Column("number", "the same in the encoder"),
    "decode_s": Column("number", "the same in the decoder, or in a CTC head and its collapse"),
    "preprocess_low_s": Column("number", "5th percentile of the seconds in preprocessing, over rounds"),
    "preprocess_high_s": Column("number", "95th percentile of them"),
    "encode_low_s": Column("number", "5th percentile of the seconds in the encoder, over rounds"),
    "encode_high_s": Column("number", "95th percentile of them"),
    "decode_low_s": Column("number", "5th percentile of the seconds in the decoder, over rounds"),
    "decode_high_s": Column("number", "95th percentile of them"),
    "preprocess_share": Column("number", "preprocessing's part of the stages' sum"),
    "preprocess_share_low": Column("number", "5th percentile of it over rounds"),
    "preprocess_share_high": Column("number", "95th percentile of it"),
    "encode_share": Column("number", "the encoder's part"),
    "encode_share_low": Column("number", "5th percentile of it over rounds"),
    "encode_share_high": Column("number", "95th percentile of it"),
    "decode_share": Column("number", "the decoder's part"),
    "decode_share_low": Column("number", "5th percentile of it over rounds"),
    "decode_share_high": Column("number", "95th percentile of it"),
}

WORK = {
    "n_tokens": Column("number", "tokens decoded in a round"),
    "flops": Column("number", "floating-point operations of an utterance, encode and decode"),
    "useful_flops": Column("number", "the same without what was spent on padding"),
    "padding_fraction": Column("number", "part of the audio the encoder computed on that was padding"),
    "n_decoder_steps": Column("number", "decoder steps of a round, the prompt not counted"),
    "n_parameters": Column("number", "parameters of the model"),
    "weight_bytes": Column("number", "bytes of weights and buffers as loaded"),
    "cache_bytes": Column("number", "the decoder's cache at its largest"),
    "encode_intensity": Column("number", "FLOPs per byte of the encoder"),
    "encode_flops_per_s": Column("number", "FLOPs over time in the encoder"),
    "encode_roof_share": Column("number", "part of the roofline's speed that the encoder reached"),
    "encode_bound": Column("text", "what binds the encoder's roof: arithmetic or memory"),
    "decode_intensity": Column("number", "FLOPs per byte of the decoder"),
    "decode_flops_per_s": Column("number", "FLOPs over time in the decoder"),
    "decode_roof_share": Column("number", "part of the roofline's speed that the decoder reached"),
    "decode_bound": Column("text", "what binds the decoder's roof: arithmetic or memory"),
    "peak_flops_per_s": Column("number", "the machine's peak on the device in the variant's dtype"),
    "peak_bytes_per_s": Column("number", "the machine's bandwidth on the device"),
}

MEMORY = {
    "memory_bytes": Column("number", "allocated peak on a GPU, else the process's resident peak"),
    "memory_kind": Column("text", "which of these it is"),
    "peak_resident_bytes": Column("number", "resident peak of the process"),
    "peak_allocated_bytes": Column("number", "peak that PyTorch gave out on the GPU"),
    "peak_reserved_bytes": Column("number", "peak that PyTorch held on the GPU"),
}

ENERGY = {
    "energy_per_utterance_j": Column("number", "gross joules of an utterance"),
    "energy_per_audio_s_j": Column("number", "gross joules per second of audio"),
    "net_energy_per_utterance_j": Column(
        "number", "the same of an utterance, less what idling would have cost"
    ),
    "energy_uncertainty": Column("number", "relative standard uncertainty of the joules"),
    "energy_label": Column("text", "measured, estimated or unmeasured"),
    "energy_source": Column("text", "the counter"),
    "energy_reason": Column("text", "why there is no figure"),
    "preprocess_energy_j": Column("number", "gross joules of an utterance in preprocessing alone"),
    "encode_energy_j": Column("number", "the same in the encoder alone"),
    "decode_energy_j": Column("number", "the same in the decoder alone"),
    "stage_energy_uncertainty": Column("number", "relative standard uncertainty of the stages' sum"),
}

QUALITY = {
    "wer": Column("number", "word error rate, pooled, after Whisper's normaliser"),
    "wer_low": Column("number", "lower end of its 95 % interval over talks"),
    "wer_high": Column("number", "upper end of it"),
    "wer_raw": Column("number", "word error rate of lower-cased, otherwise untouched text"),
    "cer": Column("number", "character error rate after the normaliser"),
    "wer_reason": Column("text", "why there is no rate"),
    "transcripts": Column("text", "eight digits that stand for the transcripts; equal if all of them are"),
}

COLUMNS: dict[str, Column] = {**RUN, **CASE, **SPEED, **WORK, **MEMORY, **ENERGY, **QUALITY}
