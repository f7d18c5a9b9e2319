import sys

import pytest

from asr_harness.ab.large_pages import with_large_pages

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere malloc has no such tunable")


@on_linux
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, "glibc.malloc.hugetlb=1"),
        ({"GLIBC_TUNABLES": ""}, "glibc.malloc.hugetlb=1"),
        (
            {"GLIBC_TUNABLES": "glibc.malloc.arena_max=1"},
            "glibc.malloc.arena_max=1:glibc.malloc.hugetlb=1",
        ),
        ({"GLIBC_TUNABLES": "glibc.malloc.hugetlb=0"}, "glibc.malloc.hugetlb=0"),
        ({"GLIBC_TUNABLES": "glibc.malloc.hugetlb=2:x=1"}, "glibc.malloc.hugetlb=2:x=1"),
    ],
)
def test_malloc_is_asked_for_large_pages_unless_told(before: dict[str, str], after: str) -> None:
    assert with_large_pages({**before, "PATH": "/bin"}) == {"PATH": "/bin", "GLIBC_TUNABLES": after}


def test_other_systems_get_what_they_gave(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert with_large_pages({"PATH": "/bin"}) == {"PATH": "/bin"}
