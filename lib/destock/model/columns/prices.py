"""What is told of prices: the answer to a cut, tests, the ladder, the next test."""

from destock.model.columns.column import Column
from destock.model.messages import mark

COLUMNS = {
    "group": Column("label", mark("Category"), "all, or a category"),
    "estimator": Column("label", mark("Read how"), "how the weeks were read"),
    "elasticity": Column("number", mark("Elasticity"), "estimate", unit="% units per % price"),
    "answers": Column("label", mark("Whose price"), "whose price the answer is about"),
    "std_error": Column(
        "number",
        meaning="standard error, clustered by what was drawn, else by item",
        unit="% units per % price",
    ),
    "items": Column("units", mark("Styles"), "n: items in tests", unit="items"),
    "controls": Column("units", mark("Controls"), "items kept at their price", unit="items"),
    "item_weeks": Column("units", meaning="item-weeks", unit="rows"),
    "own": Column(
        "number",
        mark("Its own weeks"),
        "from the item's own weeks alone",
        unit="% units per % price",
    ),
    "weight": Column(
        "percent",
        mark("Weight of its own"),
        "weight of its own weeks; the rest is its category's others",
    ),
    "price_from": Column("exact_price", meaning="price before"),
    "step": Column(
        "percent",
        mark("Of today's price"),
        "price_changes: change ÷ price before; ladder: price ÷ today's price",
    ),
    "weeks_held": Column("units", meaning="weeks until the next change", unit="weeks"),
    "share_changed": Column(
        "percent", meaning="items of its category whose price moved that week ÷ items on sale"
    ),
    "experiment": Column("text", meaning="test"),
    "arm": Column("label", mark("Arm"), "arm of the test; control = price kept"),
    "cluster": Column("text", meaning="what was drawn by lot: styles that share an arm"),
    "apart": Column(
        "units",
        mark("At another price"),
        "styles with a week at another price than was drawn",
        unit="items",
    ),
    "breached": Column("yes", mark("Not kept to"), "more than a twentieth of the arm was apart"),
    "days_before": Column("units", meaning="days read before the decision", unit="days"),
    "days_after": Column("units", meaning="days read after it", unit="days"),
    "sold_units_before": Column(
        "number", mark("Units a day before"), "before the decision", unit="units a day"
    ),
    "sold_units_after": Column("number", mark("Units a day after"), "after it", unit="units a day"),
    "gross_profit_before": Column(
        "money", meaning="revenue − units × unit cost, before", unit="money a day"
    ),
    "gross_profit_after": Column("money", meaning="after", unit="money a day"),
    "gross_profit_change": Column(
        "money", mark("Gross profit a day, change"), "after − before", unit="money a day"
    ),
    "uplift": Column(
        "number", mark("Units ×"), "units after ÷ before; low and high: 95 % under demand noise"
    ),
    "control_uplift": Column("number", mark("Controls ×"), "the same of the test's controls"),
    "evidence": Column("yes", mark("Evidence"), "the interval of uplift leaves out control_uplift"),
    "units_low": Column(
        "units", mark("Units, least"), "at the least favourable end of the elasticity's interval"
    ),
    "units_high": Column("units", mark("Units, most"), "at the most favourable"),
    "revenue": Column("money", mark("Revenue"), "units × price until the exit, stock binds"),
    "revenue_low": Column("money", meaning="least"),
    "revenue_high": Column("money", meaning="most"),
    "gross_profit_low": Column("money", meaning="least"),
    "gross_profit_high": Column("money", meaning="most"),
    "cash": Column("money", mark("Cash"), "revenue less running expenses; the purchase is paid"),
    "cash_low": Column("money", mark("Cash, least"), "least"),
    "cash_high": Column("money", mark("Cash, most"), "most"),
    "break_even_uplift": Column(
        "number",
        mark("Units × to break even"),
        "growth of units that keeps the gross profit of today's price",
    ),
    "expected_uplift": Column(
        "number", mark("Units × expected"), "expected growth of units, stock not binding"
    ),
    "margin": Column("percent", mark("Gross margin"), "gross profit ÷ revenue"),
    "best": Column("yes", meaning="most cash"),
    "valid_from": Column("date", mark("From"), "first day of the price"),
    "valid_to": Column("date", meaning="first day on which it no longer holds"),
    "mechanism": Column("text", meaning="markdown, or empty"),
    "decision_date": Column("date", meaning="day on which the arms take effect"),
    "window_end": Column("date", mark("To"), "last day of the test"),
    "seed": Column("number", meaning="seed of the draw", unit="number"),
    "planned_price": Column("exact_price", meaning="price the arm was meant to have"),
    "cut": Column("percent", mark("Cut")),
    "least_detectable": Column("number", mark("Elasticity it can see")),
    "items_needed": Column("units", mark("Styles an arm to see 1")),
}
