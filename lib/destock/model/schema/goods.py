"""The goods of a shop: what they are, and how many are there."""

from destock.model.schema.events import CONDITIONS
from destock.model.schema.table import UNREAD, Table, may, must

PRODUCTS = Table(
    "products",
    "a SKU",
    ("sku",),
    (
        must("sku", "id", "stock-keeping unit: one size of one colour of a style"),
        may("style", "id", "style (款); empty = the SKU itself"),
        may("style_colour", "id", "style in one colour"),
        may("name", "text", "name shown to people"),
        may("image", "text", "picture file, relative to the shop's folder"),
        may("brand", "text", "brand"),
        may("category", "text", "category that styles are compared within"),
        may("parent_category", "text", "category above it"),
        may("tier", "text", "push / signature / novelty (主推款, 风格款, 特色款)"),
        may("role", "text", "hit / steady / test; traffic 引流款, margin 利润款 " + UNREAD),
        may("season", "text", "season such as 2026SS; empty = core, sold all year"),
        may("wave", "text", "delivery wave inside the season " + UNREAD),
        may("launch_date", "date", "first day on sale, as planned", planned=True),
        may(
            "exit_date",
            "date",
            "last day on sale, as planned; empty = the season's end, or never",
            planned=True,
        ),
        may("tag_price", "money", "price on the tag, per unit"),
        may("unit_cost", "money", "purchase cost per unit"),
        may("size", "text", "size"),
        may("colour", "text", "colour " + UNREAD),
        may("vendor", "text", "supplier"),
        may("unit_volume_l", "number", "litres per unit " + UNREAD),
        may("moq", "units", "least quantity of a purchase order, units " + UNREAD),
        may("lead_time_days", "number", "days from order to receipt"),
    ),
)

STOCK = Table(
    "stock",
    "a count at the end of a day",
    ("sku", "counted_at", "location", "condition"),
    (
        must("sku", "id", "stock-keeping unit"),
        must("counted_at", "date", "day at whose end it was counted"),
        must("on_hand", "units", "units counted; signed: some systems go below zero"),
        may("location", "text", "where " + UNREAD),
        may("condition", "text", "condition of the units; empty = good", *CONDITIONS),
        may("inbound", "units", "units under way to the shop " + UNREAD),
        may("returns_in_transit", "units", "returned units under way " + UNREAD),
    ),
)

SNAPSHOT = Table(
    "snapshot",
    "stands in for order lines without dates",
    ("sku", "as_of"),
    (
        must("sku", "id", "stock-keeping unit"),
        must("as_of", "date", "day of the snapshot"),
        must("on_hand", "units", "units on hand, signed"),
        may("sold_1m", "units", "units sold in the last month, net of returns: signed"),
        may("sold_3m", "units", "… three months, signed"),
        may("sold_6m", "units", "… six months, signed"),
        may("sold_9m", "units", "… nine months, signed"),
    ),
)
