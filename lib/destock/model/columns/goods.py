"""What is told of every priced item: who it is, what it sold, what is there."""

from destock.model.columns.column import Column
from destock.model.messages import mark

COLUMNS = {
    "category": Column("label", mark("Category"), "category"),
    "tier": Column("label", mark("Tier"), "tier"),
    "season": Column("text", mark("Season"), "season; empty = core"),
    "launch_date": Column("date", meaning="first day on sale, as planned or first seen"),
    "exit_date": Column("date", mark("Last day"), "last day on sale, as planned; empty = never"),
    "age": Column(
        "weeks", mark("Weeks on sale"), "complete weeks since first on sale; the first is 0"
    ),
    "in_season": Column("yes", meaning="its exit is not past"),
    "tag_price": Column("exact_price", mark("Tag price"), "mean tag price of its SKUs"),
    "mean_cost": Column("exact_price", meaning="mean purchase cost of its SKUs"),
    "received": Column("units", meaning="received to date"),
    "sold_units": Column("units", meaning="sold to date, before cancellations and returns"),
    "net_units": Column(
        "units",
        mark("Net units"),
        "sold − cancelled − returned by week of sale − returns still expected",
    ),
    "sell_through": Column("percent", mark("Sell-through"), "net_units ÷ received; n = sold_units"),
    "fail_line": Column(
        "percent",
        meaning="sell-through at its week of life below which past styles of its kind had failed",
    ),
    "flags": Column(
        "text",
        mark("Warnings"),
        (
            "; between: no_sales, net_negative, returns_immature, st_gt_100, launch_imputed,"
            " cost_missing, cost_imputed, late_receipt, left_trunc, replen, censored,"
            " price_mix, broken, no_base"
        ),
    ),
    "paid_value": Column("money", meaning="paid by customers before refunds"),
    "price_realisation": Column(
        "percent", mark("Price realisation"), "paid_value ÷ (sold_units × tag_price)"
    ),
    "on_hand": Column("units", mark("On hand"), "good units on hand; empty = unknown"),
    "damaged": Column("units", meaning="units of any other condition"),
    "on_order": Column("units", mark("On order"), "ordered and not received"),
    "on_hand_cost": Column("money", meaning="good units × unit cost"),
    "damaged_cost": Column("money", meaning="other units × unit cost"),
    "stock_basis": Column("text", meaning="counted / rebuilt / unknown"),
    "remaining": Column(
        "units", meaning="expected net sales to the exit, stock not limiting; seasonal items"
    ),
    "remaining_sd": Column("units", meaning="standard deviation of remaining"),
    "remaining_basis": Column(
        "text",
        meaning=(
            "past seasons (chain ladder), or recent rate × weeks to the exit where no past"
            " season can be compared with"
        ),
    ),
    "need": Column("units", meaning="remaining, or for core items the stock ceiling"),
    "rate": Column(
        "number",
        meaning="mean net sales of the last 8 weeks ÷ share of time in stock",
        unit="units a week",
    ),
    "coming_rate": Column(
        "number",
        meaning="remaining ÷ weeks to the exit; core and past seasons: rate",
        unit="units a week",
    ),
    "weeks_of_supply": Column("units", mark("Weeks of supply"), "on_hand ÷ rate", unit="weeks"),
    "stock_to_sales": Column(
        "units", mark("Months of stock"), "on_hand ÷ (rate × 52/12)", unit="months"
    ),
    "excess_on_hand": Column("units", meaning="excess among good units on hand"),
    "excess_on_order": Column("units", meaning="excess among units on order, counted first"),
    "excess_units": Column("units", meaning="excess_on_hand + damaged"),
    "exposures": Column("units", meaning="shown; empty = unknown", unit="times"),
    "clicks": Column("units", meaning="clicked", unit="times"),
    "in_stock_share": Column(
        "percent",
        mark("In stock"),
        "SKU-days with stock for sale ÷ SKU-days on sale, mean of weeks",
    ),
    "last_sale": Column("date", meaning="Monday of the last week with a sale"),
    "gross_profit": Column("money", mark("Gross profit"), "revenue − units × unit cost"),
    "abc_basis": Column("text", meaning="what abc is ranked by"),
    "abc": Column(
        "text", mark("Earns"), "A = first 70 % of it, B = next 20 %, C = rest; last 52 weeks"
    ),
    "xyz": Column(
        "label",
        mark("Sells"),
        "variation of weekly units in stock, season taken out: X ≤ .5, Y ≤ 1, Z above",
    ),
    "pattern": Column(
        "text", meaning="smooth / erratic / intermittent / lumpy (Syntetos–Boylan–Croston)"
    ),
    "sale_interval": Column("units", meaning="weeks ÷ weeks with a sale", unit="weeks"),
    "size_variation": Column(
        "number", meaning="squared variation of the units of weeks with a sale"
    ),
    "photo": Column("photo", mark("Photo")),
}
