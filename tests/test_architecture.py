"""The walls of the house: who may import whom, and what a notebook may hold."""

import ast
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LIB = ROOT / "lib" / "destock"
ROOMS = ["model", "engine", "intake", "panel", "analysis", "story", "present", "publish"]
MODULES = sorted(LIB.rglob("*.py"))
ANALYSES = sorted((LIB / "analysis").rglob("*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TOP = {
    "notebooks", "lib", "data", "reports", "tests", "environment.yml", "README.md", "pyproject.toml", "uv.lock", "Makefile", "CONTRIBUTING.md", "LICENSE",
}  # fmt: skip


def room(path: Path) -> str:
    return path.relative_to(LIB).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            here = ["destock", *path.relative_to(LIB).parts[:-1]]
            base = ".".join([*here[: len(here) - node.level + 1], *filter(None, [node.module])]) if node.level else node.module
            found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return found


def of_module(path: Path) -> str:
    return str(path.relative_to(LIB))


@pytest.mark.parametrize("path", [m for m in MODULES if room(m) in ROOMS], ids=of_module)
def test_imports_run_one_way(path):
    own = ROOMS.index(room(path))
    used = {name.split(".")[1] for name in imports(path) if name.startswith("destock.")} & set(ROOMS)
    assert {name for name in used if ROOMS.index(name) > own} == set()


def analysis_of(path: Path) -> str:
    """Which analysis a module belongs to: itself, or its folder."""
    return path.relative_to(LIB / "analysis").parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", ANALYSES, ids=of_module)
def test_analyses_never_import_each_other(path):
    used = {name.split(".")[2] for name in imports(path) if name.startswith("destock.analysis.")}
    assert used <= {analysis_of(path)}


@pytest.mark.parametrize(
    ("package", "home"),
    [("duckdb", "engine"), ("pyspark", "engine"), ("papermill", "publish"), ("nbconvert", "publish"), ("matplotlib", "present"),
     ("seaborn", "present"), ("statsmodels", "analysis"), ("openpyxl", "intake")],
)  # fmt: skip
def test_a_library_has_one_home(package, home):
    homes = {room(path) for path in MODULES if any(name.split(".")[0] == package for name in imports(path))}
    assert homes <= {home}


@pytest.mark.parametrize("path", ANALYSES, ids=of_module)
def test_analyses_have_no_clock(path):
    assert not re.search(r"\.(now|today|utcnow)\(|time\.time", path.read_text(encoding="utf-8"))


def test_one_word_five_places():
    readme = (ROOT / "README.md").read_text(encoding="utf-8").lower()
    for word in {analysis_of(path) for path in ANALYSES} - {"__init__"}:
        assert (ROOT / "tests" / "analysis" / f"test_{word}.py").is_file() or (ROOT / "tests" / "analysis" / word).is_dir(), word
        assert any(notebook.stem.endswith(word) for notebook in NOTEBOOKS), word
        assert re.search(rf"^#+ .*{word}", readme, re.MULTILINE) or word == "summary", word


def test_nothing_else_at_the_top():
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert found - TOP - {"destock.egg-info"} == set()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
class TestNotebooks:
    def cells(self, path):
        return json.loads(path.read_text(encoding="utf-8"))["cells"]

    def code(self, path):
        return [cell for cell in self.cells(path) if cell["cell_type"] == "code"]

    def test_begins_with_a_question(self, path):
        first = self.cells(path)[0]
        assert first["cell_type"] == "markdown"
        assert re.match(r"# .+\?", first["source"][0])

    def test_has_one_parameters_cell_with_the_four_parameters(self, path):
        tagged = [cell for cell in self.code(path) if "parameters" in cell["metadata"].get("tags", [])]
        assert len(tagged) == 1
        assert re.findall(r"^(\w+) =", "".join(tagged[0]["source"]), re.MULTILINE) == ["shop", "as_of", "lang", "settings"]

    def test_cells_are_short_and_compute_nothing(self, path):
        for cell in self.code(path):
            source = "".join(cell["source"])
            assert len([line for line in source.splitlines() if line.strip()]) <= 6, source
            assert not re.search(r"^\s*(def|for|while|class)\b|^!", source, re.MULTILINE), source

    def test_carries_no_outputs(self, path):
        assert all(not cell["outputs"] and cell["execution_count"] is None for cell in self.code(path))

    def test_no_figure_is_typed_into_prose(self, path):
        prose = [cell["source"] for cell in self.cells(path) if cell["cell_type"] == "markdown"]
        money = re.compile(r"[¥$€]\s?\d|\d{2,}[.,]\d{3}")
        assert not [text for text in prose if money.search("".join(text))]

    def test_names_its_kernel(self, path):
        assert json.loads(path.read_text(encoding="utf-8"))["metadata"]["kernelspec"]["name"] == "python3"


def test_no_absolute_path_of_any_machine():
    texts = [p for p in [*MODULES, *NOTEBOOKS, *LIB.rglob("*.sql"), ROOT / "README.md", ROOT / "Makefile"] if p.is_file()]
    assert [p.name for p in texts if re.search(r"/(home|root|work|Users)/\w", p.read_text(encoding="utf-8"))] == []
