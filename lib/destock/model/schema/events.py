"""What happens to the goods: they are sold, bought, moved and seen, and it costs money."""

from destock.model.schema.table import UNREAD, Table, may, must

CONDITIONS = ("good", "b-grade", "defective", "quarantine")

ORDER_LINES = Table(
    "order_lines",
    "an event of an order line",
    ("order_id", "line_id", "sku", "kind", "ordered_at"),
    (
        must("order_id", "id", "order number"),
        may("line_id", "id", "line number inside the order"),
        must("sku", "id", "stock-keeping unit"),
        must("ordered_at", "time", "when the event happened, business time"),
        must("units", "units", "units of the event, never negative"),
        must(
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
        must(
            "customer_paid",
            "money",
            "what the customer paid for these units; of a reship: what was paid on top",
        ),
        may(
            "merchant_revenue",
            "money",
            "what the shop earns: with platform subsidy, without freight; empty = customer_paid",
        ),
        may("merchant_discount", "money", "discount carried by the shop " + UNREAD),
        may(
            "refund_value",
            "money",
            "money given back by this event; empty = merchant_revenue, of an exchange nothing",
        ),
        may("resaleable_units", "units", "returned units that can be sold again; empty = all"),
        may(
            "shipped_at",
            "time",
            "when the units left the warehouse; empty = not yet",
            planned=True,
        ),
        may("original_order_id", "id", "order that a return or exchange belongs to"),
        may("original_ordered_at", "time", "when the returned or cancelled units were sold"),
        may("channel", "text", "sales channel"),
        may("format", "text", "live / short video / product card / shelf"),
        may("creator", "text", "creator or account that sold it"),
        may("location", "text", "shop or warehouse"),
        may("line_type", "text", "what kind of line", "goods", "gift", "bundle part", "lottery"),
        may("presale", "text", "presale type", "none", "full", "deposit"),
        may("balance_paid_at", "time", "when a deposit order's balance was paid", planned=True),
        may("basis", "text", "whose sale it is", "retail", "wholesale"),
        may("reason", "text", "why it was cancelled or returned"),
        may(
            "currency",
            "text",
            "currency of the money, where the export says it: only the shop's own is taken",
        ),
    ),
    "customer_paid",
)

PURCHASES = Table(
    "purchases",
    "a purchase line, open or received",
    ("po_id", "sku", "received_at"),
    (
        must("po_id", "id", "purchase order number"),
        must("sku", "id", "stock-keeping unit"),
        may("units_ordered", "units", "units ordered"),
        may("units_received", "units", "units received"),
        may("ordered_at", "time", "when it was ordered"),
        may("due_at", "date", "when it was promised", planned=True),
        may("received_at", "time", "when it arrived; empty = still open", planned=True),
        may("cancellable_until", "date", "last day on which it can be cancelled", planned=True),
        may("unit_cost", "money", "purchase cost per unit"),
        may("vendor", "text", "supplier"),
        may("location", "text", "where it arrives"),
        may(
            "currency",
            "text",
            "currency of the cost, where the export says it: only the shop's own is taken",
        ),
    ),
)

MOVEMENTS = Table(
    "movements",
    "any other change of stock",
    (),
    (
        must("sku", "id", "stock-keeping unit"),
        must("moved_at", "time", "when it moved"),
        must("units", "units", "signed: + in, - out"),
        must(
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
        may("location", "text", "where"),
        may("to_location", "text", "where to, for a transfer"),
        may("condition", "text", "condition of the units; empty = good", *CONDITIONS),
    ),
)

TRAFFIC = Table(
    "traffic",
    "an item-day seen",
    ("item", "date", "channel", "format"),
    (
        must("item", "id", "priced item"),
        must("date", "date", "day"),
        may("channel", "text", "channel " + UNREAD),
        may("format", "text", "live / short video / product card / shelf " + UNREAD),
        may("exposures", "units", "times shown"),
        may("clicks", "units", "times clicked"),
        may("add_to_cart", "units", "times put into a cart " + UNREAD),
        may("live_minutes", "number", "minutes shown live " + UNREAD),
        may("ad_spend", "money", "paid traffic"),
    ),
)

CHARGES = Table(
    "charges",
    "a fee or settlement",
    (),
    (
        must("date", "date", "day"),
        must(
            "kind",
            "text",
            "platform / commission / recruitment / paid traffic / return freight / insurance "
            + UNREAD,
        ),
        must("amount", "money", "amount; signed: a fee given back is below zero"),
        may("sku", "id", "stock-keeping unit it belongs to " + UNREAD),
        may("line_id", "id", "order line it belongs to " + UNREAD),
        may("settled_at", "date", "day it was settled " + UNREAD, planned=True),
    ),
    "amount",
)
