"""What is told of the stock: how much is too much, of which kind, what it costs and is worth."""

from itertools import pairwise

import pandas as pd
from tests.told.pack import Pack, day, share, summed, tells

OWN_CLEARANCE = "paid for own styles after their exit"
ASSUMED = "assumption"
RULES = {"CAS 1": "CAS 1", "IFRS": "IAS 2", "US GAAP": "ASC 330"}


def _held(styles: pd.DataFrame) -> dict:
    return {"styles": len(styles), "units": styles["on_hand"].sum()}


@tells("excess")
def excess(of):
    styles, known = of["styles"], of["styles"]["excess_on_hand"].notna()
    units = styles["excess_on_hand"].sum() + styles["damaged"].sum()
    stock = styles.loc[known, "on_hand"].sum() + styles["damaged"].sum()
    cost = summed(of["classes"]["cost"])
    return {"units": units, "stock": stock, "share": share(units, stock), "cost": cost}


@tells("need_unknown")
def need_unknown(of):
    styles = of["styles"]
    return _held(styles[styles["excess_on_hand"].isna() & (styles["on_hand"] > 0)])


@tells("by_rate", "by_months")
def by_rate(of):
    """Of those alone whose excess is known: of the others it rests on nothing."""
    styles = of["styles"].dropna(subset=["excess_on_hand"])
    return _held(styles[(styles["remaining_basis"] == "recent rate") & (styles["on_hand"] > 0)])


@tells("dead")
def dead(of):
    """A week counts as one without a sale when its Sunday is over."""
    weeks, styles = of.assumed("dead_weeks"), of["styles"]
    if of.has("snapshot"):
        items = of["classes"].loc[of["classes"]["dead"], "item"]
        idle = styles["item"].isin(items)
    else:
        since = (of.as_of - styles["last_sale"]).dt.days - 7
        idle = (since >= 7 * weeks) | styles["last_sale"].isna()
        idle &= (styles["age"] >= weeks) & (styles["on_hand"] > 0)
    rows = styles[idle]
    return {
        "items": len(rows),
        "weeks": weeks,
        "units": rows["on_hand"].sum(),
        "cost": summed(rows["on_hand_cost"]),
    }


def _kinds(of: Pack) -> tuple[str, str, dict]:
    """The kind with most units, the one with most money, and what may be said of both."""
    classes = of["classes"]
    units = classes.groupby("class")["units"].sum()
    cost = classes.groupby("class")["cost"].sum(min_count=1)
    most, dearest = units.idxmax(), cost.idxmax() if cost.notna().any() else units.idxmax()
    return (
        most,
        dearest,
        {
            "class": most,
            "share": share(units[most], units.sum()),
            "cost": cost[most],
            "class_money": dearest,
            "cost_money": cost[dearest],
            "share_money": share(cost[dearest], summed(classes["cost"])),
        },
    )


@tells("largest_class")
def largest_class(of):
    most, dearest, figures = _kinds(of)
    return figures if most == dearest else []


@tells("largest_classes")
def largest_classes(of):
    most, dearest, figures = _kinds(of)
    return figures if most != dearest else []


@tells("decided")
def decided(of):
    rows = of["classes"].query("decided == 'analyst'")
    return {"styles": rows["item"].nunique(), "units": rows["units"].sum()}


@tells("none_decided")
def none_decided(of):
    return [] if (of["classes"]["decided"] == "analyst").any() else {}


@tells("unclassified")
def unclassified(of):
    rows = of["classes"].query("`class` == 'unclassifiable' and missing != ''")
    return [
        {"missing": missing, "styles": rows["item"].nunique(), "units": rows["units"].sum()}
        for missing, rows in rows.groupby("missing")
    ]


@tells("largest_cause")
def largest_cause(of):
    known = of["causes"].query("cause not in ['no plan', 'none']")
    units = known.groupby("cause")["units"].sum()
    return {
        "cause": units.idxmax(),
        "share": units.max() / units.sum(),
        "known": units.sum() / of["causes"]["units"].sum(),
        "mixed": of["main_cause"]["named"].isin(["mixed", "none"]).sum(),
        "styles": of["main_cause"]["item"].nunique(),
    }


def _cost_known(of: Pack) -> float:
    styles = of["styles"]
    units = styles["on_hand"].fillna(0) + styles["damaged"].fillna(0)
    known = (styles["on_hand_cost"] + styles["damaged_cost"]).notna()
    return share(units[known].sum(), units.sum())


@tells("cost_gap")
def cost_gap(of):
    return {"known": _cost_known(of)}


@tells("locked")
def locked(of):
    stock = summed(of["styles"]["on_hand_cost"] + of["styles"]["damaged_cost"])
    money = summed(of["classes"]["cost"])
    return {"money": money, "stock": stock, "share": share(money, stock), "known": _cost_known(of)}


@tells("waiting")
def waiting(of):
    """From units and cost of the excess and the four rates; what has no cost is left out."""
    rates = {name: of.assumed(name) for name in ("capital_rate", "insurance_rate", "shrink_rate")}
    rent, rows = of.assumed("storage_per_unit_day"), of["classes"].dropna(subset=["cost"])
    storage, year = 7 * rent * rows["units"].sum(), 7 / 365 * rows["cost"].sum()
    return rates | {
        "storage_rate": rent,
        "money": storage + year * sum(rates.values()),
        "cash": storage + year * rates["insurance_rate"],
    }


@tells("spent")
def spent(of):
    """At the age of the stock; what has no age has cost nothing that could be told."""
    rows = of["costs"]
    cost = rows["purchase"] * rows["age_days"] / 365
    rates = sum(of.assumed(name) for name in ("capital_rate", "insurance_rate", "shrink_rate"))
    storage = rows["units"] * rows["age_days"] * of.assumed("storage_per_unit_day")
    return {"money": storage.sum() + rates * cost.sum()}


def _too_many(orders: pd.DataFrame) -> dict:
    return {
        "units": orders["units"].sum(),
        "styles": orders["item"].nunique(),
        "cost": summed(orders["money"]),
    }


@tells("open_orders")
def open_orders(of):
    return _too_many(of["open_orders"])


@tells("urgent_order")
def urgent_order(of):
    """What can still be cancelled on the day of the report; the first of it is the day that comes
    first.
    """
    orders = of["open_orders"]
    can = orders[orders["cancellable_until"] >= of.as_of]
    first = can["cancellable_until"].min()
    return _too_many(can) | {
        "all": orders["units"].sum(),
        "all_styles": orders["item"].nunique(),
        "first": summed(can.loc[can["cancellable_until"] == first, "money"]),
        "until": day(first),
    }


@tells("urgent_style")
def urgent_style(of):
    """The style with most money in excess, where no order can be cancelled."""
    if (of["open_orders"]["cancellable_until"] >= of.as_of).any():
        return []
    worst = of["actions"].loc[of["actions"]["money"].idxmax()]
    return worst[["item", "money", "week"]].to_dict() | {"name": worst["name"] or worst["item"]}


@tells("top_ten")
def top_ten(of):
    """The ten largest amounts of all money in excess, and in orders of what is too much."""
    excess = of["classes"].groupby("item")["cost"].sum(min_count=1)
    ordered = of["open_orders"].groupby("item")["money"].sum(min_count=1)
    money = excess.add(ordered, fill_value=0.0)
    ten = money.nlargest(10)
    return {
        "styles": min(10, len(set(of["classes"]["item"]) | set(of["open_orders"]["item"]))),
        "money": ten.sum(),
        "share": share(ten.sum(), money.sum()),
    }


@tells("top_ten_by_tag")
def top_ten_by_tag(of):
    return {"styles": min(10, len(of["actions"]))} if of["actions"]["money"].isna().all() else []


@tells("sizes")
def sizes(of):
    rows = of["sizes"]
    gone, broken = rows["state"] == "dead size", rows[rows["broken"]]
    return {
        "dead": gone.sum(),
        "dead_cost": summed(rows.loc[gone, "cost"]),
        "lost": (rows["state"] == "lost size").sum(),
        "lost_sales": rows["lost_sales"].sum(),
        "styles": broken["item"].nunique(),
        "broken_cost": summed(broken["cost"]),
    }


@tells("old_stock")
def old_stock(of):
    edges = of.toml.get("age_bands", [30, 60, 90, 180])
    edge = min(edges, key=lambda days: abs(days - 90))
    rows = of["ageing"]
    young = [
        f"0–{edges[0]}",
        *(f"{a + 1}–{b}" for a, b in pairwise(edges) if b <= edge),
    ]
    old = rows[~rows["band"].isin([*young, "unknown"])]
    return {
        "days": edge,
        "money": summed(old["cost"]),
        "share": share(old["cost"].sum(), rows["cost"].sum()),
        "worth": share(summed(old["nrv"]), summed(old["cost"])),
    }


@tells("unknown_age")
def unknown_age(of):
    rows = of["ageing"].query("band == 'unknown'")
    return {"units": rows["units"].sum(), "cost": summed(rows["cost"])}


@tells("moving")
def moving(of):
    """The newest four weeks."""
    now = of["moving"].loc[of["moving"]["period_end"].idxmax()]
    return {
        "moving": now["moving"],
        "on_sale": now["on_sale"],
        "share": now["moving"] / now["on_sale"],
    }


def _clearance(of: Pack) -> dict:
    """At which part of the tag leftovers go: as the shop's own did, where some are valued so."""
    rows = of["value"].merge(of["styles"][["item", "tag_price"]], on="item")
    own = rows[rows["price_basis"] == OWN_CLEARANCE]
    if len(own):
        return {"clearance": (own["price"] / own["tag_price"]).iloc[0], "source": OWN_CLEARANCE}
    return {"clearance": of.assumed("clearance_price"), "source": ASSUMED}


@tells("write_down")
def write_down(of):
    """Of the styles of which every portion is known; where none is, nothing is told."""
    known, rows = of["provisions"].dropna(subset=["required"]), of["value"]
    lost = rows.groupby("item")["write_down"].sum(skipna=False)
    if lost.isna().all():
        return []
    alone = (rows["units"] * (rows["unit_cost"] - rows["nrv"])).clip(lower=0)
    sale = rows.dropna(subset=["nrv"])
    standard = RULES[of.toml.get("accounting", "CAS 1")]
    return _clearance(of) | {
        "money": lost.sum(),
        "styles": (lost > 0).sum(),
        "booked": known["booked"].sum(),
        "change": known["change"].sum(),
        "rule": lambda told: told.startswith(f"{standard}: "),
        "selling": 1
        - share((sale["units"] * sale["nrv"]).sum(), (sale["units"] * sale["price"]).sum()),
        "covered": summed(alone - rows["write_down"]),
    }


@tells("write_down_unknown")
def write_down_unknown(of):
    """A style is unknown where a portion of it is."""
    rows = of["value"]
    return {"unknown": rows.loc[rows["write_down"].isna(), "item"].nunique()}


@tells("turn")
def turn(of):
    row = of["productivity"].set_index("category").loc["all"]
    times = row["cost_of_sales"] / row["inventory"]
    return {
        "turn": times,
        "days": 365 / times,
        "months": 12 / times,
        "gmroi": row["gross_margin"] / row["inventory"],
        "weeks": row["weeks"],
    }


def _losses(of: Pack) -> dict:
    """The last twelve months, as far as both sides are known."""
    year = of["losses"].sort_values("month").tail(12)
    year = year.assign(
        lost=year["markdowns"] + year["write-offs"] + year["shrink"],
        bearable=year["acceptable"] * year["sales"],
    ).dropna(subset=["lost", "bearable"])
    lost, bearable, sold = (year[name].sum() for name in ("lost", "bearable", "sales"))
    return {
        "months": len(year),
        "actual": share(lost, sold),
        "acceptable": share(bearable, sold),
        "over": lost - bearable,
    }


@tells("losses_over")
def losses_over(of):
    figures = _losses(of)
    return figures if figures["over"] > 0 else []


@tells("losses_within")
def losses_within(of):
    figures = _losses(of)
    return figures if figures["over"] <= 0 else []
