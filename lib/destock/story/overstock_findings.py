"""Overstock: what was found about its size, kinds, causes, age, cost and worth, and what to do
first.
"""

import pandas as pd

from destock.analysis.classification import causes, kinds
from destock.analysis.classification.ageing import UNKNOWN_AGE
from destock.analysis.impact import carrying, value
from destock.analysis.summary import most_money
from destock.model.findings import Finding
from destock.model.messages import mark
from destock.model.metrics import ratio, total
from destock.panel.book import Book
from destock.story import overstock
from destock.story.findings import figures_of


def excess(book: Book) -> list[Finding]:
    """How much is too much, of which kind most of it is, and what does not sell at all."""
    frame, classes = overstock.excess(book), overstock.classes(book)
    known = frame["excess_on_hand"].notna()
    if not (known & frame["on_hand"].gt(0)).any() and not frame["damaged"].gt(0).any():
        return _need_unknown(frame)
    stock = frame.loc[known, "on_hand"].sum() + frame["damaged"].sum()
    units, cost = classes["units"].sum(), total(classes["cost"])
    share = float(ratio(units, stock))
    figures = figures_of(
        units={"units": units, "stock": stock}, percent={"share": share}, cost={"cost": cost}
    )
    found = [
        Finding(
            "excess",
            share,
            "share",
            "excess ÷ on hand, units",
            money=cost,
            severity=2,
            figures=figures,
        )
    ]
    return (
        found
        + _need_unknown(frame)
        + _largest(classes)
        + _by_rate(frame, book)
        + _dead(frame, book)
        + _decided(classes)
        + _unclassified(classes)
    )


def _need_unknown(frame: pd.DataFrame) -> list[Finding]:
    """Of which stock does nobody know how much will still sell?"""
    rows = frame[frame["excess_on_hand"].isna() & frame["on_hand"].gt(0)]
    if rows.empty:
        return []
    figures = figures_of(units={"styles": len(rows), "units": rows["on_hand"].sum()})
    return [
        Finding(
            "need_unknown",
            len(rows),
            "styles",
            "stock of which no need is known",
            severity=1,
            figures=figures,
        )
    ]


def _largest(classes: pd.DataFrame) -> list[Finding]:
    """The kind that holds most units, and the one that holds most money."""
    if classes.empty:
        return []
    kinds_of = kinds.by_class(classes).set_index("class")
    by_units, by_cost = (
        kinds_of.sort_values(name, ascending=False, kind="stable").iloc[0]
        for name in ("units", "cost")
    )
    share, of_cost = (
        float(ratio(by_units["units"], classes["units"].sum())),
        float(ratio(by_cost["cost"], total(classes["cost"]))),
    )
    same = by_units.name == by_cost.name or pd.isna(of_cost)
    figures = figures_of(
        label={"class": by_units.name, "class_money": by_cost.name},
        percent={"share": share, "share_money": of_cost},
        cost={"cost": by_units["cost"], "cost_money": by_cost["cost"]},
    )
    name = "largest_class" if same else "largest_classes"
    return [
        Finding(
            name,
            share,
            "share",
            "class ÷ all excess, units",
            money=by_units["cost"],
            figures=figures,
        )
    ]


def _by_rate(frame: pd.DataFrame, book: Book) -> list[Finding]:
    rough = frame[(frame["remaining_basis"] == "recent rate") & (frame["on_hand"] > 0)]
    if rough.empty:
        return []
    figures = figures_of(units={"styles": len(rough), "units": rough["on_hand"].sum()})
    name = "by_rate" if book.panel("item_months").empty else "by_months"
    return [
        Finding(
            name,
            len(rough),
            "styles",
            "no earlier season of the same kind",
            severity=1,
            figures=figures,
        )
    ]


def _dead(frame: pd.DataFrame, book: Book) -> list[Finding]:
    idle = frame[kinds.dead(frame, book.today, book.assumptions)]
    if idle.empty:
        return []
    weeks, cost = book.assumptions["dead_weeks"], total(idle["on_hand_cost"])
    figures = figures_of(
        units={"items": len(idle), "units": idle["on_hand"].sum(), "weeks": weeks},
        cost={"cost": cost},
    )
    return [
        Finding(
            "dead",
            len(idle),
            "styles",
            "no sale for that many weeks",
            money=cost,
            severity=1,
            figures=figures,
        )
    ]


def _decided(classes: pd.DataFrame) -> list[Finding]:
    own = classes[classes["decided"] == kinds.BY_ANALYST]
    if own.empty:
        return [Finding("none_decided", 0, "styles", "table overrides")]
    figures = figures_of(units={"styles": own["item"].nunique(), "units": own["units"].sum()})
    return [Finding("decided", own["item"].nunique(), "styles", "table overrides", figures=figures)]


def _unclassified(classes: pd.DataFrame) -> list[Finding]:
    lacking = (
        classes[classes["missing"] != ""]
        .groupby("missing")
        .agg(styles=("item", "nunique"), units=("units", "sum"))
        .reset_index()
    )
    return [
        Finding(
            "unclassified",
            row.styles,
            "styles",
            "excess units without a class",
            severity=1,
            figures=figures_of(
                units={"styles": row.styles, "units": row.units}, label={"missing": row.missing}
            ),
        )
        for row in lacking.itertuples()
    ]


def why(book: Book) -> list[Finding]:
    """What brought most of the excess about, by plan against actual."""
    charged = overstock.charged(book)
    known = charged[~charged["cause"].isin([causes.NO_PLAN, causes.NONE])]
    if not (known["cause"].isin([*causes.CAUSES, causes.PLANNED])).any():
        return []
    units = known.groupby("cause")["units"].sum().sort_values(ascending=False, kind="stable")
    share, top = float(units.iloc[0] / units.sum()), overstock.leftover(book)
    figures = figures_of(
        label={"cause": units.index[0]},
        percent={
            "share": share,
            "known": float(ratio(known["units"].sum(), charged["units"].sum())),
        },
        units={"mixed": (top["named"] == causes.MIXED).sum(), "styles": len(top)},
    )
    return [
        Finding(
            "largest_cause",
            share,
            "share",
            "units charged to the cause ÷ units with a plan",
            figures=figures,
        )
    ]


def age(book: Book) -> list[Finding]:
    """How much of the stock is old, and how much of the range moves."""
    ageing, moving, found = overstock.ageing(book), overstock.moving(book), []
    stock, old_from = total(ageing["cost"]), _old_from(book)
    if ageing.loc[ageing["band"] != UNKNOWN_AGE, "cost"].sum() > 0:
        old = ageing[ageing["band"].isin(_bands_from(ageing, old_from))]
        cost, share = total(old["cost"]), float(ratio(total(old["cost"]), stock))
        figures = figures_of(
            percent={"share": share, "worth": float(ratio(total(old["nrv"]), cost))},
            money={"money": cost},
            units={"days": old_from},
        )
        found.append(
            Finding(
                "old_stock",
                share,
                "share",
                "cost of units received earlier ÷ cost of stock",
                figures=figures,
            )
        )
        lost = ageing[ageing["band"] == UNKNOWN_AGE]
        if lost["units"].sum() > 0:
            figures = figures_of(
                units={"units": lost["units"].sum()}, cost={"cost": total(lost["cost"])}
            )
            found.append(
                Finding(
                    "unknown_age",
                    lost["units"].sum(),
                    "units",
                    "units beyond all receipts",
                    figures=figures,
                )
            )
    if len(moving):
        now = moving.iloc[0]
        figures = figures_of(
            percent={"share": now["share"]},
            units={"moving": now["moving"], "on_sale": now["on_sale"]},
        )
        found.append(
            Finding(
                "moving",
                now["share"],
                "share",
                "SKUs sold ÷ SKUs in stock, four weeks",
                figures=figures,
            )
        )
    return found


def _old_from(book: Book) -> int:
    """The band edge that is nearest to ninety days."""
    return min(book.shop.age_bands, key=lambda edge: abs(edge - 90))


def _bands_from(ageing: pd.DataFrame, edge: int) -> list[str]:
    return [
        band for band in ageing["band"].unique() if _first_day(band) > edge or band == f"> {edge}"
    ]


def _first_day(band: str) -> int:
    start = band.removeprefix("> ").partition("–")[0]
    return int(start) if start.isdigit() else 0


def sizes(book: Book) -> list[Finding]:
    """What broken runs, dead sizes and missing sizes come to in money."""
    runs = overstock.size_runs(book)
    if runs.empty:
        return []
    dead, lost, broken = (
        runs[runs["state"] == "dead size"],
        runs[runs["state"] == "lost size"],
        runs[runs["broken"]],
    )
    figures = figures_of(
        units={"dead": len(dead), "lost": len(lost), "styles": broken["item"].nunique()},
        money={"lost_sales": runs["lost_sales"].sum()},
        cost={"dead_cost": total(dead["cost"]), "broken_cost": total(broken["cost"])},
    )
    return [
        Finding(
            "sizes",
            len(dead),
            "SKUs",
            "no sale while the style sold",
            money=total(dead["cost"]),
            figures=figures,
        )
    ]


def cost(book: Book) -> list[Finding]:
    """How much money is locked, what a week of waiting costs, what keeping has cost; or that no
    cost is known.
    """
    costs, now = overstock.costs(book), book.panel("item_now")
    locked, known = carrying.locked(costs, now), carrying.coverage(now)
    if costs.empty:
        return []
    gap = _cost_gap(known["share"])
    if pd.isna(locked["excess_cost"]):
        return gap
    sums = total(costs)
    warnings = (mark("cost is not known for all stock"),) if known["share"] < 1 else ()
    named = {f"{name}_rate": book.assumptions[f"{name}_rate"] for name in carrying.RATES[1:]}
    found = [
        Finding(
            "locked",
            locked["share"],
            "share",
            "excess ÷ stock, at cost",
            money=locked["excess_cost"],
            severity=2,
            warnings=warnings,
            figures=figures_of(
                percent={"share": locked["share"], "known": known["share"]},
                money={"money": locked["excess_cost"], "stock": locked["stock_cost"]},
            ),
        ),
        Finding(
            "waiting",
            sums["week"],
            "money a week",
            "storage, capital, insurance, shrink; on cost",
            money=sums["week"],
            severity=1,
            figures=figures_of(
                money={"money": sums["week"], "cash": sums["week_cash"]},
                price={"storage_rate": book.assumptions["storage_per_unit_day"]},
                percent=named,
            ),
        ),
    ]
    if costs["age_days"].notna().any():
        spent = sums[[*carrying.RATES]].sum()
        found.append(
            Finding(
                "spent",
                spent,
                "money",
                "the same four since receipt",
                money=spent,
                figures=figures_of(money={"money": spent}),
            )
        )
    return gap + found


def _cost_gap(known: float) -> list[Finding]:
    """Money at cost leaves out what nobody knows the cost of: for which share of the units is it
    known?
    """
    if not known < 1:
        return []
    return [
        Finding(
            "cost_gap",
            known,
            "share",
            "units in stock with a cost ÷ units in stock",
            severity=1,
            figures=figures_of(percent={"known": known}),
        )
    ]


def worth(book: Book) -> list[Finding]:
    """What the stock is still worth, what is to be booked, how hard the money works, what may be
    lost.
    """
    return _write_down(book) + _productivity(book) + _losses(book) + _decisions(book)


def _write_down(book: Book) -> list[Finding]:
    gap = value.cost_gap(overstock.excess(book))
    if gap > value.COST_GAP:
        figures = figures_of(percent={"share": gap})
        return [
            Finding(
                "no_write_down",
                gap,
                "share",
                "stock without a cost, at tag value",
                severity=1,
                figures=figures,
            )
        ]
    rows, booked, standard = (
        overstock.value_now(book),
        overstock.provisions(book),
        value.STANDARDS[book.shop.accounting],
    )
    known = booked[booked["required"].notna()]
    if known.empty:
        return []
    share, source = overstock.clearance(book)
    sale = rows.assign(price=rows["units"] * rows["price"], nrv=rows["units"] * rows["nrv"]).dropna(
        subset=["nrv"]
    )
    figures = figures_of(
        money={
            "money": known["required"].sum(),
            "booked": known["booked"].sum(),
            "change": known["change"].sum(),
            "covered": total(rows["covered"]),
        },
        units={"styles": (known["required"] > 0).sum(), "unknown": len(booked) - len(known)},
        label={"rule": standard.rule, "source": source},
        percent={
            "clearance": share,
            "selling": 1 - float(ratio(sale["nrv"].sum(), sale["price"].sum())),
        },
    )
    required = known["required"].sum()
    name = "write_down" if book.shop.write_down == "item" else "write_down_by_portion"
    found = [
        Finding(name, required, "money", standard.name, money=required, severity=1, figures=figures)
    ]
    return found + (
        [Finding("write_down_unknown", len(booked) - len(known), "styles", figures=figures)]
        if len(known) < len(booked)
        else []
    )


def _productivity(book: Book) -> list[Finding]:
    frame = overstock.productivity(book)
    if frame.empty or not frame["turn"].iloc[0] > 0:
        return []
    whole = frame.iloc[0]
    figures = figures_of(
        number={"turn": whole["turn"], "gmroi": whole["gmroi"], "months": whole["months"]},
        units={"days": whole["days"], "weeks": whole["weeks"]},
    )
    return [
        Finding(
            "turn",
            whole["turn"],
            "times a year",
            "cost of sales ÷ mean stock at cost, 13 points",
            figures=figures,
        )
    ]


def _losses(book: Book) -> list[Finding]:
    # without a cost nobody knows what was lost, or may be
    year = overstock.losses(book).tail(12).dropna(subset=["loss", "acceptable_money"])
    if year.empty:
        return []
    actual, bearable = (
        float(ratio(year["loss"].sum(), year["sales"].sum())),
        float(ratio(year["acceptable_money"].sum(), year["sales"].sum())),
    )
    figures = figures_of(
        percent={"actual": actual, "acceptable": bearable},
        money={"loss": year["loss"].sum(), "over": (year["loss"] - year["acceptable_money"]).sum()},
        units={"months": len(year)},
    )
    return [
        Finding(
            "losses_over" if actual > bearable else "losses_within",
            actual,
            "share",
            "markdowns + write-offs + shrink ÷ net sales",
            figures=figures,
        )
    ]


def _decisions(book: Book) -> list[Finding]:
    rows = overstock.decisions(book)
    if rows.empty:
        return []
    hold = rows["advice"] == "hold"
    figures = figures_of(
        units={
            "hold": hold.sum(),
            "let_go": (~hold).sum(),
            "units": rows.loc[~hold, "units"].sum(),
        },
        percent={
            "salvage": overstock.salvage(book),
            "decline": book.assumptions["salvage_decline"],
        },
    )
    return [
        Finding(
            "hold_or_let_go",
            float(hold.mean()),
            "share",
            "one week ahead; purchase cost plays no part",
            figures=figures,
        )
    ]


def first_steps(book: Book) -> list[Finding]:
    """How much the ten largest hold, what is still on its way, what is most urgent, and what acting
    is worth.
    """
    actions = overstock.actions(book)
    if actions.empty:
        return _orders(book)
    top = most_money(actions).head(10)
    money, share = total(top["money"]), float(ratio(total(top["money"]), total(actions["money"])))
    figures = figures_of(
        money={"money": money}, percent={"share": share}, units={"styles": len(top)}
    )
    name = "top_ten" if pd.notna(money) else "top_ten_by_tag"
    found = [
        Finding(
            name,
            share,
            "share",
            "ten styles ÷ all excess, at cost",
            money=money,
            severity=2,
            figures=figures,
        )
    ]
    return found + _orders(book) + _urgent(book, top) + _worth_to_act(book)


def _orders(book: Book) -> list[Finding]:
    orders = overstock.open_orders(book)
    if orders.empty:
        return (
            [Finding("no_open_orders", 0, "orders", "excess on order")]
            if "purchases" in set(book.panel("given")["table"])
            else []
        )
    money = total(orders["money"])
    figures = figures_of(
        cost={"cost": money},
        units={"styles": orders["item"].nunique(), "units": orders["units"].sum()},
    )
    return [
        Finding(
            "open_orders",
            money,
            "money",
            "excess on order at cost",
            money=money,
            severity=2,
            figures=figures,
        )
    ]


def _urgent(book: Book, top: pd.DataFrame) -> list[Finding]:
    """The order whose day comes first among those that can be cancelled; without one, the style
    with most money.
    """
    orders = overstock.open_orders(book)[lambda d: d["lever"] == "cancel"]
    if len(orders):
        first, money = orders["until"].min(), total(orders["money"])
        whole = overstock.open_orders(book)
        figures = figures_of(
            cost={"cost": money, "first": total(orders.loc[orders["until"] == first, "money"])},
            units={
                "styles": orders["item"].nunique(),
                "units": orders["units"].sum(),
                "all": whole["units"].sum(),
                "all_styles": whole["item"].nunique(),
            },
            date={"until": first},
        )
        return [
            Finding(
                "urgent_order",
                money,
                "money",
                "excess on order at cost",
                money=money,
                severity=2,
                figures=figures,
            )
        ]
    worst = top.iloc[0]
    if pd.isna(worst["money"]):
        return []
    name = worst["name"] if isinstance(worst["name"], str) else worst["item"]
    figures = figures_of(
        text={"name": name, "item": worst["item"]},
        money={"money": worst["money"], "week": worst["week"]},
    )
    return [
        Finding(
            "urgent_style",
            worst["money"],
            "money",
            "excess at cost",
            money=worst["money"],
            item=worst["item"],
            severity=2,
            figures=figures,
        )
    ]


def _worth_to_act(book: Book) -> list[Finding]:
    """What acting brings, and at which part of the tag price on average: some goods are damaged,
    some long over.
    """
    act, rows = overstock.worth(book), overstock.value_now(book)
    rows = rows[rows["portion"].isin([value.TOO_MUCH, value.DAMAGED])].merge(
        overstock.excess(book)[["item", "tag_price"]], on="item", validate="m:1"
    )
    known = rows.dropna(subset=["price", "tag_price", "nrv"])
    if known.empty:
        return []
    price, tag = (
        (known["units"] * known["price"]).sum(),
        (known["units"] * known["tag_price"]).sum(),
    )
    shares = (known["price"] / known["tag_price"]).round(4)
    percent = {
        "share": float(ratio(price, tag)),
        "selling": 1 - float(ratio(act["cash"], price)),
        "low": shares.min(),
        "high": shares.max(),
    }
    figures = figures_of(
        money={"cash": act["cash"], "orders": act["orders"], "week": act["week"]}, percent=percent
    )
    both = total(pd.Series([act["cash"], act["orders"]]))
    basis = "net cash of the excess at the clearance price + orders not taken"
    name = "worth_to_act" if shares.nunique() == 1 else "worth_to_act_mixed"
    return [Finding(name, both, "money", basis, money=both, severity=1, figures=figures)]
