"""The simulated shop: what stands on its shelves, what is on its way, and what it wrote down."""

from collections import defaultdict
from types import SimpleNamespace

import numpy as np
import pandas as pd

from .market import HORIZON, calendar, pace

SHOCK_SD, SHOCK_MEMORY = 0.30, 0.60


class Shop:
    """State by style and by SKU, ledgers of what is due on each day, and notes from which the books
    are made.
    """

    def __init__(
        self,
        styles: pd.DataFrame,
        skus: pd.DataFrame,
        days: pd.DatetimeIndex,
        streams: dict[str, np.random.Generator],
    ):
        self.plan, self.skus, self.days, self.streams = styles, skus, days, streams
        self.last = len(days) - HORIZON - 1
        columns = {name: column.to_numpy() for name, column in styles.items()}
        self.styles = st = SimpleNamespace(**columns)
        self.seasonal = styles["season"].notna().to_numpy()
        self.calendar_lift, self.leaves = calendar(days)
        self.listed_from = np.where(st.presale == "none", st.launch, st.launch - 7)
        self.style_of = skus["style_no"].to_numpy()
        self.first_sku = np.flatnonzero(np.diff(self.style_of, prepend=-1))
        self.skus_of = np.split(np.arange(len(skus)), self.first_sku[1:])
        self.planned_share = skus["planned_share"].to_numpy()
        self.true_share = skus["true_share"].to_numpy()
        self._empty_shelves(len(skus), len(days))
        self._nothing_decided(len(styles), len(days))
        self.lines, self.notes = 0, defaultdict(list)

    def _empty_shelves(self, skus: int, span: int) -> None:
        """Nothing stands there by SKU, and nothing is due on any day."""
        self.free, self.on_hand, self.b_grade = np.zeros((3, skus), int)
        self.arrivals, self.goes_out, self.released, self.comes_back, self.comes_damaged = np.zeros(
            (5, span, skus), np.int32
        )
        self.spoilt, self.swaps, self.swapped = np.zeros(skus, bool), defaultdict(list), []

    def _nothing_decided(self, styles: int, span: int) -> None:
        """Nothing was sold, ordered or priced of any style."""
        self.sold = np.zeros((span, styles), np.int32)
        self.sold_so_far, self.received_so_far, self.price, self.cut = np.zeros((4, styles))
        self.on_order, self.reorders, self.level, self.window_end = np.zeros((4, styles), int)
        self.frozen = np.ones(styles)  # the price's share while its trial runs
        self.trial, self.arm, self.shown_trial = np.full((3, styles), "", object)

    def by_style(self, units: np.ndarray) -> np.ndarray:
        """Units of SKUs added up to styles."""
        return np.add.reduceat(units, self.first_sku)

    def note(self, subject: str, **columns) -> None:
        """Write down rows; what is the same for all of them is given once, the first column in
        full.
        """
        self.notes[subject].append(columns)

    def noted(self, subject: str) -> pd.DataFrame:
        """All rows written down on a subject, in their order, with the names of SKUs and items for
        their numbers.
        """
        parts = [(part, len(next(iter(part.values())))) for part in self.notes[subject]]
        rows = pd.DataFrame(
            {
                name: np.concatenate([np.broadcast_to(part[name], n) for part, n in parts])
                for name in parts[0][0]
            }
        )
        names = {"sku": self.skus["sku"], "item": self.plan["style"]}
        return rows.assign(
            **{
                column: name.to_numpy()[rows[column]]
                for column, name in names.items()
                if column in rows
            }
        )

    def move(self, day: int, skus: np.ndarray, units: np.ndarray | int, kind: str) -> None:
        """Take good units off the shelf, never more than are free; a change of condition puts them
        beside it.
        """
        taken = np.minimum(units, self.free[skus]).astype(int)
        self.free[skus] -= taken
        self.on_hand[skus] -= taken
        self.note("movements", sku=skus, moved_at=day, units=-taken, kind=kind, condition="good")
        if kind == "condition":
            self.b_grade[skus] += taken
            self.note(
                "movements", sku=skus, moved_at=day, units=taken, kind=kind, condition="b-grade"
            )

    def order(
        self,
        style: int,
        units: float,
        ordered: int,
        due: int,
        arrives: int,
        mix: np.ndarray | None = None,
        filled: float = 1.0,
    ) -> None:
        """One purchase order of a style, a line per SKU by planned sizes or a given mix; what
        arrives after the last day stays open.
        """
        skus = self.skus_of[style]
        units = np.round(units * (self.planned_share[skus] if mix is None else mix)).astype(int)
        received = np.round(units * filled).astype(int)
        if arrives < len(self.days):
            self.arrivals[arrives, skus] += received
        self.on_order[style] += received.sum()
        lines, until, st = units > 0, ordered + (due - ordered) * 2 // 3, self.styles
        bought = {
            "sku": skus[lines],
            "units_ordered": units[lines],
            "units_received": received[lines],
        }
        times = {
            "ordered_at": ordered,
            "due_at": due,
            "received_at": arrives,
            "cancellable_until": until,
        }
        ours = {"style": style, "number": len(self.notes["purchases"])}
        self.note(
            "purchases",
            **bought,
            **times,
            unit_cost=st.unit_cost[style],
            vendor=st.vendor[style],
            **ours,
        )


def lay_out_demand(shop: Shop) -> None:
    """Exposures and orders per exposure of every style-day at the planned price, before stock has
    its say.
    """
    rng, st = shop.streams["demand"], shop.styles
    seen, convert = life_curves(shop)
    shape, week = (len(shop.days) // 7 + 1, len(shop.plan)), np.arange(len(shop.days)) // 7
    shop.live = rng.random(seen.shape) < st.live_share
    shop.ads = (rng.random(shape) < st.ad_share)[week]
    shop.minutes = rng.integers(5, 40, seen.shape)
    push = (
        (1 + 1.2 * shop.live)
        / (1 + 1.2 * st.live_share)
        * (1 + 0.35 * shop.ads)
        / (1 + 0.35 * st.ad_share)
    )
    shock = rng.normal(0, SHOCK_SD, shape)  # of a week, with memory, shared by all sizes of a style
    for number in range(1, len(shock)):
        shock[number] = SHOCK_MEMORY * shock[number - 1] + shock[number] * np.sqrt(
            1 - SHOCK_MEMORY**2
        )
    lift = np.exp(shock - SHOCK_SD**2 / 2)[week]
    push[shop.last + 1 :] = lift[shop.last + 1 :] = 1.0  # neither is known beyond the last day
    shop.reach = seen * st.planned_exposures_per_day * st.traffic_factor * push
    shop.convert = convert * st.planned_conversion * st.click_factor * st.appeal_factor * lift


def life_curves(shop: Shop) -> tuple[np.ndarray, np.ndarray]:
    """Exposures and conversion over each life, both one on average; presale before it, a clearance
    table at weekends after it.
    """
    st, day = shop.styles, np.arange(len(shop.days))[:, None]
    on_sale, age = (day >= st.launch) & (day <= st.exit), day - st.launch
    life_share = ((age + 0.5) / (st.exit - st.launch + 1)).clip(1e-6, 1) * st.speed
    steady = (1 - 0.7 * np.exp(-age.clip(0) / 20)) * np.exp(-age.clip(0) / 2000)
    demand = np.where(shop.seasonal, pace(life_share, st.shape, st.scale * st.stretch), steady)
    demand = demand * shop.calendar_lift[:, None] * on_sale
    demand /= demand.sum(0) / on_sale.sum(0)
    seen = demand**0.7
    seen /= seen.sum(0) / on_sale.sum(0)
    fade = st.faded_to + (1 - st.faded_to) / (
        1 + np.exp((day - st.fade_day - 28).clip(-200, 200) / 9)
    )
    convert = np.divide(demand, seen, out=np.ones_like(demand), where=seen > 0) * fade
    ahead = (day >= shop.listed_from) & (day < st.launch)
    after = (day > st.exit) & (shop.days.day_of_week >= 5)[:, None]
    return np.select([ahead, after], [0.6, 0.03], seen), np.where(
        ahead, np.where(st.presale_failure, 0.3, 1.0), convert
    )
