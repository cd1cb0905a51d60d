"""The packs of a command: each locked, made by supervised processes, and put in its place whole or
not at all.
"""

import contextvars
import hashlib
import os
import random
import re
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import count
from multiprocessing import Pipe
from pathlib import Path

import psutil

from destock.model.folders import (
    BELONGS,
    begin_session,
    cache,
    end_session,
    goes_with_session,
    require_room,
    room,
)
from destock.model.messages import Fault, language, mark, say
from destock.publish import place as places
from destock.publish import warm
from destock.publish.inspection import inspect
from destock.publish.naming import PAGES, pack_place, shop_number, shop_slug

# Longest first: the pages that others wait for begin.
FIRST = ("elasticity", "pacing")
JOB_SECONDS = 3600
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
        _end_strays()
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
            said = job().result()
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


def _end_strays() -> None:
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


@dataclass
class Pack:
    """One pack to make: which shop, as of which day, with which settings, pages, and place."""

    shop: Path
    as_of: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    only: list[str] = field(default_factory=list)
    out: Path | None = None
    force: bool = False

    @property
    def names(self) -> list[str]:
        return [name for name in PAGES if not self.only or name in self.only]

    def place(self, day: str) -> Path:
        return pack_place(self.shop, day, self.only, self.out)

    @property
    def finished(self) -> bool:
        """Is a whole pack of this shop in its place?"""
        run = places.run_of(self.place(self.day))
        return run.get("status") == "ok" and run.get("shop_number", self.number) == self.number

    @property
    def day(self) -> str:
        """The day of the report as far as it is known before the shop is opened."""
        return self.as_of or "latest"

    @property
    def number(self) -> str:
        return shop_number(self.shop)


def publish_all(
    packs: list[Pack], progress: Callable[[str], None], ended: Callable[[Pack, Path | Fault], None]
) -> int:
    """Make packs, as many at a time as there are cores; returns the worst exit code.

    ``ended`` is called for each with its folder or with the Fault that it ended in: none stops
    another.
    """
    worst = 0
    with (
        ThreadPoolExecutor(min(len(packs), os.cpu_count() or 1)) as threads,
        Supervisor() as supervisor,
    ):
        jobs = {
            threads.submit(
                contextvars.copy_context().run, publish, pack, supervisor, progress
            ): pack
            for pack in packs
        }
        try:
            for job in as_completed(jobs):
                error = job.exception()
                fault = (
                    error
                    if isinstance(error, Fault)
                    else error and Fault(1, "{error}", error=f"{type(error).__name__}: {error}")
                )
                worst = max(worst, fault.exit_code if fault else 0)
                ended(jobs[job], fault or job.result())
        finally:
            for job in jobs:
                job.cancel()
    return worst


def publish(pack: Pack, supervisor: Supervisor, progress: Callable[[str], None]) -> Path:
    """Make one pack: pages, results, ``run.json``; returns its folder.

    It is made beside its place and put there whole; when anything fails, the last good pack
    stays. ``progress`` is called with the name of each finished step. Raises Fault: 1 when a
    notebook fails (naming the cell), 6 when it takes too long, 7 when its kernel dies, 2–4 for
    parameters and input, 5 when the pack cannot be written, 75 when another run makes it.
    """
    asked = pack.place(pack.day)
    try:
        return _put(pack, asked, supervisor, progress)
    except OSError as error:
        # where nobody said which file it was, it was on the fuller disk
        path = error.filename or min(asked.parent, cache(), key=room)
        raise Fault(
            5, mark('cannot write to "{path}": {reason}'), path=path, reason=error.strerror or error
        ) from error


def _put(pack: Pack, asked: Path, supervisor: Supervisor, progress: Callable[[str], None]) -> Path:
    started = time.monotonic()
    with ExitStack() as stack:
        _hold(stack, pack, asked)
        require_room(asked.parent, places.usual_size(asked, f"{shop_slug(pack.shop)}-"))
        facts = {
            "shop": str(pack.shop),
            "as_of": pack.as_of,
            "lang": language(),
            "settings": dict(pack.settings),
        }
        found = supervisor.answered("opening:opened", 1, facts=facts)
        place = pack.place(found["as_of"])
        if place != asked:
            _hold(stack, pack, place)
        folder = stack.enter_context(places.beside(place))
        supervisor.belongs(folder)
        try:
            run, pages = _made(
                pack,
                supervisor,
                facts | {"as_of": found["as_of"]},
                found["shop_name"],
                folder,
                progress,
            )
        finally:
            supervisor.answered("opening:unchanged", 1, facts=facts)
        run |= {
            "shop_number": pack.number,
            "pages": pages,
            "seconds": round(time.monotonic() - started, 2),
        }
        _write_run(folder, run)
        inspect(folder)
        places.put(folder, place)
        progress(say("pack"))
        return place


def _hold(stack: ExitStack, pack: Pack, place: Path) -> None:
    """Hold a place until the pack is there. Raises Fault: 75 where another run has it, 2 where
    another shop has it and nobody named it.
    """
    stack.enter_context(places.held(place, pack.number))
    if not (pack.out or pack.force):
        places.refuse_other_shops(place, pack.number)


def _made(
    pack: Pack,
    supervisor: Supervisor,
    facts: dict,
    shop_name: str,
    folder: Path,
    progress: Callable,
) -> tuple[dict, list[dict]]:
    """Execute and render all notebooks, and write the results beside them; raises Fault on the
    first page that failed.
    """
    failed = cache() / "failed" / f"{shop_slug(pack.shop)}-{facts['as_of']}-{pack.number}"
    shared = {"names": pack.names, "facts": facts, "folder": str(folder)}

    def one(name: str) -> dict:
        page = {"page": name, "shop_name": shop_name, "failed": str(failed)}
        share = 0.8 / supervisor.workers
        answer = supervisor.result(
            lambda: supervisor.submit(
                "destock.publish.page:make", memory=share, kernel=True, **page, **shared
            )
        )
        progress(name)
        return {"page": name} | answer

    order = sorted(pack.names, key=lambda name: name not in FIRST)
    with ThreadPoolExecutor(len(order) + 1) as threads:
        rest = threads.submit(
            contextvars.copy_context().run,
            partial(supervisor.answered, "batch:results", 2, **shared),
        )
        pages = {name: threads.submit(contextvars.copy_context().run, one, name) for name in order}
    status = [pages[name].result() for name in pack.names]
    for answer in status:
        if answer.get("status") != "ok":
            raise _page_fault(answer, failed)
    progress(say("figures"))
    return rest.result(), status


def _page_fault(answer: dict, failed: Path) -> Fault:
    template = mark(
        "notebook {page}, cell {cell}: {error}; the last good pack stays, the notebook is kept in"
        " {failed}"
    )
    return Fault(
        answer["exit_code"],
        template,
        page=answer["page"],
        cell=answer.get("cell", "–"),
        error=answer["error"],
        failed=failed,
    )


def _write_run(folder: Path, run: dict) -> None:
    """Write ``run.json``, the last file of a pack: with it, and with the hashes in it, a pack is
    complete.
    """
    files = {
        str(path.relative_to(folder)): _sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    run = (
        {"status": "ok"}
        | run
        | {"files": files, "finished": datetime.now(UTC).isoformat(timespec="seconds")}
    )
    places.write_json(run, folder / "run.json")


def _sha256(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
