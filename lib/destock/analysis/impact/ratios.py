"""How hard the money in stock works, and how much of the sales may be lost to clearing."""

import numpy as np
import pandas as pd

from destock.model.messages import mark
from destock.model.metrics import ratio

YEAR_WEEKS, POINTS = 52, 13
FIRST_WEEKS = 4


def turn(cost_of_sales, gross_margin, inventory):
    """How often is the stock sold a year, how many days does it last, what does each unit of money in it earn?

    Turn = cost of sales ÷ mean inventory at cost; days = 365 ÷ turn; GMROI = gross margin ÷ inventory; months = inventory ÷ monthly cost of sales.

    >>> {name: round(float(value), 3) for name, value in turn(3.6e6, 2.4e6, 0.9e6).items()}
    {'turn': 4.0, 'days': 91.25, 'gmroi': 2.667, 'months': 3.0}
    """
    turns = ratio(cost_of_sales, inventory)
    return {
        "turn": turns,
        "days": ratio(365.0, turns),
        "gmroi": ratio(gross_margin, inventory),
        "months": ratio(12 * np.asarray(inventory, float), cost_of_sales),
    }


def productivity(sku_week: pd.DataFrame, sku_now: pd.DataFrame) -> pd.DataFrame:
    """How hard does the money in stock work, by category?

    Last 52 complete weeks (fewer are scaled to a year; ``weeks`` says how many). Cost of sales = (sold − cancelled − returned) × unit cost; gross margin = revenue
    − refunds − cost of sales; inventory = mean of 13 points at cost, good and damaged. SKUs without a cost are left out; ``cost_known``: share of net units with one. Category "all" first. Empty where stock is unknown.
    """
    rows = sku_week[sku_week["complete"]].merge(sku_now[["sku", "category", "unit_cost"]], on="sku", validate="m:1")
    rows = rows[rows["week"] > rows["week"].max() - pd.Timedelta(weeks=YEAR_WEEKS)]
    held = rows[["closing_units", "damaged_units"]].clip(lower=0).sum(axis=1, min_count=1)
    rows = rows.assign(
        net=rows["sold_units"] - rows["cancelled_units"] - rows["returned_units"], earned=rows["revenue"] - rows["refund_value"], held=held
    )
    rows = rows.assign(
        cost=rows["net"] * rows["unit_cost"],
        value=rows["held"] * rows["unit_cost"],
        known=rows["net"].where(rows["unit_cost"].notna(), 0.0),
    )
    rows["margin"] = (rows["earned"] - rows["cost"]).where(rows["unit_cost"].notna())
    if rows["value"].isna().all():
        return pd.DataFrame(
            columns=["category", "weeks", "cost_of_sales", "gross_margin", "inventory", "turn", "days", "gmroi", "months", "cost_known"]
        )
    both = pd.concat([rows.assign(category="all"), rows])
    weeks = rows["week"].nunique()
    flow = both.groupby("category", sort=False)[["cost", "margin", "net", "known"]].sum()
    points = np.unique(np.linspace(0, weeks - 1, POINTS).round().astype(int))
    inventory = both[both["week"].isin(np.sort(rows["week"].unique())[points])].groupby("category")["value"].sum() / len(points)
    year = YEAR_WEEKS / weeks
    frame = flow.assign(
        weeks=weeks,
        cost_of_sales=flow["cost"] * year,
        gross_margin=flow["margin"] * year,
        inventory=inventory,
        cost_known=ratio(flow["known"], flow["net"]),
    )
    frame = frame.assign(**turn(frame["cost_of_sales"], frame["gross_margin"], frame["inventory"])).reset_index()
    order = np.where(frame["category"] == "all", np.inf, frame["inventory"].fillna(0.0))
    columns = ["category", "weeks", "cost_of_sales", "gross_margin", "inventory", "turn", "days", "gmroi", "months", "cost_known"]
    return frame.iloc[np.argsort(-order, kind="stable")][columns].reset_index(drop=True)


LOSSES = (mark("markdowns"), mark("write-offs"), mark("shrink"))


def losses(item_week: pd.DataFrame, items: pd.DataFrame, loss_week: pd.DataFrame, assumptions: dict[str, float]) -> pd.DataFrame:
    """How much of the sales was lost to clearing, month by month, beside what the margin can bear?

    Markdown loss = net units × (everyday price − paid), where paid is lower; the everyday price is a style's first listed one, else what was
    paid in its first four weeks. Write-offs (and donations) and shrink (and what counts found missing) at cost. Acceptable = initial markup (1 − cost ÷
    everyday price of what was sold) − expenses − target profit. All ÷ net sales of the month (weeks by their Monday). Returns ``month``, ``sales``, LOSSES, ``loss``, ``share``,
    ``acceptable``, ``acceptable_money``; the last 24 months with sales.
    """
    if item_week.empty:
        return pd.DataFrame(columns=["month", "sales", *LOSSES, "loss", "share", "acceptable", "acceptable_money"])
    rows = (
        item_week[item_week["complete"]]
        .merge(items[["item", "mean_cost"]], on="item", validate="m:1")
        .sort_values(["item", "week"], kind="stable")
    )
    first = rows.assign(paid_first=rows["price"].where(rows.groupby("item").cumcount() < FIRST_WEEKS)).groupby("item")
    everyday = first["list_price"].first().fillna(first["paid_first"].mean())
    rows["everyday"] = rows["item"].map(everyday)
    net = (rows["sold_units"] - rows["undone_units"]).clip(lower=0)
    known = net.where(rows["mean_cost"].notna() & rows["everyday"].notna(), 0.0)
    rows = rows.assign(
        month=rows["week"].dt.to_period("M").dt.to_timestamp(), sales=rows["revenue"] - rows["refund_value"],
        markdowns=(net * (rows["everyday"] - rows["price"]).clip(lower=0)).fillna(0.0), at_cost=(known * rows["mean_cost"]).fillna(0.0), at_everyday=(known * rows["everyday"]).fillna(0.0),
    )  # fmt: skip
    month = rows.groupby("month")[["sales", "markdowns", "at_cost", "at_everyday"]].sum()
    lost = loss_week.assign(
        month=loss_week["week"].dt.to_period("M").dt.to_timestamp(), shrunk=loss_week["kind"].isin(["shrink", "counted difference"])
    )
    for name, part in (("write-offs", ~lost["shrunk"]), ("shrink", lost["shrunk"])):
        month[name] = lost[part].groupby("month")["cost"].sum().reindex(month.index).fillna(0.0)
    month["loss"] = month[list(LOSSES)].sum(axis=1)
    month["share"] = ratio(month["loss"], month["sales"])
    month["acceptable"] = (
        1 - ratio(month["at_cost"], month["at_everyday"]) - assumptions["expense_rate"] - assumptions["target_profit_rate"]
    )
    month["acceptable_money"] = month["acceptable"] * month["sales"]
    return month[month["sales"] > 0].drop(columns=["at_cost", "at_everyday"]).tail(24).reset_index()
