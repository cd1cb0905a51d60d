"""Overstock: what was found about its size, kinds, causes, age, cost and worth, and what to do first."""

import pandas as pd

from destock.analysis.classification import causes, kinds
from destock.analysis.classification.ageing import UNKNOWN_AGE
from destock.analysis.impact import carrying, value
from destock.model.findings import Finding
from destock.model.messages import mark
from destock.model.metrics import ratio
from destock.panel.book import Book
from destock.story import overstock
from destock.story.findings import figures_of


def excess(book: Book) -> list[Finding]:
    """How much is too much, of which kind most of it is, and what does not sell at all."""
    frame, classes = overstock.excess(book), overstock.classes(book)
    stock, units, cost = frame["on_hand"].sum() + frame["damaged"].sum(), classes["units"].sum(), classes["cost"].sum()
    share = float(ratio(units, stock))
    figures = figures_of(units={"units": units, "stock": stock}, percent={"share": share}, money={"money": cost})
    found = [Finding("excess", share, "share", "excess ÷ on hand, units", money=cost, severity=2, figures=figures)]
    main = kinds.by_class(classes).set_index("class").sort_values("units", ascending=False, kind="stable").iloc[0]
    part = float(ratio(main["units"], units))
    figures = figures_of(label={"class": main.name}, percent={"share": part}, money={"money": main["cost"]})
    found.append(Finding("largest_class", part, "share", "class ÷ all excess, units", money=main["cost"], figures=figures))
    return found + _by_rate(frame, book) + _dead(frame, book) + _decided(classes) + _unclassified(classes)


def _by_rate(frame: pd.DataFrame, book: Book) -> list[Finding]:
    rough = frame[(frame["remaining_basis"] == "recent rate") & (frame["on_hand"] > 0)]
    if rough.empty:
        return []
    figures = figures_of(units={"styles": len(rough), "units": rough["on_hand"].sum()})
    name = "by_rate" if book.panel("item_months").empty else "by_months"
    return [Finding(name, len(rough), "styles", "no earlier season of the same kind", severity=1, figures=figures)]


def _dead(frame: pd.DataFrame, book: Book) -> list[Finding]:
    idle = frame[kinds.dead(frame, book.today, book.assumptions)]
    if idle.empty:
        return []
    weeks, cost = book.assumptions["dead_weeks"], idle["on_hand_cost"].sum()
    figures = figures_of(units={"items": len(idle), "units": idle["on_hand"].sum(), "weeks": weeks}, money={"money": cost})
    return [Finding("dead", len(idle), "styles", "no sale for that many weeks", money=cost, severity=1, figures=figures)]


def _decided(classes: pd.DataFrame) -> list[Finding]:
    own = classes[classes["decided"] == kinds.BY_ANALYST]
    if own.empty:
        return [Finding("none_decided", 0, "styles", "table overrides")]
    figures = figures_of(units={"styles": own["item"].nunique(), "units": own["units"].sum()})
    return [Finding("decided", own["item"].nunique(), "styles", "table overrides", figures=figures)]


def _unclassified(classes: pd.DataFrame) -> list[Finding]:
    lacking = classes[classes["missing"] != ""].groupby("missing").agg(styles=("item", "nunique"), units=("units", "sum")).reset_index()
    return [
        Finding(
            "unclassified", row.styles, "styles", "excess units without a class", severity=1,
            figures=figures_of(units={"styles": row.styles, "units": row.units}, label={"missing": row.missing}),
        )
        for row in lacking.itertuples()
    ]  # fmt: skip


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
        percent={"share": share, "known": float(ratio(known["units"].sum(), charged["units"].sum()))},
        units={"mixed": (top["named"] == causes.MIXED).sum(), "styles": len(top)},
    )
    return [Finding("largest_cause", share, "share", "units charged to the cause ÷ units with a plan", figures=figures)]


def in_a_word(book: Book) -> list[Finding]:
    """Why it is too much, in one sentence: the kind that holds most units, and the cause that added most where a plan tells."""
    kind = next(one for one in excess(book) if one.id == "largest_class")
    cause = why(book)
    figures = kind.figures | ({f"cause_{name}": value for name, value in cause[0].figures.items()} if cause else {})
    return [Finding("why" if cause else "why_by_kind", kind.value, "share", kind.basis, money=kind.money, severity=1, figures=figures)]


def age(book: Book) -> list[Finding]:
    """How much of the stock is old, and how much of the range moves."""
    ageing, moving, found = overstock.ageing(book), overstock.moving(book), []
    total, old_from = ageing["cost"].sum(), _old_from(book)
    if ageing.loc[ageing["band"] != UNKNOWN_AGE, "cost"].sum() > 0:
        old = ageing[ageing["band"].isin(_bands_from(ageing, old_from))]
        figures = figures_of(
            percent={"share": old["cost"].sum() / total, "worth": float(ratio(old["nrv"].sum(), old["cost"].sum()))},
            money={"money": old["cost"].sum()},
            units={"days": old_from},
        )
        found.append(
            Finding("old_stock", old["cost"].sum() / total, "share", "cost of units received earlier ÷ cost of stock", figures=figures)
        )
        lost = ageing[ageing["band"] == UNKNOWN_AGE]
        if lost["units"].sum() > 0:
            figures = figures_of(units={"units": lost["units"].sum()}, money={"money": lost["cost"].sum()})
            found.append(Finding("unknown_age", lost["units"].sum(), "units", "units beyond all receipts", figures=figures))
    if len(moving):
        now = moving.iloc[0]
        figures = figures_of(percent={"share": now["share"]}, units={"moving": now["moving"], "on_sale": now["on_sale"]})
        found.append(Finding("moving", now["share"], "share", "SKUs sold ÷ SKUs in stock, four weeks", figures=figures))
    return found


def _old_from(book: Book) -> int:
    """The band edge that is nearest to ninety days."""
    return min(book.shop.age_bands, key=lambda edge: abs(edge - 90))


def _bands_from(ageing: pd.DataFrame, edge: int) -> list[str]:
    return [band for band in ageing["band"].unique() if _first_day(band) > edge or band == f"> {edge}"]


def _first_day(band: str) -> int:
    start = band.removeprefix("> ").partition("–")[0]
    return int(start) if start.isdigit() else 0


def sizes(book: Book) -> list[Finding]:
    """What broken runs, dead sizes and missing sizes come to in money."""
    runs = overstock.size_runs(book)
    if runs.empty:
        return []
    dead, lost, broken = runs[runs["state"] == "dead size"], runs[runs["state"] == "lost size"], runs[runs["broken"]]
    figures = figures_of(
        units={"dead": len(dead), "lost": len(lost), "styles": broken["item"].nunique()},
        money={"dead_cost": dead["cost"].sum(), "lost_sales": runs["lost_sales"].sum(), "broken_cost": broken["cost"].sum()},
    )
    return [Finding("sizes", len(dead), "SKUs", "no sale while the style sold", money=dead["cost"].sum(), figures=figures)]


def cost(book: Book) -> list[Finding]:
    """How much money is locked, what a week of waiting costs, what keeping has cost."""
    total = overstock.costs(book).sum(numeric_only=True)
    locked, known = carrying.locked(overstock.costs(book), book.panel("item_now")), carrying.coverage(book.panel("item_now"))
    warnings = (mark("cost is not known for all stock"),) if known["share"] < 0.98 else ()
    named = {f"{name}_rate": book.assumptions[f"{name}_rate"] for name in carrying.RATES[1:]}
    spent = total[[*carrying.RATES]].sum()
    aged = overstock.costs(book)["age_days"].notna().any()
    found = [
        Finding(
            "locked", locked["share"], "share", "excess ÷ stock, at cost", money=locked["excess_cost"], severity=2, warnings=warnings,
            figures=figures_of(percent={"share": locked["share"], "known": known["share"]}, money={"money": locked["excess_cost"], "stock": locked["stock_cost"]}),
        ),
        Finding(
            "waiting", total["week"], "money a week", "storage, capital, insurance, shrink; on cost", money=total["week"], severity=1,
            figures=figures_of(money={"money": total["week"], "cash": total["week_cash"]}, price={"storage_rate": book.assumptions["storage_per_unit_day"]}, percent=named),
        ),
        Finding("spent", spent, "money", "the same four since receipt", money=spent, figures=figures_of(money={"money": spent})),
    ]  # fmt: skip
    return found if aged else found[:2]


def worth(book: Book) -> list[Finding]:
    """What the stock is still worth, what is to be booked, how hard the money works, what may be lost."""
    return _write_down(book) + _productivity(book) + _losses(book) + _decisions(book)


def _write_down(book: Book) -> list[Finding]:
    gap = value.cost_gap(overstock.excess(book))
    if gap > value.COST_GAP:
        return [
            Finding(
                "no_write_down", gap, "share", "stock without a cost, at tag value", severity=1, figures=figures_of(percent={"share": gap})
            )
        ]
    rows, booked, standard = overstock.value_now(book), overstock.provisions(book), value.STANDARDS[book.shop.accounting]
    share, source = overstock.clearance(book)
    figures = figures_of(
        money={"money": booked["required"].sum(), "booked": booked["booked"].sum(), "change": booked["change"].sum()},
        units={"styles": (booked["required"] > 0).sum()}, label={"rule": standard.rule, "source": source}, percent={"clearance": share, "selling": book.assumptions["selling_rate"]},
    )  # fmt: skip
    required = rows["write_down"].sum()
    return [Finding("write_down", required, "money", standard.name, money=required, severity=1, figures=figures)] if len(rows) else []


def _productivity(book: Book) -> list[Finding]:
    frame = overstock.productivity(book)
    if frame.empty or not frame["turn"].iloc[0] > 0:
        return []
    whole = frame.iloc[0]
    figures = figures_of(
        number={"turn": whole["turn"], "gmroi": whole["gmroi"], "months": whole["months"]},
        units={"days": whole["days"], "weeks": whole["weeks"]},
    )
    return [Finding("turn", whole["turn"], "times a year", "cost of sales ÷ mean stock at cost, 13 points", figures=figures)]


def _losses(book: Book) -> list[Finding]:
    months = overstock.losses(book)
    if months.empty:
        return []
    year = months.tail(12)
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
        units={"hold": hold.sum(), "let_go": (~hold).sum(), "units": rows.loc[~hold, "units"].sum()},
        percent={"salvage": overstock.salvage(book), "decline": book.assumptions["salvage_decline"]},
    )
    return [Finding("hold_or_let_go", float(hold.mean()), "share", "one week ahead; purchase cost plays no part", figures=figures)]


def first_steps(book: Book) -> list[Finding]:
    """How much the ten largest hold, what is still on its way, what is most urgent, and what acting is worth."""
    actions = overstock.actions(book)
    if actions.empty:
        return _orders(book)
    top = actions.nlargest(10, "money")
    share = float(ratio(top["money"].sum(), actions["money"].sum()))
    figures = figures_of(money={"money": top["money"].sum()}, percent={"share": share}, units={"styles": len(top)})
    found = [Finding("top_ten", share, "share", "ten styles ÷ all excess, at cost", money=top["money"].sum(), severity=2, figures=figures)]
    return found + _orders(book) + _urgent(book, top) + _worth_to_act(book)


def _orders(book: Book) -> list[Finding]:
    orders = overstock.open_orders(book)
    if orders.empty:
        return [Finding("no_open_orders", 0, "orders", "excess on order")] if "purchases" in set(book.panel("given")["table"]) else []
    on_order = orders["money"].sum()
    figures = figures_of(money={"money": on_order}, units={"styles": orders["item"].nunique(), "units": orders["units"].sum()})
    return [Finding("open_orders", on_order, "money", "excess on order at cost", money=on_order, severity=2, figures=figures)]


def _urgent(book: Book, top: pd.DataFrame) -> list[Finding]:
    """The order whose day comes first among those that can be cancelled; without one, the style with most money."""
    orders = overstock.open_orders(book)[lambda d: d["lever"] == "cancel"]
    if len(orders):
        first = orders["until"].min()
        figures = figures_of(
            money={"money": orders["money"].sum(), "first": orders.loc[orders["until"] == first, "money"].sum()},
            units={"styles": orders["item"].nunique(), "units": orders["units"].sum()},
            date={"until": first},
        )
        return [
            Finding(
                "urgent_order",
                orders["money"].sum(),
                "money",
                "excess on order at cost",
                money=orders["money"].sum(),
                severity=2,
                figures=figures,
            )
        ]
    worst = top.iloc[0]
    figures = figures_of(
        text={"name": worst["name"] if isinstance(worst["name"], str) else worst["item"], "item": worst["item"]},
        money={"money": worst["money"], "week": worst["week"]},
    )
    return [
        Finding(
            "urgent_style", worst["money"], "money", "excess at cost", money=worst["money"], item=worst["item"], severity=2, figures=figures
        )
    ]


def _worth_to_act(book: Book) -> list[Finding]:
    act = overstock.worth(book)
    share, source = overstock.clearance(book)
    figures = figures_of(money=act, percent={"share": share, "selling": book.assumptions["selling_rate"]}, label={"source": source})
    return [
        Finding(
            "worth_to_act",
            act["cash"] + act["orders"],
            "money",
            "net cash of the excess at the clearance price + orders not taken",
            money=act["cash"] + act["orders"],
            severity=1,
            figures=figures,
        )
    ]
