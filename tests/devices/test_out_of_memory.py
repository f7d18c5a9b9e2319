"""What the system really says where memory has run out is told apart from every other failure."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_AS limits nothing elsewhere")

LIMITED = """
import mmap, resource
import numpy, torch
from asr_harness.devices import recorded

kept = torch.zeros(8) + 1  # what a first call sets up
with open("/proc/self/statm") as statm:
    used = int(statm.read().split()[0]) * resource.getpagesize()
before = resource.getrlimit(resource.RLIMIT_AS)
for ask in (
    lambda: bytearray(2**32),
    lambda: numpy.ones(2**30),
    lambda: torch.empty(2**32),
    lambda: mmap.mmap(-1, 2**32),
):
    resource.setrlimit(resource.RLIMIT_AS, (used + 2**27, before[1]))
    try:
        ask()
        raise AssertionError("there was room")
    except (MemoryError, RuntimeError, OSError) as error:
        resource.setrlimit(resource.RLIMIT_AS, before)
        assert recorded("cpu").is_out_of_memory(error), repr(error)
        print(type(error).__name__)
"""


def test_a_limit_of_the_address_space_is_out_of_memory_to_every_library() -> None:
    done = subprocess.run([sys.executable, "-c", LIMITED], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.split()) == 4
