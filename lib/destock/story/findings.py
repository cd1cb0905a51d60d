"""Frames → findings: what was found on each page, with its basis and the figures of its sentence."""

import pandas as pd

from destock.analysis import classification, impact
from destock.model.findings import Finding
from destock.model.messages import mark
from destock.model.metrics import ratio
from destock.panel.book import Book
from destock.story import frames

# what cannot be said without a table, what the table would make possible, and on which pages that matters
TABLES = {
    "purchases": (
        mark("how old the stock is and how much of what was received has been sold"),
        mark("sell-through, ages and open orders"),
        ("classification", "impact", "pacing"),
    ),
    "stock": (
        mark("whether the stock that the records lead to is really there"),
        mark("checked stock and its breaks"),
        ("classification", "impact"),
    ),
    "prices": (mark("how customers answer a price cut"), mark("elasticities from your own markdown tests"), ("elasticity",)),
    "traffic": (
        mark("whether a slow style was not wanted or not shown"),
        mark("a fair judgement of what was shown too little"),
        ("classification",),
    ),
    "plan": (mark("whether a style misses its plan or the plan was wrong"), mark("the causes of the excess"), ()),
}
UNKNOWN = float("nan")


def figures_of(**by_kind: dict[str, object]) -> dict[str, tuple[object, str]]:
    """The blanks of a sentence, given by kind: ``figures_of(money={"cost": 3.0}, units={"n": 2})``."""
    return {name: (value, kind) for kind, values in by_kind.items() for name, value in values.items()}


def missing(book: Book, page: str = "intake") -> list[Finding]:
    """What can a page not tell, because the shop does not give a table?"""
    return missing_tables(set(book.panel("given")["table"]), page)


def missing_tables(given: set[str], page: str = "intake") -> list[Finding]:
    """What can a page not tell of a shop that gives these tables, and what would each further one add?"""
    gaps = [
        Finding(
            "missing_table",
            1,
            "table",
            item=table,
            severity=1,
            figures=figures_of(text={"table": table}, label={"impossible": no, "possible": yes}),
        )
        for table, (no, yes, pages) in TABLES.items()
        if table not in given and page in ("summary", "intake", *pages)
    ]
    return gaps if gaps or page != "intake" else [Finding("no_missing_table", 0, "tables")]


def intake(book: Book) -> list[Finding]:
    """What came in, how fresh it is, whether the stock adds up."""
    rows, breaks, stock = book.panel("rows").sum(numeric_only=True), book.panel("count_break"), book.panel("reconciliation")
    last = book.panel("control_total")["last_day"].iloc[0]
    found = [
        Finding(
            "freshness",
            (book.today - last).days,
            "days",
            "as of − last order line",
            figures=figures_of(date={"last_day": last, "as_of": book.today}),
        ),
        Finding(
            "rows",
            rows["used"],
            "rows",
            "rows used ÷ rows in",
            severity=int(rows["rejected"] > 0),
            figures=figures_of(units=rows.to_dict()),
        ),
    ]
    if len(stock):
        figures = figures_of(
            units={"skus": len(stock), "breaks": len(breaks), "units": breaks["difference"].sum(), "closing": stock["closing"].sum()}
        )
        found.append(
            Finding(
                "stock_adds_up",
                len(breaks),
                "counts",
                "counts that differ from the records",
                severity=int(len(breaks) > 0),
                figures=figures,
            )
        )
    return found


def doubts(book: Book) -> list[Finding]:
    """What must be settled before any figure is trusted: gaps, rejected rows, names that nothing explains."""
    control, rows = frames.control(book), book.panel("rows").groupby("table", as_index=False).sum(numeric_only=True)
    found = [
        Finding(
            "control_gap",
            row.gap,
            row.unit,
            "ours − theirs",
            severity=2,
            figures=figures_of(label={"figure": row.figure}) | {"gap": (row.gap, "price" if row.unit == "money" else "units")},
        )
        for row in control[control["gap"].abs() > 0.005].itertuples()
    ]
    found += [
        Finding(
            "rejected",
            row.rejected,
            "rows",
            "rejected ÷ rows in",
            severity=2,
            figures=figures_of(units={"rejected": row.rejected, "rows_in": row.rows_in}, text={"table": row.table}),
        )
        for row in rows[rows["rejected"] > 0].itertuples()
    ]
    skus, weeks = book.panel("sku_now"), book.panel("sku_week")
    endless = skus[skus["season"].notna() & skus["exit_date"].isna()]
    if len(endless):
        figures = figures_of(text={"seasons": ", ".join(sorted(endless["season"].unique()))}, units={"skus": len(endless)})
        found.append(Finding("unknown_season", len(endless), "SKUs", "season without an end", severity=2, figures=figures))
    strange = skus.loc[skus["category"] == "(not in master)", "sku"]
    if len(strange):
        figures = figures_of(units={"skus": len(strange), "units": weeks.loc[weeks["sku"].isin(strange), "sold_units"].sum()})
        found.append(Finding("not_in_master", len(strange), "SKUs", "SKUs without a product row", severity=1, figures=figures))
    return found


def stock_unknown(book: Book) -> list[Finding]:
    """Nothing can be said about too much where nobody knows how much there is."""
    known = book.panel("item_now")["on_hand"].notna().any()
    return [] if known else [Finding("stock_unknown", UNKNOWN, "units", severity=2)]


def excess(book: Book) -> list[Finding]:
    """How much is too much, of which kind most of it is, and what does not sell at all."""
    frame, classes = frames.excess(book), frames.classes(book)
    stock, units, cost = frame["on_hand"].sum() + frame["damaged"].sum(), classes["units"].sum(), classes["cost"].sum()
    share = float(ratio(units, stock))
    figures = figures_of(units={"units": units, "stock": stock}, percent={"share": share}, money={"money": cost})
    found = [Finding("excess", share, "share", "excess ÷ on hand, units", money=cost, severity=2, figures=figures)]
    main = classification.by_class(classes).set_index("class").sort_values("units", ascending=False, kind="stable").iloc[0]
    part = float(ratio(main["units"], units))
    figures = figures_of(label={"class": main.name}, percent={"share": part}, money={"money": main["cost"]})
    found.append(Finding("largest_class", part, "share", "class ÷ all excess, units", money=main["cost"], figures=figures))
    return found + _by_rate(frame) + _dead(frame, book)


def _by_rate(frame: pd.DataFrame) -> list[Finding]:
    rough = frame[(frame["remaining_basis"] == "recent rate") & (frame["on_hand"] > 0)]
    if rough.empty:
        return []
    figures = figures_of(units={"styles": len(rough), "units": rough["on_hand"].sum()})
    return [Finding("by_rate", len(rough), "styles", "no earlier season of the same kind", severity=1, figures=figures)]


def _dead(frame: pd.DataFrame, book: Book) -> list[Finding]:
    idle = frame[classification.dead(frame, book.today, book.assumptions)]
    if idle.empty:
        return []
    weeks, cost = book.assumptions["dead_weeks"], idle["on_hand_cost"].sum()
    figures = figures_of(units={"items": len(idle), "units": idle["on_hand"].sum(), "weeks": weeks}, money={"money": cost})
    return [Finding("dead", len(idle), "styles", "no sale for that many weeks", money=cost, severity=1, figures=figures)]


def age(book: Book) -> list[Finding]:
    """How much of the stock is old, and how much of the range moves."""
    ageing, moving, found = frames.ageing(book), frames.moving(book), []
    total = ageing["cost"].sum()
    if total > 0:
        old = ageing.loc[ageing["band"].isin(classification.AGE_LABELS[3:]), "cost"].sum()
        basis = "cost of units received more than 90 days ago ÷ cost of stock"
        found.append(
            Finding("old_stock", old / total, "share", basis, figures=figures_of(percent={"share": old / total}, money={"money": old}))
        )
    if len(moving):
        now = moving.iloc[0]
        figures = figures_of(percent={"share": now["share"]}, units={"moving": now["moving"], "on_sale": now["on_sale"]})
        found.append(Finding("moving", now["share"], "share", "SKUs sold ÷ SKUs in stock, four weeks", figures=figures))
    return found


def cost(book: Book) -> list[Finding]:
    """How much money is locked, what a week of waiting costs, what keeping has cost."""
    total = frames.costs(book).sum(numeric_only=True)
    locked, known = impact.locked(frames.costs(book), book.panel("item_now")), impact.coverage(book.panel("item_now"))
    warnings = (mark("cost is not known for all stock"),) if known["share"] < 0.98 else ()
    rates = {"storage_rate": book.assumptions["storage_per_unit_day"]}
    spent = total["storage"] + total["capital"]
    return [
        Finding(
            "locked", locked["share"], "share", "excess ÷ stock, at cost", money=locked["excess_cost"], severity=2, warnings=warnings,
            figures=figures_of(percent={"share": locked["share"], "known": known["share"]}, money={"money": locked["excess_cost"], "stock": locked["stock_cost"]}),
        ),
        Finding(
            "waiting", total["week"], "money a week", "storage + capital on cost", money=total["week"], severity=1,
            figures=figures_of(money={"money": total["week"]}, price=rates, percent={"capital_rate": book.assumptions["capital_rate"]}),
        ),
        Finding("spent", spent, "money", "storage + capital since receipt", money=spent, figures=figures_of(money={"money": spent})),
    ]  # fmt: skip


def first_steps(book: Book) -> list[Finding]:
    """How much the ten largest hold, and what is still on its way."""
    actions = frames.actions(book)
    if actions.empty:
        return []
    top, on_order, ordered = actions.head(10), actions["on_order_cost"].sum(), (actions["excess_on_order"] > 0).sum()
    share = float(ratio(top["money"].sum(), actions["money"].sum()))
    figures = figures_of(money={"money": top["money"].sum()}, percent={"share": share}, units={"styles": len(top)})
    found = [Finding("top_ten", share, "share", "ten styles ÷ all excess, at cost", money=top["money"].sum(), severity=2, figures=figures)]
    if ordered:
        figures = figures_of(money={"money": on_order}, units={"styles": ordered})
        found.append(Finding("open_orders", on_order, "money", "excess on order at cost", money=on_order, severity=2, figures=figures))
    return found
