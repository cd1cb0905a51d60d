"""The frames of overstock: classification → impact → summary, from the frames of pacing and
elasticity.
"""

import pandas as pd

from destock.analysis import summary
from destock.analysis.classification import ageing as ages
from destock.analysis.classification import causes, cover, kinds, range, sizes
from destock.analysis.impact import carrying, decision, orders, ratios, value
from destock.analysis.pacing.sell_through import dead_by_months
from destock.model.messages import mark
from destock.model.metrics import total
from destock.panel.book import Book
from destock.story import frames

SPENT_WEEKS = 4
UNRANKED = mark("too few weeks")
SHOWN = [
    "item",
    "name",
    "category",
    "season",
    "on_hand",
    "damaged",
    "on_order",
    "weeks_of_supply",
    "stock_to_sales",
    "sell_through",
]


def ranked(book: Book) -> pd.DataFrame:
    """ABC, XYZ and the pattern of demand of every item."""
    return book.kept(
        "ranked",
        lambda: range.ranked(frames.items(book), frames.weeks(book), book.panel("item_months")),
    )


def rates(book: Book) -> pd.DataFrame:
    """What every item sells a week; where it sells only now and then, as its chance and size of a
    sale say.
    """
    frame = frames.rates(book).merge(
        ranked(book)[["item", "seldom_rate"]], on="item", how="left", validate="1:1"
    )
    return frame.assign(rate=frame["seldom_rate"].fillna(frame["rate"])).drop(columns="seldom_rate")


def styles(book: Book) -> pd.DataFrame:
    """Every priced item with the lines it is measured by and what it will still sell."""

    def compute() -> pd.DataFrame:
        new_core = kinds.core_pace(frames.items(book), frames.weeks(book), book.assumptions)
        measured = kinds.lines_of_failure(
            frames.items(book), frames.baseline(book), new_core, book.assumptions
        )
        snapshot = book.panel("item_months")
        if len(snapshot):
            measured = measured.assign(
                idle=measured["item"].isin(snapshot.loc[dead_by_months(snapshot), "item"])
            )
        return cover.still_to_sell(
            measured, frames.season(book, "projection"), rates(book), book.today
        )

    return book.kept("styles", compute)


def excess(book: Book) -> pd.DataFrame:
    """Every priced item with what is too much of it, and its rank in the range."""

    def compute() -> pd.DataFrame:
        frame = cover.excess(styles(book), rates(book), book.today, book.assumptions)
        frame = cover.at_cost(frame, book.panel("layer"), book.panel("sku_now"))
        return frame.merge(ranked(book), on="item", how="left", validate="1:1")

    return book.kept("excess", compute)


def classes(book: Book) -> pd.DataFrame:
    """Excess units by item and kind of overstock; the analyst's word wins."""
    return book.kept(
        "classes",
        lambda: kinds.classify(excess(book), book.panel("override"), book.today, book.assumptions),
    )


def ageing(book: Book) -> pd.DataFrame:
    """Stock by category and days since receipt, at cost, at tag, and net of what selling costs."""

    def compute() -> pd.DataFrame:
        worth = excess(book)[["item", "category"]]
        worth = worth.join(
            classes(book)
            .groupby("item")[["units", "cost"]]
            .sum(skipna=False)
            .add_prefix("excess_"),
            on="item",
        )
        worth = worth.assign(
            excess_units=worth["excess_units"].mask(
                excess(book)["excess_on_hand"].notna() & worth["excess_units"].isna(), 0.0
            )
        )
        worth["excess_cost"] = worth["excess_cost"].mask(worth["excess_units"].eq(0), 0.0)
        nrv = (
            value_now(book)
            .assign(nrv=lambda d: d["units"] * d["nrv"])
            .groupby("item")["nrv"]
            .sum(skipna=False)
        )
        return ages.ageing(
            book.panel("layer"),
            book.panel("sku_now"),
            worth.join(nrv, on="item"),
            book.shop.age_bands,
        )

    return book.kept("ageing", compute)


def ages_now(book: Book) -> pd.DataFrame:
    """The same of all categories together: a row a band, with its share of the cost."""
    bands = ageing(book).groupby("band", sort=False)[ages.VALUES].sum(min_count=1).reset_index()
    return bands.assign(share=bands["cost"] / total(bands["cost"]), worth=bands["nrv"])


def moving(book: Book) -> pd.DataFrame:
    """Share of SKUs in stock that sold, by four weeks."""
    return book.kept("moving", lambda: range.moving_share(book.panel("sku_week")))


def size_runs(book: Book) -> pd.DataFrame:
    """Every SKU of the styles in stock: dead, lost, broken."""
    return book.kept(
        "sizes",
        lambda: sizes.sizes(
            book.panel("sku_now"), book.panel("sku_week"), frames.items(book), book.assumptions
        ),
    )


def planned(book: Book) -> pd.DataFrame:
    """Plan and actual of every item that has a plan."""
    return book.kept(
        "planned",
        lambda: causes.compared(styles(book), frames.sales(book), book.panel("plan"), book.today),
    )


def leftover(book: Book) -> pd.DataFrame:
    """Units that each cause added to each item's leftover, with its largest cause and how likely
    that is.
    """

    def compute() -> pd.DataFrame:
        beta, error = _elasticity(book)
        parts = causes.split(planned(book), beta).reset_index()
        return parts.merge(causes.largest(planned(book), beta, error), on="item", validate="1:1")

    return book.kept("leftover", compute)


def _elasticity(book: Book) -> tuple[float, float]:
    """The elasticity and its standard error, unknown unless the verdict is "usable"."""
    whole = frames.price_answer(book).iloc[0]
    return (
        (float(whole["elasticity"]), float(whole["std_error"]))
        if whole["verdict"] == "usable"
        else (float("nan"), 0.0)
    )


def leftover_named(book: Book) -> pd.DataFrame:
    """The same with names and the money in excess, most money first."""
    money = classes(book).groupby("item")["cost"].sum(skipna=False).rename("money").reset_index()
    frame = (
        leftover(book)
        .merge(excess(book)[["item", "name"]], on="item", validate="1:1")
        .merge(money, on="item", validate="1:1")
    )
    return frame.sort_values(["money", "item"], ascending=[False, True], kind="stable").reset_index(
        drop=True
    )


def grid(book: Book) -> pd.DataFrame:
    """Where does the money in stock and in excess lie, by what a style earns (ABC) and how evenly
    it sells (XYZ)?
    """
    cost = classes(book).groupby("item")["cost"].sum(skipna=False)
    frame = excess(book)[
        ["item", "abc", "xyz", "pattern", "on_hand", "on_hand_cost", "excess_on_hand"]
    ]
    nothing = ~frame["item"].isin(cost.index) & frame["excess_on_hand"].notna()
    frame = frame.assign(excess_cost=frame["item"].map(cost).mask(nothing, 0.0))
    held = frame[frame["on_hand"] > 0].assign(
        seldom=lambda d: d["pattern"].isin(range.PATTERNS[2:])
    )
    cells = held.groupby(["abc", "xyz"])
    table = cells.agg(items=("item", "size"), seldom=("seldom", "sum")).reset_index()
    for name, column in (("stock_cost", "on_hand_cost"), ("excess_cost", "excess_cost")):
        table[name] = cells[column].sum(min_count=1).to_numpy()
    return table.assign(xyz=table["xyz"].replace("", UNRANKED))


def charged(book: Book) -> pd.DataFrame:
    """Excess units and money by item, class and cause."""
    parts = leftover(book).set_index("item")[[*causes.CAUSES, causes.PLANNED]]
    return book.kept("causes", lambda: causes.charged(classes(book), parts))


def costs(book: Book) -> pd.DataFrame:
    """What the excess cost to buy, to keep so far, and for one more week."""

    def compute() -> pd.DataFrame:
        frame = carrying.carrying(
            classes(book)[["item", "class", "units", "cost"]],
            book.panel("layer"),
            book.panel("sku_now"),
            book.assumptions,
        )
        return frame.merge(book.panel("item_now")[["item", "category"]], on="item", validate="m:1")

    return book.kept("costs", compute)


def prices(book: Book) -> pd.DataFrame:
    """What customers pay for each style now."""
    return book.kept(
        "recent_price", lambda: value.recent_price(frames.items(book), frames.weeks(book))
    )


def clearance(book: Book) -> tuple[float, str]:
    """At which part of the tag price leftovers go, and where that comes from."""
    return value.clearance_share(frames.weeks(book), frames.items(book), book.assumptions)


def salvage(book: Book) -> float:
    """What a jobber pays, net, as a part of the tag price: the shop's own word, else the
    assumption.
    """
    return book.shop.targets.get("salvage", book.assumptions["salvage_price"])


def value_now(book: Book) -> pd.DataFrame:
    """What every item in stock will bring, and its write-down."""

    def compute() -> pd.DataFrame:
        numbers, sale = (
            book.assumptions | {"salvage_price": salvage(book)},
            frames.proceeds(book, "selling_rate"),
        )
        return value.net_realisable(
            excess(book),
            prices(book),
            clearance(book),
            sale,
            numbers,
            book.today,
            book.shop.write_down,
        )

    return book.kept("value", compute)


def provisions(book: Book) -> pd.DataFrame:
    """What is to be booked by the shop's accounting rules, given what is booked."""
    standard = value.STANDARDS[book.shop.accounting]
    return book.kept(
        "provisions", lambda: value.movement(value_now(book), book.panel("provision"), standard)
    )


def decisions(book: Book) -> pd.DataFrame:
    """Hold or let go of every item with excess, until when, and its price floor."""

    def compute() -> pd.DataFrame:
        wanted = excess(book).merge(prices(book), on="item", validate="1:1")
        wanted = wanted[
            wanted["item"].isin(classes(book)["item"])
            & (wanted["on_hand"] > 0)
            & (wanted["price"] > 0)
        ]
        wanted = wanted.assign(units=wanted["on_hand"], salvage=wanted["tag_price"] * salvage(book))
        coming = decision.coming_weeks(wanted, frames.season(book, "season_path"), book.today)
        terms = {
            "capital_rate": book.assumptions["capital_rate"],
            "storage_week": 7 * book.assumptions["storage_per_unit_day"],
        }
        terms |= {
            "decline": book.assumptions["salvage_decline"],
            "elasticity": frames.usable_elasticity(book),
        }
        return decision.hold(
            wanted.dropna(subset=["salvage"]), coming, frames.proceeds(book), terms, book.today
        )

    return book.kept("decisions", compute)


def productivity(book: Book) -> pd.DataFrame:
    """Turn, days, GMROI and months of stock, by category."""
    return book.kept(
        "productivity",
        lambda: ratios.productivity(
            book.panel("sku_week"),
            book.panel("sku_now"),
            book.panel("receipt"),
            frames.proceeds(book),
        ),
    )


def losses(book: Book) -> pd.DataFrame:
    """Share of the sales lost to markdowns, write-offs and shrink by month, beside what the margin
    can bear.
    """
    return book.kept(
        "losses",
        lambda: ratios.losses(
            frames.weeks(book),
            frames.items(book),
            book.panel("loss_week"),
            frames.proceeds(book),
            book.assumptions,
        ),
    )


def open_orders(book: Book) -> pd.DataFrame:
    """Open orders of what is already too much, and what can be done about each."""
    return book.kept(
        "open_orders", lambda: orders.open_orders(book.panel("open_line"), excess(book), book.today)
    )


def actions(book: Book) -> pd.DataFrame:
    """Every item with excess or an open order too much: one thing to do about it, the cheapest
    lever first, then most money.
    """

    def compute() -> pd.DataFrame:
        spend = (
            frames.weeks(book)[
                lambda d: d["week"] > d["week"].max() - pd.Timedelta(weeks=SPENT_WEEKS)
            ]
            .groupby("item")["ad_spend"]
            .sum()
        )
        frame = excess(book).merge(
            frames.targets(book)[["item", "target"]], on="item", how="left", validate="1:1"
        )
        frame = frame.assign(ad_spend=frame["item"].map(spend).astype(float).fillna(0.0))
        return summary.actions(
            frame,
            costs(book),
            open_orders(book),
            frames.usable_elasticity(book),
            book.today,
            book.assumptions,
        )

    return book.kept("actions", compute)


def photographed(book: Book, rows: pd.DataFrame) -> pd.DataFrame:
    """The same rows with the file of each style's photo: one of the shop's own folder, null where
    there is none.
    """
    folder = book.shop.folder.resolve()

    def file(name: object) -> str | None:
        path = (folder / name).resolve() if isinstance(name, str) and name else folder
        return str(path) if path.is_file() and path.is_relative_to(folder) else None

    return rows.assign(
        photo=pd.Series([file(name) for name in rows["image"]], index=rows.index, dtype=object)
    )


def worth(book: Book) -> dict[str, float]:
    """What is it worth to act this week? Orders not taken, net cash of the excess at the clearance
    price, and a week's cost of waiting.
    """
    left = value_now(book)[lambda d: d["portion"].isin([value.TOO_MUCH, value.DAMAGED])]
    order = open_orders(book)
    return {
        "orders": float(total(order.loc[order["lever"] == "cancel", "money"])),
        "cash": float(total(left["units"] * left["nrv"])),
        "week": float(total(costs(book)["week"])),
    }


def effects(book: Book) -> pd.DataFrame:
    """What the overstock does to profit and to cash, each amount once: figure, cash_flow, profit,
    basis.
    """
    spent, booked, act = total(costs(book)), provisions(book), worth(book)
    ahead = total(decisions(book)["cash_ahead"])
    rows = [
        (
            mark("purchase of the excess"),
            -spent["purchase"],
            0.0,
            mark("paid already – no decision brings it back"),
        ),
        (
            mark("write-down to be booked now"),
            0.0,
            -total(booked["change"]),
            mark("all stock, cost above net realisable value, less what is booked"),
        ),
        (
            mark("storage and insurance, a week"),
            -spent["week_cash"],
            -spent["week_cash"],
            mark("paid out every week"),
        ),
        (
            mark("capital, a week"),
            0.0,
            -(spent["week"] - spent["week_cash"]) + _shrink_week(book),
            mark("what the money could earn, on cost – once"),
        ),
        (mark("shrink, a week"), 0.0, -_shrink_week(book), mark("units lost, at cost")),
        (
            mark("clearing the excess now"),
            act["cash"],
            0.0,
            mark("clearance price less selling costs – the loss against cost is in the write-down"),
        ),
        (
            mark("selling on at the prices lately paid for a year, then the rest"),
            ahead,
            0.0,
            mark("instead, all stock of these styles – present value, before storage"),
        ),
        (mark("orders that can be cancelled"), act["orders"], 0.0, mark("not spent, at cost")),
    ]
    return pd.DataFrame(rows, columns=["figure", "cash_flow", "profit", "basis"]).astype(
        {"cash_flow": float, "profit": float}
    )


def _shrink_week(book: Book) -> float:
    return float(total(costs(book)["purchase"]) * book.assumptions["shrink_rate"] * 7 / 365)


def quadrants(book: Book) -> pd.DataFrame:
    """Every item in stock with its sell-through, its months of stock and the money in its
    excess.
    """
    by_item = (
        classes(book).groupby("item", sort=False).agg(**{"class": ("class", "first")}).reset_index()
    )
    by_item["money"] = by_item["item"].map(classes(book).groupby("item")["cost"].sum(skipna=False))
    frame = excess(book)
    lines = {
        "many_months": book.assumptions["slow_stock_to_sales"],
        "good_sell_through": book.assumptions["good_sell_through"],
    }
    held = frame.loc[frame["on_hand"] > 0, SHOWN]
    return held.merge(by_item, on="item", how="left").assign(**lines)
