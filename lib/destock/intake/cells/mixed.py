"""Does one column write its decimals in two ways? Then one of them was not written by the shop."""

from contextlib import nullcontext

from destock import engine
from destock.intake.asking import incoming
from destock.intake.cells import numerals
from destock.intake.columns import File
from destock.model.messages import mark
from destock.model.schema import Table

_WAYS = {"comma": ",", "point": "."}
MIXED = mark(
    "a decimal comma where most of its column has a point, or the other way round: write it as the"
    " others are written"
)


def refuse_mixed(con: engine.Engine, table: Table, file: File, number: int) -> None:
    """Reject the rows of the rarer way of writing decimals, or of both where none is rarer.

    The file is read once more, where a number of it has a comma: most have none.
    """
    comma = f"SELECT bool_or(comma) FROM judged WHERE _file = {number}"
    if not engine.rows(con, comma)[0][0]:
        return
    numbers = [c.name for c in table.columns if c.kind in ("units", "money", "number")]
    names = [name for name in numbers if name in file.expressions]
    with incoming(con, file.raw) if file.streamed else nullcontext():
        ways = ", ".join(
            f"coalesce({numerals.has_decimal(sign, f'CAST({name} AS VARCHAR)')}, false)"
            f" AS {way}_{name}"
            for name in names
            for way, sign in _WAYS.items()
        )
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE written AS SELECT _row, {ways} FROM mapped WHERE wanted"
        )
    for name in names:
        _reject_rarer(con, name, number)
    con.execute("DROP TABLE written")


def _reject_rarer(con: engine.Engine, name: str, number: int) -> None:
    counted = ", ".join(f"count(*) FILTER ({way}_{name})" for way in _WAYS)
    counts = dict(zip(_WAYS, engine.rows(con, f"SELECT {counted} FROM written")[0], strict=True))
    fewest = min(counts.values())
    if not fewest:
        return
    rarer = " OR ".join(f"{way}_{name}" for way, count in counts.items() if count == fewest)
    con.execute(
        f"UPDATE judged SET fault = {engine.literal(f'{name}:{MIXED}')} FROM written"
        f" WHERE _file = {number} AND judged._row = written._row AND ({rarer}) AND fault IS NULL"
    )
