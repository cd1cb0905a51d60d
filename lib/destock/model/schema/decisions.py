"""What people decide about the goods: prices, plans, classes, write-downs."""

from destock.model.schema.table import UNREAD, Table, may, must

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

# what an analyst may decide about the stock of a style
WAYS = {
    "keep selling": "继续卖",
    "cut the price": "降价",
    "clearance session": "清仓专场",
    "sell to a jobber": "卖给尾货商",
}

# who takes stock that the shop does not sell itself
EXITS = {
    "live session": "直播专场",
    "shop corner": "清仓专区",
    "outlet": "特卖平台",
    "group buying": "社区团购",
    "offline wholesale": "线下尾货",
    "staff sale": "员工内购",
    "donation": "捐赠",
    "vendor return": "退供应商",
    "rework": "改造",
}

PRICES = Table(
    "prices",
    "a price in force",
    ("item", "valid_from", "channel", "mechanism"),
    (
        must("item", "id", "priced item (by default the style)"),
        must("valid_from", "date", "first day of the price", planned=True),
        may(
            "valid_to",
            "date",
            "first day on which it no longer holds; empty = still in force",
            planned=True,
        ),
        must("price", "money", "price per unit"),
        may("channel", "text", "channel it holds in; empty = all"),
        may(
            "mechanism",
            "text",
            "markdown / coupon / spend-and-save 满减 / gift 满赠 / fixed price 一口价 / N for X",
        ),
        may("experiment", "text", "name of the test this price belongs to"),
        may("arm", "text", "arm of the test; controls have a row too"),
        may("cluster", "text", "what was drawn by lot; empty = the item itself"),
        may(
            "decision_date",
            "date",
            "day on which the arms were drawn and took effect",
            planned=True,
        ),
        may("window_end", "date", "last day of the test", planned=True),
        may("seed", "integer", "seed of the draw " + UNREAD),
        may("planned_price", "money", "price the arm was meant to have " + UNREAD),
    ),
    by_hand=True,
)

PLAN = Table(
    "plan",
    "what was meant for an item",
    ("item",),
    (
        must("item", "id", "priced item"),
        may("planned_buy", "units", "units meant to be bought"),
        may("planned_sales", "units", "units meant to be sold, net, by the exit"),
        may("planned_days", "number", "days meant to be on sale"),
        may("planned_instock", "number", "share of days meant to be in stock"),
        may("planned_exposures_per_day", "number", "exposures a day"),
        may("planned_click_rate", "number", "clicks per exposure"),
        may("planned_conversion", "number", "orders per exposure " + UNREAD),
        may("planned_return_rate", "number", "returned ÷ shipped"),
        may("planned_price", "money", "price per unit"),
        may("planned_launch", "date", "first day on sale", planned=True),
        may("target_profit_rate", "number", "profit ÷ net sales, signed"),
    ),
    by_hand=True,
)

OVERRIDES = Table(
    "overrides",
    "what an analyst decided about an item, against the rules",
    ("item",),
    (
        must("item", "id", "priced item"),
        may(
            "class",
            "text",
            "kind of overstock it is, in English or Chinese",
            *CLASSES,
            *CLASSES.values(),
        ),
        may(
            "decision",
            "text",
            "what is to be done with its stock, in English or Chinese",
            *WAYS,
            *WAYS.values(),
        ),
        must("reason", "text", "why, in the analyst's words"),
        may("decided_by", "text", "who decided"),
        may("decided_on", "date", "when; not used before that day", planned=True),
    ),
    by_hand=True,
)

PROVISIONS = Table(
    "provisions",
    "a write-down in the books (存货跌价准备)",
    ("item", "booked_on"),
    (
        must("item", "id", "priced item"),
        must("booked_on", "date", "day of the balance", planned=True),
        must("amount", "money", "balance of the item's write-down on that day"),
    ),
    by_hand=True,
)

WAYS_OUT = Table(
    "exits",
    "a way out for stock that is too much: who takes it, when, how much, and for what",
    ("exit", "opens_on", "category"),
    (
        must("exit", "text", "its name, as people call it"),
        must(
            "kind",
            "text",
            "what it is, in English or Chinese",
            *EXITS,
            *EXITS.values(),
        ),
        may("category", "text", "the only category that it takes; empty = all"),
        may("opens_on", "date", "first day; empty = open already", planned=True),
        may("closes_on", "date", "last day; empty = no end", planned=True),
        may("price", "money", "price a unit there; empty = by price_share"),
        may("price_share", "number", "price there ÷ tag"),
        may("cost_share", "number", "what a unit brings ÷ its cost: a buy-back, tax spared"),
        may("fee_rate", "number", "commission and fees ÷ price"),
        may("return_rate", "number", "units that come back ÷ units sent"),
        may("handling", "money", "parcel and work a unit that is sent"),
        may("return_cost", "money", "a unit that comes back"),
        may("takes_share", "number", "part of its units that would have sold at the shop's price"),
        may("units", "units", "units it takes a week, or in all if open for 7 days at most"),
        may("units_of_style", "units", "of one style at most, each time"),
        may("least_units", "units", "fewest units it takes, each time"),
        may("fixed_cost", "money", "what each time costs, whatever is sold"),
        may("pays_after", "integer", "days from the unit leaving to the money being there"),
        may("agreed_on", "date", "when this was known; not used before that day", planned=True),
    ),
    by_hand=True,
)

PROMISES = Table(
    "promises",
    "what an earlier report decided: a row of its results/decisions.parquet",
    ("item", "portion", "po_id", "report_day"),
    (
        must("item", "id", "priced item"),
        must(
            "portion", "text", "its stock, its damaged units, an order, or what leaves by an exit"
        ),
        may("po_id", "id", "the order"),
        must("decision", "text", "what was decided"),
        must("units", "units", "units that it is about"),
        may("price", "number", "price a unit that was decided"),
        may("cash_now", "number", "net cash of the first week that was promised, signed"),
        may("cash_by_date", "number", "net cash by that date that was promised, signed"),
        must("report_day", "date", "day of the report"),
        must("cash_until", "date", "the date for cash of that report", planned=True),
    ),
    by_hand=True,
)
