"""The processes of a command: a warm parent, its jobs under their limits, and nothing left when
the command ends.
"""

import os
import random
import re
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import suppress
from itertools import count
from multiprocessing import Pipe
from pathlib import Path

import psutil

from destock.model.folders import (
    BELONGS,
    begin_session,
    end_session,
    goes_with_session,
)
from destock.model.messages import Fault, mark, say
from destock.publish import warm

JOB_SECONDS = 3600
LOOK_UP = 0.5  # seconds
TRIES = 3


class Supervisor:
    """The warm parent in a process of its own: takes jobs, gives futures; when it is left, nothing
    of it stays.

    ``groups``: how many groups of libraries its jobs will need at most.
    """

    def __init__(self, workers: int | None = None, groups: int = len(warm.LIBRARIES)):
        self.workers, self.groups = workers or os.cpu_count() or 1, groups
        self._numbers, self._futures, self._one_at_a_time = count(), {}, threading.Lock()
        self._process, self._starting, self._over = None, threading.Lock(), False

    def __enter__(self) -> "Supervisor":
        end_strays()
        try:
            self.folder = tempfile.mkdtemp(prefix=f"destock-{os.getpid()}-")
            begin_session(self.folder)
        except OSError as error:
            raise Fault(
                5,
                mark('cannot write to "{path}": {reason}'),
                path=tempfile.gettempdir(),
                reason=error.strerror,
            ) from error
        return self

    def _start(self) -> None:
        """Start the warm parent with the first job: a command whose pack is being made already ends
        without one.
        """
        with self._starting:
            # an interrupt came before the first job: what it starts now would run to its end
            if self._over:
                raise _ended()
            if self._process:
                return
            self._pipe, theirs = Pipe()
            command = [
                sys.executable,
                "-P",
                warm.__file__,
                *map(str, (theirs.fileno(), self.workers, self.folder, self.groups)),
            ]
            with Path(self.folder, "log").open("w") as log:
                self._process = subprocess.Popen(  # noqa: S603
                    command,
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,
                    env=os.environ | self._environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                )
            theirs.close()
            threading.Thread(target=self._listen, daemon=True).start()

    def _environment(self) -> dict[str, str]:
        """What kernels find, whatever the shell or the timer that started the command has."""
        fixed = {
            "PYTHONUTF8": "1",
            "TZ": "UTC",
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        }
        fixed |= dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        return fixed | {"TMPDIR": self.folder, BELONGS: self.folder}

    def __exit__(self, *_) -> None:
        with self._starting:
            self._over = True
        if self._process:
            # a signal could fall into an import that swallows what it raises
            self._send({"end": True})
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(10)
            self._process.kill()
            self._process.wait()
        _end_belongings(self.folder)
        end_session(self.folder)

    def _listen(self) -> None:
        try:
            while True:
                answer = self._pipe.recv()
                self._futures.pop(answer["id"]).set_result(answer)
        except (EOFError, OSError):
            for number in list(self._futures):
                self._futures.pop(number).set_exception(_ended())

    def _send(self, message: dict) -> bool:
        with self._one_at_a_time, suppress(OSError):
            self._pipe.send(message)
            return True
        return False

    def submit(
        self,
        call: str,
        memory: float = 0.8,
        kernel: bool = False,
        groups: int = len(warm.LIBRARIES),
        seconds: float = JOB_SECONDS,
        **arguments,
    ) -> Future:
        """Start ``module:function`` in a process of its own, once so many groups of libraries are
        imported.

        ``memory`` is its limit as a share of the machine's.
        """
        self._start()
        number, future = next(self._numbers), Future()
        self._futures[number] = future
        request = {
            "id": number,
            "call": call,
            "arguments": arguments,
            "kernel": kernel,
            "groups": groups,
        }
        if not self._send(
            request | {"seconds": seconds, "memory": memory * psutil.virtual_memory().total}
        ):
            raise _ended()
        return future

    def result(self, job: Callable[[], Future]) -> dict:
        """A job's answer; a kernel that did not start and a lost connection are tried again,
        nothing else is.
        """
        for n in range(TRIES):
            said = next(as_they_end([job()])).result()
            answer = said["answer"] if "answer" in said else _cause(said)
            if "errno" in answer:
                raise OSError(answer["errno"], os.strerror(answer["errno"]), answer["path"])
            if not answer.get("again") or n == TRIES - 1:
                return answer
            time.sleep(2**n + random.random())  # noqa: S311

    def answered(self, call: str, groups: int, **arguments) -> dict:
        """What a job of ours answers; raises the Fault that it ended in."""
        answer = self.result(
            lambda: self.submit(f"destock.publish.{call}", groups=groups, **arguments)
        )
        if "exit_code" in answer:
            raise Fault(answer["exit_code"], "{error}", error=answer["error"])
        return answer

    def belongs(self, folder: Path) -> None:
        """Remove this folder too when the command ends, even if it is killed."""
        goes_with_session(folder, self.folder)


def as_they_end(jobs: Iterable[Future]) -> Iterator[Future]:
    """The jobs as they end. The waiting is broken off twice a second: a signal may reach any thread
    of a process, and a main thread that sleeps through it answers only when it wakes.
    """
    running = set(jobs)
    while running:
        ended, running = wait(running, LOOK_UP, FIRST_COMPLETED)
        yield from ended


def _ended() -> Fault:
    return Fault(7, mark("the supervisor of the kernels was ended"))


def _cause(said: dict) -> dict:
    """What became of a job that could not answer itself."""
    cause, peak = said["cause"], round(said["peak"] / 1e6)
    where = {"cell": said["notes"].get("cell", "–")}
    if "seconds" in cause:
        return where | {
            "exit_code": 6,
            "error": say("it took longer than {seconds} seconds", seconds=cause["seconds"]),
        }
    if "memory" in cause:
        return where | {
            "exit_code": 7,
            "error": say(
                "it needed more than {limit} MB of memory", limit=round(cause["memory"] / 1e6)
            ),
        }
    return where | {
        "exit_code": 7,
        "error": say(
            "its process was killed by signal {signal}, peak memory {n} MB",
            signal=cause["signal"],
            n=peak,
        ),
    }


def end_strays() -> None:
    """End what a batch left whose command and supervisor were both killed. What is no folder of our
    own is passed over.
    """
    for folder in Path(tempfile.gettempdir()).glob("destock-*-*"):
        name = re.match(r"destock-([0-9]{1,9})-", folder.name)
        if name and not psutil.pid_exists(int(name[1])) and _is_our_folder(folder):
            _end_belongings(str(folder))
            end_session(folder)


def _is_our_folder(folder: Path) -> bool:
    with suppress(OSError):  # another command was faster
        found = folder.lstat()
        return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    return False


def _end_belongings(folder: str) -> None:
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(BELONGS) == folder:
                process.kill()
