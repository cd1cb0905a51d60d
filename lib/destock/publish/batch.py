"""The batch: every notebook executed in its own process, the pack put in place whole or not at all."""

import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import UTC, date, datetime
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

import nbformat
import papermill
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from destock import story
from destock.intake.rows import refuse_over_limit
from destock.intake.shop import ROOT
from destock.model.messages import Fault, language, mark, say, speak
from destock.panel.book import Book, open_book
from destock.present.sentences import tell
from destock.publish import html
from destock.publish.inspection import inspect
from destock.publish.naming import pack_place
from destock.publish.results import write_json, write_results

CELL_SECONDS = 300
VERSIONS = ("destock", "duckdb", "pandas", "numpy", "statsmodels", "matplotlib", "papermill", "nbconvert")


def publish(
    shop: str | Path, as_of: str | None, settings: Mapping[str, str], out: Path | None, only: list[str], progress: Callable[[str], None]
) -> Path:
    """Build the pack of a shop for a day: pages, results, ``run.json``; returns its folder.

    The pack is made beside its place and moved there whole; when anything fails, the last
    good pack stays. ``progress`` is called with the name of each finished step. Raises
    Fault: 1 when a notebook fails (naming the cell), 6 when it takes too long, 7 when its
    kernel dies, 2–4 for parameters and input, 5 when the pack cannot be written.
    """
    started = time.monotonic()
    book = open_book(shop, as_of, settings)
    refuse_over_limit(book.panel("rows"))
    frames = story.results(book)
    progress(say("figures"))
    place = pack_place(book.shop.folder, book.as_of, only, out)
    names = [name for name in html.NOTEBOOKS if not only or name in only]
    folder = _folder_beside(place)
    try:
        status = _reports(book, names, dict(settings), folder, progress)
        write_results(frames, folder / "results")
        (folder / "index.html").write_text(_contents(book, settings, names), encoding="utf-8")
        _write_run(book, frames, status, folder, time.monotonic() - started)
        inspect(folder)
        _replace(folder, place)
    except OSError as error:
        raise Fault(5, _UNWRITABLE, path=place, reason=error.strerror) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    progress(say("pack"))
    return place


_UNWRITABLE = mark('cannot write to "{path}": {reason}')


def _folder_beside(place: Path) -> Path:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(dir=place.parent, prefix=f".{place.name}-"))
    except OSError as error:
        raise Fault(5, _UNWRITABLE, path=place.parent, reason=error.strerror) from error


def _reports(book: Book, names: list[str], settings: dict, folder: Path, progress: Callable[[str], None]) -> list[dict]:
    """Execute and render all notebooks; raises Fault on the first, in page order, that failed."""
    facts = {"shop": str(book.shop.folder), "as_of": f"{book.as_of}", "lang": language(), "settings": settings}
    status = []
    os.environ |= {"PYTHONUTF8": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    with ProcessPoolExecutor(max_workers=os.cpu_count(), mp_context=get_context("spawn")) as workers:
        jobs = [workers.submit(_report, page, names, facts, book.shop.name, folder) for page in names]
        for job in as_completed(jobs):
            status.append(job.result())
            progress(status[-1]["page"])
    status.sort(key=lambda one: names.index(one["page"]))
    for one in status:
        if one["status"] != "ok":
            raise Fault(
                one["exit_code"],
                mark("notebook {page}, cell {cell}: {error}; the last good pack stays"),
                page=one["page"],
                cell=one["cell"],
                error=one["error"],
            )
    return status


def _report(page: str, names: list[str], parameters: dict, shop_name: str, folder: Path) -> dict:
    """Execute and render one notebook; runs in a process of its own."""
    started = time.monotonic()
    speak(parameters["lang"])
    done, failure = _execute(_notebook(page), parameters)
    if failure:
        return {"page": page, "status": "failed"} | failure
    frame = html.page_frame(page, html.heading(done), shop_name, date.fromisoformat(parameters["as_of"]), names)
    (folder / f"{page}.html").write_text(html.report(done, frame), encoding="utf-8")
    return {"page": page, "status": "ok", "seconds": round(time.monotonic() - started, 2)}


def _notebook(page: str) -> nbformat.NotebookNode:
    return html.translated(nbformat.read(ROOT / "notebooks" / f"{html.NOTEBOOKS[page]}.ipynb", as_version=4))


def _execute(notebook: nbformat.NotebookNode, parameters: dict) -> tuple[nbformat.NotebookNode | None, dict | None]:
    """The executed notebook, or which cell failed and why: an unrun cell is a failure too."""
    try:
        with tempfile.TemporaryDirectory(prefix="destock-") as runtime:
            done = papermill.execute_notebook(
                notebook,
                None,
                parameters,
                kernel_name="python3",
                progress_bar=False,
                request_save_on_cell_execute=False,
                execution_timeout=CELL_SECONDS,
                shutdown_kernel="immediate",
                cwd=str(ROOT),
                config=Config({"KernelManager": _connection(runtime)}),
            )
    except PapermillExecutionError as error:
        return None, {"exit_code": 1, "cell": error.cell_index, "error": f"{error.ename}: {error.evalue}"}
    except (TimeoutError, RuntimeError) as error:  # what nbclient raises for a cell that takes too long and for a kernel that died
        return None, {"exit_code": 6 if isinstance(error, TimeoutError) else 7, "cell": "–", "error": str(error).partition("\n")[0]}
    for number, cell in enumerate(done.cells):
        if cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None:
            return None, {"exit_code": 1, "cell": number, "error": say("the cell did not run")}
    return done, None


def _connection(runtime: str) -> dict[str, str]:
    """A kernel talks through files in a private folder, where paths may be long enough for that (not on macOS): no port, no shared key."""
    # Without a connection file of its own every kernel would use the same sockets.
    private = {"connection_file": str(Path(runtime, "kernel.json"))}
    return private | {"transport": "ipc"} if sys.platform == "linux" else private


def _contents(book: Book, settings: Mapping[str, str], names: list[str]) -> str:
    leads = {}
    for name in names:
        page = story.PAGES[name](book.shop.folder, book.as_of, language(), settings)
        first = [finding for finding in page.findings if not finding.id.endswith("missing_table")][:1]
        leads[name] = (html.heading(_notebook(name)), str(tell(first, page.currency)))
    title = say("Overstock report: {shop}", shop=book.shop.name)
    return html.contents(html.page_frame("index", title, book.shop.name, book.as_of, names, leads))


def _write_run(book: Book, frames: dict, status: list[dict], folder: Path, seconds: float) -> None:
    run = {
        "status": "ok", "shop": book.shop.name, "as_of": f"{book.as_of}", "language": language(), "assumptions": book.assumptions,
        "inputs": book.inputs, "rows": frames["rows"].to_dict("records"), "pages": status, "seconds": round(seconds, 2),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"), "python": platform.python_version(), "versions": {name: version(name) for name in VERSIONS},
    }  # fmt: skip
    write_json(run, folder / "run.json")


def _replace(folder: Path, place: Path) -> None:
    """Put the finished folder in the place of the last pack, once all of it is on disk."""
    folder.chmod(0o755)
    for path in [*folder.rglob("*"), folder]:
        handle = os.open(path, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
    old = place.with_name(f".{place.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    folder.rename(place)
    shutil.rmtree(old, ignore_errors=True)
