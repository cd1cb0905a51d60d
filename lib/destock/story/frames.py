"""The frames of a shop's day, in the order in which they rest on each other; each is computed once and kept.

panel → pacing → elasticity → classification → impact → summary
"""

import pandas as pd

from destock.analysis import classification, impact, summary
from destock.analysis.elasticity import design, estimators, experiments, money, pooling, readout, verdict
from destock.analysis.pacing import baseline as past
from destock.analysis.pacing import pace as pacing
from destock.analysis.pacing import projection, sell_through
from destock.model.messages import mark
from destock.panel.book import Book


def weeks(book: Book) -> pd.DataFrame:
    """Item-weeks with their sales net of returns, those still to come included."""
    return book.kept("weeks", lambda: sell_through.net_weeks(book.panel("item_week"), book.panel("item_now"), book.panel("return_lag")))


def rates(book: Book) -> pd.DataFrame:
    """What every item sells a week while it is in stock."""
    return book.kept("rates", lambda: sell_through.weekly_rate(weeks(book)))


def styles(book: Book) -> pd.DataFrame:
    """Every priced item: how far it has sold through and what it will still sell."""

    def compute() -> pd.DataFrame:
        items = sell_through.items(book.panel("item_now"), weeks(book), book.today)
        by_past = projection.remaining_demand(items, past.links(items, weeks(book), book.today))
        by_rate = projection.remaining_at_rate(items, rates(book), book.today)
        basis = pd.Series("past seasons", index=items.index).where(by_past.notna(), "recent rate").where(items["exit_date"].notna(), "")
        return items.assign(remaining=by_past.fillna(by_rate), remaining_basis=basis)

    return book.kept("styles", compute)


def baseline(book: Book) -> pd.DataFrame:
    """The pace of past seasons."""
    return book.kept("baseline", lambda: past.baseline(styles(book), weeks(book), book.today, book.assumptions))


def pace(book: Book) -> pd.DataFrame:
    """The styles of the running season beside that pace."""
    return book.kept("pace", lambda: pacing.pace(styles(book), baseline(book), book.assumptions))


def paths(book: Book) -> pd.DataFrame:
    """Sell-through of the running season's styles by week on sale."""
    running = pace(book)[["item", "tier_used", "season", "received", "pace"]]
    rows = weeks(book).merge(running, on="item", validate="m:1")
    return rows.assign(sell_through=rows["cumulative"] / rows["received"])[["item", "season", "tier_used", "age", "sell_through", "pace"]]


def tested_weeks(book: Book) -> pd.DataFrame:
    """Weeks of the price tests that were drawn by lot."""
    return book.kept(
        "tested_weeks", lambda: experiments.weeks_of_tests(book.panel("item_week"), book.panel("experiment"), book.panel("item_now"))
    )


def around_decisions(book: Book) -> pd.DataFrame:
    """Cut styles beside the others, week by week from the decision to four weeks after the test; ``p`` of no difference before."""

    def compute() -> pd.DataFrame:
        tests = experiments.weeks_of_tests(
            book.panel("item_week"), book.panel("experiment"), book.panel("item_now"), after=experiments.WEEKS_AFTER
        )
        frame, p = verdict.event_study(tests, priced_weeks(book))
        inside = tested_weeks(book)["week_of_test"].max() if len(tests) else float("nan")
        return frame.assign(p=p, after=frame["week_of_test"] > inside)

    return book.kept("around_decisions", compute)


def priced_weeks(book: Book) -> pd.DataFrame:
    """All weeks at one price, with what a markdown rule can have seen before each."""
    return book.kept("priced_weeks", lambda: estimators.panel_weeks(book.panel("item_week"), book.panel("item_now")))


def price_answer(book: Book) -> pd.DataFrame:
    """How customers answer a price: may it be known, all together, and by category."""
    return book.kept("elasticity", lambda: verdict.answer(tested_weeks(book), priced_weeks(book)))


def usable_elasticity(book: Book) -> float:
    """The elasticity that actions may rest on: unknown unless the verdict is "usable"."""
    whole = price_answer(book).iloc[0]
    return float(whole["elasticity"]) if whole["verdict"] == "usable" else float("nan")


def estimators_compared(book: Book) -> pd.DataFrame:
    """What each way of reading the same shop says."""
    return book.kept("estimators", lambda: verdict.compare(tested_weeks(book), priced_weeks(book)))


def price_changes(book: Book) -> pd.DataFrame:
    """Every move of a price, listed or only seen in what was paid."""
    return book.kept("price_changes", lambda: experiments.price_changes(priced_weeks(book)))


def item_elasticities(book: Book) -> pd.DataFrame:
    """Every item's own answer, drawn to its category's."""

    def compute() -> pd.DataFrame:
        rows = tested_weeks(book)
        pooled = estimators.hold_out(rows) if price_answer(book)["verdict"].iloc[0] == "usable" else None
        return pooling.pool(pooling.by_item(rows, pooled) if pooled else pd.DataFrame(columns=["item", "category", "own", "variance"]))

    return book.kept("item_elasticity", compute)


def readouts(book: Book) -> pd.DataFrame:
    """Each cut item's test, read day by day."""
    return book.kept(
        "readouts", lambda: readout.read(book.panel("item_day"), book.panel("experiment"), book.panel("item_now"), book.assumptions)
    )


def flagged(book: Book) -> pd.DataFrame:
    """Styles that run behind past seasons and have stock: those whose price is to be cut, with today's price and weeks left."""

    def compute() -> pd.DataFrame:
        late = pace(book).loc[lambda d: d["pace"].isin(["slow", "behind"]), ["item"]]
        now = styles(book)[["item", "category", "tier", "on_hand", "mean_cost", "exit_date"]].merge(late, on="item")
        week = book.panel("item_week").sort_values("week", kind="stable")
        last = week.assign(price=week["list_price"].fillna(week["price"])).groupby("item", as_index=False)["price"].last()
        rows = now.merge(last, on="item").merge(rates(book)[["item", "rate"]], on="item", how="left")
        rows["weeks"] = (rows["exit_date"] - book.today).dt.days / 7
        return rows[(rows["on_hand"] > 0) & (rows["price"] > 0) & (rows["weeks"] > 0)].fillna({"rate": 0.0}).reset_index(drop=True)

    return book.kept("flagged", compute)


def ladder(book: Book) -> pd.DataFrame:
    """What the flagged styles sell and bring in at each step of the price ladder; empty without an elasticity."""
    whole = price_answer(book).iloc[0]
    rows = flagged(book) if pd.notna(whole["elasticity"]) else flagged(book).iloc[:0]
    return book.kept("ladder", lambda: money.ladder(rows, tuple(whole[["elasticity", "low", "high"]]), book.assumptions))


def next_test(book: Book) -> pd.DataFrame:
    """The next test as rows of the table ``prices``: drawn by lot among the flagged styles; the day is the seed."""
    return book.kept("next_test", lambda: design.draw(flagged(book), book.today, int(f"{book.today:%Y%m%d}"), book.assumptions))


def test_options(book: Book) -> pd.DataFrame:
    """What tests of other lengths and depths would show."""
    return book.kept("test_options", lambda: design.options(flagged(book), book.assumptions))


def excess(book: Book) -> pd.DataFrame:
    """Every priced item with what is too much of it."""

    def compute() -> pd.DataFrame:
        frame = classification.excess(styles(book), rates(book), book.assumptions)
        return classification.lines_of_failure(frame, baseline(book))

    return book.kept("excess", compute)


def classes(book: Book) -> pd.DataFrame:
    """Excess units by item and kind of overstock."""
    return book.kept("classes", lambda: classification.classify(excess(book), book.today, book.assumptions))


def ageing(book: Book) -> pd.DataFrame:
    """Stock by category and days since receipt."""
    return book.kept("ageing", lambda: classification.ageing(book.panel("layer"), book.panel("sku_now"), book.panel("item_now")))


def moving(book: Book) -> pd.DataFrame:
    """Share of SKUs in stock that sold, by four weeks."""
    return book.kept("moving", lambda: classification.moving_share(book.panel("sku_week")))


def costs(book: Book) -> pd.DataFrame:
    """What the excess cost to buy, to keep so far, and for one more week."""

    def compute() -> pd.DataFrame:
        frame = impact.carrying(classes(book), book.panel("layer"), book.panel("sku_now"), book.assumptions)
        return frame.merge(book.panel("item_now")[["item", "category"]], on="item", validate="m:1")

    return book.kept("costs", compute)


def actions(book: Book) -> pd.DataFrame:
    """Every item with excess, most money first, and one thing to do about it."""
    return book.kept("actions", lambda: summary.actions(excess(book), costs(book), usable_elasticity(book), book.today))


def control(book: Book) -> pd.DataFrame:
    """Does the workbook agree with the shop's own system? One row a control total, with the gap."""
    ours = book.panel("control_total").iloc[0]
    net = ours["paid"] - ours[["cancelled", "refunded"]].fillna(0).sum()
    values = {
        "paid": (mark("paid"), ours["paid"]),
        "cancelled": (mark("cancelled before shipping"), ours["cancelled"]),
        "refunded": (mark("refunded"), ours["refunded"]),
        "net": (mark("net"), net),
        "settled": (mark("settled (net − charges)"), net - ours["charges"]),
        "units_on_hand": (mark("units on hand"), ours["units_on_hand"]),
        "stock_at_cost": (mark("stock at cost"), ours["stock_at_cost"]),
    }
    rows = [
        {
            "figure": figure,
            "unit": "units" if key == "units_on_hand" else "money",
            "ours": value,
            "theirs": book.shop.control_totals.get(key),
        }
        for key, (figure, value) in values.items()
    ]
    frame = pd.DataFrame(rows).astype({"ours": float, "theirs": float})
    return frame.assign(gap=frame["ours"] - frame["theirs"])


def reconciled(book: Book) -> pd.DataFrame:
    """From opening to closing stock, units of all SKUs, step by step."""
    columns = ["opening", "received", "shipped", "restocked", "moved", "counted_difference", "closing"]
    sums = book.panel("reconciliation")[columns].sum() * [1, 1, -1, 1, 1, 1, 1]
    names = [
        mark("opening stock"), mark("received"), mark("shipped"), mark("returned"),
        mark("other movements"), mark("differences found by counting"), mark("closing stock"),
    ]  # fmt: skip
    return pd.DataFrame({"step": names, "units": sums.to_numpy()})


SHOWN = ["item", "name", "category", "season", "on_hand", "damaged", "on_order", "weeks_of_supply", "stock_to_sales", "sell_through"]


def quadrants(book: Book) -> pd.DataFrame:
    """Every item in stock with its sell-through, its months of stock and the money in its excess."""
    by_item = classes(book).groupby("item", sort=False).agg(**{"class": ("class", "first"), "money": ("cost", "sum")}).reset_index()
    frame = excess(book)
    return frame.loc[frame["on_hand"] > 0, SHOWN].merge(by_item, on="item", how="left")
