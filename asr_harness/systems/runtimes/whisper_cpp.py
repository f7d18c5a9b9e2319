"""whisper.cpp through pywhispercpp: Whisper in ggml's format, on the CPU, one recording after another.

Each recording goes through `whisper_pcm_to_mel` and `whisper_full`, which encodes window by window: encode
ends where the engine first shows logits, so that it holds the pass over the prompt, too. Words are decided as
on the transformers path: one temperature, nothing told of the window before, no timestamps within one window.
Source: https://github.com/ggml-org/whisper.cpp (include/whisper.h), https://github.com/absadiki/pywhispercpp
"""

from __future__ import annotations

import weakref
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import numpy as np

from asr_harness.errors import ModelError, UnavailableError
from asr_harness.schema.audio import SAMPLE_RATE_HZ
from asr_harness.systems.base import Transcription
from asr_harness.systems.converted import ConvertedSystem
from asr_harness.systems.runtime import Runtime
from asr_harness.systems.runtimes.ggml import VOCABULARIES, check_ggml, to_ggml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from asr_harness.schema.audio import Samples
    from asr_harness.systems.checkpoints import Checkpoint
    from asr_harness.systems.variant import Variant

WINDOW_S = 30.0
LOG_LEVEL_ERROR = 4
"""Of `ggml_log_level`."""
NO_SAMPLES = np.zeros(0, np.float32)
"""For a `whisper_full` that goes on from the features which are there."""
AS_TRANSFORMERS: Mapping[str, Any] = {
    "language": "en",
    "temperature": 0.0,
    "temperature_inc": 0.0,
    "no_context": True,
    "no_speech_thold": 1.0,
    "suppress_blank": True,
    "suppress_nst": True,
}
"""The rules by which `generate` of transformers decodes unless it is told otherwise."""


class WhisperCppSystem(ConvertedSystem):
    """Transcribes by whisper.cpp's own `whisper_full`, in English."""

    def __init__(self, context: Any, variant: Variant, *, n_threads: int) -> None:
        import _pywhispercpp as engine

        self.engine, self.context, self.n_threads = engine, context, n_threads
        self.options = {**AS_TRANSFORMERS, "beams": variant.beams}
        self.params = self._params(variant.beams)
        self._encoding = ExitStack()
        self._n_windows = 0
        weakref.finalize(self, engine.whisper_free, context)

    def _params(self, beams: int) -> Any:
        engine = self.engine
        strategies = engine.whisper_sampling_strategy
        greedy = beams == 1
        params = engine.whisper_full_default_params(
            strategies.WHISPER_SAMPLING_GREEDY if greedy else strategies.WHISPER_SAMPLING_BEAM_SEARCH
        )
        own = (
            {"greedy": {"best_of": 1}} if greedy else {"beam_search": {"beam_size": beams, "patience": -1.0}}
        )
        settings = {**AS_TRANSFORMERS, **own, "n_threads": self.n_threads, "print_progress": False}
        for name, value in settings.items():
            setattr(params, name, value)
        this = weakref.proxy(self)  # which the engine would keep alive
        engine.assign_encoder_begin_callback(params, lambda *_: this.begin_encode())
        engine.assign_logits_filter_callback(params, lambda *_: this.end_encode())
        return params

    @property
    def decoding(self) -> Mapping[str, Any]:
        """The settings that decide what is decoded, and the conversion."""
        return {**self.options, **self.identity}

    def preprocess(self, audio: Sequence[Samples]) -> Sequence[Samples]:
        """Do nothing: the engine holds one recording's features at a time, so decode computes them."""
        return audio

    def encode(self, features: Sequence[Samples]) -> Sequence[Samples]:
        """Do nothing: where a window starts depends on the words before it, so decode encodes it."""
        return features

    def decode(self, encoded: Sequence[Samples]) -> Transcription:
        """Transcribe each recording, with features and encoder timed as the stages that they are."""
        self._n_windows = 0
        heard = [self._transcribe(samples) for samples in encoded]
        texts, n_tokens = zip(*heard, strict=True)
        return Transcription(texts, n_tokens, self._n_windows * WINDOW_S)

    def _transcribe(self, samples: Samples) -> tuple[str, int]:
        is_short = len(samples) <= WINDOW_S * SAMPLE_RATE_HZ
        self.params.no_timestamps = self.params.single_segment = is_short
        with self.stage("preprocess"):
            status = self.engine.whisper_pcm_to_mel(self.context, samples, len(samples), self.n_threads)
        with self._encoding:
            status = status or self.engine.whisper_full(self.context, self.params, NO_SAMPLES, 0)
        if status:
            raise ModelError(f"whisper.cpp failed on {self.source or 'a checkpoint'} with status {status}")
        return self._text(), self._n_tokens()

    def begin_encode(self) -> bool:
        """Hear from the engine that a window is about to be encoded."""
        self._n_windows += 1
        self._encoding.enter_context(self.stage("encode"))
        return True  # go on

    def end_encode(self) -> None:
        """Hear from the engine that there are logits."""
        self._encoding.close()  # nothing to do at any logits but a window's first

    def _text(self) -> str:
        segment_text, n_segments = self.engine.whisper_full_get_segment_text, self._n_segments()
        text = b"".join(segment_text(self.context, i) for i in range(n_segments))
        return text.decode("utf-8", errors="replace").strip()

    def _n_tokens(self) -> int:
        token, count = self.engine.whisper_full_get_token_id, self.engine.whisper_full_n_tokens
        end = self.engine.whisper_token_eot(self.context)
        return sum(
            token(self.context, i, j) != end
            for i in range(self._n_segments())
            for j in range(count(self.context, i))
        )

    def _n_segments(self) -> int:
        return int(self.engine.whisper_full_n_segments(self.context))


class WhisperCpp(Runtime):
    """Whisper by whisper.cpp, weights in half precision as its converter writes them."""

    name = "whisper-cpp"
    modules = (("_pywhispercpp", "pywhispercpp"),)
    extra = "whisper-cpp"
    model_types = ("whisper",)
    settings = frozenset({"beams"})

    def check(self, checkpoint: Checkpoint, variant: Variant | None = None) -> None:
        """Refuse another vocabulary than Whisper's own, too, and say how to come by a ggml file."""
        super().check(checkpoint, variant)
        if checkpoint.config.get("vocab_size") not in VOCABULARIES:
            raise ModelError(
                f"{checkpoint.name!r} has {checkpoint.config.get('vocab_size')} tokens; whisper.cpp knows "
                f"Whisper's own vocabularies alone, of {', '.join(map(str, VOCABULARIES))}"
            )
        check_ggml(checkpoint)

    def load(self, checkpoint: Checkpoint, *, device: str, variant: Variant) -> WhisperCppSystem:
        """Convert, and load; raises UnavailableError anywhere but on the CPU."""
        import torch

        if device != "cpu":
            raise UnavailableError(f"whisper.cpp as pywhispercpp ships it runs on cpu, not on {device}")
        conversion, file = to_ggml(checkpoint)
        system = WhisperCppSystem(_context(file), variant, n_threads=torch.get_num_threads())
        system.holds(conversion, checkpoint, "float16", file)
        return system


def _context(file: Path) -> Any:
    """Load a ggml file; raises ModelError with the engine's own words, which would crash if it went on."""
    import _pywhispercpp as engine

    options = engine.whisper_context_default_params()
    options.use_gpu = False
    lines: list[tuple[int, str]] = []
    engine.whisper_log_set(lambda *line: lines.append(line))
    try:
        context = engine.whisper_init_from_file_with_params(str(file), options)
    finally:
        engine.whisper_log_set(None)
    errors = [text.strip() for level, text in lines if level == LOG_LEVEL_ERROR]
    if errors:
        raise ModelError(f"whisper.cpp cannot load {file}: {'; '.join(errors)}")
    return context


RUNTIME = WhisperCpp()
