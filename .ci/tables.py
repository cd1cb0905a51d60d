"""Write the tables and columns of a shop into data/README.md from the schema, or with --check say
whether the two have drifted apart.
"""

import sys
from pathlib import Path

from destock.model.schema import TABLES, Column, Table

TARGET = Path(__file__).parents[1] / "data" / "README.md"
BEGIN, END = (
    "<!-- tables: written by .ci/tables.py from lib/destock/model/schema.py -->\n",
    "<!-- end of tables -->\n",
)


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


def main() -> int:
    before, rest = TARGET.read_text(encoding="utf-8").split(BEGIN)
    wanted = (
        before + BEGIN + "\n" + "".join(map(section, TABLES.values())) + END + rest.split(END)[1]
    )
    if "--check" not in sys.argv:
        TARGET.write_text(wanted, encoding="utf-8")
        return 0
    if TARGET.read_text(encoding="utf-8") == wanted:
        return 0
    print("data/README.md differs from the schema: run `make format`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
