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


def spans(first: date, as_of: date) -> pd.DataFrame:
    """Over which days is sell-through asked for, up to ``as_of``?

    Returns one row a span: ``cut`` ("now"; "last year", on the same weekday 52 weeks before; or a
    calendar year), ``span`` ("to date", "year" from 1 January, "90 days"), ``from_day``,
    ``to_day``.

    >>> found = spans(date(2025, 11, 3), date(2026, 6, 10))
    >>> found.groupby("cut")["to_day"].max().astype(str).to_dict()
    {'2025': '2025-12-31', '2026': '2026-06-10', 'last year': '2025-06-11', 'now': '2026-06-10'}
    """
    last = pd.Timestamp(as_of)
    rows = [
        (cut, span, begin, end)
        for cut, end in (("now", last), ("last year", last - pd.Timedelta(weeks=52)))
        for span, begin in (
            ("to date", pd.Timestamp(first)),
            ("year", end.replace(month=1, day=1)),
            ("90 days", end - pd.Timedelta(days=89)),
        )
    ]
    years = range(first.year, last.year + 1)
    rows += [
        (str(year), "year", pd.Timestamp(year, 1, 1), min(last, pd.Timestamp(year, 12, 31)))
        for year in years
    ]
    return pd.DataFrame(rows, columns=["cut", "span", "from_day", "to_day"])


# Chinese New Year's Day, which moves by the moon
NEW_YEARS = (
    "2015-02-19",
    "2016-02-08",
    "2017-01-28",
    "2018-02-16",
    "2019-02-05",
    "2020-01-25",
    "2021-02-12",
    "2022-02-01",
    "2023-01-22",
    "2024-02-10",
    "2025-01-29",
    "2026-02-17",
    "2027-02-06",
    "2028-01-26",
    "2029-02-13",
    "2030-02-03",
    "2031-01-23",
    "2032-02-11",
    "2033-01-31",
    "2034-02-19",
    "2035-02-08",
)
SALES_DAYS = {"618": "06-18", "golden week": "10-01", "11.11": "11-11"}


def chinese_events() -> pd.DataFrame:
    """On which days do Chinese shops sell more or less than in an ordinary week, every year?

    Returns event, date: Chinese New Year, 618, Golden Week and 11.11.
    """
    rows = [("new year", day) for day in NEW_YEARS]
    rows += [
        (event, f"{year}-{day}") for event, day in SALES_DAYS.items() for year in range(2015, 2036)
    ]
    return pd.DataFrame(rows, columns=["event", "date"]).astype({"date": "datetime64[us]"})
