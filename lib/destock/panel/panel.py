"""Builds the panel: one pass of SQL from typed tables to the frames that every analysis starts
from.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from destock import engine
from destock.intake import typed
from destock.intake.rows import Intake, load
from destock.intake.shop import Shop
from destock.model.findings import table
from destock.model.messages import Fault, mark
from destock.model.schema import CLASSES, EXITS, TABLES, WAYS
from destock.model.weeks import calendar, spans
from destock.panel.proof import prove

STEPS = (
    "sales",
    "skus",
    "stock",
    "panel",
    "ageing",
    "now",
    "items",
    "spans",
    "reconciliation",
    "decisions",
)
# frame → the total order in which it is written
FRAMES = {
    "sku_week": "sku, week",
    "item_week": "item, week",
    "item_day": "item, day",
    "experiment": "experiment, item, decision_date, window_end, arm, arm_price",
    "sku_now": "sku",
    "item_now": "item",
    "buy_week": "item, week",
    "layer": "sku, received_on, unit_cost",
    "receipt": "sku, received_on, unit_cost",
    "return_lag": "category, sale_week, lag_weeks",
    "item_span": "item, cut, span",
    "place_span": "item, dimension, place, cut, span",
    "reconciliation": "sku",
    "count_break": "sku, counted_on",
    "control_total": "paid",
    "plan": "item",
    "open_line": "po_id, sku, due_at, cancellable_until, units, unit_cost, vendor",
    "loss_week": "week, item, kind",
    "override": "item",
    "provision": "item",
    "exit_offer": "exit, opens_on, category",
    "promise": "report_day, item, portion, po_id",
    "unknown_item": "named_in, item",
    "item_months": "item",
    "later": "named_in",
}
# all that lies in the folder of a panel
WRITTEN = (*FRAMES, "run", "rows", "rejects", "notes", "given")


def build(shop: Shop, as_of: date | None, folder: Path, today: date) -> date:
    """What was sold, held, shown and priced in every week up to ``as_of``?

    Reads the shop's tables, runs the SQL of this room in the engine, and writes one Parquet file
    for each of FRAMES into ``folder``, with ``rows``, ``rejects``, ``notes`` and ``given`` of the
    intake and the ``run`` row beside them. Only what was known at the end of ``as_of`` is used;
    where nobody names a day, it is that of the last thing that the tables of facts tell. Rows of
    what happens after ``today`` (or ``as_of``, if that is later) are rejected. Returns the day.

    Raises Fault (3) when a table cannot be read, (4) when no row can be used, and what ``prove``
    raises.
    """
    today = max(as_of or today, today)
    con, intake = _open(shop, folder, today)
    as_of = as_of or _last_day(con, intake, today)
    # what is told of tomorrow makes it the day of the report, and its own tomorrow comes with it
    if as_of > today:
        con.close()
        today = as_of
        con, intake = _open(shop, folder, today)
    con = engine.hand_over(con, shop.engine, shop.spark, TABLES, folder, shop.timezone)
    try:
        compute(con, shop, intake, as_of, today)
        for name, order in (FRAMES | {"run": "as_of"}).items():
            engine.write(con, name, order, folder / f"{name}.parquet")
    finally:
        engine.close(con)
    _save_intake(intake, folder)
    return as_of


def _save_intake(intake: Intake, folder: Path) -> None:
    """Write what came through the door beside the frames."""
    frames = {
        "rows": intake.rows,
        "rejects": intake.rejects.astype(str),
        "notes": table(intake.notes),
        "given": pd.DataFrame(sorted(intake.given), columns=["table", "column"]),
    }
    for name, frame in frames.items():
        engine.save(frame, folder / f"{name}.parquet")


def compute(con, shop: Shop, intake: Intake, as_of: date, today: date) -> None:
    """Make every table of the panel in the engine, and prove that they add up."""
    typed.check(con, shop, today)
    context(con, shop, intake, as_of)
    transform(con, STEPS)
    prove(con)


def transform(con, steps: Iterable[str]) -> None:
    """Run the panel's SQL, in this order, in an engine that holds the typed tables and their
    ``context``.
    """
    engine.run(con, "destock.panel", "deposits")
    if not engine.rows(con, "SELECT count(*) FROM unpaid")[0][0]:
        engine.run(con, "destock.panel", "no_deposits")
    for step in steps:
        engine.run(con, "destock.panel", step)


# what was sold, came, moved, was counted or seen, and the moment that says when; a fee is dated
# when it is written, which may be weeks later
FACTS = {
    "order_lines": "ordered_at",
    "purchases": "received_at",
    "movements": "moved_at",
    "stock": "counted_at",
    "traffic": "date",
    "snapshot": "as_of",
}


def _last_day(con: engine.Engine, intake: Intake, today: date) -> date:
    """Of which day is the last thing that the shop's tables of facts tell, by tomorrow?

    A shop with order lines has no use for its snapshots. Raises Fault (4) where neither has a row
    that can be used.
    """
    told = "order_lines" if intake.has("order_lines") else "snapshot"
    days = {
        table: engine.rows(
            con,
            f"SELECT CAST(max({moment}) AS DATE) FROM {table} WHERE {moment} < DATE '{today}' +"
            " INTERVAL 2 DAY",
        )[0][0]
        for table, moment in FACTS.items()
        if table in (told, "purchases", "movements", "stock", "traffic")
    }
    if days[told] is None:
        raise Fault(4, mark("{table}: no row can be used; see the rejected rows"), table=told)
    return max(day for day in days.values() if day)


def _open(shop: Shop, scratch: Path, today: date) -> tuple[engine.Engine, Intake]:
    con = engine.start(shop.for_engine(), scratch, shop.timezone)
    return con, load(con, shop, today)


def context(con: engine.Engine, shop: Shop, intake: Intake, as_of: date) -> None:
    """The tables that SQL cannot know by itself: the run, the calendar, the seasons."""
    first = _first_day(con, as_of)
    _refuse_stale(con, as_of)
    told = {
        "weeks": _with_days(calendar(first, as_of), "week", "week_end"),
        "spans": _with_days(spans(first, as_of), "from_day", "to_day"),
        "days": pd.DataFrame({"day": pd.date_range(first, as_of).date}),
        "season": _seasons(shop),
        "class_word": pd.DataFrame(CLASSES.items(), columns=["class", "chinese"]),
        "exit_word": pd.DataFrame(EXITS.items(), columns=["kind", "chinese"]),
        "way_word": pd.DataFrame(WAYS.items(), columns=["way", "chinese"]),
        "rejected_product": pd.DataFrame({"sku": list(intake.rejected_skus)}, dtype="str"),
        "run": _run(con, shop, intake, first, as_of),
    }
    for name, frame in told.items():
        engine.put(con, name, frame)


def _first_day(con: engine.Engine, as_of: date) -> date:
    """On which day did anything happen first? Raises Fault (4) where nothing had by ``as_of``."""
    first = engine.rows(
        con,
        """SELECT min(day) FROM (
            SELECT CAST(min(ordered_at) AS DATE) AS day FROM order_lines
            UNION ALL SELECT CAST(min(received_at) AS DATE) FROM purchases
            UNION ALL SELECT min(counted_at) FROM stock
            UNION ALL SELECT min(as_of) FROM snapshot
        )""",
    )[0][0]
    if first is None or first > as_of:
        text = mark("nothing happened up to {as_of}: the first row is of {first}")
        raise Fault(4, text, as_of=as_of, first=first)
    return first


def _refuse_stale(con: engine.Engine, as_of: date) -> None:
    """Raises Fault (2) where the last order line is more than a year old."""
    last = engine.rows(con, "SELECT CAST(max(ordered_at) AS DATE) FROM order_lines")[0][0]
    if last and as_of - last > timedelta(days=366):
        text = mark("as-of {as_of} is more than a year after the last order line, of {last}")
        raise Fault(2, text, as_of=as_of, last=last)


def _with_days(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The frame with days in these columns, where pandas has moments."""
    return frame.assign(**{name: frame[name].dt.date for name in columns})


def _seasons(shop: Shop) -> pd.DataFrame:
    ends = {"season": list(shop.seasons), "season_end": list(shop.seasons.values())}
    return pd.DataFrame(ends, dtype=object).astype({"season": "str"})


def _run(con: engine.Engine, shop: Shop, intake: Intake, first: date, as_of: date) -> pd.DataFrame:
    """The one row that says of which day the panel is, and what the shop gives."""
    # a column that was always empty by then says nothing about what was shipped
    shipped = f"SELECT count(*) > 0 FROM order_lines WHERE shipped_at < DATE '{as_of}' + 1"
    run = {
        "as_of": as_of,
        "first_day": first,
        "price_level": shop.price_level,
        "has_shipping": engine.rows(con, shipped)[0][0],
        "has_orders": intake.has("order_lines"),
        "has_purchases": intake.has("purchases"),
    }
    return pd.DataFrame([run])
