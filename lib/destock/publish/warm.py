"""The warm parent and supervisor of a batch: it imports the third-party libraries once and forks a
process for every job.

Run as a script by ``packs``, and never with a line of ours or an engine loaded: what a report
imports of destock is imported in its own process. Where there is no safe fork (macOS) the same jobs
start as fresh processes. Every job is held to its time and memory, and ends with all that it
started.
"""

import errno
import gc
import importlib
import os
import random
import shutil
import signal
import sys
import threading
import time
import tomllib
from collections import deque
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import Process, active_children, get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path

import psutil

FORKS = sys.platform == "linux"
LIBRARIES = tomllib.loads(Path(__file__).with_name("libraries.toml").read_text("utf-8"))["groups"]
FULL = (errno.ENOSPC, errno.EDQUOT)
UNWRITABLE = (*FULL, errno.EROFS, errno.EACCES, errno.EPERM)
TICK = 0.5  # seconds between two looks at memory and time
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


@dataclass
class Job:
    """One process under supervision: what it does, since when, how far it is, and the most memory
    that it held.
    """

    request: dict
    process: Process
    connection: Connection
    started: float = field(default_factory=time.monotonic)
    notes: dict = field(default_factory=dict)
    peak: int = 0
    cause: dict = field(default_factory=dict)


def main() -> None:
    """Serve the requests that come through the inherited connection until it is closed."""
    handle, workers, folder, groups = sys.argv[1:]
    requests = Connection(int(handle))
    # a check of addresses and a debugger that nobody here asks for: seconds at import
    for unwanted in ("rfc3987_syntax", "debugpy"):
        sys.modules[unwanted] = None
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    _process_control(PR_SET_CHILD_SUBREAPER, 1)
    running: list[Job] = []
    try:
        _serve(requests, running, int(workers), int(groups))
    finally:
        for job in running:
            _end(job)
        _end_descendants()
        _remove(folder)


def _remove(folder: str) -> None:
    """As ``end_session`` of ``folders`` does, without a line of ours loaded."""
    with suppress(OSError), open(os.path.join(folder, "belongings"), "rb") as listed:
        for also in listed.read().split(b"\0")[:-1]:
            shutil.rmtree(os.fsdecode(also), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def _serve(requests: Connection, running: list[Job], workers: int, groups: int) -> None:
    """Start what is asked for and hand back its answers; in between, look after limits, prepare."""
    waiting, preparations = deque(), deque(_preparations(groups) if FORKS else ())
    while True:
        there = preparations[0][0] if preparations else len(LIBRARIES)
        _start_what_can(waiting, running, workers, there)
        seconds = 0 if preparations else TICK if running else None
        ready = wait([requests, *(job.connection for job in running)], seconds)
        if requests in ready:
            request = _asked(requests)
            if not request:
                return
            waiting.append(request)
        if not ready:
            _hold_to_limits(running)
        _hand_back(requests, running)
        if preparations and not ready:
            _, prepare = preparations.popleft()
            prepare()


def _hand_back(requests: Connection, running: list[Job]) -> None:
    """Send the answers of the jobs that are over."""
    for job in list(running):
        if answer := _answer(job):
            running.remove(job)
            requests.send({"id": job.request["id"], "peak": job.peak} | answer)


def _asked(requests: Connection) -> dict:
    """What the command asks for; nothing where it has ended, or was killed."""
    try:
        message = requests.recv()
    except (EOFError, OSError):
        return {}
    return {} if "end" in message else message


def _preparations(groups: int) -> list[tuple[int, Callable]]:
    """What to do while nothing is asked: import so many groups of libraries, then, after all,
    rehearse; each with the number of the groups before it.
    """
    todo = [
        (group, partial(importlib.import_module, name))
        for group, names in enumerate(LIBRARIES[:groups])
        for name in names
    ]
    if groups == len(LIBRARIES):
        todo.append((groups - 1, _rehearse))
    return todo


def _rehearse() -> None:
    """Render an empty notebook: what the libraries build at their first use is then there in every
    job.
    """
    from nbconvert import HTMLExporter
    from nbformat.v4 import new_markdown_cell, new_notebook

    HTMLExporter(template_name="basic").from_notebook_node(
        new_notebook(cells=[new_markdown_cell("#")])
    )


def _start_what_can(waiting: deque, running: list[Job], workers: int, there: int) -> None:
    """Start the jobs that wait for no more than the groups of libraries that are there, first come,
    first served.
    """
    # while this process imports, it is one of those at work
    most = workers if there == len(LIBRARIES) else max(workers - 1, 1)
    for request in list(waiting):
        if request["groups"] <= there and len(running) < most:
            waiting.remove(request)
            running.append(_start(request))


def _answer(job: Job) -> dict:
    """What a job answered, or why it did not; empty while it is at work."""
    try:
        while job.connection.poll():
            message = job.connection.recv()
            if "answer" in message:
                job.process.join()
                return _ended(job, message)
            job.notes |= message
    except EOFError:
        job.process.join()
        return _ended(
            job,
            {"cause": job.cause or {"signal": -(job.process.exitcode or 0)}, "notes": job.notes},
        )
    return {}


def _ended(job: Job, answer: dict) -> dict:
    job.connection.close()
    job.process.close()
    _reap_orphans()
    return answer


def _hold_to_limits(running: list[Job]) -> None:
    """Measure every job's memory, its children's with it, and end those that take too much or too
    long.
    """
    trees = {job.process.pid: [] for job in running}
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            top = next((one.pid for one in [process, *process.parents()] if one.pid in trees), None)
            trees.get(top, []).append(process.memory_info().rss)
    for job in running:
        now = sum(trees[job.process.pid])
        job.peak = max(job.peak, now)
        if time.monotonic() - job.started > job.request["seconds"]:
            job.cause = {"seconds": job.request["seconds"]}
        elif now > job.request["memory"]:
            job.cause = {"memory": job.request["memory"]}
        if job.cause:
            _end(job)


def _end(job: Job) -> None:
    """Kill a job and all that it started; what was adopted on the way goes with
    ``_reap_orphans``.
    """
    with suppress(psutil.Error):
        top = psutil.Process(job.process.pid)
        for process in [*top.children(recursive=True), top]:
            process.kill()


def _reap_orphans() -> None:
    """A process whose job is over was adopted by this one: it ends too."""
    if FORKS:
        _end_descendants(besides={process.pid for process in active_children()})


def _end_descendants(besides: Collection[int] = ()) -> None:
    """Kill every child that is not named, and theirs, until none is left: each that dies leaves its
    own to us.
    """
    while children := [child for child in psutil.Process().children() if child.pid not in besides]:
        for child in children:
            with suppress(psutil.Error):
                child.kill()
            with suppress(ChildProcessError):
                os.waitpid(child.pid, 0)


def _start(request: dict) -> Job:
    """A process for a job: forked from this one, which has a single thread, or fresh where there is
    no safe fork.
    """
    if FORKS and threading.active_count() != 1:
        raise RuntimeError("the warm parent may not have threads")
    context = get_context("fork" if FORKS else "spawn")
    mine, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(request, theirs))
    gc.freeze()  # what is here already is not looked at again, and so stays shared
    process.start()
    theirs.close()
    return Job(request, process, mine)


def _work(request: dict, connection: Connection) -> None:
    """In the process of a job: fork its kernel while the process is clean, then import ours and do
    what is asked.
    """
    _close_all_but(connection.fileno())
    _stop_with_parent()
    for number in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    _process_control(PR_SET_CHILD_SUBREAPER, 1)
    kernel = {"waiting": _fork_kernel()} if request["kernel"] and FORKS else {}
    try:
        module, name = request["call"].split(":")
        answer = getattr(importlib.import_module(module), name)(
            **request["arguments"], **kernel, note=connection.send
        )
    # a Fault with its code, a full disk, or a defect of ours: said, never swallowed
    except Exception as error:
        answer = _failure(error)
    _end_descendants()
    connection.send({"answer": answer})


def _failure(error: Exception) -> dict:
    if hasattr(error, "exit_code"):
        return {"exit_code": error.exit_code, "error": str(error)}
    # Arrow's own writer and DuckDB's say in words what the system told them
    number = getattr(error, "errno", None) or next(
        (n for n in FULL if os.strerror(n) in str(error)), None
    )
    if number in UNWRITABLE:
        return {
            "exit_code": 5,
            "error": str(error),
            "errno": number,
            "path": getattr(error, "filename", None),
        }
    # what it was made for, then the defect
    said = ": ".join([*getattr(error, "__notes__", ()), f"{type(error).__name__}: {error}"])
    return {"exit_code": 1, "error": said, "again": isinstance(error, ConnectionError)}


def _fork_kernel() -> tuple[int, int]:
    """A clean process that becomes a kernel once it is told how, through a pipe: its pid, and where
    to tell it.
    """
    reading, writing = os.pipe()
    if pid := os.fork():
        os.close(reading)
        return pid, writing
    code = 1
    try:
        _close_all_but(reading)
        _stop_with_parent()
        _become_kernel(reading)
        code = 0
    finally:
        os._exit(code)


def _become_kernel(reading: int) -> None:
    """Wait for the command line that Jupyter would have started; be that kernel, with a session and
    random states of its own.
    """
    from ipykernel.kernelapp import IPKernelApp

    with Connection(reading, writable=False) as orders:
        order = orders.recv()
    os.setsid()
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    random.seed()
    sys.modules["numpy"].random.seed()
    IPKernelApp.launch_instance(order["arguments"])


def _close_all_but(kept: int) -> None:
    """Hold no end of a pipe between others: whoever waits for its close would wait for this
    process.
    """
    if FORKS:
        os.closerange(3, kept)
        os.closerange(kept + 1, os.sysconf("SC_OPEN_MAX"))


def _process_control(option: int, value: int) -> None:
    if FORKS:
        import ctypes

        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def _stop_with_parent() -> None:
    """Be killed by the system when the parent dies, however it dies."""
    _process_control(PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    main()
