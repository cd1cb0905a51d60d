"""Clearance: the one decision about every style, and what there is to do this week."""

import numpy as np
import pandas as pd

from destock.analysis.clearance import choice, orders, ways
from destock.model.findings import Finding, Sentence
from destock.model.messages import mark
from destock.model.notebooks import notebooks
from destock.pages.frames import frame, view
from destock.pages.page import page


@frame(
    key="item portion po_id",
    columns=(
        "decision units price price_to cash_now cash_by_date present_value present_low present_high"
        " keep_value keep_cash gain gain_low gain_high waiting do_by pays_until then does second"
        " second_loses"
        " net_price floor floor_share best_price rate_needed rate_expected decided gives_up"
        " report_day cash_until"
    ),
)
def decisions(
    options,
    exit_decisions,
    outlook_after,
    styles,
    decided_by_analyst,
    hurry,
    proceeds,
    holding,
    today,
) -> pd.DataFrame:
    """The one decision about every style: its stock, what of it leaves by which exit, its damaged
    units, each of its open orders.
    """
    rows = choice.decide(options, decided_by_analyst, hurry)
    by_exit = exit_decisions.assign(
        decided=choice.BY_VALUE, does=exit_decisions["kind"].map(choice.DOES)
    )
    rows = pd.concat([rows, by_exit[[name for name in by_exit if name in rows]]])
    floors = choice.floors(outlook_after.rows, outlook_after.coming, proceeds, holding)
    stock = rows["portion"] == ways.IN_STOCK
    rows = pd.concat([rows[stock].merge(floors, on="item", how="left"), rows[~stock]])
    tag = rows["item"].map(styles.set_index("item")["tag_price"])
    cut = rows["decision"] == ways.CUT
    return rows.assign(
        price_to=(rows["price"] / tag).where(cut),
        report_day=today,
        cash_until=today + pd.Timedelta(weeks=holding.weeks_asked),
    ).reset_index(drop=True)


@view
def decided_by_analyst(override) -> pd.DataFrame:
    """What the analyst decided about the stock of a style."""
    return override.loc[override["decision"].notna(), ["item", "decision"]]


@view
def first_things(decisions) -> pd.DataFrame:
    """The one thing to do first about each item."""
    return choice.first_of_each(decisions)


@view(
    key="item portion po_id",
    columns="name category decision price_to units price present_value keep_value gain do_by does",
)
def to_do(decisions, styles) -> pd.DataFrame:
    """What there is to do, in the order in which to do it."""
    return choice.to_do(decisions).merge(styles[["item", "name", "category"]], on="item")


@frame(
    key="item po_id",
    columns="name category vendor ordered units money due_at cancellable_until lever until",
)
def open_orders(surplus_orders, decisions) -> pd.DataFrame:
    """Open orders that need not arrive, and what can be done about each."""
    decided = decisions[decisions["portion"] == orders.ON_ORDER]
    ways_of = decided[["item", "po_id", "decision"]]
    rows = surplus_orders.merge(ways_of, on=["item", "po_id"], validate="1:1")
    return rows[rows["decision"] == rows["lever"]].reset_index(drop=True)


@view
def with_excess(decisions, styles) -> pd.DataFrame:
    """The decisions about stock that is too much, or of which nobody knows, with their names."""
    told = styles[["item", "name", "category", "excess_on_hand"]]
    rows = decisions[decisions["portion"] == ways.IN_STOCK].merge(told, on="item", validate="m:1")
    return rows[~(rows["excess_on_hand"] == 0)]


@view(key="item", columns="decision gain gain_low gain_high waiting second second_loses")
def next_best(with_excess) -> pd.DataFrame:
    """Those that have another way, by what they bring."""
    rows = with_excess[with_excess["second"].notna()]
    return rows.sort_values("present_value", ascending=False, kind="stable")


@view(
    key="item", columns="units price floor rate_expected rate_needed present_value pays_until then"
)
def kept(with_excess) -> pd.DataFrame:
    """Stock that is too much and still best left to sell on, by what it brings."""
    rows = with_excess[with_excess["decision"] == ways.KEEP]
    return rows.sort_values("present_value", ascending=False, kind="stable")


@view
def by_decision(to_do) -> pd.DataFrame:
    """What each kind of decision brings, and what letting be brings instead."""
    known = to_do[to_do["present_value"].notna()].fillna({"keep_value": 0.0})
    rows = known.groupby("decision", sort=False)
    found = rows.agg(
        things=("item", "size"),
        units=("units", "sum"),
        present_value=("present_value", "sum"),
        keep_value=("keep_value", "sum"),
        gain=("gain", "sum"),
    )
    return found.reset_index()


DECIDED = Sentence(
    "ways_decided",
    mark(
        "Of {styles:units} styles with units that are too much, {keep:units} are best left to sell"
        " on, {cut:units} bring most at a lower price, {clear:units} in a clearance session,"
        " {jobber:units} sold to a jobber, {exits:units} leave for the most part by an exit;"
        " {orders:units} open orders need not be taken. What units cost to buy plays no part, but"
        " for those that are not bought yet."
    ),
    "styles",
    "by what each way brings, today's money",
    value="styles",
)
NOT_DECIDED = Sentence(
    "not_decided",
    mark(
        "About {styles:units} styles with {units:units} units nothing can be decided yet: what they"
        " will sell, their price or their tag is not known."
    ),
    "styles",
    value="styles",
    severity=1,
)
CASH_BY_DATE = Sentence(
    "cash_by_date",
    mark(
        "Within {days:units} days stock that can be valued becomes {money:money} of cash as is"
        " decided, {keep:money} if nothing is done."
    ),
    "money",
    "net cash within the days, after storage; mean of all cases",
    value="money",
    money="money",
)
BY_THE_SHOP = Sentence(
    "cleared_by_the_shop",
    mark(
        "This shop has sold {pace:percent} of what was left after its exit in each week, at"
        " {price:percent} of the tag: a clearance session is valued at that pace. A jobber is taken"
        " to pay {salvage:percent} of the tag, {decline:percent} less each week."
    ),
    "share a week",
    "net units ÷ units left, weeks after the exit",
    value="pace",
)
NEVER_CLEARED = Sentence(
    "never_cleared",
    mark(
        "How fast a clearance session would sell nobody knows: this shop has sold hardly anything"
        " after its exit. It stays among the ways, without a value. A jobber is taken to pay"
        " {salvage:percent} of the tag, {decline:percent} less each week."
    ),
    "share of the tag",
    value="salvage",
    severity=1,
)
NO_CUT = Sentence(
    "no_cut",
    mark(
        "No price cut can be valued: how customers answer a price is not known well enough in this"
        " shop. The next price test would tell (page “{page:label}”)."
    ),
    "styles",
    severity=1,
)


@view
def about_decisions(with_excess, exit_plan, decisions, open_orders) -> list[Finding]:
    """How many styles want which way, and about how many nothing can be decided."""
    stuck = with_excess["decision"] == ways.WATCH
    much = with_excess.loc[~stuck, "item"], exit_plan["item"]
    rows, found = choice.about_stock(decisions), []
    rows = rows[rows["item"].isin(pd.concat(much))]
    if len(rows) or len(open_orders):
        count = rows["decision"].value_counts()
        figures = {"styles": len(rows), "orders": len(open_orders)}
        figures |= {"exits": rows["portion"].ne(ways.IN_STOCK).sum()}
        words = {"keep": ways.KEEP, "cut": ways.CUT, "clear": ways.CLEAR, "jobber": ways.JOBBER}
        figures |= {name: count.get(way, 0) for name, way in words.items()}
        found.append(DECIDED.found(figures))
    if stuck.any():
        figures = {"styles": stuck.sum(), "units": with_excess.loc[stuck, "units"].sum()}
        found.append(NOT_DECIDED.found(figures))
    return found


@view
def about_cash(decisions, cash_days) -> list[Finding]:
    """How much stock becomes cash by the date, as is decided and if nothing is done."""
    rows = decisions[decisions["cash_by_date"].notna()]
    rows = rows[rows["portion"] != orders.ON_ORDER]
    if rows.empty:
        return []
    figures = {
        "days": cash_days,
        "money": rows["cash_by_date"].sum(),
        "keep": rows["keep_cash"].sum(),
    }
    return [CASH_BY_DATE.found(figures)]


@view
def about_ways(
    with_excess, clearing_pace, clearance, answer_of, salvage, salvage_decline
) -> list[Finding]:
    """What the ways rest on: how fast this shop clears, what a jobber pays, whether a cut can be
    valued.
    """
    if with_excess.empty:
        return []
    figures = {"salvage": salvage, "decline": salvage_decline}
    if np.isnan(clearing_pace):
        found = [NEVER_CLEARED.found(figures)]
    else:
        own = {"pace": clearing_pace, "price": clearance[0]}
        found = [BY_THE_SHOP.found(figures | own)]
    if answer_of["elasticity"].isna().all():
        found.append(NO_CUT.found({"page": notebooks()["elasticity"].label}))
    return found


WORTH_TO_ACT = Sentence(
    "worth_to_act",
    mark(
        "Doing what is decided brings {money:money} more than letting things be ({low:money} if all"
        " goes badly, {high:money} if all goes well), {orders:money} of it from orders that are not"
        " taken; a week later it is {waiting:money} less."
    ),
    "money",
    "decisions against letting be, today's money",
    value="money",
    money="money",
    severity=1,
)


@view
def about_acting(to_do) -> list[Finding]:
    """What acting brings over letting things be; each of its ends as if all went the same way."""
    known = to_do[to_do["gain"].notna()]
    if known.empty:
        return []
    on_order = known["portion"] == orders.ON_ORDER
    figures = {
        "money": known["gain"].sum(),
        "low": known["gain_low"].fillna(known["gain"]).sum(),
        "high": known["gain_high"].fillna(known["gain"]).sum(),
        "orders": known.loc[on_order, "gain"].sum(),
        "waiting": known["waiting"].sum(),
    }
    return [WORTH_TO_ACT.found(figures, low=figures["low"], high=figures["high"])]


@page
def found(
    about_unknown_stock,
    about_goal,
    about_decisions,
    about_acting,
    about_cash,
    about_ways,
    about_promises,
    about_exits,
    about_ladders,
) -> list[Finding]:
    """What is to be done about each style, and what does it bring?"""
    decided = about_goal + about_decisions + about_acting + about_cash
    return (
        about_unknown_stock or decided + about_promises + about_exits + about_ways + about_ladders
    )
