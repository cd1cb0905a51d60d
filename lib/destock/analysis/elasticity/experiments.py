"""Which price changes were tests, and which were made because of how a style sold?"""

import numpy as np
import pandas as pd

from destock.analysis.elasticity.estimators import LIFE_WEEKS, life_curve
from destock.model.messages import mark
from destock.model.metrics import ratio

WEEKS_BEFORE, WEEKS_AFTER = 4, 4
FRESH_WEEKS = (0, 1)  # of a new price: what is sold in them may be borrowed from those that follow
# a smaller move of a price is rounding; a price paid that does not hold for two weeks is noise
LEAST_STEP, LEAST_HELD = 0.02, 2
DESIGNS = (
    mark("randomised"),
    mark("rule-driven"),
    mark("staggered"),
    mark("single"),
    mark("no price change"),
)
CHANGES = [
    "item",
    "week",
    "price_from",
    "price_to",
    "step",
    "weeks_held",
    "share_changed",
    "source",
]


def weeks_of_tests(
    item_week: pd.DataFrame, experiment: pd.DataFrame, item_now: pd.DataFrame, after: int = 0
) -> pd.DataFrame:
    """Which weeks of which items speak about a randomised price?

    For every recorded test: its items' complete weeks from four before the decision to the end of
    the window (and ``after`` weeks more), without those that straddle a change of the listed price,
    at an earlier price, or out of stock. experiment: experiment, item, arm, arm_price, cluster
    (what was drawn by lot), decision_date, window_end. Adds ``unit`` (item in test),
    ``week_of_test`` (0 = the decision), ``cell`` (test × week of test), ``treated`` (after the
    decision), ``curve``, ``age``, ``log_price``, ``fresh`` (by how much a price of the first two
    weeks of the test is new).
    """
    tests = experiment.merge(item_now[["item", "category"]], on="item", validate="m:1")
    rows = _at_one_price(item_week[item_week["complete"]].merge(tests, on="item"), after)
    week_of_test = (rows["week"] - rows["decision_date"]).dt.days // 7
    rows = rows.assign(
        log_price=np.log(asked(rows)),
        unit=rows["experiment"] + " " + rows["item"],
        week_of_test=week_of_test,
        cell=rows["experiment"] + " " + week_of_test.astype("str"),
        curve=life_curve(rows),
        age=rows["age_week"].clip(upper=LIFE_WEEKS),
        treated=week_of_test >= 0,
        in_stock=rows["in_stock_share"].fillna(1.0),
    ).sort_values(["unit", "week"], kind="stable")
    return _with_what_is_new(rows[~_at_an_earlier_price(rows)].reset_index(drop=True))


def _with_what_is_new(rows: pd.DataFrame) -> pd.DataFrame:
    """Adds ``fresh``: by how much (log) the price of the first weeks of the test is new."""
    met = rows["log_price"].where(~rows["treated"]).groupby(rows["unit"]).transform("last")
    new = rows["week_of_test"].isin(FRESH_WEEKS) & met.notna()
    return rows.assign(fresh=(rows["log_price"] - met).where(new, 0.0))


def asked(rows: pd.DataFrame) -> pd.Series:
    """The listed price, else what was paid."""
    return rows["list_price"].fillna(rows["price"]).astype(float)


def _at_one_price(rows: pd.DataFrame, after: int) -> pd.DataFrame:
    """The weeks around a decision in which the item was in stock and its price neither changed nor
    was nothing.
    """
    decided, last_day = rows["decision_date"], rows["week"] + pd.Timedelta(days=6)
    begun = rows["week"] >= decided - pd.Timedelta(weeks=WEEKS_BEFORE)
    ended = last_day > rows["window_end"] + pd.Timedelta(weeks=after)
    straddles = (rows["week"] < decided) & (last_day >= decided)
    # nothing, where it was given away
    priced = (rows["price"] > 0) & (asked(rows) > 0)
    out_of_stock = rows["in_stock_share"] == 0
    moved = straddles | (rows["list_prices"] > 1)
    return rows[begun & ~ended & ~moved & priced & ~out_of_stock]


def _at_an_earlier_price(rows: pd.DataFrame) -> pd.Series:
    """Weeks before the decision at another listed price than the one it met: an earlier decision,
    made on sales, ended them.
    """
    met = rows["log_price"].where(~rows["treated"]).groupby(rows["unit"]).transform("last")
    return (
        ~rows["treated"]
        & rows["list_price"].notna()
        & ((rows["log_price"] - met).abs() >= LEAST_STEP)
    )


def price_changes(rows: pd.DataFrame) -> pd.DataFrame:
    """When did which price move, by how much, for how long, and who else moved with it?

    ``rows``: ``estimators.panel_weeks``. A listed price counts at once; a price only seen
    in what was paid counts where it then holds for two weeks. Returns CHANGES: ``step``
    = change as a share of the price before, ``weeks_held`` until the next change,
    ``share_changed`` = items that moved that week ÷ items of its category on sale.
    """
    rows = rows.sort_values(["unit", "week"], kind="stable")
    listed, by = rows["list_price"].notna(), rows.groupby("unit")["log_price"]
    step, next_step = by.diff(), by.diff(-1)
    holds = listed | (next_step.abs() < LEAST_STEP)
    moved = (step.abs() >= LEAST_STEP) & holds
    spell = moved.groupby(rows["unit"]).cumsum()
    held = spell.groupby([rows["unit"], spell]).transform("size")
    share = moved.groupby([rows["category"], rows["week"]]).transform("mean")
    found = rows.assign(
        price_from=np.exp(rows["log_price"] - step),
        price_to=np.exp(rows["log_price"]),
        step=np.expm1(step),
        weeks_held=held,
        share_changed=share,
        source=np.where(listed, mark("listed"), mark("paid")),
    )
    return found.loc[moved, CHANGES].reset_index(drop=True)


def design(changes: pd.DataFrame, rows: pd.DataFrame, tested: bool) -> str:
    """How did the shop come to its prices: by lot, by a rule, one after another, or once?

    ``rule-driven`` where styles had sold clearly less (t < −2) before their first cut than
    others of their category, week of life and week that were as yet untouched: of what was
    bought, or in the last three weeks. Weeks in which most of a category moved, such as a
    season's clearance, chose nobody.
    """
    cuts = changes[changes["step"] < 0]
    if tested:
        return "randomised"
    if cuts.empty:
        return "no price change"
    if cuts["item"].nunique() == 1:
        return "single"
    first = pd.to_datetime(rows["item"].map(changes.groupby("item")["week"].min().to_dict()))
    seen = rows[first.isna() | (rows["week"] <= first)].assign(
        sold_through=rows["cumulative"] - rows["bought"]
    )
    chosen = pd.MultiIndex.from_frame(cuts.loc[cuts["share_changed"] < 0.5, ["item", "week"]])
    cut = pd.MultiIndex.from_frame(seen[["item", "week"]]).isin(chosen)
    behind = seen[["sold_through", "recent"]]
    for alike in ("curve", "week"):
        behind = behind - behind.groupby(seen[alike]).transform("mean")
    behind = behind[cut]
    return (
        "rule-driven"
        if (behind.mean() < -2 * behind.std() / np.sqrt(behind.count())).any()
        else "staggered"
    )


def event_study(rows: pd.DataFrame, treated: pd.Series) -> tuple[pd.DataFrame, list[str]]:
    """Rows for a picture of the weeks around a decision: one column a week and treated item, the
    week before left out.
    """
    rows, names = rows.copy(), []
    for week in sorted(set(rows["week_of_test"]) - {-1}):
        name = f"week {week}"
        rows[name] = (treated & (rows["week_of_test"] == week)).astype(float)
        names.append(name)
    return rows, names


def daily(item_day: pd.DataFrame, experiment: pd.DataFrame) -> pd.DataFrame:
    """What did each arm of the price tests sell a day, before and after the decision?

    All tests together, day 0 = the decision. Returns one row an (arm, day_of_test): ``sold_units``,
    ``items`` in test, ``index`` = units per item ÷ the arm's own mean before the decision,
    ``level`` (the mean index of seven days, the day and those before it; of four at least).
    """
    rows = item_day.drop(columns=["experiment", "arm"]).merge(
        experiment[["experiment", "item", "arm", "decision_date", "window_end"]], on="item"
    )
    rows["day_of_test"] = (rows["day"] - rows["decision_date"]).dt.days
    rows = rows[(rows["day_of_test"] >= -7 * WEEKS_BEFORE) & (rows["day"] <= rows["window_end"])]
    total = rows.groupby(["arm", "day_of_test"], as_index=False).agg(
        sold_units=("sold_units", "sum"), items=("item", "size")
    )
    total["per_item"] = ratio(total["sold_units"], total["items"])
    before = total[total["day_of_test"] < 0].groupby("arm")["per_item"].mean()
    total["index"] = ratio(total["per_item"], total["arm"].map(before))
    by_day = total.pivot(index="day_of_test", columns="arm", values="index")
    level = by_day.rolling(7, min_periods=4).mean().melt(ignore_index=False, value_name="level")
    return total.merge(level.reset_index(), on=["arm", "day_of_test"], how="left", validate="1:1")
