"""Exits for stock that is too much, beside the shop's own sales: when each is open, for how many
units, and what a unit brings there.
"""

import numpy as np
import pandas as pd

from destock.analysis.clearance.allotment import Allotment
from destock.analysis.clearance.outlook import Outlook
from destock.model.proceeds import Proceeds

WEEKS = 10  # ahead, in which units may leave by an exit
ONE_SESSION = 7  # days: what is open no longer takes its units once
FAR = pd.Timestamp("2200-01-01")


def open_slots(exits: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """When can units leave by each exit in the coming ten weeks? One row an exit and week.

    exits: rows of the shop's table. Adds ``leaves_on``: the first day of each week that it is open,
    counted from its opening, or from tomorrow where it is open already; ``week`` ahead in which
    that lies, from 0; and ``paid_on``. What has no room is no exit. What is open for a week at most
    takes its units once: one that has begun is left out, for how much room it still has nobody
    knows.
    """
    tomorrow, end = as_of + pd.Timedelta(days=1), as_of + pd.Timedelta(weeks=WEEKS)
    opens, closes = exits["opens_on"].fillna(tomorrow), exits["closes_on"].fillna(FAR)
    first, last = opens.clip(lower=tomorrow), closes.clip(upper=end)
    once = (closes - opens).dt.days < ONE_SESSION
    shut = (once & (opens < tomorrow)) | exits["units"].eq(0)
    rows = exits.assign(leaves_on=first, last=last)[~shut]
    found = pd.concat(
        rows.assign(leaves_on=rows["leaves_on"] + pd.Timedelta(weeks=week)) for week in range(WEEKS)
    )
    found = found[found["leaves_on"] <= found["last"]].drop(columns="last")
    found = found.sort_values(["leaves_on", "exit"], kind="stable").reset_index(drop=True)
    week = (found["leaves_on"] - tomorrow).dt.days // 7
    paid_on = found["leaves_on"] + pd.to_timedelta(found["pays_after"].fillna(0), unit="D")
    return found.assign(week=week, paid_on=paid_on)


def exit_prices(
    rows: pd.DataFrame, slots: pd.DataFrame, tax_rate: float
) -> tuple[np.ndarray, np.ndarray]:
    """At which price does each item leave by each slot, and what does a unit bring when it is paid
    for? Two arrays, items × slots; unknown where the price is, or what it cost where that counts,
    and where a slot does not take the category.

    rows: category, ``full_price``, ``mean_cost``. A price a unit, else a part of the full price,
    less fees, parcels and returns as of any sale (``Proceeds``); or a part of what a unit cost, as
    a buy-back or the tax that a donation spares, less what sending it costs.
    """
    price, brings = np.full((2, len(rows), len(slots)), np.nan)
    costs = ["fee_rate", "return_rate", "handling", "return_cost"]
    for at, slot in enumerate(slots.fillna(dict.fromkeys(costs, 0.0)).to_dict("records")):
        of_cost = rows["mean_cost"] * slot["cost_share"]
        asked = (rows["full_price"] * slot["price_share"]).to_numpy(float)
        asked = np.where(pd.isna(slot["price"]), asked, slot["price"])
        by_cost = pd.notna(slot["cost_share"])
        taken = pd.isna(slot["category"]) | rows["category"].eq(slot["category"])
        left = of_cost - slot["handling"] if by_cost else _sold_there(asked, slot, tax_rate)
        price[:, at] = np.where(taken, of_cost if by_cost else asked, np.nan)
        brings[:, at] = np.where(taken, left, np.nan)
    return price, brings


def _sold_there(price: np.ndarray, slot: dict, tax_rate: float) -> np.ndarray:
    """What does a unit bring that is sold at these prices by a slot? Where all comes back nobody
    knows: nothing is sold.
    """
    fees = {"net": slot["fee_rate"], "per parcel": slot["handling"]}
    sale = Proceeds(fees | {"per return": slot["return_cost"]}, tax_rate)
    return sale.brings(price, slot["return_rate"] if slot["return_rate"] < 1 else np.nan)


def allotment(
    outlook: Outlook, curves: dict[str, np.ndarray], slots: pd.DataFrame, brings: np.ndarray
) -> Allotment:
    """What is to be allotted: the units that are too much, and the room of the exits.

    curves: ``kept``, ``value`` and ``cash`` of the shop's own ways (items × ways × points). A unit
    that leaves was stored until then; ``takes_share`` of one would have been bought at the shop's
    own price. What takes any number has room for all.
    """
    holding, week = outlook.holding, slots["week"].to_numpy()
    own = np.nan_to_num(outlook.brings(outlook.prices()) * outlook.in_season)[:, week]
    net = brings - slots["takes_share"].fillna(0.0).to_numpy() * own
    days = 7 * week + slots["pays_after"].fillna(0).to_numpy()
    stored = holding.storage_week * np.stack([week, np.minimum(week, holding.weeks_asked)])
    value = net * holding.discount(days / 7) - stored[0]
    cash = net * (days < 7 * holding.weeks_asked) - stored[1]
    capacity = slots["units"].fillna(outlook.of("too_much").sum()).to_numpy(float)
    most = np.minimum(slots["units_of_style"].fillna(np.inf).to_numpy(), capacity)
    least, fee = slots["least_units"].fillna(0.0), slots["fixed_cost"].fillna(0.0).to_numpy()
    takes = np.isfinite(net) & (least <= capacity).to_numpy()
    return Allotment(
        **curves,
        net=np.where(takes, value, 0.0),
        paid=np.where(takes, cash, 0.0),
        most=np.where(takes, np.floor(most), 0.0),
        capacity=capacity,
        least=least.to_numpy(),
        fee=fee * holding.discount(week),
        fee_paid=fee * (week < holding.weeks_asked),
    )
