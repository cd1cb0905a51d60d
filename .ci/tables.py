"""Write what the READMEs say of the library from the library itself – the tables and columns of a
shop, the notebooks and their questions –, or with --check say whether they have drifted apart.
"""

import sys
from pathlib import Path

from destock.model.notebooks import Notebook, notebooks
from destock.model.schema import TABLES, Column, Table

ROOT = Path(__file__).parents[1]


def section(table: Table) -> str:
    """One table: what a row is, what makes it unique, and its columns."""
    key = f"; unique by {', '.join(f'`{name}`' for name in table.key)}" if table.key else ""
    head = (
        f"### `{table.name}`\n\nOne row is {table.row}{key}.\n\n| column | kind | meaning"
        " |\n|---|---|---|\n"
    )
    return head + "".join(row(column) for column in table.columns) + "\n"


def row(column: Column) -> str:
    words = f": {', '.join(f'`{word}`' for word in column.values)}" if column.values else ""
    star = r"\*" if column.required else ""
    return f"| `{column.name}`{star} | {column.kind} | {column.meaning}{words} |\n"


def question(notebook: Notebook) -> str:
    asks = "".join(f", `{word}`" for word in notebook.asks)
    where = "in every pack" if notebook.in_pack else f"`destock {notebook.path.stem[3:]}`{asks}"
    return f"| `{notebook.path.stem}` | {notebook.question} | {where} |\n"


# page → what stands between its marks
WRITTEN = {
    "data/README.md": "".join(map(section, TABLES.values())),
    "notebooks/README.md": "| notebook | question | where |\n|---|---|---|\n"
    + "".join(map(question, notebooks().values()))
    + "\n",
}
BEGIN, END = "<!-- written by .ci/tables.py -->\n", "<!-- end of what is written -->\n"


def main() -> int:
    drifted = []
    for name, text in WRITTEN.items():
        path = ROOT / name
        now = path.read_text(encoding="utf-8")
        before, rest = now.split(BEGIN)
        wanted = before + BEGIN + "\n" + text + END + rest.split(END)[1]
        if now != wanted:
            drifted.append(name)
            if "--check" not in sys.argv:
                path.write_text(wanted, encoding="utf-8")
    if drifted and "--check" in sys.argv:
        print(
            f"{', '.join(drifted)}: not as the library has it, run `make format`", file=sys.stderr
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
