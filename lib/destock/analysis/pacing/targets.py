"""What share of the buy must be sold, and for what: to earn the cost back, to make a profit, to
raise cash?
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from destock.analysis.pacing.sell_through import in_running_season
from destock.model.messages import mark
from destock.model.metrics import ratio, shipped_units
from destock.model.proceeds import Proceeds


@dataclass(frozen=True)
class Terms:
    """What a sale costs and what is left over: shares of net sales or of the tag price, amounts in
    money.

    ``expenses``: base (metrics.EXPENSE_BASES) → amount. ``return_rate``: came back ÷ shipped.
    ``salvage``: net value of a unit left over ÷ tag price. ``tax_rate``: tax inside tag and paid
    price that is not in the cost (0 where both carry it or neither does). ``buy_at_tag``: what the
    fixed amounts are spread over.
    """

    expenses: Mapping[str, float]
    profit_rate: float = 0.0
    return_rate: float | pd.Series = 0.0
    salvage: float = 0.0
    tax_rate: float = 0.0
    buy_at_tag: float = float("inf")

    @property
    def kept(self) -> float | pd.Series:
        """What is left of a unit of net sales after the expenses charged on sales, and the profit
        asked for.
        """
        sale = Proceeds(self.expenses, self.tax_rate)
        return sale.share(self.return_rate) - sale.before_tax(self.profit_rate)

    def handling(self, tag_price):
        """Parcels and returns of one unit sold and kept ÷ its tag price."""
        per_unit = Proceeds(self.expenses).handling(self.return_rate)
        return per_unit / np.asarray(tag_price, float) if np.any(per_unit) else 0.0

    def to_earn(self, cost_rate):
        """What the sales have to bring in ÷ the buy at tag: cost and fixed expenses."""
        return np.asarray(cost_rate, float) + self.expenses.get("fixed", 0.0) / self.buy_at_tag


def least_realisation(cost_rate, expense_rate, profit_rate=0.0):
    """Below which price realisation is the target out of reach even if everything sells?

    >>> round(float(least_realisation(0.50, 0.26, 0.08)), 5)
    0.75758
    """
    return ratio(cost_rate, np.asarray(1 - expense_rate - profit_rate, float))


def needed(cost_rate, steps: Sequence[tuple], terms: Terms, tag_price=np.nan):
    """What share of the buy must be sold, where it is sold in several price steps and expenses have
    bases of their own?

    ``steps``: (share of the buy, price realisation) in the order in which they are sold; the last
    one takes the rest, its share is not read. Solves Σ x_k (d_k·kept − handling − s) = c + F − s
    for the step in which it is reached. Above 1: not at these prices; NaN where a unit of the last
    step brings no more than it costs to sell.

    >>> round(float(needed(0.50, [(1, 0.88)], Terms({"net": 0.26}, salvage=0.20))), 5)
    0.66489
    """

    def brings(price):
        return np.asarray(price, float) * terms.kept - terms.handling(tag_price) - terms.salvage

    gap, sold = terms.to_earn(cost_rate) - terms.salvage, 0.0
    for share, price in steps[:-1]:
        gain = brings(price)
        part = np.where(gain > 0, gap / np.where(gain > 0, gain, 1), share)
        part = np.clip(part, 0, share)
        gap, sold = gap - part * gain, sold + part
    _, last_price = steps[-1]
    return sold + np.where(gap <= 1e-12, 0.0, ratio(gap, brings(last_price)))


def least_price(cost_rate, steps: Sequence[tuple], terms: Terms, tag_price=np.nan):
    """Which price realisation does the last step need at least, even if everything sells? NaN where
    the earlier steps sell it all.

    >>> round(float(least_price(0.50, [(1, 0.60)], Terms({"net": 0.26}, profit_rate=0.10))), 5)
    0.78125
    """
    rest = 1 - sum(share for share, _ in steps[:-1])
    earned = sum(
        share * (price * terms.kept - terms.handling(tag_price)) for share, price in steps[:-1]
    )
    return ratio(
        terms.to_earn(cost_rate) - earned + rest * terms.handling(tag_price),
        rest * np.asarray(terms.kept, float),
    )


def cash_target(reached, cash, buy_at_tag, price_realisation, expense_rate=0.0):
    """What share of the buy must be sold if ``cash`` more is wanted from marking the rest down?

    X = X₁ + K ÷ (Q·T·d₂·(1 − o)); ``expense_rate`` 0 = cash before expenses. Above 1: the rest does
    not hold that much.

    >>> round(float(cash_target(0.860882, 70_000, 2_000_000, 0.60, 0.26)), 4)
    0.9397
    """
    return reached + ratio(
        cash, np.asarray(buy_at_tag, float) * price_realisation * (1 - expense_rate)
    )


REASONS = (
    mark("cost is not known"),
    mark("nothing sold yet: its price is not known"),
    mark("out of reach at this price"),
    mark("the rest does not hold that much cash"),
    "",
)


def targets(styles: pd.DataFrame, terms: Terms, plan: Mapping[str, object]) -> pd.DataFrame:
    """What must each style of the running season sell: to earn its cost back, to make its profit,
    to raise the cash asked for?

    styles: items with ``target_profit_rate`` (their plan's, which wins over that of ``terms``).
    ``plan``: ``price_steps`` ((share, price realisation), else the style's own realisation),
    ``cash_needed`` from the whole season, ``cash_price``, ``cash_after`` (after expenses). Returns
    one row a style: ``cost_rate`` (where unknown: its category's median, flagged cost_imputed),
    ``return_rate`` (of its category), ``break_even``, ``target``, ``cash_target`` (shares of the
    buy), ``least_price`` for the target, ``feasible``, ``reason``.
    """
    styles = cost_rates(styles)
    now = styles[in_running_season(styles)].reset_index(drop=True)
    own = _own_terms(now, styles, terms)
    steps = plan.get("price_steps") or [(1, now["price_realisation"])]
    cost_rate, tag = now["cost_rate"], now["tag_price"]
    frame = now[_OF_STYLE].assign(
        return_rate=own.return_rate,
        break_even=needed(cost_rate, steps, replace(own, profit_rate=0.0), tag),
        target=needed(cost_rate, steps, own, tag),
        least_price=least_price(cost_rate, steps, own, tag),
    )
    return _judged(frame.assign(cash_target=_cash_target(frame, own, plan)))


_OF_STYLE = [
    "item",
    "name",
    "category",
    "tier",
    "season",
    "received",
    "tag_price",
    "price_realisation",
    "sell_through",
    "cost_rate",
    "flags",
]


def _own_terms(now: pd.DataFrame, styles: pd.DataFrame, terms: Terms) -> Terms:
    """The terms with each style's own profit asked for, what comes back in its category, and the
    season's buy.
    """
    category = styles.assign(shipped=shipped_units(styles)).groupby("category")
    units = category[["net_units", "shipped"]].sum()
    kept = now["category"].map(ratio(units["net_units"].clip(lower=0), units["shipped"]))
    at_tag = (now["received"] * now["tag_price"]).sum()
    return replace(
        terms,
        profit_rate=now["target_profit_rate"].astype(float).fillna(terms.profit_rate),
        return_rate=(1 - kept.astype(float).fillna(1)).clip(0, 0.99),
        buy_at_tag=at_tag or float("inf"),
    )


def _cash_target(frame: pd.DataFrame, terms: Terms, plan: Mapping[str, object]):
    """The season's cash is asked of the styles by what their profit target leaves at tag."""
    at_tag = frame["received"] * frame["tag_price"]
    left = ((1 - frame["target"]).clip(lower=0) * at_tag).fillna(0)
    asked = plan.get("cash_needed", 0.0)
    cash = asked * ratio(left, left.sum()) if asked else np.nan
    expense_rate = terms.expenses.get("net", 0.0) if plan.get("cash_after") else 0.0
    return cash_target(frame["target"], cash, at_tag, plan.get("cash_price", 1.0), expense_rate)


def cost_rates(styles: pd.DataFrame) -> pd.DataFrame:
    """What does each style cost ÷ its tag price? An unknown cost is its category's median, for
    targets and ranking only.
    """
    known = ratio(styles["mean_cost"], styles["tag_price"])
    rate = known.fillna(known.groupby(styles["category"]).transform("median"))
    imputed = known.isna() & rate.notna()
    flags = styles["flags"].str.cat(np.where(imputed, "cost_imputed", ""), sep="; ").str.strip("; ")
    return styles.assign(cost_rate=rate, flags=flags)


def _judged(frame: pd.DataFrame) -> pd.DataFrame:
    unreachable = ~(frame["target"] <= 1)
    rules = [
        frame["cost_rate"].isna(),
        frame["price_realisation"].isna() & frame["target"].isna(),
        unreachable,
        frame["cash_target"] > 1,
    ]
    reason = np.select(rules, REASONS[:4], REASONS[4])
    return frame.assign(feasible=~(unreachable | frame["cash_target"].gt(1)), reason=reason)
