"""Does the panel add up? No join has multiplied a row, and none has lost one."""

from destock import engine
from destock.model.messages import Fault, mark

# what stands on the right of a join, or is made by many → the columns that tell its rows apart
UNIQUE = {
    "products": "sku",
    "season": "season",
    "class_word": "chinese",
    "way_word": "chinese",
    "unpaid": "order_id, line_id, sku",
    "supplied": "channel",
    "last_cost": "sku",
    "order_days": "sku",
    "first_event": "sku",
    "sku": "sku",
    "history": "sku",
    "count_day": "sku, day",
    "gift_week": "sku, week",
    "count_set": "sku, counts",
    "on_order": "sku",
    "item_traffic": "item, week",
    "item_price": "item, week",
    "held_cost": "sku",
    "replenishment": "item",
    "sku_now": "sku",
    "item_now": "item",
}
# sums that are the same before and after
TOTALS = (
    ("sku_week_sales.sold_units", "sku_week.sold_units", "item_week.sold_units"),
    ("sku_week_sales.cancelled_units", "sku_week.cancelled_units", "item_week.cancelled_units"),
    ("sku_week_sales.returned_units", "sku_week.returned_units", "item_week.returned_units"),
    ("sku_week_sales.paid_value", "sku_week.paid_value", "item_week.paid_value"),
    ("sku_week_sales.refund_value", "sku_week.refund_value", "item_week.refund_value"),
    ("sku_week.undone_units", "item_week.undone_units"),
    ("flow.received", "sku_now.received", "item_now.received"),
)


def prove(con) -> None:
    """Is every right side of a join unique, and every total what went in?

    Raises Fault (4) with the table that has a key twice, and (1) with the total that changed on
    the way: the first is the shop's data, the second a defect of ours.
    """
    _prove_unique(con)
    _prove_totals(con)


def _prove_unique(con) -> None:
    counts = [
        f"SELECT '{table}' AS name, count(*) AS twice FROM (SELECT {key} FROM {table} GROUP BY"
        f" {key} HAVING count(*) > 1) AS t"
        for table, key in UNIQUE.items()
    ]
    for table, twice in engine.rows(con, " UNION ALL ".join(counts)):
        if twice:
            text = mark(
                "{table}: {count} of its {key} stand twice, and what is joined to them would"
                " count twice"
            )
            raise Fault(4, text, table=table, count=twice, key=UNIQUE[table])


def _prove_totals(con) -> None:
    columns = [name for names in TOTALS for name in names]
    sums = [
        f"(SELECT coalesce(sum({column}), 0) FROM {table})"
        for table, column in (name.split(".") for name in columns)
    ]
    found = dict(zip(columns, engine.rows(con, f"SELECT {', '.join(sums)}")[0], strict=True))
    for names in TOTALS:
        if len({found[name] for name in names}) > 1:
            text = mark(
                "the panel does not add up ({totals}): this is a defect of destock, please"
                " report it"
            )
            raise Fault(1, text, totals=", ".join(f"{name} = {found[name]}" for name in names))
