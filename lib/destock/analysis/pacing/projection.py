"""What a style will have sold by its exit."""

import numpy as np
import pandas as pd


def remaining_demand(styles: pd.DataFrame, ladder: pd.DataFrame) -> pd.Series:
    """How many units will each seasonal style still sell until its exit, if stock does not run out?

    Sales to date × (product of the links over the rest of its own life − 1); the tier's own
    links where they rest on 300 units, the pooled ones elsewhere. Unknown without links; 0
    once the season is over.
    """
    own = ladder[ladder["units"] >= 300].set_index(["season_half", "tier", "age"])["factor"]
    log_factors = np.log(own).unstack("age") if len(own) else pd.DataFrame()
    result = pd.Series(np.nan, index=styles.index)
    for i, s in styles[styles["in_season"] & styles["season_half"].notna() & styles["age"].notna()].iterrows():
        for tier in (s["tier"], "all"):
            if (s["season_half"], tier) in log_factors.index:
                rest = log_factors.loc[(s["season_half"], tier)].loc[s["age"] : s["life"] - 2]
                result[i] = max(0.0, s["net_units"]) * np.expm1(rest.fillna(0).sum())
                break
    return result.mask(~styles["in_season"], 0.0)


def remaining_at_rate(styles: pd.DataFrame, rates: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series:
    """What will a style still sell until its exit if it goes on as in the last weeks?

    Weekly rate × weeks to the exit: for a season that no past one can be compared with.
    """
    rate = styles["item"].map(rates.set_index("item")["rate"])
    return rate * ((styles["exit_date"] - as_of).dt.days / 7).clip(lower=0)
