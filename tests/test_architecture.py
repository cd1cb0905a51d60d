"""The walls of the house: who may import whom, and what a notebook may hold."""

import ast
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LIB = ROOT / "lib" / "destock"
ROOMS = ["sample", "model", "engine", "intake", "panel", "analysis", "pages", "present", "publish"]
MODULES = sorted(LIB.rglob("*.py"))
ANALYSES = sorted((LIB / "analysis").rglob("*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
READMES = [
    ROOT / "README.md",
    *(ROOT / folder / "README.md" for folder in ("notebooks", "data", "reports", "tests")),
]
TOP = {
    "notebooks",
    "lib",
    "data",
    "reports",
    "tests",
    "findings",
    "environment.yml",
    "README.md",
    "pyproject.toml",
    "uv.lock",
    "Makefile",
    "CONTRIBUTING.md",
    "LICENSE",
}


def room(path: Path) -> str:
    return path.relative_to(LIB).parts[0].removesuffix(".py")


@cache
def imports(path: Path) -> set[str]:
    """What a module imports, by its full name."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            here = ["destock", *path.relative_to(LIB).parts[:-1]]
            base = (
                ".".join([*here[: len(here) - node.level + 1], *filter(None, [node.module])])
                if node.level
                else node.module
            )
            found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return found


def of_module(path: Path) -> str:
    return str(path.relative_to(LIB))


SIMULATOR = {of_module(path) for path in MODULES if room(path) == "sample"}


@pytest.mark.parametrize("path", [m for m in MODULES if room(m) in ROOMS], ids=of_module)
def test_imports_run_one_way(path):
    own = ROOMS.index(room(path))
    used = {name.split(".")[1] for name in imports(path) if name.startswith("destock.")} & set(
        ROOMS
    )
    assert {name for name in used if ROOMS.index(name) > own} == set()


def test_only_the_command_knows_the_simulator():
    """Nothing that judges a shop may know how ours was made up, and the simulator knows nothing of
    what judges it.
    """
    assert {
        of_module(path)
        for path in MODULES
        if any(name.startswith("destock.sample") for name in imports(path))
    } - SIMULATOR == {"publish/cli.py"}
    assert not any(
        name.startswith("destock.") and not name.startswith("destock.sample")
        for path in MODULES
        if room(path) == "sample"
        for name in imports(path)
    )


def analysis_of(path: Path) -> str:
    """Which analysis a module belongs to: itself, or its folder."""
    return path.relative_to(LIB / "analysis").parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", ANALYSES, ids=of_module)
def test_analyses_never_import_each_other(path):
    used = {name.split(".")[2] for name in imports(path) if name.startswith("destock.analysis.")}
    assert used <= {analysis_of(path)}


@pytest.mark.parametrize(
    ("package", "home"),
    [
        ("duckdb", "engine"),
        ("pyspark", "engine"),
        ("adbc_driver_postgresql", "intake"),
        ("papermill", "publish"),
        ("nbconvert", "publish"),
        ("matplotlib", "present"),
        ("seaborn", "present"),
        ("statsmodels", "analysis"),
        ("openpyxl", "intake"),
        ("jsonschema", "intake"),
    ],
)
def test_a_library_has_one_home(package, home):
    homes = {
        room(path)
        for path in MODULES
        if any(name.split(".")[0] == package for name in imports(path))
    }
    assert homes <= {home}


@pytest.mark.parametrize("path", ANALYSES, ids=of_module)
def test_analyses_have_no_clock(path):
    assert not re.search(r"\.(now|today|utcnow)\(|time\.time", path.read_text(encoding="utf-8"))


def test_an_analysis_has_its_word_in_every_place():
    pages = (ROOT / "notebooks" / "README.md").read_text(encoding="utf-8").lower()
    for word in {analysis_of(path) for path in ANALYSES} - {"__init__"}:
        assert (ROOT / "tests" / "analysis" / f"test_{word}.py").is_file() or (
            ROOT / "tests" / "analysis" / word
        ).is_dir(), word
        assert any(notebook.stem.endswith(word) for notebook in NOTEBOOKS), (
            f"notebooks/NN_{word}.ipynb is missing"
        )
        assert re.search(rf"^#+ .*{word}", pages, re.MULTILINE) or word == "summary", (
            f"notebooks/README.md needs a section “## {word.capitalize()}”: what its figures mean,"
            " and how far they can be trusted"
        )


def names_in(text: str) -> set[str]:
    """The words of a file outside its docstrings."""
    return set(re.findall(r"\w+", re.sub(r'"""[\s\S]*?"""', "", text)))


def test_no_public_function_has_callers_only_in_tests():
    texts = {path: path.read_text(encoding="utf-8") for path in MODULES}
    elsewhere = [*NOTEBOOKS, ROOT / "pyproject.toml", *(ROOT / ".ci").glob("*.py")]
    asked = {path: names_in(text) for path, text in texts.items()}
    asked |= {path: names_in(path.read_text(encoding="utf-8")) for path in elsewhere}
    files = Counter(word for words in asked.values() for word in words)
    idle = []
    for path, text in texts.items():
        for node in ast.parse(text).body:
            if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
                continue
            if any("key=" in ast.unparse(mark) for mark in node.decorator_list):
                continue  # published: other people ask for it
            beside = names_in(text.replace(ast.get_source_segment(text, node), ""))
            if node.name not in beside and files[node.name] == (node.name in asked[path]):
                idle.append(f"{of_module(path)}: {node.name}")
    assert idle == []


def test_no_line_is_kept_from_the_formatter():
    marks = ("fmt: " + "skip", "fmt: " + "off")
    texts = [*MODULES, *(ROOT / "tests").rglob("*.py"), *(ROOT / ".ci").glob("*.py")]
    kept = [p.name for p in texts if any(m in p.read_text(encoding="utf-8") for m in marks)]
    assert kept == []


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

    def test_has_one_parameters_cell_with_the_four_parameters_and_what_it_asks(self, path):
        tagged = [
            cell for cell in self.code(path) if "parameters" in cell["metadata"].get("tags", [])
        ]
        assert len(tagged) == 1
        assert re.findall(r"^(\w+) =", "".join(tagged[0]["source"]), re.MULTILINE) == [
            "shop",
            "as_of",
            "lang",
            "settings",
            *json.loads(path.read_text(encoding="utf-8"))["metadata"]["destock"]["asks"],
        ]

    def test_cells_are_short_and_compute_nothing(self, path):
        for cell in self.code(path):
            source = "".join(cell["source"])
            assert len([line for line in source.splitlines() if line.strip()]) <= 6, source
            assert not re.search(r"^\s*(def|for|while|class)\b|^!", source, re.MULTILINE), source

    def test_carries_no_outputs(self, path):
        assert all(
            not cell["outputs"] and cell["execution_count"] is None for cell in self.code(path)
        )

    def test_no_figure_is_typed_into_prose(self, path):
        prose = [cell["source"] for cell in self.cells(path) if cell["cell_type"] == "markdown"]
        money = re.compile(r"[¥$€]\s?\d|\d{2,}[.,]\d{3}")
        assert not [text for text in prose if money.search("".join(text))]

    def test_names_its_kernel(self, path):
        assert (
            json.loads(path.read_text(encoding="utf-8"))["metadata"]["kernelspec"]["name"]
            == "python3"
        )


def test_no_absolute_path_of_any_machine():
    texts = [
        p
        for p in [*MODULES, *NOTEBOOKS, *LIB.rglob("*.sql"), *READMES, ROOT / "Makefile"]
        if p.is_file()
    ]
    assert [
        p.name
        for p in texts
        if re.search(r"/(home|root|work|Users)/\w", p.read_text(encoding="utf-8"))
    ] == []


# what escapes nothing, or takes a text for more than a text: no page and no table may be made with
# it
RAW = re.compile(
    r"\bStyler\b|\.style\.\w|\bto_html\(|\brender_links\b|\bdisplay\(|\bMarkdown\(|\bHTML\(|\bfmt_markdown\b|strings_to_formulas=True"
)


@pytest.mark.parametrize("path", [*MODULES, *NOTEBOOKS], ids=lambda p: p.stem)
def test_nothing_is_shown_past_the_one_way_that_escapes(path):
    if path.suffix == ".ipynb":
        code = "\n".join(
            "".join(c["source"])
            for c in json.loads(path.read_text(encoding="utf-8"))["cells"]
            if c["cell_type"] == "code"
        )
    else:
        code = path.read_text(encoding="utf-8")
    assert RAW.findall(code) == []


@pytest.mark.parametrize("path", MODULES, ids=of_module)
def test_no_element_is_put_together_by_hand(path):
    """An f-string with an element in it escapes nothing: ``Markup(…).format(…)`` and templates
    do.
    """
    found = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.JoinedStr)
    ]
    parts = [part.value for node in found for part in node.values if isinstance(part, ast.Constant)]
    assert [part for part in parts if re.search(r"</?[a-z]+[ >]", part)] == [] or (
        room(path) == "publish" and path.stem == "inspection"
    )


def test_templates_mark_as_safe_only_what_was_escaped_before():
    """A table's or a sentence's own HTML, the markdown of our notebooks, our style sheet."""
    marked = [
        line.strip()
        for path in LIB.rglob("*.j2")
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"\|\s*safe\b", line)
    ]
    assert sorted(marked) == [
        "<style>{{ page.css | safe }}</style>",
        "{{ cell.source | markdown2html | safe }}",
        '{{ output.data["text/html"] | safe }}',
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_shows_tables_pictures_and_sentences_only(path):
    """Its last expression in a cell is one of the three that escape: no frame is shown as pandas
    shows it.
    """
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        last = ast.parse("".join(cell["source"])).body[-1] if cell["cell_type"] == "code" else None
        if isinstance(last, ast.Expr):
            assert re.match(r"(tables\.table|charts\.\w+|tell)\(", ast.unparse(last)), ast.unparse(
                last
            )


SQL_TEXTS = {
    path.name: re.sub(r"--.*", "", path.read_text(encoding="utf-8")) for path in LIB.rglob("*.sql")
}
SQL_TEXTS |= {
    of_module(path): path.read_text(encoding="utf-8")
    for path in MODULES
    if room(path) in ("engine", "intake", "panel")
}


@pytest.mark.parametrize("name", SQL_TEXTS)
def test_no_sql_depends_on_the_order_of_rows(name):
    """``any_value``, ``first`` and a ``LIMIT`` without an order take whichever row a thread brings
    first.
    """
    sql = SQL_TEXTS[name]
    assert (
        re.findall(
            r"\b(?:any_value|arbitrary|first|last)\s*\((?!\))",
            sql,
            re.IGNORECASE if name.endswith(".sql") else 0,
        )
        == []
    )
    for limit in re.finditer(r"\bLIMIT\b", sql):
        assert "ORDER BY" in sql[max(0, limit.start() - 200) : limit.start()], sql[
            max(0, limit.start() - 80) : limit.end()
        ]


def test_one_way_to_write_a_table_for_a_spreadsheet():
    """``publish.results.write_csv`` keeps texts from being formulas; the simulator writes only what
    it made up itself.
    """
    assert {
        of_module(path)
        for path in MODULES
        if re.search(r"to_csv\(|to_excel\(", path.read_text(encoding="utf-8"))
    } == {"publish/results.py", "sample/books.py"}
