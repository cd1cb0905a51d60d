"""The shop model: every table, every column and its unit, in one place.

A shop's own exports are mapped onto these names in its ``shop.toml``; everything
after intake knows only what stands here.
"""

from dataclasses import dataclass

SQL_TYPES = {
    "text": "VARCHAR",
    "id": "VARCHAR",
    "units": "DECIMAL(18,3)",
    "money": "DECIMAL(18,4)",
    "number": "DOUBLE",
    "integer": "BIGINT",
    "date": "DATE",
    "time": "TIMESTAMP",
}


# how the meaning of a column ends that a shop may give and that nothing is computed from
UNREAD = "(no figure reads it yet)"


@dataclass(frozen=True)
class Column:
    """One column: its name, what kind of value it holds, and what that value means."""

    name: str
    kind: str
    meaning: str
    required: bool = False
    values: tuple[str, ...] = ()
    planned: bool = False  # a day that may lie ahead: nothing has happened on it yet

    @property
    def sql_type(self) -> str:
        return SQL_TYPES[self.kind]

    @property
    def signed(self) -> bool:
        """May it be below zero?"""
        return "signed" in self.meaning or self.kind == "integer"


@dataclass(frozen=True)
class Table:
    """One table: what a row is, which columns make it unique, which columns it has, and which of
    them is its money.

    A table without a key is a ledger: two equal rows of one export are two rows. One that people
    keep ``by_hand`` may have no rows: the last was deleted. An export without any has failed.
    """

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    money: str = ""
    by_hand: bool = False

    def column(self, name: str) -> Column | None:
        return next((c for c in self.columns if c.name == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns if c.required)


def _must(name, kind, meaning, *values, planned=False):
    return Column(name, kind, meaning, True, values, planned)


def _may(name, kind, meaning, *values, planned=False):
    return Column(name, kind, meaning, False, values, planned)


# the kinds of overstock, as an analyst may write them
CLASSES = {
    "defective": "瑕疵品",
    "out of season": "过季",
    "misjudged": "误判款",
    "slow": "滞销",
    "over-bought": "超买",
    "too early": "观察期",
    "unclassifiable": "无法归类",
}

_CONDITIONS = ("good", "b-grade", "defective", "quarantine")

_ALL = (
    Table(
        "products",
        "a SKU",
        ("sku",),
        (
            _must("sku", "id", "stock-keeping unit: one size of one colour of a style"),
            _may("style", "id", "style (款); empty = the SKU itself"),
            _may("style_colour", "id", "style in one colour"),
            _may("name", "text", "name shown to people"),
            _may("image", "text", "picture file, relative to the shop's folder"),
            _may("brand", "text", "brand"),
            _may("category", "text", "category that styles are compared within"),
            _may("parent_category", "text", "category above it"),
            _may("tier", "text", "push / signature / novelty (主推款, 风格款, 特色款)"),
            _may("role", "text", "hit / steady / test; traffic 引流款, margin 利润款 " + UNREAD),
            _may("season", "text", "season such as 2026SS; empty = core, sold all year"),
            _may("wave", "text", "delivery wave inside the season " + UNREAD),
            _may("launch_date", "date", "first day on sale, as planned", planned=True),
            _may(
                "exit_date",
                "date",
                "last day on sale, as planned; empty = the season's end, or never",
                planned=True,
            ),
            _may("tag_price", "money", "price on the tag, per unit"),
            _may("unit_cost", "money", "purchase cost per unit"),
            _may("size", "text", "size"),
            _may("colour", "text", "colour " + UNREAD),
            _may("vendor", "text", "supplier"),
            _may("unit_volume_l", "number", "litres per unit " + UNREAD),
            _may("moq", "units", "least quantity of a purchase order, units " + UNREAD),
            _may("lead_time_days", "number", "days from order to receipt"),
        ),
    ),
    Table(
        "order_lines",
        "an event of an order line",
        ("order_id", "line_id", "sku", "kind", "ordered_at"),
        (
            _must("order_id", "id", "order number"),
            _may("line_id", "id", "line number inside the order"),
            _must("sku", "id", "stock-keeping unit"),
            _must("ordered_at", "time", "when the event happened, business time"),
            _must("units", "units", "units of the event, never negative"),
            _must(
                "kind",
                "text",
                "what happened; exchange = a piece that comes back to be replaced, reship = the"
                " piece sent for it",
                "sale",
                "cancel",
                "return",
                "refund_only",
                "exchange",
                "reship",
            ),
            _must(
                "customer_paid",
                "money",
                "what the customer paid for these units; of a reship: what was paid on top",
            ),
            _may(
                "merchant_revenue",
                "money",
                "what the shop earns: with platform subsidy, without freight; empty ="
                " customer_paid",
            ),
            _may("merchant_discount", "money", "discount carried by the shop " + UNREAD),
            _may(
                "refund_value",
                "money",
                "money given back by this event; empty = merchant_revenue, of an exchange nothing",
            ),
            _may("resaleable_units", "units", "returned units that can be sold again; empty = all"),
            _may(
                "shipped_at",
                "time",
                "when the units left the warehouse; empty = not yet",
                planned=True,
            ),
            _may("original_order_id", "id", "order that a return or exchange belongs to"),
            _may("original_ordered_at", "time", "when the returned or cancelled units were sold"),
            _may("channel", "text", "sales channel"),
            _may("format", "text", "live / short video / product card / shelf"),
            _may("creator", "text", "creator or account that sold it"),
            _may("location", "text", "shop or warehouse"),
            _may(
                "line_type", "text", "what kind of line", "goods", "gift", "bundle part", "lottery"
            ),
            _may("presale", "text", "presale type", "none", "full", "deposit"),
            _may(
                "balance_paid_at", "time", "when a deposit order's balance was paid", planned=True
            ),
            _may("basis", "text", "whose sale it is", "retail", "wholesale"),
            _may("reason", "text", "why it was cancelled or returned"),
            _may(
                "currency",
                "text",
                "currency of the money, where the export says it: only the shop's own is taken",
            ),
        ),
        "customer_paid",
    ),
    Table(
        "purchases",
        "a purchase line, open or received",
        ("po_id", "sku", "received_at"),
        (
            _must("po_id", "id", "purchase order number"),
            _must("sku", "id", "stock-keeping unit"),
            _may("units_ordered", "units", "units ordered"),
            _may("units_received", "units", "units received"),
            _may("ordered_at", "time", "when it was ordered"),
            _may("due_at", "date", "when it was promised", planned=True),
            _may("received_at", "time", "when it arrived; empty = still open", planned=True),
            _may(
                "cancellable_until", "date", "last day on which it can be cancelled", planned=True
            ),
            _may("unit_cost", "money", "purchase cost per unit"),
            _may("vendor", "text", "supplier"),
            _may("location", "text", "where it arrives"),
            _may(
                "currency",
                "text",
                "currency of the cost, where the export says it: only the shop's own is taken",
            ),
        ),
    ),
    Table(
        "movements",
        "any other change of stock",
        (),
        (
            _must("sku", "id", "stock-keeping unit"),
            _must("moved_at", "time", "when it moved"),
            _must("units", "units", "signed: + in, - out"),
            _must(
                "kind",
                "text",
                "why it moved",
                "transfer",
                "vendor return",
                "shrink",
                "write-off",
                "donation",
                "sample out",
                "sample back",
                "adjustment",
                "condition",
            ),
            _may("location", "text", "where"),
            _may("to_location", "text", "where to, for a transfer"),
            _may("condition", "text", "condition of the units; empty = good", *_CONDITIONS),
        ),
    ),
    Table(
        "stock",
        "a count at the end of a day",
        ("sku", "counted_at", "location", "condition"),
        (
            _must("sku", "id", "stock-keeping unit"),
            _must("counted_at", "date", "day at whose end it was counted"),
            _must("on_hand", "units", "units counted; signed: some systems go below zero"),
            _may("location", "text", "where " + UNREAD),
            _may("condition", "text", "condition of the units; empty = good", *_CONDITIONS),
            _may("inbound", "units", "units under way to the shop " + UNREAD),
            _may("returns_in_transit", "units", "returned units under way " + UNREAD),
        ),
    ),
    Table(
        "prices",
        "a price in force",
        ("item", "valid_from", "channel", "mechanism"),
        (
            _must("item", "id", "priced item (by default the style)"),
            _must("valid_from", "date", "first day of the price", planned=True),
            _may(
                "valid_to",
                "date",
                "first day on which it no longer holds; empty = still in force",
                planned=True,
            ),
            _must("price", "money", "price per unit"),
            _may("channel", "text", "channel it holds in; empty = all"),
            _may(
                "mechanism",
                "text",
                "markdown / coupon / spend-and-save 满减 / gift 满赠"
                " / fixed price 一口价 / N for X",
            ),
            _may("experiment", "text", "name of the test this price belongs to"),
            _may("arm", "text", "arm of the test; controls have a row too"),
            _may(
                "decision_date",
                "date",
                "day on which the arms were drawn and took effect",
                planned=True,
            ),
            _may("window_end", "date", "last day of the test", planned=True),
            _may("seed", "integer", "seed of the draw " + UNREAD),
            _may("planned_price", "money", "price the arm was meant to have " + UNREAD),
        ),
        by_hand=True,
    ),
    Table(
        "traffic",
        "an item-day seen",
        ("item", "date", "channel", "format"),
        (
            _must("item", "id", "priced item"),
            _must("date", "date", "day"),
            _may("channel", "text", "channel " + UNREAD),
            _may("format", "text", "live / short video / product card / shelf " + UNREAD),
            _may("exposures", "units", "times shown"),
            _may("clicks", "units", "times clicked"),
            _may("add_to_cart", "units", "times put into a cart " + UNREAD),
            _may("live_minutes", "number", "minutes shown live " + UNREAD),
            _may("ad_spend", "money", "paid traffic"),
        ),
    ),
    Table(
        "plan",
        "what was meant for an item",
        ("item",),
        (
            _must("item", "id", "priced item"),
            _may("planned_buy", "units", "units meant to be bought"),
            _may("planned_sales", "units", "units meant to be sold, net, by the exit"),
            _may("planned_days", "number", "days meant to be on sale"),
            _may("planned_instock", "number", "share of days meant to be in stock"),
            _may("planned_exposures_per_day", "number", "exposures a day"),
            _may("planned_click_rate", "number", "clicks per exposure"),
            _may("planned_conversion", "number", "orders per exposure " + UNREAD),
            _may("planned_return_rate", "number", "returned ÷ shipped"),
            _may("planned_price", "money", "price per unit"),
            _may("planned_launch", "date", "first day on sale", planned=True),
            _may("target_profit_rate", "number", "profit ÷ net sales, signed"),
        ),
        by_hand=True,
    ),
    Table(
        "charges",
        "a fee or settlement",
        (),
        (
            _must("date", "date", "day"),
            _must(
                "kind",
                "text",
                "platform / commission / recruitment / paid traffic / return freight / insurance "
                + UNREAD,
            ),
            _must("amount", "money", "amount; signed: a fee given back is below zero"),
            _may("sku", "id", "stock-keeping unit it belongs to " + UNREAD),
            _may("line_id", "id", "order line it belongs to " + UNREAD),
            _may("settled_at", "date", "day it was settled " + UNREAD, planned=True),
        ),
        "amount",
    ),
    Table(
        "overrides",
        "a class that an analyst decided, against the rules",
        ("item",),
        (
            _must("item", "id", "priced item"),
            _must(
                "class",
                "text",
                "kind of overstock it is, in English or Chinese",
                *CLASSES,
                *CLASSES.values(),
            ),
            _must("reason", "text", "why, in the analyst's words"),
            _may("decided_by", "text", "who decided"),
            _may("decided_on", "date", "when; not used before that day", planned=True),
        ),
        by_hand=True,
    ),
    Table(
        "provisions",
        "a write-down in the books (存货跌价准备)",
        ("item", "booked_on"),
        (
            _must("item", "id", "priced item"),
            _must("booked_on", "date", "day of the balance", planned=True),
            _must("amount", "money", "balance of the item's write-down on that day"),
        ),
        by_hand=True,
    ),
    Table(
        "snapshot",
        "stands in for order lines without dates",
        ("sku", "as_of"),
        (
            _must("sku", "id", "stock-keeping unit"),
            _must("as_of", "date", "day of the snapshot"),
            _must("on_hand", "units", "units on hand, signed"),
            _may("sold_1m", "units", "units sold in the last month, net of returns: signed"),
            _may("sold_3m", "units", "… three months, signed"),
            _may("sold_6m", "units", "… six months, signed"),
            _may("sold_9m", "units", "… nine months, signed"),
        ),
    ),
)

TABLES = {table.name: table for table in _ALL}
