"""A service that transcribes over HTTP, as OpenAI's `/v1/audio/transcriptions` does: `BASE_URL#MODEL`.

A batch is sent as so many requests at once. Its answer is a whole: nothing is known of stages, tokens or
weights, and the time holds the way there and back. The key comes from an environment variable and is kept
nowhere else; it is sent to no other address than the one that was named.
"""

from __future__ import annotations

import io
import json
import os
import wave
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np

from asr_harness.errors import ModelError
from asr_harness.schema.audio import SAMPLE_RATE_HZ
from asr_harness.systems.base import System, Transcription

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from asr_harness.schema.audio import Samples

SCHEMES = ("http://", "https://")
KEY_VARIABLE = "ASR_HARNESS_API_KEY"
TIMEOUT_VARIABLE = "ASR_HARNESS_HTTP_TIMEOUT"
TIMEOUT_S, CONNECT_S = 60.0, 10.0
MAX_ANSWER_BYTES = 4 * 1024**2
MAX_CONNECTIONS = 64
MAX_SHOWN = 200
LOOPBACK = ("localhost", "127.0.0.1", "::1")
BAD_REQUEST = 400
HINTS = {
    401: f"set {KEY_VARIABLE} to a valid key",
    403: f"the key in {KEY_VARIABLE} may not use this model",
    404: "see whether BASE_URL ends as the service wants it, such as /v1, and whether it has the model",
    413: "choose a shorter bucket",
    429: "lower --asr-batch-sizes, or raise the service's limit",
}
PATH = "/audio/transcriptions"


class HttpSystem(System):
    """Sends audio as 16-bit WAV and takes the text of the answer; follows no redirect, retries nothing."""

    is_remote = True

    def __init__(
        self,
        base_url: str,
        *,
        model: str,
        timeout_s: float | None = None,
        key_variable: str = KEY_VARIABLE,
    ) -> None:
        self._base_url, self._model = checked_url(base_url), model
        self._timeout_s = _timeout_s() if timeout_s is None else timeout_s
        self._key_variable = key_variable
        self._language: str | None = None
        self._session = _session()
        if self._key() and not _is_safe(self._base_url):
            raise ModelError(
                f"{key_variable} is set, and {self._base_url} is not encrypted: the key would be readable "
                f"on its way; use https, or unset {key_variable}"
            )

    @property
    def decoding(self) -> Mapping[str, Any]:
        """What is asked of the service, for the fingerprint; never the key."""
        return {"base_url": self._base_url, **self._fields()}

    def set_language(self, language: str | None) -> None:
        """Name the language in every request; None leaves it to the service."""
        self._language = language

    def preprocess(self, audio: Sequence[Samples]) -> Sequence[Samples]:
        """Hand the audio on: there is one stage."""
        return audio

    def encode(self, features: Sequence[Samples]) -> Sequence[Samples]:
        """Hand the audio on: there is one stage."""
        return features

    def decode(self, encoded: Sequence[Samples]) -> Transcription:
        """Send a request for each recording, all at once, and wait for the last answer.

        Raises ModelError for an answer that is late, refused, or no transcription.
        """
        if len(encoded) == 1:
            return Transcription((self._ask(encoded[0]),))
        with ThreadPoolExecutor(min(len(encoded), MAX_CONNECTIONS)) as pool:
            return Transcription(tuple(pool.map(self._ask, encoded)))

    def _fields(self) -> dict[str, str]:
        fields = {"model": self._model, "response_format": "json", "temperature": "0"}
        return fields if self._language is None else {**fields, "language": self._language}

    def _key(self) -> str:
        return os.environ.get(self._key_variable, "").strip()

    def _ask(self, samples: Samples) -> str:
        from requests import RequestException, Timeout

        url, began = f"{self._base_url}{PATH}", monotonic()
        try:
            with self._session.post(
                url,
                data=self._fields(),
                files={"file": ("audio.wav", _wav(samples), "audio/wav")},
                auth=self._authorised,
                timeout=(CONNECT_S, self._timeout_s),
                allow_redirects=False,
                stream=True,
            ) as response:
                content = self._content(response, url, began)
                status = response.status_code
        except Timeout as error:
            raise self._late(url) from error
        except RequestException as error:
            raise ModelError(
                f"{url} cannot be asked ({self._shown(str(error))}); is the service up?"
            ) from error
        return self._text(content, status, url)

    def _authorised(self, request: Any) -> Any:
        """Add the key; being asked here keeps requests from looking for one in ~/.netrc."""
        if key := self._key():
            request.headers["Authorization"] = f"Bearer {key}"
        return request

    def _content(self, response: Any, url: str, began: float) -> bytes:
        """Read an answer within its time and size: a service that drips would never end."""
        held = bytearray()
        for chunk in response.iter_content(2**16):
            held += chunk
            if monotonic() - began > self._timeout_s:
                raise self._late(url)
            if len(held) > MAX_ANSWER_BYTES:
                raise ModelError(
                    f"{url} answered with more than {MAX_ANSWER_BYTES} bytes; is it the right address?"
                )
        return bytes(held)

    def _late(self, url: str) -> ModelError:
        return ModelError(
            f"{url} gave no whole answer within {self._timeout_s:g} s; set {TIMEOUT_VARIABLE} to more "
            "seconds, or choose a shorter bucket or a smaller batch"
        )

    def _text(self, content: bytes, status: int, url: str) -> str:
        shown = self._shown(content[: 4 * MAX_SHOWN].decode("utf-8", "replace"))
        if not 200 <= status < 300:  # noqa: PLR2004 - what HTTP calls successful
            hint = HINTS.get(
                status, "redirects are not followed: name the address itself" if status < BAD_REQUEST else ""
            )
            raise ModelError(f"{url} answered {status}: {shown}" + (f"; {hint}" if hint else ""))
        try:
            answer = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise ModelError(f"{url} answered with no JSON: {shown}; is it the right address?") from error
        text = answer.get("text") if isinstance(answer, dict) else None
        if not isinstance(text, str):
            raise ModelError(f"{url} answered without a text: {shown}; it answers {{'text': …}}")
        return text

    def _shown(self, text: str) -> str:
        """Shorten what a stranger wrote, and leave the key out, should it be repeated."""
        key = self._key()
        return repr((text.replace(key, "…") if key else text)[:MAX_SHOWN])


def is_url(source: str) -> bool:
    """Whether a source names a service."""
    return source.startswith(SCHEMES)


def factory(source: str) -> Callable[..., HttpSystem]:
    """Give what makes a system of `BASE_URL#MODEL`; raises ModelError where that names none."""
    base_url, _, model = source.partition("#")
    checked_url(base_url)
    if not model:
        raise ModelError(f"{base_url} names no model; write BASE_URL#MODEL, as in {base_url}#whisper-1")
    _session()
    _timeout_s()

    def load(*, device: str) -> HttpSystem:  # noqa: ARG001 - it runs elsewhere
        return HttpSystem(base_url, model=model)

    return load


def checked_url(base_url: str) -> str:
    """Give an address without its last slash; raises ModelError for one that holds secrets, or is none."""
    try:
        parts = urlsplit(base_url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ModelError(
            f"a service's address cannot be read ({error}); write https://HOST/v1#MODEL"
        ) from error
    if parts.username or parts.password or parts.query:
        # Not shown: what stands there is a secret, as a rule.
        raise ModelError(
            f"the address of {host} holds a user, a password or a query, and addresses are saved; give the "
            f"key in {KEY_VARIABLE}"
        )
    if not is_url(base_url) or not host:
        raise ModelError(f"{base_url!r} is no address of a service; write https://HOST/v1#MODEL")
    return base_url.rstrip("/")


def _is_safe(base_url: str) -> bool:
    parts = urlsplit(base_url)
    return parts.scheme == "https" or parts.hostname in LOOPBACK


def _timeout_s() -> float:
    text = os.environ.get(TIMEOUT_VARIABLE) or str(TIMEOUT_S)
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 24 * 3600:
        raise ModelError(f"{TIMEOUT_VARIABLE} is {text!r}; it holds seconds, above 0")
    return seconds


def _session() -> Any:
    try:
        import requests
    except ImportError as error:
        raise ModelError(
            f"services are asked by requests ({error}); pip install 'asr-harness[http]'"
        ) from error
    session = requests.Session()
    adapter = requests.adapters.HTTPAdapter(pool_connections=1, pool_maxsize=MAX_CONNECTIONS, max_retries=0)
    for scheme in SCHEMES:
        session.mount(scheme, adapter)
    return session


def _wav(samples: Samples) -> bytes:
    pcm = np.clip(np.rint(samples * 32768), -32768, 32767).astype("<i2")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes(pcm.tobytes())
    return buffer.getvalue()
