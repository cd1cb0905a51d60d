"""Rejected rows: where each stands, which rule it breaks – and how many are too many."""

from contextlib import nullcontext

import pandas as pd

from destock import engine
from destock.intake import weights
from destock.intake.asking import columns_of, incoming
from destock.intake.cells.mending import OR
from destock.intake.columns import File
from destock.intake.events import rows_of
from destock.intake.named import JOINED
from destock.intake.query import FAILED, LINE
from destock.intake.settle import CONFLICT, EQUAL
from destock.model.messages import Fault, mark
from destock.model.schema import Table

# share of a table's rows, or of its money, above which nothing is published
REJECT_LIMIT = 0.01
# in a table of fewer rows one alone is more than that: it may hold so much
SMALL, LONE_LIMIT = 100, 0.05
TORN = mark("not as many fields as the header")
# columns of a frame of rejects
REJECTS = ["table", "file", "line", "column", "rule", "value", "raw"]
_MEASURED = [
    "rejected",
    "rows_in",
    "money_rejected",
    "money_in",
    "units_rejected",
    "units_in",
    "key_rejected",
    "equal_rejected",
    "totals",
]
_MOST_ARE_EQUAL = mark(
    "{table}: {equal} rows equal another one of their export, and no line number tells"
    ' them apart: say equal_rows = "separate" (each of them happened) or "copies" (it'
    " was exported twice) in shop.toml [tables.{table}]"
)
_TOO_MANY = mark(
    "{table}: {rejected} of {rows_in} rows are rejected, more than 1 %: mend the file"
    " or shop.toml (“destock check” lists them)"
)
_MENDED = mark("{refusal}. Most of them are read once shop.toml says in [tables.{table}]: {lines}")
_EITHER = mark(
    "{refusal}. Most of them are read once shop.toml says in [tables.{table}] which it is: {lines}"
)
_TOO_MUCH_MONEY = mark(
    "{table}: the rejected rows hold more than 1 % of its money: mend the file or"
    " shop.toml (“destock check” lists them)"
)
_NO_SKU = mark(
    "products: {rejected} rows have no SKU that can be relied on: mend the file"
    " (“destock check” lists them)"
)


def refuse_over_limit(rows: pd.DataFrame) -> None:
    """Are so many rows of a table rejected that no figure can be trusted?

    Raises Fault (4) above REJECT_LIMIT of rows, money, units, stock or sales, and for any product
    whose identifier cannot be relied on. Rows that sum up others are no loss. Says which line of
    shop.toml lets most of them in, where one does.
    """
    total = rows[rows["read_as"] != JOINED].groupby("table", sort=False)[_MEASURED].sum()
    for table, row in total.iterrows():
        known = rows.loc[rows["table"] == table, ["share_rejected", "share_of", "mend"]].iloc[0]
        fault = _too_much(table, row, *known[["share_rejected", "share_of"]])
        if fault and known["mend"]:
            text = _EITHER if OR in known["mend"] else _MENDED
            raise Fault(4, text, refusal=fault, table=table, lines=known["mend"])
        if fault:
            raise fault


def _too_much(table: str, row: pd.Series, share: float, of: str) -> Fault | None:
    """Is too much of one table rejected? What has a cause that one line of shop.toml ends is said
    first.
    """
    rejected = row["rejected"] - row["totals"]
    limit = _limit(row, rejected, share)
    too_many = rejected > REJECT_LIMIT * row["rows_in"] and limit == REJECT_LIMIT
    if too_many and 2 * row["equal_rejected"] > rejected:
        return Fault(4, _MOST_ARE_EQUAL, table=table, equal=int(row["equal_rejected"]))
    if too_many:
        counts = {"rejected": int(rejected), "rows_in": int(row["rows_in"])}
        return Fault(4, _TOO_MANY, table=table, **counts)
    if row["money_rejected"] > limit * row["money_in"]:
        return Fault(4, _TOO_MUCH_MONEY, table=table)
    if table == "products" and row["key_rejected"]:
        return Fault(4, _NO_SKU, rejected=int(row["key_rejected"]))
    if share > limit:
        return Fault(4, weights.SAID[of], table=table, share=f"{share:.1%}")
    return None


def _limit(row: pd.Series, rejected: int, share: float) -> float:
    """Which share may be rejected? More than else in a small table, where a single row that holds
    little is: one of which nobody knows what it holds counts as much as any other.
    """
    if rejected != 1 or row["rows_in"] >= SMALL:
        return REJECT_LIMIT
    money = row["money_rejected"] / row["money_in"] if row["money_in"] else 0.0
    holds = max(money, share)
    if not holds and row["money_in"] + row["units_in"]:
        holds = 1 / row["rows_in"]
    return LONE_LIMIT if holds <= LONE_LIMIT else REJECT_LIMIT


def rejects_of(con: engine.Engine, table: Table, files: list[File], number: int) -> pd.DataFrame:
    """Every rejected row of one file: where it stands, which rule it breaks with which value, and
    its text.
    """
    file = files[number]
    found = _torn(file)
    if _find_bad(con, number):
        rows = _bad_rows(con, file)
        found = pd.concat([rows, found], ignore_index=True) if len(found) else rows
    if not file.streamed:
        con.execute(f"DROP TABLE {file.relation}")
    found = found.sort_values(["line", "column"], kind="stable", ignore_index=True)
    found.insert(0, "table", table.name)
    found.insert(1, "file", file.raw.path.name)
    return found


def _torn(file: File) -> pd.DataFrame:
    """Records that have not as many fields as the header: their value is how many they have."""
    return pd.DataFrame(
        [(line, "", TORN, str(fields), text) for line, (fields, text) in file.raw.torn.items()],
        columns=REJECTS[2:],
    )


def _find_bad(con: engine.Engine, number: int) -> int:
    """Make ``bad`` the rejected rows of one file, each with the column and the rule; how many are
    there?
    """
    con.execute(
        f"""CREATE OR REPLACE TABLE bad AS
        SELECT _row, split_part(coalesce(fault, ''), ':', 1) AS "column",
            CASE WHEN fault IS NOT NULL THEN substr(fault, strpos(fault, ':') + 1)
                WHEN outcome = 'equal' THEN {engine.literal(EQUAL)}
                ELSE {engine.literal(CONFLICT)} END AS rule
        FROM judged LEFT JOIN outcomes USING (_file, _row)
        WHERE _file = {number} AND (fault IS NOT NULL OR outcome IN ('conflict', 'equal'))"""
    )
    return engine.rows(con, "SELECT count(*) FROM bad")[0][0]


def _bad_rows(con: engine.Engine, file: File) -> pd.DataFrame:
    """The ``bad`` rows as the file has them: it is read once more, for the engine keeps typed rows
    only. What was made of several files is still there.
    """
    values = " ".join(
        f"WHEN '{name}' THEN CAST({expression} AS VARCHAR)"
        for name, expression in (file.faulty | file.expressions).items()
    )
    # what happened to a line is told from its words as they were judged
    again = incoming(con, file.raw, as_given=not file.events) if file.streamed else nullcontext()
    with again:
        names = [
            name for name in columns_of(con, file.relation) if name not in ("_row", LINE, FAILED)
        ]
        return con.execute(
            f"""SELECT _line AS line, bad."column", bad.rule,
                CASE bad."column" {values} END AS "value", {_text(names)} AS raw
            FROM {rows_of(file)} AS made JOIN bad ON bad._row = made._row"""
        ).df()


def _text(names: list[str]) -> str:
    """A row as one line of text, as a CSV has it."""
    plain = [f"coalesce(CAST({engine.quoted(name)} AS VARCHAR), '')" for name in names]
    fields = [
        f"""CASE WHEN regexp_matches({p}, '[",\\r\\n]')
            THEN '"' || replace({p}, '"', '""') || '"' ELSE {p} END"""
        for p in plain
    ]
    return " || ',' || ".join(fields)
