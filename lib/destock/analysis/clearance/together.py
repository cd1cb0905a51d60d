"""How far what is to come may be off: all styles together, and each alone, by the shop's past."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import nnls
from scipy.stats import norm

from destock.analysis.clearance.outlook import Outlook
from destock.model.metrics import ratio

YEAR = 52
# by which part all styles of a shop may be off together: each as likely, before its past is seen
PARTS = np.linspace(0, 0.5, 51)
IN_STOCK = 0.5  # of its days that an item must have been there for a span to count


@dataclass(frozen=True)
class Off:
    """How far units of a span may be off from what was expected of them.

    ``shared``: how likely each part of PARTS is that all styles are off by together (a standard
    deviation), indexed by it; a style alone: variance ``drift`` × units² + ``luck`` × units,
    unknown without a past.
    """

    shared: pd.Series
    drift: float = np.nan
    luck: float = np.nan

    def alone(self, units: np.ndarray) -> np.ndarray:
        """By which part of so many units is a style off alone?"""
        return np.sqrt(self.drift + self.luck / np.maximum(units, 1.0))


def past_spans(weeks: pd.DataFrame, items: pd.DataFrame, length: int) -> pd.DataFrame:
    """How many units did each item sell in a past span of weeks, and how many were to be expected?

    weeks: item, week, net_units, in_stock_share; items: item, exit_date. Spans of so many weeks (at
    most half a year) go back from the last week, as many a year as are whole in it. Expected is
    what the item sold in the span before, times what became of such items' sales (before their
    exit, after it, without one) from that span to this in the other years: how a year runs
    surprises nobody. Units are those of a shelf never empty. One row an item and span: ``span`` (0
    the latest), ``sold``, ``expected``, ``years`` that are known, its own too.
    """
    length = min(length, YEAR // 2)
    pairs = _pairs(weeks, length)
    exits = pairs["item"].map(items.set_index("item")["exit_date"])
    over = np.where(exits.isna(), "no exit", np.where(exits < pairs["begins"], "after", "before"))
    pairs = pairs.assign(over=over, part=pairs["span"] % (YEAR // length))
    sums = pairs.groupby(["part", "over", "span"])[["sold", "before"]].sum()
    alike = sums.groupby(["part", "over"])
    others = alike.transform("sum") - sums
    sums["becomes"] = ratio(others["sold"], others["before"])
    sums["years"] = alike["sold"].transform("size")
    pairs = pairs.join(sums[["becomes", "years"]], on=["part", "over", "span"])
    pairs["expected"] = pairs["before"] * pairs["becomes"]
    return pairs.loc[pairs["expected"] > 0, ["item", "span", "sold", "expected", "years"]]


def _pairs(weeks: pd.DataFrame, length: int) -> pd.DataFrame:
    """What each item sold in each span and in the one before, where it was on sale and in stock in
    both; when the span ``begins``.
    """
    back = (weeks["week"].max() - weeks["week"]).dt.days // 7
    a_year, part = YEAR // length, back % YEAR // length
    there = weeks["in_stock_share"].fillna(1.0)
    rows = weeks.assign(span=back // YEAR * a_year + part, there=there)[part < a_year]
    by_span = rows.groupby(["item", "span"], as_index=False)
    found = by_span.agg(
        units=("net_units", "sum"),
        there=("there", "sum"),
        weeks=("week", "size"),
        begins=("week", "min"),
    )
    found = found[(found["weeks"] == length) & (found["there"] >= IN_STOCK * length)]
    found = found.assign(sold=ratio(found["units"], found["there"]) * length)
    before = found[["item", "span", "sold"]].rename(columns={"sold": "before"})
    return found.merge(before.assign(span=before["span"] - 1), on=["item", "span"])


def off(spans: pd.DataFrame) -> Off:
    """How far may the units of a coming span be off, together and alone? As past spans were.

    spans: of ``past_spans``. What items of one span were off by beyond all of them is their own.
    What all were off by together is told from that by how likely it makes the sums of past spans
    (normal, every one of PARTS as likely before). A past span of n years was foretold by n − 1 of
    them, a coming one is by n: a variance of 1 + 1 ÷ (n − 1) stands for one of 1 + 1 ÷ n.
    """
    sums = spans.groupby("span").agg(
        sold=("sold", "sum"), expected=("expected", "sum"), years=("years", "mean")
    )
    if sums.empty:
        return Off(pd.Series(1 / len(PARTS), PARTS))
    drift, luck = _own(spans, sums)
    variance = drift * spans["expected"] ** 2 + luck * spans["expected"]
    chance = variance.groupby(spans["span"]).sum() / sums["expected"] ** 2
    foretold = chance * (1 + 1 / sums["years"])
    missed = (sums["sold"] / sums["expected"] - 1) * np.sqrt(1 - 1 / sums["years"] ** 2)
    sd = np.sqrt(PARTS**2 + foretold.to_numpy()[:, None])
    likely = norm.logpdf(missed.to_numpy()[:, None], 0, np.maximum(sd, 1e-9)).sum(axis=0)
    weight = np.exp(likely - likely.max())
    return Off(pd.Series(weight / weight.sum(), PARTS), drift, luck)


def _own(spans: pd.DataFrame, sums: pd.DataFrame) -> tuple[float, float]:
    """``drift`` and ``luck``: least squares of what items were off by beyond all of their span, of
    which they are a part themselves.
    """
    all_of = sums.loc[spans["span"]].set_index(spans.index)
    units, part = spans["expected"], spans["expected"] / all_of["expected"]
    own = spans["sold"] - part * all_of["sold"]
    square = (own**2 / units / (1 - part).where(part < 1)).fillna(0.0)
    counts = np.column_stack([units, np.ones(len(units))]) * (part < 1).to_numpy()[:, None]
    return tuple(nnls(counts, square)[0])


def unsure(
    options: pd.DataFrame, outlook: Outlook, known: Off, answer_error: float
) -> pd.DataFrame:
    """How far may the cash of each way be off, with all others and alone?

    options: of ``stock_options``; answer_error: of the elasticity of all items together. The same
    with ``cash_by_level`` (what all styles' selling twice as much would add, of small changes),
    ``cash_answer_all`` (by the error of the answer that all items share) and ``cash_alone``
    (standard deviation, of this item's level and answer alone).
    """
    rows, asked = outlook.rows.set_index("item"), outlook.holding.weeks_asked
    units = pd.Series(outlook.coming[:, :asked].sum(axis=1), rows.index)
    spread, error = (options["item"].map(rows[name]) for name in ("spread", "elasticity_error"))
    by_level = ratio(options["cash_sd"], spread).where(spread > 0).fillna(0.0)
    alone = pd.Series(known.alone(options["item"].map(units)), options.index).fillna(spread)
    alike = ratio(answer_error, error).clip(upper=1.0).fillna(1.0)
    answer = options["cash_answer_sd"].fillna(0.0)
    own = (by_level * alone.fillna(0.0)) ** 2 + (1 - alike**2) * answer**2
    return options.assign(
        cash_by_level=by_level, cash_answer_all=alike * answer, cash_alone=np.sqrt(own)
    )
