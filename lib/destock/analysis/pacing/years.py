"""The calendar year of every category beside the same weeks of the last years: for what has no
season.
"""

import numpy as np
import pandas as pd

from destock.analysis.pacing.curve import reached
from destock.analysis.pacing.experience import learn
from destock.analysis.pacing.lives import Lives, around_events
from destock.analysis.pacing.projection import backtest, project
from destock.model.metrics import ratio

COLUMNS = {
    "years": (
        "category season week sold last_year_units change share year_units year_low year_high"
        " trials past_years"
    ),
    "year_weeks": "category year week units cumulative share",
    "year_backtest": "week method error bias bias_low bias_high styles seasons",
}
FRAMES = tuple(COLUMNS)
WEEKS = 52


def years(
    weeks: pd.DataFrame,
    items: pd.DataFrame,
    events: pd.DataFrame,
    as_of: pd.Timestamp,
    assumptions: dict[str, float],
) -> dict[str, pd.DataFrame]:
    """How does each category's year run beside the last years, and where will it end?

    Years are counted in 52 weeks from the first Monday of January; a year counts as past
    where all of its weeks are in the records. Weeks around events (New Year moves by four
    weeks) are compared with the weeks around the same event. Returns FRAMES: ``years``
    (category: units to date beside the last year's, ``year_units`` projected, with bounds),
    ``year_weeks`` (category, year, week: ``units``, ``cumulative``, ``share`` of the year
    that past years had usually reached), ``year_backtest`` (week, method).
    """
    past, now = _past_and_now(_lives(weeks, items, events), assumptions["baseline_seasons"])
    if not past.final.sum() > 0:
        return {name: pd.DataFrame(columns=columns.split()) for name, columns in COLUMNS.items()}
    experience = learn(past, assumptions["curve_prior_units"])
    share = reached(now, experience.curve)
    return {
        "years": _beside_last_year(project(now, experience), now, past),
        "year_weeks": pd.concat([_rows(past, None), _rows(now, share)], ignore_index=True),
        "year_backtest": backtest(experience),
    }


def _past_and_now(known: Lives, seasons: float) -> tuple[Lives, Lives]:
    """The whole years before the newest one, as many as are compared with, and the newest."""
    year = known.styles["season"]
    newest = year.max()
    past = known.styles["whole"] & (year >= newest - seasons) & (year < newest)
    return known.where(past.to_numpy(bool)), known.where((year == newest).to_numpy(bool))


def _beside_last_year(projected: pd.DataFrame, now: Lives, past: Lives) -> pd.DataFrame:
    """The projection of each category's year, and its units to date beside those of the year
    before.
    """
    # a category has no buy, and so nothing that a buy foretells
    frame = projected.drop(columns=["bought", "prior"]).merge(
        now.styles[["item", "category"]], on="item", validate="1:1"
    )
    last_year = _last_year(past, frame)
    return frame.assign(
        last_year_units=last_year,
        past_years=past.styles["season"].nunique(),
        change=ratio(frame["sold"], last_year) - 1,
    ).rename(columns={"projected": "year_units", "low80": "year_low", "high80": "year_high"})


def first_monday(year: pd.Series) -> pd.Series:
    """The first Monday of January: where a year of whole weeks begins."""
    new_year = pd.to_datetime(year.astype("int64").astype(str) + "-01-01")
    return new_year + pd.to_timedelta((7 - new_year.dt.day_of_week) % 7, unit="D")


def _lives(weeks: pd.DataFrame, items: pd.DataFrame, events: pd.DataFrame) -> Lives:
    """Every category's calendar year as one life of 52 weeks."""
    rows = weeks.merge(items[["item", "parent_category"]], on="item", how="left", validate="m:1")
    rows["season"] = rows["week"].dt.year
    rows["age"] = (rows["week"] - first_monday(rows["season"])).dt.days // 7
    rows = rows[rows["age"].between(0, WEEKS - 1)]
    sums = rows.groupby(["category", "season", "age"], as_index=False)["net_units"].sum()
    kinds = _category_years(sums, rows)
    at = pd.MultiIndex.from_frame(kinds[["category", "season"]]).get_indexer(
        pd.MultiIndex.from_frame(sums[["category", "season"]])
    )
    units = np.zeros((len(kinds), WEEKS))
    units[at, sums["age"].to_numpy(int)] = sums["net_units"]
    first, last = (kinds[end].to_numpy()[:, None] for end in ("first_age", "last_age"))
    ages = np.arange(WEEKS)
    exposure = ((ages >= first) & (ages <= last)).astype(float)
    return Lives(
        kinds.drop(columns=["first_age", "last_age"]),
        units,
        exposure,
        around_events(kinds, WEEKS, events),
        np.zeros(units.shape, int),
    )


def _category_years(sums: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """One row a category and year, as ``Lives`` has its styles; ``first_age`` and ``last_age``: the
    weeks of that year that are in the records.
    """
    kinds = sums[["category", "season"]].drop_duplicates()
    kinds = kinds.sort_values(["category", "season"], ignore_index=True)
    seen = rows.groupby("season")["age"].agg(["min", "max"])
    first, last = kinds["season"].map(seen["min"]), kinds["season"].map(seen["max"])
    parent = rows.groupby("category")["parent_category"].min()
    return kinds.assign(
        item=kinds["category"] + " " + kinds["season"].astype(str),
        parent_category=kinds["category"].map(parent),
        tier="",
        life=WEEKS,
        bought=np.nan,
        launched_again=pd.NaT,
        first_week=first_monday(kinds["season"]),
        weeks_seen=last.astype(int) + 1,
        whole=(first == 0) & (last >= WEEKS - 1),
        first_age=first,
        last_age=last,
    )


def _last_year(past: Lives, now: pd.DataFrame) -> pd.Series:
    """Units of the same weeks of the year before."""
    newest = (past.styles["season"] == past.styles["season"].max()).to_numpy()
    one = pd.DataFrame(past.cumulative[newest], index=past.styles.loc[newest, "category"])
    week = now["week"].to_numpy() - 1
    known = one.reindex(now["category"]).to_numpy()
    return pd.Series(np.where(week >= 0, known[np.arange(len(now)), week], 0.0), index=now.index)


def _rows(known: Lives, share: np.ndarray | None) -> pd.DataFrame:
    row, age = np.nonzero(known.ages < known.styles["weeks_seen"].to_numpy()[:, None])
    frame = (
        known.styles.iloc[row][["category", "season"]]
        .rename(columns={"season": "year"})
        .reset_index(drop=True)
    )
    units, total = known.units[row, age], known.cumulative[row, age]
    own = total / np.where(known.final[row] > 0, known.final[row], np.nan)
    return frame.assign(
        week=age + 1, units=units, cumulative=total, share=own if share is None else share[row, age]
    )
