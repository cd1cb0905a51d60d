"""How sure a class is: the noisy figures that it rests on, drawn many times."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from destock.analysis.classification.cover import RECENT_WEEKS
from destock.model.metrics import ratio

# one frame of many draws is much quicker than many small ones
MOST_DRAWN = 100_000
DRAWS = 100


def confidence(
    frame: pd.DataFrame, first: pd.Series, rules: Callable[[pd.DataFrame], pd.DataFrame]
) -> pd.Series:
    """How often does the class stay the same when the figures it rests on are drawn again?

    first: the class of each item; rules: which rules hold for rows, in their order.
    Units sold and returned for quality: Poisson; weekly rates: mean ± their standard error over
    eight weeks; what remains: its standard deviation. The lines that styles are measured by stay.
    Items are drawn in the order of their names.
    """
    rows = frame.iloc[frame["item"].argsort(kind="stable")]
    kinds, same = first.loc[rows.index].to_numpy(), np.zeros(len(rows))
    dice = np.random.default_rng(0)
    for draws in some_draws(DRAWS, len(rows)):
        drawn = rules(_drawn(rows, draws, dice)).idxmax(axis=1)
        same += (drawn.to_numpy().reshape(draws, -1) == kinds).sum(axis=0)
    return pd.Series(same / DRAWS, index=rows.index).reindex(frame.index)


def _drawn(rows: pd.DataFrame, draws: int, dice: np.random.Generator) -> pd.DataFrame:
    """The rows as often as there are draws, one draw after the other, with their noisy figures
    drawn.
    """
    many = pd.concat([rows] * draws, ignore_index=True)
    luck = _luck(rows, draws, dice)
    sold_more = ratio(luck["sold"], many["sold_units"].fillna(0).clip(lower=0)).fillna(1.0)
    rate = many["rate"].fillna(0.0)
    error = many["rate_sd"].fillna(0.0) / np.sqrt(RECENT_WEEKS) * luck["rate"]
    faster = ratio((rate + error).clip(lower=0), many["rate"]).fillna(1.0)
    remaining = many["remaining"] + many["remaining_sd"] * luck["remaining"]
    return many.assign(
        net_units=many["net_units"] * sold_more,
        sell_through=many["sell_through"] * sold_more,
        quality_returns=luck["returned"],
        remaining=remaining.clip(lower=0),
        weeks_of_supply=many["weeks_of_supply"] / faster,
        stock_to_sales=many["stock_to_sales"] / faster,
    )


def _luck(rows: pd.DataFrame, draws: int, dice: np.random.Generator) -> pd.DataFrame:
    """What chance deals to every row in each draw: units sold and units returned for quality, and
    how many standard errors its rate and what remains are off.
    """
    sold = rows["sold_units"].fillna(0).clip(lower=0).to_numpy(float)
    returned = rows["quality_returns"].fillna(0).clip(lower=0).to_numpy(float)
    dealt = [
        {
            "sold": dice.poisson(sold),
            "rate": dice.standard_normal(len(rows)),
            "returned": dice.poisson(returned),
            "remaining": dice.standard_normal(len(rows)),
        }
        for _ in range(draws)
    ]
    return pd.concat([pd.DataFrame(draw) for draw in dealt], ignore_index=True)


def some_draws(draws: int, rows: int) -> list[int]:
    """In what parts are so many draws made? As many at a time as make up a frame of MOST_DRAWN
    rows, and one at least.

    >>> some_draws(100, 2_500)
    [40, 40, 20]
    """
    at_once = min(max(MOST_DRAWN // max(rows, 1), 1), draws)
    return [min(at_once, draws - done) for done in range(0, draws, at_once)]
