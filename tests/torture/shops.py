"""Small shops of every kind: each that passes the door gets a pack. ``make shops``.

``python -m tests.torture.shops [STATE] [SHOPS]`` writes the shops of seeds 1 … 500, makes the pack
of each with ``destock report``, twenty shops a command, and prints a line a batch, each failure
with its seed and kind, and the tally. What is in STATE already (without it: in a folder of the temp
folder) is not made again. ``… in-process [FIRST] [LAST]`` makes what is in the packs in one process
instead, without notebooks, and prints each distinct traceback once.
"""

import ast
import os
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import nbformat
from tests.torture.one_verdict import two_verdicts
from tests.torture.small_shops import world, write

from destock.model.folders import ROOT
from destock.model.messages import LANGUAGES, speak
from destock.model.notebooks import in_pack, notebooks
from destock.pages import Page, open_page, results
from destock.panel.book import Book, open_book
from destock.present import tables
from destock.present.sentences import tell
from destock.publish.results import write_results

SEEDS, BATCH = 500, 20
DESTOCK = [
    sys.executable,
    "-c",
    "import sys; from destock.publish.cli import main; sys.exit(main())",
]


def make_all(state: Path, seeds: Sequence[int]) -> int:
    """Make the pack of every shop that has none; prints a line a batch, what failed, and the
    tally.
    """
    project, errors = state / "project", {}
    for part in ("lib", "notebooks"):
        shutil.rmtree(project / part, ignore_errors=True)
        shutil.copytree(ROOT / part, project / part)
    for start in range(0, len(seeds), BATCH):
        batch = seeds[start : start + BATCH]
        missing = [seed for seed in batch if not has_pack(project, seed)]
        if missing:
            errors |= report(
                [write(seed, state / "shops") for seed in missing],
                state,
                "zh" if start // BATCH % 2 else "en",
            )
        print(
            f"seeds {batch[0]}–{batch[-1]}: {sum(has_pack(project, seed) for seed in batch)} of"
            f" {len(batch)} packs",
            flush=True,
        )
    failed = [seed for seed in seeds if not has_pack(project, seed)]
    for seed in failed:
        print(f"seed {seed} ({world(seed).kind}): {errors.get(seed, 'no error was said')}")
    print(f"{len(seeds) - len(failed)} of {len(seeds)}")
    return 1 if failed else 0


def has_pack(project: Path, seed: int) -> bool:
    return any((project / "reports").glob(f"shop-{seed:03}-*/run.json"))


def report(folders: list[Path], state: Path, lang: str) -> dict[int, str]:
    """Make the packs of these shops with one command; the last line that it said of each that
    failed, by seed.
    """
    environment = os.environ | {
        "PYTHONPATH": str(state / "project" / "lib"),
        "DESTOCK_CACHE": str(state / "cache"),
    }
    ended = subprocess.run(
        [*DESTOCK, "report", *map(str, folders), "--lang", lang],
        capture_output=True,
        text=True,
        env=environment,
    )
    said = ended.stderr.splitlines()
    return {
        int(folder.name.rpartition("-")[2]): line
        for folder in folders
        for line in said
        if f" {folder.name}" in line or len(folders) == 1
    }


def in_process(folder: Path, lang: str = "en") -> Iterator[tuple[str, Callable]]:
    """What a pack is made of, one step after the other, without notebooks around it: each page,
    what its cells show, the results.
    """
    speak(lang)
    pages = {}
    for name in in_pack():
        yield name, lambda name=name: pages.setdefault(name, open_page(name, folder, None, lang))
        yield f"{name}, shown", lambda name=name: show(pages[name])
    yield "results", lambda: written(open_book(folder), pages)
    yield "one verdict a style", lambda: told_once(open_book(folder))


def told_once(book: Book) -> None:
    """Raises AssertionError where two pages tell a style two things."""
    found = two_verdicts(book)
    assert not found, found


def show(page: Page) -> None:
    """Write what every cell of the page's notebook ends in, as the pack has it."""
    charts = f"destock.present.charts.{page.name}"
    known = {"page": page, "tables": tables, "tell": tell}
    known |= {"charts": import_module(charts)} if find_spec(charts) else {}
    for number, cell in enumerate(nbformat.read(notebooks()[page.name].path, as_version=4).cells):
        code = ast.parse(cell.source) if cell.cell_type == "code" else ast.Module([], [])
        if code.body and isinstance(code.body[-1], ast.Expr):
            last, place = ast.Expression(code.body.pop().value), f"{page.name}, cell {number}"
            exec(compile(code, place, "exec"), known)  # noqa: S102
            eval(compile(last, place, "eval"), known)._repr_html_()  # noqa: S307


def written(book: Book, pages: dict[str, Page]) -> None:
    with tempfile.TemporaryDirectory() as place:
        write_results(results(book, pages), Path(place, "results"))


def list_crashes(first: int, last: int) -> int:
    """Print each distinct traceback once, with the seeds of the shops that end in it."""
    told: dict[tuple, list[str]] = {}
    with tempfile.TemporaryDirectory() as place:
        os.environ.setdefault("DESTOCK_CACHE", place)
        for seed in range(first, last + 1):
            for name, step in in_process(write(seed, Path(place)), list(LANGUAGES)[seed % 2]):
                try:
                    step()
                except Exception as error:
                    ours = [
                        (Path(frame.filename).name, frame.lineno)
                        for frame in traceback.extract_tb(error.__traceback__)
                        if "lib/destock" in frame.filename
                    ]
                    where = (type(error).__name__, *ours[-2:])
                    if where not in told:
                        traceback.print_exception(error)
                    told.setdefault(where, []).append(f"{seed} ({world(seed).kind}) {name}")
                    print(
                        f"seed {seed} ({world(seed).kind}), {name}: {type(error).__name__}:"
                        f" {error}",
                        flush=True,
                    )
    for where, seeds in told.items():
        print(len(seeds), *where, seeds)
    return int(bool(told))


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["in-process"]:
        return list_crashes(*map(int, arguments[1:] or ("1", str(SEEDS))))
    state = Path(arguments[0]) if arguments else Path(tempfile.gettempdir(), "destock_shops")
    return make_all(state, range(1, int(arguments[1] if arguments[1:] else SEEDS) + 1))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
