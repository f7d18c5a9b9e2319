"""Reading runs and reporting on them loads no framework."""

import subprocess
import sys

HEAVY = ("torch", "transformers", "datasets", "altair", "pandas")
CODE = """
import sys
from importlib import import_module
from pkgutil import walk_packages
import asr_harness.report as report
for info in walk_packages(report.__path__, "asr_harness.report."):
    import_module(info.name)
print(*(name for name in {heavy} if name in sys.modules))
"""


def test_importing_all_of_report_loads_nothing_heavy() -> None:
    command = [sys.executable, "-c", CODE.format(heavy=HEAVY)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() == []
