"""Large pages for the memory of both sides: which small ones a process gets is chance, and costs it percents.

Processes of the same code differ for as long as they live, since their weights lie in other pages and compete
for other parts of the caches. In pages of 2 MiB there is less left to chance.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TUNABLES, LARGE_PAGES = "GLIBC_TUNABLES", "glibc.malloc.hugetlb"


def with_large_pages(environment: Mapping[str, str]) -> dict[str, str]:
    """Have malloc ask for transparent huge pages, unless the environment says whether it should.

    Memory Allocation Tunables, The GNU C Library, from 2.35 on; an older one, another library and a kernel
    without such pages ignore it. Other systems than Linux get what they gave.
    """
    tunables = [one for one in environment.get(TUNABLES, "").split(":") if one]
    if sys.platform != "linux" or any(one.startswith(f"{LARGE_PAGES}=") for one in tunables):
        return dict(environment)
    return {**environment, TUNABLES: ":".join([*tunables, f"{LARGE_PAGES}=1"])}
