"""What a zygote runs, as text after `python -c`: it imports, and then forks a process for each line it reads.

As text, so that no file of asr-harness is among its modules; for the same reason it imports the standard
library alone. Lines of JSON come by the first descriptor that it is given, and go by the second.
"""

import importlib
import json
import mmap
import os
import random
import runpy
import select
import sys

MOST_PAGES = 65536


def answer(descriptor: int, **fields: object) -> None:
    """Write one line."""
    os.write(descriptor, (json.dumps(fields) + "\n").encode())


def import_all(names: "list[str]") -> "dict[str, str]":
    """Import what can be; what cannot is left to the processes, and given with the reason."""
    failed = {}
    for name in names:
        try:
            importlib.import_module(name)
        except Exception as error:  # noqa: BLE001 (whatever a module raises: the process will tell)
            failed[name] = repr(error)
    return failed


def initialised() -> "list[str]":
    """Name the kinds of accelerator that imports have initialised, which no forked process can use."""
    torch = sys.modules.get("torch")
    kinds = [(name, getattr(torch, name, None)) for name in ("cuda", "xpu")]
    return [name for name, kind in kinds if kind is not None and kind.is_initialized()]


def n_threads() -> int:
    """Count the threads that a fork leaves here: one first, since OpenBLAS ends its own before a fork."""
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)
    return len(os.listdir("/proc/self/task"))  # noqa: PTH208 (pathlib would be one more module)


def become(request: "dict[str, object]", by_imports: "dict[str, str]") -> "mmap.mmap":
    """Make of a forked process what a new one would be: log, session, folder, variables, path, seeds.

    `by_imports` are the variables that the imports set, as they would in a new process.
    """
    log, folder, variables = str(request["log"]), str(request["folder"]), request["environment"]
    os.setsid()
    for target, flags in ((0, os.O_RDONLY), (1, os.O_WRONLY | os.O_APPEND)):
        opened = os.open(log if target else os.devnull, flags)
        os.dup2(opened, target)
        os.close(opened)
    os.dup2(1, 2)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(by_imports)
    os.environ.update(variables)  # type: ignore[call-overload]
    own = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    sys.path[:] = [folder, *own, *sys.path]
    sys.path_importer_cache.clear()
    if "numpy.random" in sys.modules:  # else all processes would draw the same numbers
        sys.modules["numpy.random"].seed()
    # A new process has its addresses from the kernel's dice; here, a hole of a random size moves them.
    return mmap.mmap(-1, random.SystemRandom().randint(1, MOST_PAGES) * mmap.PAGESIZE, prot=0)


def serve(requests: int, replies: int) -> "tuple[dict[str, object], dict[str, str]] | None":
    """Fork for each line. Gives the line in the forked process, and None in the zygote at the end.

    With the line come the variables that imports have set here.
    """
    children: dict[int, int] = {}
    started_with, unread = dict(os.environ), b""
    while True:
        readable, _, _ = select.select([requests, *children], [], [])
        for descriptor in readable:
            if descriptor != requests:
                pid = children.pop(descriptor)
                os.close(descriptor)
                answer(replies, pid=pid, status=os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        if requests not in readable:
            continue
        read = os.read(requests, 65536)
        if not read:
            return None
        *lines, unread = (unread + read).split(b"\n")
        for line in lines:
            request = json.loads(line)
            if "import" in request:
                failed = import_all(request["import"])
                answer(
                    replies, failed=failed, n_threads=n_threads(), initialised=initialised(),
                    variables=sorted(_new(started_with)),
                )  # fmt: skip
                continue
            pid = os.fork()
            if not pid:
                for descriptor in (requests, replies, *children):
                    os.close(descriptor)
                return dict(request), _new(started_with)
            children[os.pidfd_open(pid)] = pid
            answer(replies, forked=pid)


def _new(before: "dict[str, str]") -> "dict[str, str]":
    return {name: value for name, value in os.environ.items() if before.get(name) != value}


def main() -> None:
    """Serve until the driver hangs up; a forked process goes on as `python -m MODULE ARGUMENTS` would."""
    sys.path[:] = [entry for entry in sys.path if entry]  # not the folder that the driver runs in
    served = serve(*map(int, sys.argv[1:3]))
    if served is not None:
        request, by_imports = served
        hole = become(request, by_imports)
        sys.argv = [str(request["module"]), *request["arguments"]]  # type: ignore[misc]
        runpy.run_module(str(request["module"]), run_name="__main__", alter_sys=True)
        hole.close()


if __name__ == "__main__":
    main()
