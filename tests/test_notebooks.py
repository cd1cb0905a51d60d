"""A notebook runs by itself: with the plain papermill command, from any folder, on its default
parameters.

The first, which asks every analysis, and the last; that the others run is seen in every pack.
"""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("notebook", [NOTEBOOKS[0], NOTEBOOKS[-1]], ids=lambda p: p.stem)
def test_runs_with_the_plain_papermill_command_from_any_folder(notebook, tmp_path):
    target = tmp_path / "out.ipynb"
    command = [
        sys.executable,
        "-m",
        "papermill",
        notebook,
        target,
        "-p",
        "shop",
        "data/sample",
        "--no-progress-bar",
    ]
    ended = subprocess.run(
        [str(part) for part in command],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    cells = [cell for cell in nbformat.read(target, as_version=4).cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in cells)
    errors = [
        output
        for cell in cells
        for output in cell.outputs
        if output.output_type in ("error", "stream")
    ]
    assert errors == []
