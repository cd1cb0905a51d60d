"""Jobs for tests of the supervisor: notebooks of a few lines, executed as a pack executes its
own.
"""

import errno
import os
import time
from pathlib import Path

import nbformat

from destock import engine
from destock.model.messages import made_for
from destock.panel import book
from destock.publish import page
from destock.publish.kernel import Execution, WaitingKernel


def notebook_of(*sources, tags=()):
    kernel = {
        "kernelspec": {"name": "another_machine", "language": "python", "display_name": "Python 3"}
    }
    cells = [nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)}) for source in sources]
    return nbformat.v4.new_notebook(cells=cells, metadata=kernel)


def execute(sources, note, waiting=None, tags=(), cell_seconds=30, output_seconds=60, stale=""):
    """What became of a notebook of these cells, and what its cells printed."""
    run = Execution(
        WaitingKernel(*waiting) if waiting else None, note, output_seconds=output_seconds
    )
    notebook = notebook_of(*sources, tags=tags)
    for cell in notebook.cells:
        cell.outputs = [nbformat.v4.new_output("stream", text=stale)] if stale else []
    done, failure = page.execute(notebook, {}, run, cell_seconds)
    printed = (
        [output.get("text", "") for cell in done.cells for output in cell.outputs] if done else []
    )
    return {"failure": failure, "printed": printed, "warnings": page.warned(done) if done else 0}


def fill(writer, note):
    """Write to a disk that is always full."""
    if writer == "python":
        Path("/dev/full").write_text("x")
    # these two would remove the device, or put a file in its place: what they say of it is enough
    full = os.strerror(errno.ENOSPC)
    raise {
        "arrow": OSError(f"[Errno 28] Error writing bytes to file. Detail: [errno 28] {full}"),
        "engine": engine.EngineError(f'IO Error: Could not write file "x": {full}'),
    }[writer]


def build_without_end(note):
    """Build a panel, and never come to an end."""
    book.make_folder(book.cache())
    with book._building():
        time.sleep(600)


def fail(note):
    """A defect of ours in what the results are made of."""
    with made_for("page pacing"):
        raise ValueError("of a defect")
