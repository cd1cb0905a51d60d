"""Cash by a date: can it be had, how surely, and what does the hurry cost?"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.stats import norm

from destock.analysis.clearance.ways import IN_STOCK

# what a unit of cash by the date is worth beyond its present value, from no hurry at all to cash
# alone
HURRY = (0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 100.0)
FOUR_OF_FIVE = 0.9  # below the upper end of what holds four of five cases
KEY = ["item", "portion", "po_id"]


def cash_curve(
    options: Mapping[float, pd.DataFrame], goal: float, shared: pd.Series
) -> pd.DataFrame:
    """How much cash can stock become by the date, and what value is given up for it?

    options: of each degree of hurry, rows of ``stock_options``, ``damaged_options`` and what leaves
    by exits of what is to be sold, with how far they may be off (``together.unsure``); shared: how
    likely all styles are off together by which part (``together.off``). One row a degree of hurry,
    each with the ways that bring most value and cash so weighed: ``hurry``, ``cash`` with
    ``by_date_low`` and ``by_date_high`` (four of five cases), ``chance`` that it reaches the goal,
    ``present_value`` and ``given_up`` (of that without hurry). The last is the most that can be
    had.
    """
    rows = [_chosen(rows, hurry, goal, shared) for hurry, rows in options.items()]
    curve = pd.DataFrame(rows, columns=["hurry", "cash", "part", "chance", "present_value"])
    return curve.assign(
        by_date_low=curve["cash"] - curve["part"],
        by_date_high=curve["cash"] + curve["part"],
        given_up=curve["present_value"].iloc[0] - curve["present_value"],
    ).drop(columns="part")


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


def _chosen(
    options: pd.DataFrame, hurry: float, goal: float, shared: pd.Series
) -> tuple[float, ...]:
    """Cash, half of what four of five cases span, the chance of the goal, and value, at one degree
    of hurry.
    """
    known = options[options["present_value"].notna() & options["cash_by_date"].notna()]
    best = ranked(known, hurry).drop_duplicates(KEY).sort_values(KEY)
    cash, sd = best["cash_by_date"].sum(), may_be_off(best, shared.index.to_numpy())
    chance = np.nan if np.isnan(goal) else reached(cash - goal, sd, shared)
    return hurry, cash, _half(sd, shared), chance, best["present_value"].sum()


def may_be_off(rows: pd.DataFrame, shared: np.ndarray) -> np.ndarray:
    """How far may the cash of all styles be off, if all are off together by each of these parts?
    What each is off by alone evens out; the error of their answer that they share does not.
    """
    alike = (shared * rows["cash_by_level"].sum()) ** 2 + rows["cash_answer_all"].sum() ** 2
    return np.sqrt(alike + (rows["cash_alone"] ** 2).sum())


def reached(above: float, sd: np.ndarray, shared: pd.Series) -> float:
    """How surely does cash reach a goal that it is so far above, on average?

    A normal distribution for each part by which all styles may be off together (``sd``), as likely
    as that is.
    """
    normal = norm.cdf(above / np.where(sd > 0, sd, 1.0))
    return float((shared * np.where(sd > 0, normal, above >= 0)).sum())


def _half(sd: np.ndarray, shared: pd.Series) -> float:
    """By how much less or more than its mean is cash in four of five cases?"""
    if reached(0.0, sd, shared) >= FOUR_OF_FIVE:
        return 0.0
    return brentq(lambda above: reached(above, sd, shared) - FOUR_OF_FIVE, 0.0, 9 * sd.max())


def hurry_needed(curve: pd.DataFrame, chance: float) -> float:
    """How much hurry does it take to reach the goal so surely? Unknown where none is enough."""
    enough = curve.loc[curve["chance"] >= chance, "hurry"]
    return float(enough.iloc[0]) if len(enough) else np.nan
