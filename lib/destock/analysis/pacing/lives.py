"""The lives of styles: what each sold in every week from its first on sale to its exit, side by
side.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from destock.model.metrics import ratio

LONGEST = 104  # weeks: a style planned for longer than two years has no season
HALF_IN_STOCK = 0.5  # below it a week says more about the stock than about demand
EVENT_REACH = 2  # weeks before and after an event that still feel it
END_REACH = 8  # weeks before the exit in which seasons are closed out
# of the life's demand that fell into weeks without stock: above it, sales are only "at least"
LOST_SHARE = 0.05


@dataclass(frozen=True)
class Lives:
    """Styles with a season, one row each; their weeks of life as columns of four arrays.

    styles: item, season, node keys, ``life`` (weeks), ``bought`` (units received and on
    order; NaN = unknown), ``weeks_seen``. ``units`` sold net; ``exposure`` = share of the
    week in stock, 0 where nothing can be learned; ``event`` and ``to_end`` number the weeks
    around events and before the exit (0 = an ordinary week); ``alive`` = before the exit;
    ``committed``: units known to be bought by the end of each week, None where nobody knows when.
    """

    styles: pd.DataFrame
    units: np.ndarray
    exposure: np.ndarray
    event: np.ndarray
    to_end: np.ndarray
    committed: np.ndarray | None = None

    @property
    def ages(self) -> np.ndarray:
        return np.arange(self.units.shape[1])

    @property
    def alive(self) -> np.ndarray:
        return self.ages < self.styles["life"].to_numpy()[:, None]

    @property
    def cumulative(self) -> np.ndarray:
        return np.cumsum(self.units, axis=1)

    @property
    def bought(self) -> np.ndarray:
        return self.styles["bought"].to_numpy(float)

    @property
    def bought_by(self) -> np.ndarray:
        """Units known to be bought by the end of each week; where nobody knows when, all."""
        if self.committed is None:
            return np.repeat(self.bought[:, None], self.units.shape[1], axis=1)
        return self.committed

    @property
    def final(self) -> np.ndarray:
        """Units sold by the exit, or so far."""
        return self.units.sum(axis=1)

    def where(self, rows: np.ndarray) -> "Lives":
        """These styles only."""
        names = ["units", "exposure", "event", "to_end"]
        names += [] if self.committed is None else ["committed"]
        arrays = {name: getattr(self, name)[rows] for name in names}
        return replace(self, styles=self.styles[rows].reset_index(drop=True), **arrays)


def lives(
    styles: pd.DataFrame,
    weeks: pd.DataFrame,
    events: pd.DataFrame,
    buys: pd.DataFrame | None = None,
) -> Lives:
    """What did every style with a season sell in each week of its life, and when was it not there
    to be sold?

    styles: ``sell_through.items``; weeks: ``net_weeks``; events: event, date; buys: item, week,
    units bought in it. Weeks after the exit are left out; what was sold before
    its life is of its first week; one in stock for less than half of it teaches nothing.
    """
    rows = (
        styles[styles["season"].notna() & styles["life"].between(1, LONGEST)]
        .sort_values("item", kind="stable")
        .reset_index(drop=True)
    )
    width = int(rows["life"].max()) if len(rows) else 1
    cells = weeks[weeks["item"].isin(rows["item"]) & weeks["age"].between(0, width - 1)]
    at = pd.Index(rows["item"]).get_indexer(cells["item"]), cells["age"].to_numpy(int)
    units, exposure = np.zeros((len(rows), width)), np.zeros((len(rows), width))
    alive = np.arange(width) < rows["life"].to_numpy()[:, None]
    units[at] = cells["net_units"]
    units[:, 0] += _sold_before(rows, weeks)
    share = cells["in_stock_share"].astype(float).fillna(1.0).to_numpy()
    exposure[at] = np.where(share >= HALF_IN_STOCK, share, 0.0)
    kept = rows.assign(
        bought=_bought(rows),
        weeks_seen=np.minimum(rows["age"].fillna(-1) + 1, rows["life"]).astype("int64"),
        life=rows["life"].astype("int64"),
    )
    return Lives(
        kept,
        units * alive,
        exposure * alive,
        around_events(kept, width, events),
        _to_end(kept, width),
        _committed(kept, width, buys),
    )


def _sold_before(rows: pd.DataFrame, weeks: pd.DataFrame) -> np.ndarray:
    """What each style had sold before its life began, samples and orders taken ahead: no sales of
    an earlier life.
    """
    new = rows.loc[rows["launched_again"].isna(), "item"]
    early = weeks[(weeks["age"] < 0) & weeks["item"].isin(new)]
    return early.groupby("item")["net_units"].sum().reindex(rows["item"], fill_value=0).to_numpy()


def _committed(rows: pd.DataFrame, width: int, buys: pd.DataFrame | None) -> np.ndarray | None:
    """What was bought in the end, less what was only bought after each week."""
    if buys is None or buys.empty:
        return None
    later = np.zeros((len(rows), width + 1))
    known = buys[buys["item"].isin(rows["item"])]
    row = pd.Index(rows["item"]).get_indexer(known["item"])
    first = rows["first_week"].to_numpy("datetime64[D]")[row]
    age = (known["week"].to_numpy("datetime64[D]") - first).astype(int) // 7
    over = age < rows["weeks_seen"].to_numpy()[row]
    at = row[over], np.clip(age[over], 0, width)
    np.add.at(later, at, known["units"].to_numpy(float)[over])
    bought = rows["bought"].to_numpy(float)[:, None]
    after = later[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
    left = bought - after
    # more ordered later than ever came: nobody knows when the rest was
    return np.where(left > 0, left, bought)


def _bought(rows: pd.DataFrame) -> pd.Series:
    """The committed buy: what came and what is still to come; unknown where nothing is recorded."""
    total = rows["received"].astype(float).fillna(0) + rows["on_order"].astype(float).fillna(0)
    return total.where(total > 0)


def around_events(rows: pd.DataFrame, width: int, events: pd.DataFrame) -> np.ndarray:
    """Number the weeks around each event; the nearest event wins, an ordinary week is 0."""
    week = rows["first_week"].to_numpy("datetime64[D]")[:, None] + 7 * np.arange(width)
    code, nearest = np.zeros(week.shape, int), np.full(week.shape, EVENT_REACH + 1)
    for number, (_, dates) in enumerate(events.groupby("event", sort=True)):
        for day in dates["date"].to_numpy("datetime64[D]"):
            offset = (week - (day - (day.astype(int) + 3) % 7)).astype(
                int
            ) // 7  # day 0 of the epoch was a Thursday
            close = np.abs(offset) < nearest
            code = np.where(close, 1 + number * (2 * EVENT_REACH + 1) + offset + EVENT_REACH, code)
            nearest = np.where(close, np.abs(offset), nearest)
    return code


def _to_end(rows: pd.DataFrame, width: int) -> np.ndarray:
    left = rows["life"].to_numpy()[:, None] - np.arange(width)
    return np.where((left >= 1) & (left <= END_REACH), left, 0)


def lost_share(known: Lives, share: np.ndarray) -> np.ndarray:
    """Which part of the demand expected so far fell into weeks after the last unit was gone?

    ``share``: the expected share of life sales reached by each week (``curve.reached``).
    Weeks without stock before a delivery, and sizes missing, are part of every season; they
    do not count here.
    """
    weekly = np.diff(share, axis=1, prepend=0.0)
    seen = known.alive & (known.ages < known.styles["weeks_seen"].to_numpy()[:, None])
    gone = np.maximum.accumulate(known.exposure[:, ::-1], axis=1)[:, ::-1] == 0
    return ratio((weekly * gone * seen).sum(axis=1), (weekly * seen).sum(axis=1))


def sold_out(known: Lives, share: np.ndarray) -> np.ndarray:
    """For which styles are sales only the least that could have been sold, because stock ran
    out?
    """
    return lost_share(known, share) > LOST_SHARE
