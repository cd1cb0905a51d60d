"""Weeks begin on Monday and are named by that Monday's date."""

from datetime import date, timedelta

import pandas as pd


def monday(day: date) -> date:
    """Which week does a day belong to?

    >>> monday(date(2026, 6, 7))
    datetime.date(2026, 6, 1)
    """
    return day - timedelta(days=day.weekday())


def calendar(first: date, as_of: date) -> pd.DataFrame:
    """Which weeks lie between the first event and ``as_of``, and which of them are over?

    Returns one row a week: ``week`` (Monday), ``week_end`` (Sunday), ``days`` (of the
    week up to as_of), ``complete`` (it had ended by the close of ``as_of``).
    """
    weeks = pd.date_range(monday(first), monday(as_of), freq="7D")
    frame = pd.DataFrame({"week": weeks, "week_end": weeks + pd.Timedelta(days=6)})
    frame["days"] = ((pd.Timestamp(as_of) - frame["week"]).dt.days + 1).clip(upper=7)
    return frame.assign(complete=frame["days"] == 7)
