"""The frames of a shop's day, in the order in which they rest on each other; each is computed once
and kept.

panel → pacing → elasticity; overstock goes on from here
"""

import pandas as pd

from destock.analysis.elasticity import (
    design,
    estimators,
    experiments,
    money,
    pooling,
    readout,
    verdict,
)
from destock.analysis.pacing import baseline as past
from destock.analysis.pacing import behind as lagging
from destock.analysis.pacing import comparison, sell_through
from destock.analysis.pacing import grades as graded
from destock.analysis.pacing import pace as pacing
from destock.analysis.pacing import season as running
from destock.analysis.pacing import targets as aims
from destock.analysis.pacing import years as calendar
from destock.model.messages import mark
from destock.model.proceeds import Proceeds
from destock.panel.book import Book


def sales(book: Book) -> pd.DataFrame:
    """Item-weeks up to now, the running one with them: sales net of returns, those still to come
    included. Figures of now are sums of these.
    """
    return book.kept(
        "sales",
        lambda: sell_through.net_weeks(
            book.panel("item_week"), book.panel("item_now"), book.panel("return_lag"), book.today
        ),
    )


def weeks(book: Book) -> pd.DataFrame:
    """The complete ones among them: what curves and fits are learned from."""
    return sales(book)[lambda d: d["complete"]].reset_index(drop=True)


def rates(book: Book) -> pd.DataFrame:
    """What every item sells a week while it is in stock."""

    def compute() -> pd.DataFrame:
        snapshot = book.panel("item_months")
        if len(snapshot):
            return sell_through.rate_of_months(snapshot)
        return sell_through.weekly_rate(weeks(book), book.assumptions["too_early_days"])

    return book.kept("rates", compute)


def items(book: Book) -> pd.DataFrame:
    """Every priced item: how far it has sold through, how old it is, and what to know about its
    records.
    """

    def compute() -> pd.DataFrame:
        frame = sell_through.items(book.panel("item_now"), sales(book), book.today)
        return frame.assign(flags=sell_through.record_flags(frame, sales(book), book.assumptions))

    return book.kept("items", compute)


def season(book: Book, name: str) -> pd.DataFrame:
    """One of the frames of the running season: projection, season_path, backtest, stages."""

    def compute() -> dict[str, pd.DataFrame]:
        return running.season(
            items(book),
            weeks(book),
            targets(book),
            book.events(),
            book.today,
            book.assumptions,
            tuple(book.shop.stages),
        )

    return book.kept_together(running.FRAMES, compute)[name]


def season_path(book: Book) -> pd.DataFrame:
    """Path, sales and projection of every style by week of its life, in units."""
    bounds = ["projected", "low80", "high80", "low90", "high90"]
    return season(book, "season_path").rename(columns={name: f"{name}_units" for name in bounds})


def year(book: Book, name: str) -> pd.DataFrame:
    """One of the frames of the calendar year by category: years, year_weeks, year_backtest."""

    def compute() -> dict[str, pd.DataFrame]:
        return calendar.years(weeks(book), items(book), book.events(), book.today, book.assumptions)

    return book.kept_together(calendar.FRAMES, compute)[name]


def baseline(book: Book) -> pd.DataFrame:
    """The pace of past seasons."""
    return book.kept(
        "baseline", lambda: past.baseline(items(book), weeks(book), book.today, book.assumptions)
    )


def pace(book: Book) -> pd.DataFrame:
    """The styles of the running season beside that pace and their own path."""
    wanted = ["item", "break_even", "target", "least_price"]
    return book.kept(
        "pace",
        lambda: pacing.pace(
            items(book).merge(targets(book)[wanted], on="item", how="left", validate="1:1"),
            season(book, "projection"),
            baseline(book),
            book.assumptions,
        ),
    )


def behind(book: Book) -> pd.DataFrame:
    """What to look at first for each style that runs behind."""
    slow = pace(book)[lambda frame: frame["pace"].isin(["slow"])]
    return book.kept(
        "behind", lambda: lagging.evidence(slow, items(book), book.panel("plan"), book.assumptions)
    )


def fans(book: Book) -> pd.DataFrame:
    """The four styles that will miss their goal by most money: their path, what they sold, and
    where they may end.
    """
    frame = pace(book)
    gap = ((frame["goal"] - frame["projected_units"]) * frame["mean_cost"]).where(
        frame["pace"].isin(["slow", "behind"])
    )
    worst = frame.assign(gap=gap)[gap > 0].nlargest(4, "gap")[["item", "name", "bought"]]
    rows = worst.merge(season(book, "season_path"), on="item", validate="1:m")
    units = [
        "target_units",
        "slow_units",
        "hot_units",
        "sold",
        "projected",
        "low80",
        "high80",
        "low90",
        "high90",
    ]
    return rows.assign(**{column: rows[column] / rows["bought"] for column in units})


def paths(book: Book) -> pd.DataFrame:
    """Sell-through of the running season's styles by week on sale."""
    running = pace(book)[["item", "tier_used", "season", "received", "pace"]]
    rows = weeks(book).merge(running, on="item", validate="m:1")
    return rows.assign(sell_through=rows["cumulative"] / rows["received"])[
        ["item", "season", "tier_used", "age", "sell_through", "pace"]
    ]


def spans(book: Book) -> pd.DataFrame:
    """What was sold, kept, received and held of every item in every span that sell-through is asked
    for.
    """
    return book.kept(
        "spans", lambda: comparison.completed(book.panel("item_span"), sales(book), book.today)
    )


def places(book: Book) -> pd.DataFrame:
    """The same by channel, format, account and location, in the shop's own definition of
    sell-through.
    """
    return book.kept(
        "places",
        lambda: comparison.at_places(book.panel("place_span"), spans(book), book.shop.sell_through),
    )


def cohorts(book: Book) -> pd.DataFrame:
    """Sell-through of every season and every calendar year."""
    return book.kept(
        "cohorts", lambda: comparison.cohorts(spans(book), items(book), book.shop.sell_through)
    )


def compared(book: Book) -> pd.DataFrame:
    """The running season by brand, category, tier, style and place, beside the same season on the
    same day last year.
    """
    return book.kept(
        "compared",
        lambda: comparison.compared(spans(book), places(book), items(book), book.shop.sell_through),
    )


def fits(book: Book) -> pd.DataFrame:
    """Where each style of the running season sells better or worse than is usual there."""
    return book.kept("fits", lambda: comparison.fits(places(book), items(book), book.assumptions))


def definitions(book: Book) -> pd.DataFrame:
    """The running season in each of the four definitions in use."""
    return book.kept(
        "definitions", lambda: comparison.in_every_definition(spans(book), items(book))
    )


def proceeds(book: Book, rate: str = "expense_rate") -> Proceeds:
    """What a sale brings, by the shop's own tax and expense lines; without any lines, by one rate
    on net sales.
    """
    lines = pd.DataFrame(book.shop.expenses or [{"base": "net", "amount": book.assumptions[rate]}])
    return Proceeds(
        lines.groupby("base")["amount"].sum().to_dict(), book.shop.targets.get("tax_rate", 0.0)
    )


def targets(book: Book) -> pd.DataFrame:
    """What share of each style's buy must be sold, by the shop's own expenses and prices."""
    given, sale = book.shop.targets, proceeds(book)
    terms = aims.Terms(
        sale.expenses,
        book.assumptions["target_profit_rate"],
        salvage=given.get("salvage", 0.0),
        tax_rate=sale.tax_rate,
    )
    plan = {
        "price_steps": [
            (step.get("share", 1), step["price"]) for step in given.get("price_steps", [])
        ]
    }
    plan |= {
        "cash_needed": given.get("cash_needed", 0.0),
        "cash_price": given.get("cash_price", 1.0),
    }
    plan["cash_after"] = given.get("cash_basis", "after expenses") == "after expenses"

    def compute() -> pd.DataFrame:
        own = book.panel("plan")[["item", "target_profit_rate"]]
        return aims.targets(
            items(book).merge(own, on="item", how="left", validate="1:1"), terms, plan
        )

    return book.kept("targets", compute)


def grades(book: Book) -> pd.DataFrame:
    """What each style of the running season is: best seller, profit style, traffic style, …"""

    def compute() -> pd.DataFrame:
        ahead = pace(book).set_index("item")["pace_ratio"]
        on_path = (ahead >= 1).astype(object).where(ahead.notna(), None)
        return graded.grades(items(book), items(book)["item"].map(on_path), book.assumptions)

    return book.kept("grades", compute)


def tested_weeks(book: Book) -> pd.DataFrame:
    """Weeks of the price tests that were drawn by lot."""
    return book.kept(
        "tested_weeks",
        lambda: experiments.weeks_of_tests(
            book.panel("item_week"), book.panel("experiment"), book.panel("item_now")
        ),
    )


def around_decisions(book: Book) -> pd.DataFrame:
    """Cut styles beside the others, week by week from the decision to four weeks after the test;
    ``p`` of no difference before.
    """

    def compute() -> pd.DataFrame:
        tests = experiments.weeks_of_tests(
            book.panel("item_week"),
            book.panel("experiment"),
            book.panel("item_now"),
            after=experiments.WEEKS_AFTER,
        )
        frame, p = verdict.event_study(tests, priced_weeks(book))
        inside = tested_weeks(book)["week_of_test"].max() if len(tests) else float("nan")
        return frame.assign(p=p, after=frame["week_of_test"] > inside)

    return book.kept("around_decisions", compute)


def priced_weeks(book: Book) -> pd.DataFrame:
    """All weeks at one price, with what a markdown rule can have seen before each."""
    return book.kept(
        "priced_weeks",
        lambda: estimators.panel_weeks(book.panel("item_week"), book.panel("item_now")),
    )


def price_answer(book: Book) -> pd.DataFrame:
    """How customers answer a price: may it be known, all together, and by category."""
    return book.kept("elasticity", lambda: verdict.answer(tested_weeks(book), priced_weeks(book)))


def usable_elasticity(book: Book) -> float:
    """The elasticity that actions may rest on: unknown unless the verdict is "usable"."""
    whole = price_answer(book).iloc[0]
    return float(whole["elasticity"]) if whole["verdict"] == "usable" else float("nan")


def by_traffic(book: Book) -> pd.DataFrame:
    """The answer to a price in two parts: more people see it, and more of them buy."""
    return book.kept("by_traffic", lambda: verdict.by_traffic(tested_weeks(book)))


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
        pooled = (
            estimators.hold_out(rows) if price_answer(book)["verdict"].iloc[0] == "usable" else None
        )
        return pooling.pool(
            pooling.by_item(rows, pooled)
            if pooled
            else pd.DataFrame(columns=["item", "category", "own", "variance"])
        )

    return book.kept("item_elasticity", compute)


def readouts(book: Book) -> pd.DataFrame:
    """Each cut item's test, read day by day."""
    return book.kept(
        "readouts",
        lambda: readout.read(
            book.panel("item_day"),
            book.panel("experiment"),
            book.panel("item_now"),
            proceeds(book),
            book.assumptions,
        ),
    )


def flagged(book: Book) -> pd.DataFrame:
    """Styles that run behind past seasons and have stock: those whose price is to be cut, with
    today's price and weeks left.
    """

    def compute() -> pd.DataFrame:
        late = pace(book).loc[lambda d: d["pace"].isin(["slow", "behind"]), ["item"]]
        now = items(book)[
            ["item", "category", "tier", "on_hand", "mean_cost", "exit_date", "return_rate"]
        ].merge(late, on="item")
        week = book.panel("item_week").sort_values("week", kind="stable")
        last = (
            week.assign(price=week["list_price"].fillna(week["price"]))
            .groupby("item", as_index=False)["price"]
            .last()
        )
        rows = now.merge(last, on="item").merge(rates(book)[["item", "rate"]].dropna(), on="item")
        rows["weeks"] = (rows["exit_date"] - book.today).dt.days / 7
        return rows[(rows["on_hand"] > 0) & (rows["price"] > 0) & (rows["weeks"] > 0)].reset_index(
            drop=True
        )

    return book.kept("flagged", compute)


def ladder(book: Book) -> pd.DataFrame:
    """What the flagged styles sell and bring in at each step of the price ladder; empty without an
    elasticity.
    """
    whole = price_answer(book).iloc[0]
    rows = flagged(book) if pd.notna(whole["elasticity"]) else flagged(book).iloc[:0]
    return book.kept(
        "ladder",
        lambda: money.ladder(
            rows, tuple(whole[["elasticity", "low", "high"]]), proceeds(book), book.assumptions
        ),
    )


def to_be_seen(book: Book) -> float:
    """How large an elasticity should the next test be able to see? The shop's own, as far as it is
    known; else what published studies say.
    """
    own = price_answer(book)["elasticity"].iloc[0]
    return abs(float(own)) if pd.notna(own) else abs(pooling.PRIOR)


def asked_test(book: Book) -> dict[str, float]:
    """The numbers of the next test: those assumed, or of the mildest test that can see what is to
    be seen; empty where none can.
    """
    chosen = design.sharpest(
        test_options(book),
        book.assumptions["test_cut"],
        book.assumptions["test_weeks"],
        to_be_seen(book),
    )
    return (
        {}
        if chosen is None
        else book.assumptions
        | {"test_cut": float(chosen["cut"]), "test_weeks": float(chosen["weeks"])}
    )


def next_test(book: Book) -> pd.DataFrame:
    """The next test as rows of the table ``prices``: drawn by lot among the flagged styles; the day
    is the seed. None where none can see enough.
    """

    def compute() -> pd.DataFrame:
        numbers = asked_test(book)
        rows = flagged(book) if numbers else flagged(book).iloc[:0]
        return design.draw(
            rows, book.today, int(f"{book.today:%Y%m%d}"), numbers or book.assumptions
        )

    return book.kept("next_test", compute)


def test_options(book: Book) -> pd.DataFrame:
    """What tests of other lengths and depths would show."""
    return book.kept("test_options", lambda: design.options(flagged(book), book.assumptions))


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
    columns = [
        "opening",
        "received",
        "shipped",
        "restocked",
        "moved",
        "counted_difference",
        "closing",
    ]
    sums = book.panel("reconciliation")[columns].sum() * [1, 1, -1, 1, 1, 1, 1]
    names = [
        mark("opening stock"),
        mark("received"),
        mark("shipped"),
        mark("returned"),
        mark("other movements"),
        mark("differences found by counting"),
        mark("closing stock"),
    ]
    frame = pd.DataFrame({"step": names, "units": sums.to_numpy()})
    return frame if len(book.panel("reconciliation")) else frame.iloc[:0]
