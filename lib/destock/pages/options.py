"""What can be done with each style: what lies ahead of it, and what each way brings."""

import numpy as np
import pandas as pd

from destock.analysis.clearance import coming, orders, own_clearing
from destock.analysis.clearance import options as open_ways
from destock.analysis.clearance.outlook import Outlook
from destock.analysis.clearance.waiting import Holding
from destock.analysis.elasticity.money import steps
from destock.pages.frames import frame, view

BLOCK = 500  # items at once: the cases of all of a large shop would not fit into memory
SPENT_WEEKS = 4  # over which paid traffic is averaged
SURE = 1.96  # standard errors in half an interval of 95 %


@view
def clearing_pace(weeks, items) -> float:
    """Which part of what is left after its exit a week sells in this shop."""
    return own_clearing.clearing_pace(weeks, items)


@view
def usual_prices(weeks, items) -> pd.Series:
    """How far the shop takes its prices down by each week before and after an exit."""
    return coming.usual_prices(weeks, items)


@view
def answer_of(styles, elasticity, item_elasticity) -> pd.DataFrame:
    """How customers answer the price of each item, and how far that may be off: its own answer, its
    category's, everybody's; unknown unless the verdict is "usable".
    """
    groups = elasticity.set_index("group")
    known, new = ["elasticity", "low", "high"], "new category"
    if groups["verdict"].iloc[0] != "usable":
        groups.loc[:, known] = np.nan
    other = new if new in groups.index else groups.index[0]
    group = styles["category"].where(styles["category"].isin(groups.index), other)
    own = item_elasticity.set_index("item")[known].reindex(styles["item"])
    answer = own.fillna(groups.loc[group, known].set_axis(own.index)).astype(float).reset_index()
    error = (answer["high"] - answer["low"]) / (2 * SURE)
    return answer[["item", "elasticity"]].assign(elasticity_error=error)


@view(assumes="capital_rate storage_per_unit_day salvage_decline cash_days")
def holding(numbers) -> Holding:
    """What time costs."""
    return Holding(
        numbers["capital_rate"],
        7 * numbers["storage_per_unit_day"],
        numbers["salvage_decline"],
        int(numbers["cash_days"] // 7),
    )


@view
def size_sales(sku_now, sku_week) -> pd.DataFrame:
    """What is there of every size, what was bought of it and what it has sold."""
    sold = sku_week.groupby("sku")["sold_units"].sum()
    return sku_now.assign(sold_units=sku_now["sku"].map(sold).astype(float))


@view
def full_price(items, weeks) -> pd.Series:
    """The price of which a jobber pays a part: its tag, else the dearest it was sold at."""
    return own_clearing.full_price(items, weeks)


@view
def outlook(
    styles,
    full_price,
    rates,
    size_sales,
    recent_price,
    answer_of,
    season_path,
    usual_prices,
    clearance,
    clearing_pace,
    salvage,
    proceeds,
    holding,
    session_takes,
    today,
) -> Outlook:
    """All stock with what lies ahead of it."""
    rows = styles.assign(rate=coming.after_exit(styles, rates, today))
    rows = rows.merge(recent_price, on="item").merge(answer_of, on="item", validate="1:1")
    rows = rows[(rows["on_hand"] > 0) | (rows["excess_on_order"] > 0)].reset_index(drop=True)
    full = rows["item"].map(full_price).astype(float)
    rows = rows.assign(
        units=rows["on_hand"],
        too_much=in_whole(rows["excess_on_hand"], rows["on_hand"]),
        order_too_much=rows["excess_on_order"],
        jobber=full * salvage,
        clearing_price=np.minimum(full * clearance[0], rows["price"]),
        spread=coming.spread_of_level(rows),
    )
    return Outlook(
        rows,
        coming.on_the_shelf(rows, size_sales),
        coming.coming_weeks(rows, season_path, today).to_numpy(),
        coming.price_path(rows, usual_prices, today),
        coming.weeks_in_season(rows, today),
        proceeds,
        holding,
        clearing_pace,
        session_takes,
    )


@view(assumes="low_rate")
def shown_options(outlook_after, weeks, numbers) -> pd.DataFrame:
    """What there is to do about how styles are shown, which nobody can value."""
    late = weeks[weeks["week"] > weeks["week"].max() - pd.Timedelta(weeks=SPENT_WEEKS)]
    spent = late.groupby("item")["ad_spend"].sum() / SPENT_WEEKS
    ads = outlook_after.rows["item"].map(spent).astype(float)
    rows = outlook_after.rows.assign(ad_spend=ads)
    return open_ways.shown_options(rows, numbers["low_rate"])


def in_whole(units: pd.Series, of: pd.Series) -> pd.Series:
    """The units that something can be done with: whole ones, where units are whole."""
    return np.floor(units + 1e-9).where((of % 1).fillna(0).eq(0), units)


@view
def damaged_options(styles, full_price, proceeds, salvage, damaged_price, today) -> pd.DataFrame:
    """What the damaged units of each item bring, sold apart or to a jobber."""
    full = styles["item"].map(full_price).astype(float)
    rows = styles.assign(tag_price=full, jobber=full * salvage)
    return open_ways.damaged_options(rows, proceeds, damaged_price, today)


@view(assumes="ladder_step ladder_steps deepest_cut")
def rungs(numbers) -> np.ndarray:
    """The prices that are looked at, as parts of today's: down to the deepest cut."""
    ladder = steps(numbers)
    return ladder[ladder >= numbers["deepest_cut"] - 1e-9]


@frame
def own_options(outlook, today, rungs) -> pd.DataFrame:
    """What can be done with the stock of each style if nothing leaves by an exit."""
    blocks = [open_ways.stock_options(block, rungs, today) for block in outlook.blocks(BLOCK)]
    return pd.concat(blocks, ignore_index=True)


@frame(
    key="item portion po_id way",
    columns=(
        "units price cash_now cash_by_date present_value present_low present_high gain gain_low"
        " gain_high waiting do_by"
    ),
)
def options(
    own_options,
    rest_options,
    outlook_after,
    shown_options,
    surplus_orders,
    wanted_in,
    damaged_options,
    holding,
    exit_plan,
) -> pd.DataFrame:
    """Everything that can be done with each style, but for units that leave by an exit, and what
    each way brings.
    """
    blocks = outlook_after.blocks(BLOCK)
    worth = pd.concat([open_ways.worth_on_order(block) for block in blocks])
    worth = worth.merge(wanted_in, on="item")
    found = [
        own_options[~own_options["item"].isin(exit_plan["item"])],
        rest_options,
        shown_options,
        orders.order_options(surplus_orders, worth, holding),
        damaged_options,
    ]
    return pd.concat(found, ignore_index=True).fillna({"po_id": ""})


@view
def wanted_in(styles) -> pd.DataFrame:
    """After how many weeks the units on order that are too many would be wanted."""
    return styles[["item"]].assign(wanted_in=coming.wanted_in(styles))


@view
def surplus_orders(open_line, styles, today) -> pd.DataFrame:
    """Open orders of what is already too much, and what can be done about each."""
    return orders.surplus_orders(open_line, styles, today)
