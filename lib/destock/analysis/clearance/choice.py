"""One decision about every item: the way that brings most, what the next best would lose, and who
does it.
"""

import numpy as np
import pandas as pd

from destock.analysis.clearance.floor import (
    best_price,
    clearing_price,
    price_floor,
    rate_that_pays,
)
from destock.analysis.clearance.goal import KEY, ranked
from destock.analysis.clearance.orders import ASK, CANCEL, ON_ORDER, OVERDUE, POSTPONE, TAKE
from destock.analysis.clearance.waiting import Holding
from destock.analysis.clearance.ways import (
    CLEAR,
    CUT,
    DAMAGED,
    IN_STOCK,
    JOBBER,
    KEEP,
    OTHER,
    WATCH,
)
from destock.model.messages import mark
from destock.model.metrics import ratio
from destock.model.proceeds import Proceeds

BY_VALUE, BY_ANALYST = mark("value"), mark("analyst")
LET_BE = (KEEP, TAKE, WATCH)
LIVE = mark("live session")  # an exit; the clearance session is the shop's own, without room or fee
# who does it: what is decided, or the kind of exit that it goes by
DOES = {
    **dict.fromkeys((CANCEL, ASK, POSTPONE, OVERDUE, TAKE), mark("buying")),
    **dict.fromkeys((KEEP, CUT, WATCH), mark("merchandising")),
    **dict.fromkeys((mark("shop corner"), mark("rework")), mark("merchandising")),
    **dict.fromkeys((CLEAR, LIVE), mark("live room")),
    **dict.fromkeys((JOBBER, OTHER), mark("wholesale")),
    **dict.fromkeys(
        (mark("outlet"), mark("group buying"), mark("offline wholesale")), mark("wholesale")
    ),
    **dict.fromkeys((mark("staff sale"), mark("donation")), mark("finance")),
    mark("vendor return"): mark("buying"),
}


def decide(options: pd.DataFrame, words: pd.DataFrame, hurry: float = 0.0) -> pd.DataFrame:
    """Which one thing is to be done with each part of each item, and what would the next best lose?

    options: rows of ``stock_options``, ``damaged_options`` and ``order_options``, of a part what
    lets it be first; words: item, ``decision`` – what the analyst decided about its stock; hurry:
    what cash by the date is worth beyond its value (``goal.hurry_needed``). One row an item,
    portion and order: ``decision``, the figures of that way, ``second`` and ``second_loses`` (what
    that one brings less), ``keep_value`` and ``keep_cash`` (of letting it be), ``does`` (who),
    ``decided`` by value or by the analyst, and ``gives_up`` (what the analyst's word costs).
    Without a value for any way nobody can decide: "watch"; an order that is too many is not taken
    even so.
    """
    rows = options.merge(words.rename(columns={"decision": "word"}), on="item", how="left")
    rows["asked"] = rows["way"].eq(rows["word"]) & rows["portion"].eq(IN_STOCK)
    best = ranked(rows, hurry)
    first = best.sort_values("asked", ascending=False, kind="stable").drop_duplicates(KEY)
    ways = rows.groupby(KEY, sort=False)["way"].size().rename("ways")
    found = first.join(ways, on=KEY).join(_next_best(best, first), on=KEY)
    return _told(found.join(_if_let_be(rows), on=KEY))


def _told(found: pd.DataFrame) -> pd.DataFrame:
    """What was found, in the words of ``decide``."""
    stuck = found["present_value"].isna() & ~found["asked"] & found["ways"].gt(1)
    stuck &= found["portion"].ne(ON_ORDER)
    decision = found["way"].mask(stuck, WATCH)
    less = found["present_value"] - found["second_value"]
    return found.assign(
        decision=decision,
        second_loses=less,
        decided=np.where(found["asked"], BY_ANALYST, BY_VALUE),
        gives_up=-less.where(found["asked"]),
        does=decision.map(DOES),
        do_by=found["do_by"].mask(stuck),
    ).drop(columns=["way", "ways", "second_value", "word", "asked"])


def _next_best(best: pd.DataFrame, first: pd.DataFrame) -> pd.DataFrame:
    """The best of the other ways that have a value, by part of an item."""
    taken = pd.MultiIndex.from_frame(first[[*KEY, "way"]])
    others = best[~pd.MultiIndex.from_frame(best[[*KEY, "way"]]).isin(taken)]
    others = others[others["present_value"].notna()].drop_duplicates(KEY).set_index(KEY)
    return others[["way", "present_value"]].set_axis(["second", "second_value"], axis=1)


def _if_let_be(rows: pd.DataFrame) -> pd.DataFrame:
    """What each part brings if nothing is done."""
    be = rows[rows["way"].isin(LET_BE)].set_index(KEY)
    return be[["present_value", "cash_by_date"]].set_axis(["keep_value", "keep_cash"], axis=1)


def to_do(decisions: pd.DataFrame) -> pd.DataFrame:
    """What is there to do, and in which order? What brings most more than letting be comes first;
    what nobody can value comes last.

    ``free``: it needs no sale – an order that can be cancelled.
    """
    rows = decisions[~decisions["decision"].isin(LET_BE)]
    order = ["gain", "item", "portion", "po_id"]
    return (
        rows.assign(free=rows["decision"].eq(CANCEL))
        .sort_values(order, ascending=[False, True, True, True], kind="stable")
        .reset_index(drop=True)
    )


def first_of_each(decisions: pd.DataFrame) -> pd.DataFrame:
    """The one thing to do first about each item: item, with the columns of ``to_do``. An order that
    can be cancelled comes before all else: its day passes, and it costs nothing.
    """
    acts = to_do(decisions).sort_values("free", ascending=False, kind="stable")
    rest = decisions[~decisions["item"].isin(acts["item"])].assign(free=False)
    return pd.concat([acts, rest]).drop_duplicates("item").reset_index(drop=True)


def about_stock(decisions: pd.DataFrame) -> pd.DataFrame:
    """The one decision about the stock of each item: the one about most of its units."""
    rows = decisions[~decisions["portion"].isin([DAMAGED, ON_ORDER])]
    return rows.sort_values("units", ascending=False, kind="stable").drop_duplicates("item")


def floors(
    rows: pd.DataFrame, coming: np.ndarray, sale: Proceeds, holding: Holding
) -> pd.DataFrame:
    """What does a unit of each item bring now, below which price is it better given to a jobber,
    which price would earn most, and how many must sell a week for waiting to pay?

    rows: item, units, price, ``jobber``, return_rate, elasticity; coming: items × weeks. Returns
    item, ``net_price``, ``floor``, ``floor_share`` (of the price now), ``best_price`` (until the
    stock's end), ``rate_needed`` and ``rate_expected`` (units of the coming week).
    """
    returned = rows["return_rate"].fillna(0.0)
    floor = price_floor(rows["jobber"], sale, returned, holding.storage_week)
    clearing = clearing_price(rows["price"], rows["units"], coming.sum(axis=1), rows["elasticity"])
    net = sale.brings(rows["price"], returned)
    then = rows["jobber"] * (1 - holding.decline)
    kept = rows["jobber"] * (1 - holding.discount(1)) + holding.storage_week
    return pd.DataFrame(
        {
            "item": rows["item"],
            "net_price": net,
            "floor": floor,
            "floor_share": ratio(floor, rows["price"]),
            "best_price": best_price(floor, rows["elasticity"], clearing),
            "rate_needed": rate_that_pays(rows["units"], rows["jobber"], then, kept, net),
            "rate_expected": coming[:, 0],
        }
    )
