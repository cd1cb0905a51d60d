"""What lies ahead of stock, and what a way of dealing with it brings."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from destock.analysis.clearance.coming import cases
from destock.analysis.clearance.waiting import Ending, Holding, Sizes, ending
from destock.model.proceeds import Proceeds


@dataclass(frozen=True)
class Outcome:
    """What one way brings: value and cash in each case, cases × items; by item what the first week
    brings, after how many weeks what is left goes another way, and which (empty: nothing is left).
    """

    value: np.ndarray
    cash: np.ndarray
    first: np.ndarray
    weeks: np.ndarray
    then: np.ndarray

    def only(self, at: np.ndarray) -> "Outcome":
        """The same of some items."""
        by_item = (self.first[at], self.weeks[at], self.then[at])
        return Outcome(self.value[:, at], self.cash[:, at], *by_item)

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(
            self.value + other.value,
            self.cash + other.cash,
            self.first + other.first,
            np.maximum(self.weeks, other.weeks),
            other.then,
        )


@dataclass(frozen=True)
class Outlook:
    """Stock and what lies ahead of it.

    rows: an item each, its sizes on the ``shelf``, with ``units``, ``too_much`` of them, ``price``,
    ``clearing_price``, ``jobber`` (what one pays for a unit), ``return_rate``, ``spread`` (of the
    units to come, as a part of them), ``elasticity`` and ``elasticity_error``; coming: units a week
    at today's way of pricing, and path: which part of today's price that is, both items × weeks.
    pace: part of what is left that a week of clearing sells; taken: part of what a session sells in
    season that would have been bought at its price.
    """

    rows: pd.DataFrame
    shelf: Sizes
    coming: np.ndarray
    path: np.ndarray
    in_season: np.ndarray
    sale: Proceeds
    holding: Holding
    pace: float
    taken: float

    @cached_property
    def cases(self) -> tuple[np.ndarray, np.ndarray]:
        """Level and answer in each case."""
        known = (self.rows[name].to_numpy(float) for name in ("elasticity", "elasticity_error"))
        return cases(self.rows["spread"].to_numpy(float), *known)

    def of(self, name: str) -> np.ndarray:
        """A figure of each item."""
        return self.rows[name].to_numpy(float)

    def blocks(self, items: int) -> list["Outlook"]:
        """The same, so many items at a time."""
        starts = range(0, max(len(self.rows), 1), items)
        return [self.only(np.arange(len(self.rows))[start : start + items]) for start in starts]

    def only(self, at: np.ndarray) -> "Outlook":
        """The same of some items."""
        ahead = {name: getattr(self, name)[at] for name in ("coming", "path", "in_season")}
        shelf = Sizes(self.shelf.units[at], self.shelf.share[at])
        return replace(self, rows=self.rows.iloc[at].reset_index(drop=True), shelf=shelf, **ahead)

    def without(self, gone: np.ndarray) -> "Outlook":
        """The same where so many units of what is too much are not there any more."""
        units = self.of("units") - gone
        rows = self.rows.assign(units=units, too_much=self.of("too_much") - gone)
        return replace(self, rows=rows, shelf=self.shelf.of(units))

    def brings(self, price: np.ndarray) -> np.ndarray:
        """What a unit brings at the prices of the weeks ahead."""
        return self.sale.brings(price, np.nan_to_num(self.of("return_rate"))[:, None])

    def prices(self, step: float = 1.0) -> np.ndarray:
        """The price of each week ahead, after a cut to a part of today's."""
        return step * self.of("price")[:, None] * self.path

    def cleared(self, step: float = 1.0) -> np.ndarray:
        """What a unit brings that is cleared in a week ahead, less what that takes from sales at
        full price.
        """
        clearing = np.minimum(self.of("clearing_price")[:, None], self.prices(step))
        taken = self.taken * self.in_season * self.brings(self.prices(step))
        return self.brings(clearing) - taken

    def ending(self, step: float = 1.0) -> Ending:
        """What becomes of a unit that is left."""
        return ending(self.of("jobber"), self.cleared(step), self.pace, self.holding)
