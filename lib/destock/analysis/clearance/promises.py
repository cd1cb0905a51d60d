"""What became of what an earlier report decided: was it done, and what did it bring?"""

import numpy as np
import pandas as pd

from destock.analysis.clearance.choice import LET_BE
from destock.analysis.clearance.orders import ASK, CANCEL, ON_ORDER
from destock.analysis.clearance.ways import CLEAR, CUT, DAMAGED
from destock.model.messages import mark
from destock.model.metrics import ratio
from destock.model.proceeds import Proceeds

DONE, NOT_DONE, OPEN = mark("done"), mark("not done"), mark("cannot be seen")
AS_PROMISED, LESS, MORE = mark("as promised"), mark("less"), mark("more")
CLOSE = 0.2  # of the cash that was promised: less apart is as promised
NEAR = 0.03  # of a price: less apart is that price
MOST_GONE = 0.5  # of the units that were to leave: then they have left


def looked_at(promises: pd.DataFrame, today: pd.Timestamp) -> pd.DataFrame:
    """Which promises can be held against what came? Those of the last report whose weeks for cash
    have gone by; until there is one, of the last whose first full week has.

    promises: rows of the table, of days before today. Adds ``from_day`` and ``to_day``, the full
    weeks that count, as many as cash was promised for, and ``promised``: cash by the date, or of
    the first week.
    """
    day = promises["report_day"]
    monday = day + pd.to_timedelta(7 - day.dt.day_of_week, unit="D")
    weeks = (promises["cash_until"] - day).dt.days // 7
    first = promises.assign(from_day=monday, promised=promises["cash_now"])
    first["to_day"] = monday + pd.Timedelta(days=6)
    due = first.assign(
        promised=promises["cash_by_date"],
        to_day=monday + pd.to_timedelta(7 * weeks - 1, unit="D"),
    )
    for rows in (due, first):
        rows = rows[rows["to_day"] <= today]
        if len(rows):
            break
    return rows[rows["report_day"] == rows["report_day"].max()].reset_index(drop=True)


def since(
    rows: pd.DataFrame, weeks: pd.DataFrame, sale: Proceeds, return_rate: pd.Series
) -> pd.DataFrame:
    """What has become of each item since: net units ``sold``, the ``cash`` of them, the
    ``paid_price``, units ``gone`` from stock that were not sold, and ``arrived``.

    rows: of ``looked_at``; weeks: complete ones, item, week, net_units, sold_units,
    cancelled_units, returned_units, paid_value, received_units, closing_units; return_rate by item.
    Unknown where stock is not known. Indexed by item.
    """
    told = rows.drop_duplicates("item")[["item", "from_day", "to_day"]]
    after = weeks.merge(told, on="item", validate="m:1")
    before = after[after["week"] < after["from_day"]].groupby("item")["closing_units"].last()
    after = after[(after["week"] >= after["from_day"]) & (after["week"] <= after["to_day"])]
    found = _added_up(after, sale, return_rate)
    gone = before + found["came_in"] - after.groupby("item")["closing_units"].last()
    return pd.DataFrame(
        {
            "sold": found["net_units"],
            "cash": found["cash"],
            "paid_price": ratio(found["paid_value"], found["sold_units"]),
            "gone": gone.clip(lower=0),
            "arrived": found["received_units"],
        },
        dtype=float,
    )


def _added_up(after: pd.DataFrame, sale: Proceeds, return_rate: pd.Series) -> pd.DataFrame:
    """The sums of all weeks that count: by item. ``came_in``: received, less what went out."""
    price = ratio(after["paid_value"], after["sold_units"])
    back = after["item"].map(return_rate).astype(float).fillna(0.0)
    cash = after["net_units"] * sale.brings(price, back)
    cash = cash.mask(after["sold_units"] == 0, 0.0)
    went = after["sold_units"] - after["cancelled_units"] - after["returned_units"]
    sums = ["net_units", "cash", "paid_value", "sold_units", "received_units", "came_in"]
    found = after.assign(cash=cash, came_in=after["received_units"] - went)
    return found.groupby("item")[sums].sum(skipna=False)


def became(rows: pd.DataFrame, came: pd.DataFrame, open_line: pd.DataFrame) -> pd.DataFrame:
    """Was each thing done that was decided, and did it bring what was promised?

    rows: of ``looked_at``; came: of ``since``; open_line: po_id, item of the orders that are open.
    Adds ``done``; of stock that was kept, cut or cleared also ``cash_came`` of as many units as the
    promise was about – what arrived since is none of it –, and ``against`` the promise: as
    promised, less or more. What left by an exit or a jobber is paid elsewhere: its cash is unknown
    here.
    """
    rows = rows.assign(**{name: rows["item"].map(came[name]).astype(float) for name in came})
    selling = ~rows["portion"].isin([ON_ORDER, DAMAGED]) & (
        rows["decision"].isin([CUT, CLEAR, *LET_BE])
    )
    about = ratio(rows["units"], rows["sold"]).clip(upper=1.0).fillna(1.0)
    cash = (rows["cash"] * about).where(selling)
    part = ratio(cash, rows["promised"])
    told = np.select(
        [part.isna(), (part - 1).abs() <= CLOSE, part < 1], ["", AS_PROMISED, LESS], MORE
    )
    return rows.assign(done=_done(rows, open_line), cash_came=cash, against=told)


def _done(rows: pd.DataFrame, open_line: pd.DataFrame) -> np.ndarray:
    """Was it done? An order is not open any more and did not arrive, a price is as low as was
    decided, units have left that were not sold. Of damaged units, the shop's own clearing and
    orders that still come nobody can see it.
    """
    still_open = pd.MultiIndex.from_frame(open_line[["item", "po_id"]])
    is_open = pd.MultiIndex.from_frame(rows[["item", "po_id"]]).isin(still_open)
    on_order, cut = rows["portion"] == ON_ORDER, rows["decision"] == CUT
    kept = rows["decision"].isin(LET_BE)
    lower = rows["paid_price"] <= rows["price"] * (1 + NEAR)
    left = rows["gone"] >= MOST_GONE * rows["units"]
    apart = rows["portion"].eq(DAMAGED) | rows["decision"].eq(CLEAR)
    refused = rows["decision"].isin([CANCEL, ASK])
    arrived = rows["arrived"].fillna(0.0) >= MOST_GONE * rows["units"]
    seen = np.select(
        [on_order, cut], [refused, rows["paid_price"].notna()], rows["gone"].notna() & ~apart
    )
    done = np.select([on_order, cut, kept], [~is_open & ~arrived, lower, ~left], left)
    return np.select([~seen.astype(bool), done.astype(bool)], [OPEN, DONE], NOT_DONE)
