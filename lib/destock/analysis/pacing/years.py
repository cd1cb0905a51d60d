"""The calendar year of every category beside the same weeks of the last years: for what has no
season.
"""

import numpy as np
import pandas as pd

from destock.analysis.pacing.curve import reached
from destock.analysis.pacing.lives import Lives, around_events
from destock.analysis.pacing.projection import backtest, learn, project
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
    (category: units to date beside the last year's, ``projected`` units of the year with
    bounds), ``year_weeks`` (category, year, week: ``units``, ``cumulative``, ``share`` of the year
    that past years had usually reached), ``year_backtest`` (week, method).
    """
    known = _lives(weeks, items, events)
    newest = known.styles["season"].max() if len(known.styles) else None
    whole, recent = (
        known.styles["whole"],
        known.styles["season"] >= (newest or 0) - assumptions["baseline_seasons"],
    )
    past = (
        known.where((whole & recent & (known.styles["season"] < newest)).to_numpy())
        if newest
        else known
    )
    if not past.final.sum() > 0:
        return {name: pd.DataFrame(columns=columns.split()) for name, columns in COLUMNS.items()}
    now = known.where((known.styles["season"] == newest).to_numpy())
    experience = learn(past, assumptions["curve_prior_units"])
    share = reached(now, experience.curve)
    projected = project(now, experience).merge(
        now.styles[["item", "category"]], on="item", validate="1:1"
    )
    projected = projected.assign(
        last_year=_last_year(past, projected), past_years=past.styles["season"].nunique()
    )
    rows = pd.concat([_rows(past, None), _rows(now, share)], ignore_index=True)
    projected = projected.rename(
        columns={
            "projected": "year_units",
            "low80": "year_low",
            "high80": "year_high",
            "last_year": "last_year_units",
        }
    )
    return {
        "years": (
            projected.assign(
                change=ratio(projected["sold"], projected["last_year_units"]) - 1
            ).drop(columns=["bought", "prior"])
        ),
        "year_weeks": rows,
        "year_backtest": backtest(experience),
    }


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
    seen = rows.groupby("season")["age"].agg(["min", "max"])
    kinds = (
        sums[["category", "season"]]
        .drop_duplicates()
        .sort_values(["category", "season"], ignore_index=True)
    )
    first, last = kinds["season"].map(seen["min"]), kinds["season"].map(seen["max"])
    parent = rows.groupby("category")["parent_category"].min()
    kinds = kinds.assign(
        item=kinds["category"] + " " + kinds["season"].astype(str),
        parent_category=kinds["category"].map(parent),
        tier="",
        life=WEEKS,
        bought=np.nan,
        first_week=first_monday(kinds["season"]),
        weeks_seen=last.astype(int) + 1,
        whole=(first == 0) & (last >= WEEKS - 1),
    )
    at = pd.MultiIndex.from_frame(kinds[["category", "season"]]).get_indexer(
        pd.MultiIndex.from_frame(sums[["category", "season"]])
    )
    units = np.zeros((len(kinds), WEEKS))
    units[at, sums["age"].to_numpy(int)] = sums["net_units"]
    ages = np.arange(WEEKS)
    exposure = ((ages >= first.to_numpy()[:, None]) & (ages <= last.to_numpy()[:, None])).astype(
        float
    )
    return Lives(
        kinds, units, exposure, around_events(kinds, WEEKS, events), np.zeros(units.shape, int)
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
