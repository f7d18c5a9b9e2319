"""Vega, Vega-Lite and Vega-Embed as one script, put together once and kept in the cache folder."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib.metadata import version

from asr_harness import cache as cache_folder
from asr_harness.errors import DataError

PACKAGE = "vl-convert-python"


@cache
def vega_script() -> str:
    """Give the script, from the package that also makes the images.

    A copy is kept for each version of the package, and made anew where it is not what its digits say.
    """
    path = cache_folder.root() / "scripts" / f"vega-{version(PACKAGE)}.js"
    with suppress(OSError):
        digits, _, script = path.read_bytes().partition(b"\n")
        if digits == _digits(script):
            return script.decode()
    made = _bundle().encode()
    with suppress(DataError):  # without the copy, the next page takes as long
        cache_folder.publish(path, _digits(made) + b"\n" + made)
    return made.decode()


def _bundle() -> str:
    """Have the scripts bundled, without what would end the element around them."""
    import vl_convert

    bundle = str(vl_convert.javascript_bundle())  # type: ignore[call-arg]
    return bundle.replace("</script", "<\\/script")


def _digits(script: bytes) -> bytes:
    return sha256(script).hexdigest().encode()
