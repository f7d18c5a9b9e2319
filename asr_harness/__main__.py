"""`python -m asr_harness`, which is `asr-harness`."""

import sys

from asr_harness.cli import main

if __name__ == "__main__":
    sys.exit(main())
