"""Write shop.schema.json from what the library knows, or with --check say whether the two have
drifted apart. By it a shop.toml is completed where it is written, and checked where it is opened.

What each key means is read from data/README.md. A node's ``x-kind`` is how a message calls what its
value must be.
"""

import json
import re
import sys

from destock.engine import ENGINES
from destock.intake.declared import FILE, NUMBER_FORM
from destock.intake.events import AFTERSALE, ORDER, STATUS
from destock.intake.profiles import profiles
from destock.model.assumptions import ASSUMPTIONS, Assumption
from destock.model.folders import ROOT
from destock.model.messages import mark
from destock.model.metrics import DEFINITIONS, EXPENSE_BASES
from destock.model.schema import TABLES, Column, Table


def of(kind: str | list, says: str, **rules) -> dict:
    """A value of one kind."""
    return {"type": kind, "x-kind": says} | rules


TEXT, NUMBER = of("string", mark("string")), of("number", mark("number"))
FROM_0 = of("number", mark("number from 0"), minimum=0)
ABOVE_0 = of("number", mark("number above 0"), exclusiveMinimum=0)
FLAG = of("boolean", mark("true or false"))
# what holds an address with its password is shown nowhere, not even in a shop.toml
FILE_NAME = TEXT | {"pattern": r"^(?!\s*\w+://)"}
# JSON knows no days: to an editor they are texts, to the library what TOML reads
DAY = of("string", mark("date such as 2026-06-07"), format="date")
DAYS = mark("list of dates")
RISING = mark("list of days, rising")
TOTALS = ("paid", "cancelled", "refunded", "net", "settled", "units_on_hand", "stock_at_cost")


def one_of(*words: str) -> dict:
    return TEXT | {"enum": [*words]}


def between(low: float, high: float, whole: bool = False) -> dict:
    whole_number = mark("integer from {minimum} to {maximum}")
    says = whole_number if whole else mark("number from {minimum} to {maximum}")
    # 3.0 is a whole number to JSON Schema, and always was to an assumption
    step = {"multipleOf": 1} if whole else {}
    return of("number", says, minimum=low, maximum=high, **step)


def several(item: dict, says: str = mark("list"), **rules) -> dict:
    return of("array", says, items=item, **rules)


def named(values: dict | bool) -> dict:
    """A table whose keys are the shop's own."""
    return of("object", mark("dict"), additionalProperties=values)


def known(keys: dict, *needed: str) -> dict:
    """A table whose keys are ours."""
    return named(False) | {"required": [*needed], "properties": keys}


def tables() -> dict:
    """The tables of a shop: products, and what was sold or a snapshot."""
    keys = {name: entry(table) for name, table in TABLES.items()}
    sold = [{"required": [name]} for name in ("order_lines", "snapshot")]
    return known(keys, "products") | {"anyOf": sold}


def entry(table: Table) -> dict:
    """A table: its file alone, more about it, or several sources."""
    kind = of(["string", "object", "array"], mark("file name, or dict with source"))
    said = {"pattern": FILE_NAME["pattern"], "description": f"One row is {table.row}."}
    one = ref(table.name)
    return kind | said | one | {"items": of("object", mark("dict")) | one, "minItems": 1}


def ref(name: str) -> dict:
    """What is said once and meant in several places."""
    return {"$ref": f"#/$defs/{name}"}


def shared() -> dict:
    """What is meant in several places: how each table is read, a name or several, a spread."""
    names = of(["string", "array"], mark("name of a column, or a list of names"), items=TEXT)
    spread = known({"amount": TEXT, "by": TEXT}, "amount", "by")
    known_sources = {name: source(table) for name, table in TABLES.items()}
    return known_sources | {"names": names, "spread": spread}


def source(table: Table) -> dict:
    """How a table is read."""
    unnumbered = table.name == "order_lines" or not table.key
    keys = {
        "source": FILE_NAME,
        "database": TEXT | {"pattern": r"^[A-Za-z_]\w*$"},
        "day": DAY,
        "export": one_of("", *(n for n, p in profiles().items() if table.name in p.tables)),
        "rename": known({c.name: ref("names") | described(c) for c in table.columns}),
        "columns": known({c.name: TEXT | described(c) for c in table.columns}),
        **({"status": status()} if table.name == "order_lines" else {}),
        "heads": known({"source": FILE_NAME, "key": TEXT, "columns": several(TEXT)}),
        "spread": known({c.name: ref("spread") for c in table.columns}),
        **dict.fromkeys(("where", "query", "encoding", "sheet", "footer"), TEXT),
        **forms(),
        "header_row": of("integer", mark("integer from 1"), minimum=1),
        **dict.fromkeys(("typed", "final_newline"), FLAG),
        "equal_rows": of(
            "string",
            mark("separate / copies, of a table whose rows have no number of their own"),
            enum=["", "separate", "copies"] if unnumbered else [""],
        ),
    }
    whole = known(explained(keys, "Keys of a table"), "source")
    # a file's name is none
    return {key: value for key, value in whole.items() if key != "type"}


def status() -> dict:
    """What tells how a line fared, where a row is a line and not an event."""
    words = named(one_of(*ORDER, *AFTERSALE))
    return known(dict.fromkeys(STATUS, ref("names")) | {"words": words})


def forms() -> dict:
    """How a file of a table is written."""
    number = re.sub(r"[?]P<.*?>", "", NUMBER_FORM.pattern)
    shown = mark("1234.50 as the table writes it, such as ¥1,234.50")
    noon = mark("a form with %p where it has %I")
    return {
        "delimiter": of("string", mark("one character"), pattern=r"^[\x00-\x7F]$", maxLength=1),
        "date_format": of("string", noon, pattern="^(?!.*%I)|%p"),
        "number_format": of("string", shown, pattern=f"^{number}$"),
    }


def described(column: Column) -> dict:
    star = " (required)" if column.required else ""
    return {"description": f"{column.kind}{star}: {column.meaning}"}


def assumption(one: Assumption) -> dict:
    said = {"description": f"{one.unit}: {one.meaning}", "default": one.value}
    return between(one.low, one.high, one.whole) | said


def expense() -> dict:
    keys = {"name": TEXT, "base": one_of(*EXPENSE_BASES), "amount": FROM_0}
    share = {"exclusiveMaximum": 1, "x-kind": mark("share from 0 to 1")}
    return known(keys, "base", "amount") | {
        "if": {"properties": {"base": {"enum": ["net", "paid"]}}},
        "then": {"properties": {"amount": share}},
    }


def targets() -> dict:
    """What a season is to bring beside its profit."""
    step = known({"share": ABOVE_0, "price": ABOVE_0}, "price")
    step["x-kind"] = mark("dict with share and price above 0")
    keys = dict.fromkeys(("salvage", "tax_rate", "cash_price"), between(0, 1)) | {
        "cash_needed": FROM_0,
        "cash_basis": one_of("after expenses", "before expenses"),
        "price_steps": several(step),
    }
    return known(explained(keys, "Expenses and targets"))


def shop() -> dict:
    """All that a shop.toml may say."""
    days = several(of("integer", RISING, minimum=1), RISING, format="rising")
    keys = {
        **dict.fromkeys(("name", "unit", "timezone"), TEXT),
        "currency": of("string", mark("currency code such as CNY"), format="currency"),
        "tax_basis": one_of("incl", "excl"),
        "price_level": one_of("style", "style_colour", "sku"),
        "sell_through": one_of(*DEFINITIONS),
        "as_of": DAY,
        "accounting": one_of("CAS 1", "IFRS", "US GAAP"),
        "write_down": one_of("item", "portion"),
        **dict.fromkeys(("stages", "age_bands"), days),
        "engine": one_of(*ENGINES),
        "spark": named(of(["string", "number", "boolean"], mark("string or number"))),
        "seasons": named(DAY),
        "events": named(several(DAY | {"x-kind": DAYS}, DAYS)),
        "tables": tables(),
        "assumptions": known({name: assumption(one) for name, one in ASSUMPTIONS.items()}),
        "control_totals": known(dict.fromkeys(TOTALS, NUMBER)),
        "expenses": several(expense()),
        "targets": targets(),
    }
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "shop.toml"}
    return head | known(explained(keys, "Keys at the top"), "tables") | {"$defs": shared()}


def explained(keys: dict, heading: str) -> dict:
    """The keys with what a section of data/README.md says of them: in rows, or behind a #."""
    page = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    section = page.split(f"### {heading}\n")[1].split("\n### ")[0]
    said = re.findall(r"^\| (`.*?) \| (.*) \|$|^(\w+ =) .* # (.*)$", section, re.MULTILINE)
    meanings = {
        name: row or comment
        for names, row, key, comment in said
        for name in re.findall(r"\w+", names or key)
        if "above" not in row  # the page shows it elsewhere
    }
    return {
        name: node | ({"description": meanings[name]} if name in meanings else {})
        for name, node in keys.items()
    }


def main() -> int:
    wanted = json.dumps(shop(), ensure_ascii=False, indent=1) + "\n"
    if "--check" not in sys.argv:
        FILE.write_text(wanted, encoding="utf-8")
        return 0
    if FILE.is_file() and FILE.read_text(encoding="utf-8") == wanted:
        return 0
    print(f"{FILE.name} differs from the library: run `make format`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
