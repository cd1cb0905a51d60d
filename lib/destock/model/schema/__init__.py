"""The shop model: every table, every column and its unit, in one place.

A shop's own exports are mapped onto these names in its ``shop.toml``; everything
after intake knows only what stands here.
"""

from destock.model.schema import decisions, events, goods
from destock.model.schema.decisions import CLASSES, EXITS, WAYS
from destock.model.schema.table import UNREAD, Column, Table

__all__ = ["CLASSES", "EXITS", "TABLES", "UNREAD", "WAYS", "Column", "Table"]

TABLES = {
    table.name: table
    for table in (
        goods.PRODUCTS,
        events.ORDER_LINES,
        events.PURCHASES,
        events.MOVEMENTS,
        goods.STOCK,
        decisions.PRICES,
        events.TRAFFIC,
        decisions.PLAN,
        events.CHARGES,
        decisions.OVERRIDES,
        decisions.PROVISIONS,
        decisions.WAYS_OUT,
        decisions.PROMISES,
        goods.SNAPSHOT,
    )
}
