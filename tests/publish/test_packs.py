"""A pack that fails, is killed, or is made twice: one clear line, and the last good pack stays."""

import hashlib
import json
import os
import shutil
import subprocess
import sys

import pytest

from destock.model.folders import ROOT
from destock.model.messages import Fault
from destock.publish.packs import Pack, Supervisor, publish

DESTOCK = [sys.executable, "-c", "import sys; from destock.publish.cli import main; sys.exit(main())"]


def digest(folder):
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture
def last_week(tmp_path):
    """A place with last week's pack."""
    place = tmp_path / "reports" / "pack"
    place.mkdir(parents=True)
    (place / "index.html").write_text("last week")
    return place


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project, whose notebooks a test may break."""
    project = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "lib", project / "lib")
    shutil.copytree(ROOT / "notebooks", project / "notebooks")
    return project


def break_notebook(project, name, source, code):
    """In a copied notebook, code in the place of one cell."""
    path = project / "notebooks" / name
    notebook = json.loads((ROOT / "notebooks" / name).read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if source in "".join(cell["source"]):
            cell["source"] = [code]
    path.write_text(json.dumps(notebook), encoding="utf-8")


def run(project, *arguments, **options):
    environment = os.environ | {"PYTHONPATH": str(project / "lib")}
    return subprocess.run([*DESTOCK, *map(str, arguments)], capture_output=True, text=True, env=environment, timeout=300, **options)


class TestFailure:
    @pytest.mark.parametrize(
        ("code", "exit_code", "says"),
        [
            ("1 / 0", 1, "cell 6: ZeroDivisionError: division by zero"),
            ("import os; os.kill(os.getpid(), 9)", 7, "cell 6: its process was killed by signal 9, peak memory"),
        ],
    )
    def test_a_failing_notebook_names_its_cell_and_the_last_good_pack_stays(self, small_shop, project, last_week, code, exit_code, says):
        break_notebook(project, "04_pacing.ipynb", "charts.pacing(", code)
        ended = run(project, "report", small_shop, "--only", "pacing", "--out", last_week)
        assert ended.returncode == exit_code
        last = ended.stderr.strip().splitlines()[-1]
        assert "notebook pacing" in last
        assert says in last
        assert "Traceback" not in ended.stderr
        assert [p.name for p in last_week.parent.rglob("*")] == ["pack", "index.html"]
        assert (last_week / "index.html").read_text() == "last week"

    def test_a_place_that_cannot_be_written_is_said(self, small_shop, tmp_path):
        (tmp_path / "file").write_text("")
        with pytest.raises(Fault, match="cannot write") as fault, Supervisor() as supervisor:
            publish(Pack(small_shop, out=tmp_path / "file" / "pack", only=["impact"]), supervisor, lambda step: None)
        assert fault.value.exit_code == 5
