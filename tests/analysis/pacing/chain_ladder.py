"""The chain ladder as actuaries write it: an oracle for the curves, which are fitted in another
way.
"""

import numpy as np
import pandas as pd


def chain_ladder(cumulative: pd.DataFrame) -> pd.DataFrame:
    """By what factor do sales to date grow from one week of life to the next?

    cumulative: items × ages, unknown where not yet (or no longer) seen. Returns one row an
    age: ``factor`` = Σ C(a+1) ÷ Σ C(a) over items seen at both, ``share`` of life sales
    reached, ``variance`` (Mack's σ² of the factor, per unit) and ``units`` behind it.

    Source: T. Mack, Distribution-free calculation of the standard error of chain ladder
    reserve estimates, ASTIN Bulletin 23 (1993).

    >>> chain_ladder(pd.DataFrame([[200, 520, 780], [150, 420, None]]))["factor"].round(4).tolist()
    [2.6857, 1.5]
    """
    now, after = cumulative.iloc[:, :-1].to_numpy(float), cumulative.iloc[:, 1:].to_numpy(float)
    both = ~np.isnan(now) & ~np.isnan(after) & (now > 0)
    units = np.where(both, now, 0).sum(axis=0)
    factor = np.where(both, after, 0).sum(axis=0) / units
    spread = (
        np.where(both, now, 0) * np.where(both, after / np.where(both, now, 1) - factor, 0) ** 2
    )
    degrees = both.sum(axis=0) - 1
    variance = np.divide(
        spread.sum(axis=0), degrees, out=np.full(len(units), np.nan), where=degrees > 0
    )
    share = 1 / np.cumprod(factor[::-1])[::-1]
    return pd.DataFrame(
        {"factor": factor, "share": share, "variance": variance, "units": units},
        index=cumulative.columns[:-1],
    )
