"""The pace of past seasons: how fast styles of the same kind sold through."""

import pandas as pd

from destock.analysis.pacing.curve import monotone

BANDS = {"q10": 0.10, "q25": 0.25, "median": 0.50, "q75": 0.75, "q90": 0.90}
LEAST_ITEMS = 5


def cumulative_share(styles: pd.DataFrame, weeks: pd.DataFrame, of: str) -> pd.DataFrame:
    """How far had each style sold through by each week of its life?

    ``of``: the column of ``styles`` that sales are divided by (``received``). Returns items
    × ages; after an item's last week its last value holds.
    """
    on_sale = weeks[weeks["age"] >= 0]
    wide = on_sale.pivot_table(index="item", columns="age", values="cumulative", aggfunc="last")
    wide = wide.reindex(
        columns=range(int(wide.columns.max()) + 1) if len(wide.columns) else []
    ).ffill(axis=1)
    by = styles.set_index("item")[of].reindex(wide.index)
    return wide.div(by.where(by > 0), axis=0)


def baseline(
    styles: pd.DataFrame, weeks: pd.DataFrame, as_of: pd.Timestamp, assumptions: dict[str, float]
) -> pd.DataFrame:
    """How fast did styles of the same tier sell in the same season of the last years?

    Returns one row a (season, tier, age): the quantiles of BANDS of sell-through over all
    styles of the same season of the last years (assumption ``baseline_seasons``) that had
    ended by ``as_of``, ``fail`` (the quantile ``misjudged_quantile``), the number of ``styles``
    and of ``past_seasons`` behind them. ``tier`` "all" pools the tiers.
    """
    levels = BANDS | {"fail": assumptions["misjudged_quantile"]}
    columns = ["season", "tier", "age", *levels, "styles", "past_seasons"]
    past = styles[
        (styles["exit_date"] < as_of) & (styles["received"] > 0) & styles["season_year"].notna()
    ]
    now = (
        styles.loc[
            styles["in_season"] & styles["season_year"].notna(),
            ["season", "season_year", "season_half"],
        ]
        .drop_duplicates()
        .sort_values("season")
    )
    share = cumulative_share(past, weeks[weeks["item"].isin(past["item"])], "received")
    found = [
        _bands(
            share,
            past[
                (past["season_half"] == half)
                & past["season_year"].between(year - assumptions["baseline_seasons"], year - 1)
            ],
            season,
            levels,
        )
        for season, year, half in now.itertuples(index=False)
    ]
    return pd.concat([pd.DataFrame(columns=columns), *found], ignore_index=True)[columns].astype(
        _BASELINE_TYPES | dict.fromkeys(levels, float)
    )


_BASELINE_TYPES = {
    "season": str,
    "tier": str,
    "age": "int64",
    "styles": "int64",
    "past_seasons": "int64",
}


def _bands(
    share: pd.DataFrame, past: pd.DataFrame, season: str, levels: dict[str, float]
) -> pd.DataFrame:
    tiers = [("all", past), *past.groupby("tier")]
    parts = [pd.DataFrame()]
    for tier, group in tiers:
        rows = share.reindex(group["item"]).dropna(how="all")
        if len(rows) < LEAST_ITEMS:
            continue
        bands = rows.quantile(list(levels.values())).set_axis(levels, axis=0).T.rename_axis("age")
        bands = bands.apply(monotone, weights=rows.count().to_numpy(float)).reset_index()
        parts.append(
            bands.assign(
                season=season, tier=tier, styles=len(rows), past_seasons=group["season"].nunique()
            )
        )
    return pd.concat(parts, ignore_index=True)
