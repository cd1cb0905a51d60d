"""Cash by a date: can it be had, how surely, and what does the hurry cost?"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.stats import norm

from destock.analysis.clearance.ways import IN_STOCK

# what a unit of cash by the date is worth beyond its present value, from no hurry at all to cash
# alone
HURRY = (0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 100.0)
SHARED = 0.3  # part of the variance of styles' levels that all of them share: a season's weather
KEY = ["item", "portion", "po_id"]


def cash_curve(options: Mapping[float, pd.DataFrame], goal: float) -> pd.DataFrame:
    """How much cash can stock become by the date, and what value is given up for it?

    options: of each degree of hurry, rows of ``stock_options``, ``damaged_options`` and what leaves
    by exits, of what is to be sold. One row a
    degree of hurry, each with the ways that bring most value and cash so weighed: ``hurry``,
    ``cash`` with ``by_date_low`` and ``by_date_high`` (four of five cases), ``chance`` that it
    reaches the goal, ``present_value`` and ``given_up`` (of that without hurry). The last is the
    most that can be had.
    """
    rows = [_chosen(rows, hurry, goal) for hurry, rows in options.items()]
    curve = pd.DataFrame(rows, columns=["hurry", "cash", "sd", "chance", "present_value"])
    part = norm.ppf(0.9) * curve["sd"]
    return curve.assign(
        by_date_low=curve["cash"] - part,
        by_date_high=curve["cash"] + part,
        given_up=curve["present_value"].iloc[0] - curve["present_value"],
    )


def as_asked(options: pd.DataFrame, words: pd.DataFrame) -> pd.DataFrame:
    """The same options without those of stock that the analyst has ruled out (``decide``)."""
    word = options["item"].map(words.set_index("item")["decision"])
    asked = options["way"].eq(word) & options["portion"].eq(IN_STOCK)
    settled = options["item"].isin(options.loc[asked, "item"]) & options["portion"].eq(IN_STOCK)
    return options[asked | ~settled]


def weighed(options: pd.DataFrame, hurry: float) -> pd.Series:
    """What is each way worth to who is so much in a hurry? Where its cash is unknown, its value."""
    return options["present_value"] + hurry * options["cash_by_date"].fillna(0.0)


def ranked(options: pd.DataFrame, hurry: float) -> pd.DataFrame:
    """The ways, those worth most to who is so much in a hurry first; of equals the one of most
    value, then as they stand; what has no value last.
    """
    order = ["weighed", "present_value"]
    rows = options.assign(weighed=weighed(options, hurry))
    rows = rows.sort_values(order, ascending=False, na_position="last", kind="stable")
    return rows.drop(columns="weighed")


def _chosen(options: pd.DataFrame, hurry: float, goal: float) -> tuple[float, ...]:
    """Cash, its standard deviation, the chance of the goal, and value, at one degree of hurry."""
    known = options[options["present_value"].notna() & options["cash_by_date"].notna()]
    best = ranked(known, hurry).drop_duplicates(KEY).sort_values(KEY)
    cash, sd = best["cash_by_date"].sum(), _together(best)
    chance = float(norm.cdf((cash - goal) / sd)) if sd > 0 else float(cash >= goal)
    chance = np.nan if np.isnan(goal) else chance
    return hurry, cash, sd, chance, best["present_value"].sum()


def _together(rows: pd.DataFrame) -> float:
    """How far may the cash of all styles be off? Levels differ by style, but for the part that all
    share; how customers answer a price is one and the same error for all.
    """
    own, answer = rows["cash_sd"].fillna(0.0), rows["cash_answer_sd"].fillna(0.0)
    level = (1 - SHARED) * (own**2).sum() + SHARED * own.sum() ** 2
    return float(np.sqrt(level + answer.sum() ** 2))


def hurry_needed(curve: pd.DataFrame, chance: float) -> float:
    """How much hurry does it take to reach the goal so surely? Unknown where none is enough."""
    enough = curve.loc[curve["chance"] >= chance, "hurry"]
    return float(enough.iloc[0]) if len(enough) else np.nan
