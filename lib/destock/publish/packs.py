"""The packs of a command: each locked, made by supervised processes, and put in its place whole or
not at all.
"""

import contextvars
import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from destock.model.folders import (
    cache,
    require_room,
    room,
)
from destock.model.messages import Fault, language, mark, say
from destock.model.notebooks import in_pack, notebooks
from destock.publish import place as places
from destock.publish.inspection import inspect
from destock.publish.naming import pack_place, shop_number, shop_slug, slug
from destock.publish.record import write_run
from destock.publish.supervisor import Supervisor, as_they_end


@dataclass
class Pack:
    """One pack to make: which shop, as of which day, with which settings, pages, and place, and
    what a page is asked about.
    """

    shop: Path
    as_of: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    only: list[str] = field(default_factory=list)
    out: Path | None = None
    force: bool = False
    given: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        return [name for name in notebooks() if name in (self.only or in_pack())]

    def place(self, day: str) -> Path:
        words = [slug(value) for value in self.given.values() if value]
        return pack_place(self.shop, day, [*self.only, *words], self.out)

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
            for job in as_they_end(jobs):
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
        write_run(folder, run)
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
    shared = {"names": pack.names, "facts": facts, "given": dict(pack.given), "folder": str(folder)}

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

    # the pages that others wait for begin: the later a page, the more its frames take
    order = pack.names[::-1]
    with ThreadPoolExecutor(len(order) + 1) as threads:
        rest = threads.submit(
            contextvars.copy_context().run,
            partial(supervisor.answered, "batch:results", 2, **shared),
        )
        pages = {name: threads.submit(contextvars.copy_context().run, one, name) for name in order}
    status = [pages[name].result() for name in pack.names]
    for answer in status:
        if answer.get("status") != "ok":
            raise _parameter_fault(rest) or _page_fault(answer, failed)
    progress(say("figures"))
    return rest.result(), status


def _parameter_fault(rest: Future) -> Fault | None:
    """What was asked for and cannot be, as the results say it too: no fault of a notebook."""
    fault = rest.exception()
    return fault if isinstance(fault, Fault) and fault.exit_code == 2 else None


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
