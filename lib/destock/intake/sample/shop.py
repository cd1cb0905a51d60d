"""The simulated shop: what stands on its shelves, what is on its way, and what it wrote down."""

from collections import defaultdict
from types import SimpleNamespace

import numpy as np
import pandas as pd

from .market import HORIZON, next_shipping_day


class Shop:
    """State by style and by SKU, ledgers of what is due on each day, and notes from which the books are made."""

    def __init__(self, styles: pd.DataFrame, skus: pd.DataFrame, days: pd.DatetimeIndex, streams: dict[str, np.random.Generator]):
        n, k, span = len(styles), len(skus), len(days)
        self.plan, self.skus, self.days, self.last, self.streams = styles, skus, days, span - HORIZON - 1, streams
        self.styles = st = SimpleNamespace(**{name: column.to_numpy() for name, column in styles.items()})
        self.seasonal, self.leaves = styles["season"].notna().to_numpy(), next_shipping_day(days)
        self.listed_from = np.where(st.presale == "none", st.launch, st.launch - 7)
        self.style_of = skus["style_no"].to_numpy()
        self.first_sku = np.flatnonzero(np.diff(self.style_of, prepend=-1))
        self.skus_of = np.split(np.arange(k), self.first_sku[1:])
        self.planned_share, self.true_share = skus["planned_share"].to_numpy(), skus["true_share"].to_numpy()
        self.free, self.on_hand, self.b_grade = np.zeros((3, k), int)
        self.arrivals, self.goes_out, self.released, self.comes_back, self.comes_damaged = np.zeros((5, span, k), np.int32)
        self.sold, self.sold_so_far, self.received_so_far = np.zeros((span, n), np.int32), np.zeros(n), np.zeros(n)
        self.on_order, self.reorders, self.level, self.window_end = np.zeros((4, n), int)
        self.price, self.cut, self.frozen = np.zeros(n), np.zeros(n), np.ones(n)  # frozen: the price's share while its trial runs
        self.trial, self.arm, self.shown_trial = np.full((3, n), "", object)
        self.spoilt, self.swaps, self.swapped = np.zeros(k, bool), defaultdict(list), []
        self.lines, self.notes = 0, defaultdict(list)

    def by_style(self, units: np.ndarray) -> np.ndarray:
        """Units of SKUs added up to styles."""
        return np.add.reduceat(units, self.first_sku)

    def note(self, subject: str, **columns) -> None:
        """Write down rows; what is the same for all of them is given once, the first column in full."""
        self.notes[subject].append(columns)

    def noted(self, subject: str) -> pd.DataFrame:
        """All rows written down on a subject, in their order."""
        parts = [(part, len(next(iter(part.values())))) for part in self.notes[subject]]
        return pd.DataFrame({name: np.concatenate([np.broadcast_to(part[name], n) for part, n in parts]) for name in parts[0][0]})

    def move(self, day: int, skus: np.ndarray, units: np.ndarray | int, kind: str) -> None:
        """Take good units off the shelf, never more than are free; a change of condition puts them beside it."""
        taken = np.minimum(units, self.free[skus]).astype(int)
        self.free[skus] -= taken
        self.on_hand[skus] -= taken
        self.note("movements", sku=skus, day=day, units=-taken, kind=kind, condition="good")
        if kind == "condition":
            self.b_grade[skus] += taken
            self.note("movements", sku=skus, day=day, units=taken, kind=kind, condition="b-grade")

    def order(self, style: int, units: float, ordered: int, due: int, arrives: int, mix: np.ndarray | None = None, filled: float = 1.0):
        """One purchase order of a style, a line per SKU by planned sizes or a given mix; what arrives after the last day stays open."""
        skus = self.skus_of[style]
        units = np.round(units * (self.planned_share[skus] if mix is None else mix)).astype(int)
        received = np.round(units * filled).astype(int)
        if arrives < len(self.days):
            self.arrivals[arrives, skus] += received
        self.on_order[style] += received.sum()
        line, number = units > 0, len(self.notes["purchases"])
        self.note(
            "purchases",
            sku=skus[line],
            style=style,
            number=number,
            units=units[line],
            received=received[line],
            ordered=ordered,
            due=due,
            arrives=arrives,
        )
