"""What whole columns tell once all rows of a table are there: cells that say that they hold
nothing, identifiers that a spreadsheet damaged, rows that sum up others.
"""

from destock import engine
from destock.intake.cells import grammar, nothing
from destock.model.schema import Column, Table

# 6.9E+17, 6.9e17: with a point, or two digits behind a plus, and else a name such as 12E4
_SCIENTIFIC = r"\d+\.\d+[eE]\+?\d{1,3}|\d+[eE]\+\d{2,3}"
# a spreadsheet keeps 15 digits: of an identifier that is longer by two or more, the last are zeros
_LONG, _ROUNDED, _SEVERAL = 17, "00", 5


def sweep(con: engine.Engine, table: Table, given: set[str]) -> None:
    """Reject what is seen in whole columns only, and empty the cells that say that they are."""
    known = [c for c in table.columns if c.name in given]
    texts = [c for c in known if c.kind == "text"]
    identifiers = [c for c in known if c.kind == "id"]
    for column in (*identifiers, *texts):
        _empty(con, column)
    for column in identifiers:
        _reject_scientific(con, column.name)
        _reject_rounded(con, column.name)
    if identifiers:
        _reject_totals(con, [c.name for c in texts], [c.name for c in identifiers])


def _empty(con: engine.Engine, column: Column) -> None:
    """A cell that says that it holds nothing is an empty one: it needs no place in the rows."""
    name, fault = column.name, ""
    if column.required:
        fault = f", fault = {_fault(name, grammar.MISSING)}"
    con.execute(
        f"UPDATE judged SET {name} = NULL{fault} WHERE {name} IN ({nothing.words(column.kind)})"
        " AND wanted"
    )


def _reject_scientific(con: engine.Engine, name: str) -> None:
    con.execute(
        f"UPDATE judged SET fault = {_fault(name, grammar.DAMAGED)} WHERE {name} < ':'"
        f" AND (contains({name}, '+') OR contains({name}, '.'))"
        f" AND regexp_full_match({name}, '{_SCIENTIFIC}') AND wanted"
    )


def _reject_rounded(con: engine.Engine, name: str) -> None:
    """Were all long numbers of an export's column rounded? One that ends so may be as it was."""
    found = engine.rows(
        con,
        f"SELECT _file FROM judged WHERE strlen({name}) >= {_LONG} AND wanted GROUP BY _file"
        f" HAVING bool_and(ends_with({name}, '{_ROUNDED}'))",
    )
    for (file,) in found:
        long = (
            f"_file = {file} AND wanted AND"
            rf" regexp_full_match({name}, '[1-9]\d{{{_LONG - 1},}}')"
        )
        several = f"SELECT count(DISTINCT {name}) FROM judged WHERE {long}"
        if engine.rows(con, several)[0][0] >= _SEVERAL:
            fault = _fault(name, grammar.DAMAGED)
            con.execute(f"UPDATE judged SET fault = {fault} WHERE {long}")


def _reject_totals(con: engine.Engine, texts: list[str], identifiers: list[str]) -> None:
    """A row that is called a total anywhere, and is of nothing, sums up others."""
    missing = f"ends_with(fault, {engine.literal(':' + grammar.MISSING)})"
    if not engine.rows(con, f"SELECT count(*) FROM judged WHERE {missing}")[0][0]:
        return
    words = ", ".join(map(engine.literal, grammar.TOTALS))
    nothing = " AND ".join(f"{name} IS NULL" for name in identifiers)
    for name in texts:
        con.execute(
            f"UPDATE judged SET fault = {engine.literal(f'{name}:{grammar.SUMMARY}')}"
            f" WHERE {name} IN ({words}) AND {nothing} AND {missing} AND wanted"
        )


def _fault(name: str, rule: str) -> str:
    """SQL for what is wrong with a row whose identifier is: more than any other of its values,
    unless the row is a total.
    """
    total = f"ends_with(coalesce(fault, ''), {engine.literal(':' + grammar.SUMMARY)})"
    return f"CASE WHEN {total} THEN fault ELSE {engine.literal(f'{name}:{rule}')} END"
