"""A service on the loopback, started here, stands for those that teams run."""

from __future__ import annotations

import io
import json
import threading
import time
import wave
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from asr_harness import systems
from asr_harness.errors import ModelError, UnavailableError
from asr_harness.measure import transcribe
from asr_harness.systems import Variant, http
from tests.conftest import noise

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Service:
    """Answers with the seconds that it heard, or as it is told."""

    url: str = ""
    status: int = 200
    body: bytes | None = None
    wait_s: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0


def parse(handler: BaseHTTPRequestHandler) -> dict[str, Any]:
    content = handler.rfile.read(int(handler.headers["Content-Length"]))
    head = f"Content-Type: {handler.headers['Content-Type']}\r\n\r\n".encode()
    parts = message_from_bytes(head + content).get_payload()
    return {
        str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True)
        for part in parts  # type: ignore[union-attr]
    }


@pytest.fixture
def service() -> Iterator[Service]:
    told, lock = Service(), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            fields = parse(self)
            with lock:
                told.at_once += 1
                told.most_at_once = max(told.most_at_once, told.at_once)
            with wave.open(io.BytesIO(fields.pop("file"))) as file:
                assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16_000)
                heard_s = file.getnframes() / 16_000
            time.sleep(told.wait_s)
            with lock:
                told.at_once -= 1
                texts = {name: value.decode() for name, value in fields.items()}
                key = self.headers.get("Authorization", "")
                told.asked.append(texts | {"path": self.path, "key": key})
            body = told.body or json.dumps({"text": f"{heard_s:g} seconds"}).encode()
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield told
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        http.KEY_VARIABLE,
        http.TIMEOUT_VARIABLE,
        "HTTP_PROXY",
        "http_proxy",
        "ALL_PROXY",
        "all_proxy",
    ):
        monkeypatch.delenv(name, raising=False)


def load(source: str, language: str | None = None) -> systems.LoadedSystem:
    return systems.load(source, device="cpu", weights="pretrained", language=language)


@pytest.mark.parametrize("batch_size", [1, 2, 3])
def test_a_batch_is_as_many_requests_and_their_texts_in_order(service: Service, batch_size: int) -> None:
    system = load(f"{service.url}#whisper-1", "pt").system
    lengths_s = (0.5, 1.0, 0.25)[:batch_size]
    heard = transcribe(system, [noise(audio_s) for audio_s in lengths_s])
    assert heard.texts == tuple(f"{audio_s:g} seconds" for audio_s in lengths_s)
    assert (heard.n_tokens, heard.processed_s, system.weights(), system.passes_recorded()) == (None,) * 4
    fields = {"model": "whisper-1", "response_format": "json", "temperature": "0", "language": "pt"}
    assert service.asked == [fields | {"path": "/v1/audio/transcriptions", "key": ""}] * batch_size
    assert system.is_remote


def test_the_requests_of_a_batch_run_at_once(service: Service) -> None:
    service.wait_s = 0.3
    transcribe(load(f"{service.url}#m").system, [noise(0.1)] * 3)
    assert service.most_at_once == 3


def test_the_language_is_left_out_where_none_is_known_and_is_fingerprinted(service: Service) -> None:
    source = f"{service.url}#m"
    loaded = {language: load(source, language) for language in (None, "de", "fr")}
    transcribe(loaded[None].system, [noise(0.1)])
    assert "language" not in service.asked[0]
    assert len({one.decoding_fingerprint for one in loaded.values()}) == 3


def test_the_key_comes_from_the_environment_and_is_in_nothing_that_is_kept(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(http.KEY_VARIABLE, "sk-secret")
    system = load(f"{service.url}#m").system
    transcribe(system, [noise(0.1)])
    assert service.asked[0]["key"] == "Bearer sk-secret"
    assert "sk-secret" not in repr([system.decoding, vars(system), system.configuration(), system.source])
    service.status, service.body = 401, b'{"error": "no such key: sk-secret"}'
    with pytest.raises(ModelError, match=f"answered 401.*set {http.KEY_VARIABLE}") as error:
        transcribe(system, [noise(0.1)])
    assert "sk-secret" not in str(error.value)


def test_a_key_is_not_sent_where_all_could_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(http.KEY_VARIABLE, "sk-secret")
    with pytest.raises(ModelError, match=r"is not encrypted.*use https"):
        load("http://asr.example.org/v1#m")


def test_a_redirect_is_not_followed_as_the_key_would_go_along(service: Service) -> None:
    service.status, service.headers = 307, {"Location": f"{service.url}/elsewhere"}
    with pytest.raises(ModelError, match=r"answered 307.*redirects are not followed"):
        transcribe(load(f"{service.url}#m").system, [noise(0.1)])
    assert len(service.asked) == 1


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (500, b"broken", "answered 500: 'broken'"),
        (429, b"slow down", "answered 429.*lower --asr-batch-sizes"),
        (404, b"", "answered 404.*ends as the service wants it"),
        (200, b"<html>", "answered with no JSON: '<html>'"),
        (200, b'{"text": 3}', "answered without a text"),
        (200, b"[]", "answered without a text"),
        (200, b" " * (http.MAX_ANSWER_BYTES + 1), "more than"),
    ],
)
def test_what_is_no_transcription_is_an_error_with_the_way_out(
    service: Service, status: int, body: bytes, message: str
) -> None:
    service.status, service.body = status, body
    with pytest.raises(ModelError, match=message):
        transcribe(load(f"{service.url}#m").system, [noise(0.1)])
    assert len(service.asked) == 1  # nothing is retried: a second try would be in the time


def test_an_answer_that_is_late_is_an_error(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(http.TIMEOUT_VARIABLE, "0.1")
    service.wait_s = 0.4
    with pytest.raises(ModelError, match=rf"no whole answer within 0\.1 s; set {http.TIMEOUT_VARIABLE}"):
        transcribe(load(f"{service.url}#m").system, [noise(0.1)])


def test_a_service_that_is_down_is_an_error() -> None:
    with pytest.raises(ModelError, match=r"cannot be asked .*is the service up"):
        transcribe(load("http://127.0.0.1:9/v1#m").system, [noise(0.1)])


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("http://127.0.0.1:8000/v1", "names no model; write BASE_URL#MODEL"),
        ("https://me:secret@host/v1#m", "holds a user, a password or a query"),
        ("https://host/v1?key=secret#m", "holds a user, a password or a query"),
        ("http:///v1#m", "is no address of a service"),
        ("http://host:99999/v1#m", "cannot be read"),
    ],
)
def test_an_address_that_is_none_or_holds_a_secret_is_refused_before_anything_runs(
    source: str, message: str
) -> None:
    with pytest.raises(ModelError, match=message) as error:
        systems.find_factory(source)
    assert "secret" not in str(error.value)


def test_a_setting_of_a_variant_makes_the_case_unavailable(service: Service) -> None:
    with pytest.raises(UnavailableError, match="does not know beams=5; it knows no settings"):
        systems.load(
            f"{service.url}#m",
            device="cpu",
            weights="pretrained",
            variant=Variant.from_settings({"beams": 5}),
        )
