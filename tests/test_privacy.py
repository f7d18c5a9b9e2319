"""What a saved run tells of the person and the machine: nothing, unless it is asked to."""

import socket
from pathlib import Path

import pytest

from asr_harness.privacy import NoMask, make_mask, plain_variable, public_location, public_path


@pytest.fixture(autouse=True)
def someone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/srv/people/jane")
    monkeypatch.setenv("LOGNAME", "janedoe")
    monkeypatch.setattr(socket, "gethostname", lambda: "lab-server-7")


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("DataError: /data/corpora/TED/sph/a.sph is short", "DataError: …/TED/sph/a.sph is short"),
        ("cannot open '/srv/people/jane/x.wav'", "cannot open '~/x.wav'"),
        ("/home/bob/x and /Users/Bob/y", "~/x and ~/y"),
        ("no route from lab-server-7 to janedoe", "no route from HOST to USER"),
        ("a lab-server-71 of janedoes", "a lab-server-71 of janedoes"),
        ("https://jane:ghp_1@github.com/a/b failed", "https://github.com/a/b failed"),
        ("https://hub/x?X-Signature=abc&y=1 is 403", "https://hub/x is 403"),
        ("401 for hf_abcdefgh", "401 for $HF_TOKEN"),
        ("CUDA out of memory: 3/4 of 16 GiB, see a/b", "CUDA out of memory: 3/4 of 16 GiB, see a/b"),
    ],
)
def test_a_message_keeps_what_helps_and_loses_who_it_is_of(text: str, public: str) -> None:
    mask = make_mask(
        [Path("/data/corpora/TED")], {"HF_TOKEN": "hf_abcdefgh", "A_TOKEN": "7", "PATH": "/data"}
    )
    assert mask(text) == public


def test_who_asks_for_it_is_identified() -> None:
    assert NoMask()("/home/bob on lab-server-7") == "/home/bob on lab-server-7"


@pytest.mark.parametrize(
    ("spec", "public"),
    [
        ("embedded", "embedded"),
        ("tedlium", "tedlium"),
        ("tedlium:hub:kfajdsl/tedlium", "tedlium:hub:kfajdsl/tedlium"),
        ("tedlium:/home/jane/TED", "tedlium:…/TED"),
        ("tedlium:~/TED,/data/b.tgz", "tedlium:…/TED,…/b.tgz"),
        ("tedlium:TED", "tedlium:TED"),
    ],
)
def test_of_a_corpus_only_its_own_name_is_told(spec: str, public: str) -> None:
    assert public_location(spec) == public
    assert public_location(public) == public


def test_of_a_path_only_its_last_name_is_told() -> None:
    assert public_path("/home/jane/ckpt") == "…/ckpt"
    assert public_path("module:function") == "module:function"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, None),
        ("4", "4"),
        ("0,1", "0,1"),
        ("GPU-8932f937-d72c", "GPU-8932f937-d72c"),
        (
            "glibc.malloc.hugetlb=1:glibc.malloc.arena_max=2",
            "glibc.malloc.hugetlb=1:glibc.malloc.arena_max=2",
        ),
        ("/usr/lib/x86_64-linux-gnu/libjemalloc.so.2", "libjemalloc.so.2"),
        ("/home/jane/libown.so", "set"),
        ("glibc.malloc.check=my secret", "set"),
        ("my secret", "set"),
    ],
)
def test_variables_tell_numbers_devices_and_allocators_alone(value: str | None, told: str | None) -> None:
    assert plain_variable(value) == told
