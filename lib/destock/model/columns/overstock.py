"""What is told of overstock: kinds, causes, sizes, cost, worth, orders, actions."""

from destock.model.columns.column import Column
from destock.model.messages import mark

COLUMNS = {
    "class": Column("label", mark("Kind"), "kind of overstock"),
    "units": Column("units", mark("Units"), "units"),
    "cost": Column("money", mark("At cost"), "units at purchase cost"),
    "also": Column("label", mark("Also"), "other rules that hold"),
    "confidence": Column(
        "chance",
        mark("Confidence"),
        "draws of its noisy figures in which the class stays; empty = the analyst's",
    ),
    "reason": Column("label", mark("Because"), "why; several with ; between"),
    "missing": Column("text", meaning="what an unclassifiable item lacks"),
    "dead": Column("yes", meaning="stock and no sale for dead_weeks"),
    "cause": Column(
        "label",
        mark("Cause"),
        "what added units to the leftover, plan against actual; accounting, not proof",
    ),
    "probability": Column(
        "chance", mark("How likely it is"), "chance that it is the one that went wrong"
    ),
    "named": Column("label", mark("Cause that stands out"), "the cause, or mixed below .6"),
    "also_unknown": Column(
        "label", mark("Not known"), "factors that are not known; “not wanted” holds them"
    ),
    "size": Column("text", mark("Size"), "size"),
    "state": Column("label", mark("State"), "dead size / lost size / in stock / sold out"),
    "broken": Column(
        "yes", mark("Broken run"), "sizes left bring less than size_floor of the style's sales"
    ),
    "lost_units": Column(
        "units", meaning="not sold for want of the size, last eight weeks, net of returns; estimate"
    ),
    "lost_sales": Column(
        "money", mark("Lost sales, eight weeks"), "lost_units × price lately paid"
    ),
    "dead_sizes": Column("units", mark("Dead sizes"), "dead sizes of the style", unit="SKUs"),
    "lost_sizes": Column("units", mark("Missing sizes"), "lost sizes of the style", unit="SKUs"),
    "dead_cost": Column("money", mark("Dead sizes at cost"), "cost of its dead sizes"),
    "broken_cost": Column(
        "money", meaning="cost of all its sizes in stock, where its run is broken"
    ),
    "purchase": Column("money", mark("Purchase (sunk)"), "excess units at purchase cost: sunk"),
    "age_days": Column(
        "units", meaning="mean age of the item's stock, first in first out", unit="days"
    ),
    "storage": Column("money", mark("Storage so far"), "storage since receipt"),
    "capital": Column("money", mark("Capital so far"), "capital since receipt, on cost"),
    "insurance": Column("money", mark("Insurance so far"), "insurance since receipt, on cost"),
    "shrink": Column(
        "money",
        mark("Shrink so far"),
        "costs: since receipt, on cost, money; losses: shrink and units found missing, at cost",
        unit="see table",
    ),
    "total": Column("money", mark("Total"), "purchase + storage + capital + insurance + shrink"),
    "week": Column(
        "money",
        mark("One more week"),
        (
            "costs: storage, capital, insurance, shrink of one more week; season_path, backtest,"
            " years: weeks completed"
        ),
        unit="see table",
    ),
    "week_cash": Column("money", meaning="storage + insurance of one more week: paid out"),
    "band": Column("label", mark("Days since receipt"), "days since receipt", unit="days"),
    "tag": Column("money", mark("At tag"), "units × tag price"),
    "nrv": Column(
        "exact_price",
        mark("NRV a unit"),
        "ageing: net realisable value, money; value: a unit",
        unit="see table",
    ),
    "excess_cost": Column("money", mark("In excess, at cost"), "excess units × unit cost"),
    "portion": Column(
        "label",
        mark("Portion"),
        "value: needed / too much / need not known / damaged; decisions: in stock / damaged units /"
        " on order",
    ),
    "unit_cost": Column("exact_price", mark("Cost a unit"), "purchase cost"),
    "price": Column("exact_price", mark("Price"), "price"),
    "price_basis": Column("text", meaning="where price comes from"),
    "covered": Column(
        "money",
        meaning="of units × (unit_cost − nrv), what the item's needed units bring above their cost",
    ),
    "write_down_unit": Column("exact_price", meaning="write_down ÷ units"),
    "write_down": Column(
        "money", mark("Write-down"), "units × (unit_cost − nrv), above 0, less covered"
    ),
    "carrying": Column("money", mark("Worth in the books"), "units × unit_cost − write_down"),
    "required": Column("money", mark("Required"), "write-down now"),
    "booked": Column("money", mark("Booked"), "write-down booked already (table provisions)"),
    "change": Column("percent", mark("Change"), "sell_through − last_year"),
    "closing": Column("money", mark("Closing balance"), "booked + change"),
    "floor": Column(
        "exact_price",
        mark("Price floor"),
        "lowest price that beats the salvage; purchase cost plays no part",
    ),
    "floor_share": Column("percent", meaning="floor ÷ price"),
    "net_price": Column("exact_price", meaning="price less fees, parcel and returns"),
    "rate_needed": Column(
        "number", mark("Needed a week"), "above which holding pays", unit="units a week"
    ),
    "rate_expected": Column(
        "number", mark("Expected next week"), "expected in the coming week", unit="units a week"
    ),
    "best_price": Column(
        "exact_price",
        meaning=(
            "floor × β ÷ (β + 1), or the price at which the stock just lasts, if that is"
            " higher; empty without a usable elasticity"
        ),
    ),
    "weeks": Column("units", mark("Weeks"), "weeks behind the row", unit="weeks"),
    "cost_of_sales": Column(
        "money",
        mark("Cost of sales, year"),
        "(sold − cancelled − returned) × unit cost",
        unit="money a year",
    ),
    "gross_margin": Column(
        "money",
        mark("Gross margin, year"),
        "(revenue − refunds) before tax − cost_of_sales",
        unit="money a year",
    ),
    "inventory": Column("money", mark("Mean stock at cost"), "mean of 13 points at cost"),
    "turn": Column("number", mark("Turn"), "cost_of_sales ÷ inventory", unit="times a year"),
    "days": Column("units", mark("Days"), "365 ÷ turn", unit="days"),
    "gmroi": Column("number", mark("GMROI"), "gross_margin ÷ inventory"),
    "months": Column(
        "number", mark("Months of stock"), "inventory ÷ monthly cost_of_sales", unit="months"
    ),
    "cost_known": Column("percent", meaning="net units with a cost ÷ net units"),
    "month": Column("date", meaning="first of the month"),
    "sales": Column("money", meaning="revenue − refunds"),
    "markdowns": Column("money", meaning="net units × (everyday price − paid)"),
    "write-offs": Column("money", meaning="write-offs and donations at cost"),
    "loss": Column("money", meaning="markdowns + write-offs + shrink"),
    "share": Column(
        "percent",
        mark("Of the goal"),
        "moving: moving ÷ on_sale; season_path, stages: of the goal; years: of the year reached",
    ),
    "acceptable": Column(
        "percent", meaning="1 − cost ÷ everyday price − expense_rate − target_profit_rate, of sales"
    ),
    "acceptable_money": Column("money", meaning="acceptable × sales"),
    "po_id": Column("text", mark("Order"), "purchase order"),
    "vendor": Column("text", mark("Vendor"), "supplier"),
    "ordered": Column("units", mark("Ordered"), "on order"),
    "due_at": Column("date", meaning="promised"),
    "cancellable_until": Column("date", meaning="last day to cancel"),
    "lever": Column(
        "label", mark("Do this"), "cancel, ask to, postpone, refuse or take what is overdue"
    ),
    "until": Column("date", mark("Until"), "last day for it"),
    "period_end": Column("date", meaning="Sunday that ends the four weeks"),
    "moving": Column("units", meaning="sold at least one unit", unit="SKUs"),
    "on_sale": Column("units", meaning="in stock or sold", unit="SKUs"),
    "on_order_cost": Column("money", meaning="excess on order at cost"),
    "cancellable_cost": Column(
        "money", meaning="excess on order that can still be cancelled, at cost"
    ),
    "price_to": Column(
        "number",
        meaning=(
            "decisions: price after the cut ÷ tag price, null where it is none; price_changes:"
            " money per unit, price after"
        ),
        unit="see table",
    ),
    "target": Column(
        "percent", mark("Profit target"), "sell-through that also earns the target profit"
    ),
    "sizes": Column("text", mark("SKUs in stock"), "SKUs in stock / SKUs"),
    "return_rate": Column(
        "percent",
        mark("Return rate"),
        (
            "came back, or still will, ÷ shipped, units; a style that shipped little leans on"
            " its category"
        ),
    ),
    "rests_on": Column("evidence", mark("Rests on")),
    "not shown": Column("units", mark("not shown")),
    "not clicked": Column("units", mark("not clicked")),
    "sent back": Column("units", mark("sent back")),
    "not wanted": Column("units", mark("not wanted")),
    "bought above plan": Column("units", mark("bought above plan")),
    "worth": Column("money", mark("Net of selling costs")),
    "stock_cost": Column("money", mark("Stock at cost")),
    "seldom": Column("units", mark("Of them seldom")),
    "profit": Column("money", mark("Profit")),
    "cash_flow": Column("money", mark("Cash flow")),
    "audit": Column("audit", mark("How it is computed")),
}
