"""What is told of the decisions: how many want which way, what acting brings, what it rests on."""

from tests.told.pack import summed, tells

LET_BE = ("keep selling", "take the order", "watch")


def _stock_too_much(of):
    """The decisions about stock that is too much, or of which nobody knows."""
    rows = of["decisions"].merge(of["styles"][["item", "excess_on_hand"]], on="item")
    return rows[(rows["portion"] == "in stock") & ~rows["excess_on_hand"].eq(0)]


def _by_exit(of):
    """The decisions about units that leave by an exit."""
    return of["decisions"].query("portion not in ('in stock', 'damaged units', 'on order')")


@tells("ways_decided")
def ways_decided(of):
    """A style counts with what most of its units do."""
    kept = _stock_too_much(of).query("decision != 'watch'")
    gone = _by_exit(of)
    stock = of["decisions"].query("portion not in ('damaged units', 'on order')")
    stock = stock[stock["item"].isin({*kept["item"], *gone["item"]})]
    if stock.empty and of["open_orders"].empty:
        return []
    rows = stock.loc[stock.groupby("item")["units"].idxmax()]
    ways = rows["decision"].value_counts()
    return {
        "styles": len(rows),
        "keep": ways.get("keep selling", 0),
        "cut": ways.get("cut the price", 0),
        "clear": ways.get("clearance session", 0),
        "jobber": ways.get("sell to a jobber", 0),
        "exits": (rows["portion"] != "in stock").sum(),
        "orders": len(of["open_orders"]),
    }


@tells("by_exits")
def by_exits(of):
    plan = of["exit_plan"]
    return {
        "units": plan["units"].sum(),
        "styles": plan["item"].nunique(),
        "exits": plan["exit"].nunique(),
        "weeks": 10,
        "money": plan["present_value"].sum(),
        "more": _by_exit(of)["second_loses"].sum(),
    }


@tells("no_promises_yet")
def no_promises_yet(of):
    return {} if of["became"].empty else []


@tells("not_decided")
def not_decided(of):
    rows = _stock_too_much(of).query("decision == 'watch'")
    return {"styles": len(rows), "units": rows["units"].sum()} if len(rows) else []


@tells("worth_to_act")
def worth_to_act(of):
    """What is chosen less what letting be brings; damaged units bring nothing where they lie."""
    acts = of["decisions"][~of["decisions"]["decision"].isin(LET_BE)]
    more = acts["present_value"] - acts["keep_value"].where(acts["portion"] != "damaged units", 0.0)
    known = acts[more.notna()]
    if known.empty:
        return []
    return {
        "money": more.sum(),
        "low": known["gain_low"].fillna(more).sum(),
        "high": known["gain_high"].fillna(more).sum(),
        "orders": more[acts["portion"] == "on order"].sum(),
        "waiting": summed(known["waiting"].fillna(0.0)),
    }


@tells("cash_by_date")
def cash_by_date(of):
    rows = of["decisions"].query("portion != 'on order'").dropna(subset=["cash_by_date"])
    if rows.empty:
        return []
    return {
        "days": of.assumed("cash_days"),
        "money": rows["cash_by_date"].sum(),
        "keep": rows["keep_cash"].sum(),
    }


def _jobber(of):
    return {
        "salvage": of.toml.get("targets", {}).get("salvage", of.assumed("salvage_price")),
        "decline": of.assumed("salvage_decline"),
    }


def _session_known(of) -> bool:
    """Has any clearance session a value?"""
    rows = of["options"].query("way == 'clearance session'")
    return bool(rows["present_value"].notna().any())


@tells("cleared_by_the_shop")
def cleared_by_the_shop(of):
    if not _session_known(of):
        return []
    rows = of["value"].merge(of["styles"][["item", "tag_price"]], on="item")
    own = rows[rows["price_basis"] == "paid for own styles after their exit"]
    return _jobber(of) | {"price": (own["price"] / own["tag_price"]).iloc[0]}


@tells("never_cleared")
def never_cleared(of):
    told = len(_stock_too_much(of)) > 0 and not _session_known(of)
    return _jobber(of) if told else []


@tells("no_cut")
def no_cut(of):
    usable = of["elasticity"].iloc[0]["verdict"] == "usable"
    return {} if len(_stock_too_much(of)) and not usable else []


@tells("ladder_pays")
def ladder_pays(of):
    rows = of["price_plans"]
    if rows.empty:
        return []
    value = rows.groupby("plan")["plan_value"].sum()
    one = value["one price, held to the end"]
    return {
        "styles": rows["item"].nunique(),
        "changes": of.assumed("ladder_changes"),
        "one": one,
        "ladder": value["ladder that watches the stock"] / one - 1,
        "stepped": value["one step down every two weeks"] / one - 1,
        "bound": value["no plan can bring more"] / one - 1,
    }


def _goal(of):
    """The curve with what is asked of it; without a goal none."""
    curve, share = of["cash_curve"], of.assumed("cash_goal")
    if not curve["cash"].abs().sum() > 0:
        return None
    return curve, share * summed(of["costs"]["purchase"]) if share > 0 else None


@tells("most_cash")
def most_cash(of):
    found = _goal(of)
    if found is None or found[1] is not None:
        return []
    curve = found[0]
    return {
        "days": of.assumed("cash_days"),
        "cash": curve["cash"].iloc[0],
        "most": curve["cash"].iloc[-1],
        "given_up": curve["given_up"].iloc[-1],
    }
