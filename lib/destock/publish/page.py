"""One page of a pack, made in a process of its own: its notebook executed in a kernel of its own,
checked, and rendered.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import nbformat
import papermill
import zmq
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from destock.model.folders import ROOT
from destock.model.messages import Fault, say, speak
from destock.model.notebooks import notebooks
from destock.publish import html
from destock.publish.kernel import ENDED_EARLY, Execution, WaitingKernel
from destock.publish.warm import FULL

CELL_SECONDS = 300
LONGEST_SOCKET = 100  # bytes; a socket's path may have 108, and -ipc-5 is added
Note = Callable[[dict], None]


def make(
    page: str,
    names: list[str],
    facts: dict,
    given: dict,
    shop_name: str,
    folder: str,
    failed: str,
    note: Note,
    waiting: tuple | None = None,
) -> dict:
    """Execute and render one notebook, in the kernel that waits for it.

    Returns its seconds and those of its cells, or what failed in which cell; a notebook that
    failed is not rendered, and kept in the folder ``failed`` as far as it came.
    """
    started = time.monotonic()
    speak(facts["lang"])
    run = Execution(WaitingKernel(*waiting) if waiting else None, note)
    done, failure = execute(notebook(page), facts | given, run)
    if failure:
        Path(failed).mkdir(parents=True, exist_ok=True)
        nbformat.write(run.notebook or notebook(page), Path(failed, f"{page}.ipynb"))
        return {"page": page, "status": "failed"} | failure
    frame = html.page_frame(
        page, html.heading(done), shop_name, date.fromisoformat(facts["as_of"]), names
    )
    Path(folder, f"{page}.html").write_text(html.report(done, frame), encoding="utf-8")
    cells = round(sum(run.seconds.values()), 2)
    return {
        "page": page,
        "status": "ok",
        "seconds": round(time.monotonic() - started, 2),
        "cells": cells,
        "warnings": warned(done),
    }


def notebook(page: str) -> nbformat.NotebookNode:
    """The notebook behind a page, its texts in the language of the run."""
    return html.translated(nbformat.read(notebooks()[page].path, as_version=4))


def execute(
    source: nbformat.NotebookNode,
    parameters: dict,
    run: Execution,
    cell_seconds: float = CELL_SECONDS,
) -> tuple[nbformat.NotebookNode | None, dict | None]:
    """The executed notebook, or the exit code, the cell and the cause of what failed."""
    try:
        with tempfile.TemporaryDirectory(prefix="destock-") as runtime:
            done = papermill.execute_notebook(
                source,
                None,
                parameters,
                engine_name="destock",
                execution=run,
                kernel_name="python3",
                progress_bar=False,
                request_save_on_cell_execute=False,
                execution_timeout=cell_seconds,
                shutdown_kernel="immediate",
                cwd=str(ROOT),
                config=Config({"KernelManager": _connection(runtime)}),
            )
    except PapermillExecutionError as error:
        return None, {"cell": error.cell_index} | _raised_in_cell(error)
    except Fault as fault:
        return None, {"cell": run.cell, "exit_code": fault.exit_code, "error": str(fault)}
    except DeadKernelError:
        return None, {"cell": run.cell} | _death(run)
    except CellTimeoutError:
        return None, {"cell": run.cell} | _late(run, cell_seconds)
    # what Jupyter raises for a kernel that does not start
    except (RuntimeError, TimeoutError, zmq.ZMQError) as error:
        failure = {"exit_code": 7, "error": str(error).partition("\n")[0]}
        return None, {"cell": run.cell} | failure | {"again": not run.seconds}
    return _checked(done)


def _raised_in_cell(error: PapermillExecutionError) -> dict:
    """What a cell raised: memory that is at its end, a full disk, or a fault of the notebook."""
    full = any(os.strerror(number) in error.evalue for number in FULL)
    code = 7 if error.ename == "MemoryError" else 5 if full else 1
    return {"exit_code": code, "error": _raised(error.ename, error.evalue)}


def _late(run: Execution, cell_seconds: float) -> dict:
    """Did the cell take too long? Or has it ended, and what it wrote has not come?"""
    if time.monotonic() + run.seconds[run.cell] < cell_seconds:
        said = say("its output did not arrive within {seconds} seconds", seconds=run.output_seconds)
        return {"exit_code": 6, "error": said, "again": True}
    return {
        "exit_code": 6,
        "error": say("it took longer than {seconds} seconds", seconds=cell_seconds),
    }


def _death(run: Execution) -> dict:
    """Why a kernel died: stopped by us for what it wrote, by a signal, or by itself."""
    if run.too_much:
        return {
            "exit_code": 1,
            "error": say("it wrote more than {n} MB", n=round(run.too_much / 1e6)),
        }
    code, peak = (
        (run.waiting.poll(), round(run.waiting.peak / 1e6)) if run.waiting else (None, None)
    )
    if code is not None and code < 0:
        return {
            "exit_code": 7,
            "error": say(
                "its process was killed by signal {signal}, peak memory {n} MB",
                signal=-code,
                n=peak,
            ),
        }
    return {"exit_code": 7 if code else 1, "error": say("it ended its own process")}


def warned(done: nbformat.NotebookNode) -> int:
    """How many lines a notebook wrote to stderr: a library's warning stops no report, and
    ``run.json`` counts it.
    """
    outputs = [
        one for cell in done.cells for one in cell.get("outputs", []) if one.get("name") == "stderr"
    ]
    return sum(len(one.text.splitlines()) for one in outputs)


def _raised(name: str, value: str) -> str:
    return say(ENDED_EARLY, how=name) if name == "SystemExit" else f"{name}: {value}"


def _checked(done: nbformat.NotebookNode) -> tuple[nbformat.NotebookNode | None, dict | None]:
    """A notebook counts as executed when every cell ran, and none shows an error or left a
    traceback on stderr.
    """
    for number, cell in enumerate(done.cells):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        errors = [
            _raised(one.ename, one.evalue) for one in cell.outputs if one.output_type == "error"
        ]
        spoken = [
            one.text for one in cell.outputs if one.output_type == "stream" and one.name == "stderr"
        ]
        errors += [
            text.strip().splitlines()[-1]
            for text in spoken
            if "Traceback (most recent call last)" in text
        ]
        if cell.execution_count is None:
            errors.append(say("the cell did not run"))
        if errors:
            return None, {"exit_code": 1, "cell": number, "error": errors[0]}
    return done, None


def _connection(runtime: str) -> dict[str, str]:
    """A kernel talks through files in a private folder, where their paths may be that long (not on
    macOS): no port, no shared key.
    """
    # Without a connection file of its own every kernel would use the same sockets.
    private = {"connection_file": str(Path(runtime, "kernel.json"))}
    fits = len(private["connection_file"].encode()) < LONGEST_SOCKET
    return private | {"transport": "ipc"} if sys.platform == "linux" and fits else private
