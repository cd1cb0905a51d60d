"""How hard the money in stock works, and how much of the sales may be lost to clearing."""

import numpy as np
import pandas as pd

from destock.analysis.impact.fifo import cost_of
from destock.model.messages import mark
from destock.model.metrics import ratio
from destock.model.proceeds import Proceeds

YEAR_WEEKS, POINTS = 52, 13
FIRST_WEEKS = 4


def turn(cost_of_sales, gross_margin, inventory):
    """How often is the stock sold a year, how many days does it last, what does each unit of money
    in it earn?

    Turn = cost of sales ÷ mean inventory at cost; days = 365 ÷ turn; GMROI = gross margin ÷
    inventory; months = inventory ÷ monthly cost of sales.

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


COLUMNS = [
    "category",
    "weeks",
    "cost_of_sales",
    "gross_margin",
    "inventory",
    "turn",
    "days",
    "gmroi",
    "months",
    "cost_known",
]


def productivity(
    sku_week: pd.DataFrame, sku_now: pd.DataFrame, receipts: pd.DataFrame, sale: Proceeds
) -> pd.DataFrame:
    """How hard does the money in stock work, by category?

    Last 52 complete weeks (fewer are scaled to a year; ``weeks`` says how many). Cost of sales =
    what the net units sold had cost, first in, first out; gross margin = (revenue − refunds) before
    tax − cost of sales; inventory = mean of 13 points at cost, first in, first out, good and
    damaged. SKUs without a cost are left out; ``cost_known``: share of net units with one. Category
    "all" first. Empty where stock is unknown.
    """
    rows = sku_week[sku_week["complete"]].merge(
        sku_now[["sku", "category", "unit_cost"]], on="sku", validate="m:1"
    )
    held = rows[["closing_units", "damaged_units"]].clip(lower=0).sum(axis=1, min_count=2)
    rows = rows.assign(
        net=rows["sold_units"] - rows["cancelled_units"] - rows["returned_units"],
        earned=rows["revenue"] - rows["refund_value"],
        held=held,
    )
    last = rows["week"].max()
    rows = rows[rows["week"] > last - pd.Timedelta(weeks=YEAR_WEEKS)].reset_index(drop=True)
    if rows["held"].isna().all():
        return pd.DataFrame(columns=COLUMNS)
    weeks = rows["week"].nunique()
    sold = _sold(rows, receipts, sale)
    points = np.unique(np.linspace(0, weeks - 1, POINTS).round().astype(int))
    shown = rows[rows["week"].isin(np.sort(rows["week"].unique())[points])]
    stock = shown.assign(value=_at_cost(shown, receipts))
    flow = (
        pd.concat([sold.assign(category="all"), sold])
        .groupby("category", sort=False)[["cost", "margin", "net", "known"]]
        .sum(min_count=1)
    )
    inventory = pd.concat([stock.assign(category="all"), stock]).groupby("category")["value"].sum(
        min_count=1
    ) / len(points)
    year = YEAR_WEEKS / weeks
    frame = flow.assign(
        weeks=weeks,
        cost_of_sales=flow["cost"] * year,
        gross_margin=flow["margin"] * year,
        inventory=inventory,
        cost_known=ratio(flow["known"], flow["net"]),
    )
    frame = frame.assign(
        **turn(frame["cost_of_sales"], frame["gross_margin"], frame["inventory"])
    ).reset_index()
    order = np.where(frame["category"] == "all", np.inf, frame["inventory"].fillna(0.0))
    return frame.iloc[np.argsort(-order, kind="stable")][COLUMNS].reset_index(drop=True)


def _received(rows: pd.DataFrame, receipts: pd.DataFrame) -> pd.Series:
    """Units of each SKU received by the end of each row's week."""
    total = (
        receipts.groupby(["sku", "received_on"], as_index=False)["units"]
        .sum()
        .sort_values("received_on", kind="stable")
    )
    total["received"] = total.groupby("sku")["units"].cumsum().astype(float)
    ends = (
        rows[["sku"]]
        .assign(day=rows["week"] + pd.Timedelta(days=6), row=np.arange(len(rows)))
        .sort_values("day", kind="stable")
    )
    by_then = pd.merge_asof(
        ends,
        total[["sku", "received_on", "received"]],
        left_on="day",
        right_on="received_on",
        by="sku",
    )
    return pd.Series(
        by_then.set_index("row")["received"].reindex(range(len(rows))).fillna(0.0).to_numpy(),
        index=rows.index,
    )


def _at_cost(rows: pd.DataFrame, receipts: pd.DataFrame) -> pd.Series:
    """What the stock of each row had cost: the units that were received last."""
    received = _received(rows, receipts)
    spans = rows[["sku", "unit_cost"]].assign(
        first=received - rows["held"].astype(float), last=received
    )
    return cost_of(spans, receipts).where(rows["held"].notna())


def _sold(rows: pd.DataFrame, receipts: pd.DataFrame, sale: Proceeds) -> pd.DataFrame:
    """By SKU: net units, what they had cost (the units that left last, before those that are held),
    what they earned before tax.
    """
    total = rows.groupby("sku", as_index=False).agg(
        category=("category", "first"),
        unit_cost=("unit_cost", "first"),
        net=("net", "sum"),
        earned=("earned", "sum"),
    )
    end = rows.loc[rows.groupby("sku")["week"].idxmax()].sort_values("sku").reset_index(drop=True)
    gone = (_received(end, receipts) - end["held"].astype(float)).to_numpy()
    net = total["net"].astype(float).clip(lower=0)
    cost = cost_of(total[["sku", "unit_cost"]].assign(first=gone - net, last=gone), receipts)
    # of an unknown stock, and where more came back than was sold, the product's own cost
    known = np.isfinite(gone) & total["net"].gt(0)
    cost = cost.where(known, total["net"] * total["unit_cost"])
    margin = sale.before_tax(total["earned"]) - cost
    return total.assign(cost=cost, margin=margin, known=total["net"].where(cost.notna(), 0.0))


LOSSES = (mark("markdowns"), mark("write-offs"), mark("shrink"))


def losses(
    item_week: pd.DataFrame,
    items: pd.DataFrame,
    loss_week: pd.DataFrame,
    sale: Proceeds,
    assumptions: dict[str, float],
) -> pd.DataFrame:
    """How much of the sales was lost to clearing, month by month, beside what the margin can bear?

    All before tax. Markdown loss = net units × (everyday price − paid), where paid is lower; the
    everyday price is a style's first listed one, else what was paid in its first four weeks.
    Write-offs (and donations) and shrink (and what counts found missing) at cost. Acceptable =
    (what a sale at the everyday price brings − cost) ÷ that price − target profit, of what was
    sold. All ÷ net sales of the month (weeks by their Monday). Returns ``month``, ``sales``,
    LOSSES, ``loss``, ``share``, ``acceptable``, ``acceptable_money``, the ``_share`` of each of
    LOSSES; the last 24 months with sales.
    """
    if item_week.empty:
        return pd.DataFrame(
            columns=[
                *("month", "sales", *LOSSES, "loss", "share", "acceptable", "acceptable_money"),
                *(f"{name}_share" for name in LOSSES),
            ]
        )
    rows = item_week.merge(
        items[["item", "mean_cost", "return_rate"]], on="item", validate="m:1"
    ).sort_values(["item", "week"], kind="stable")
    first = rows.assign(
        paid_first=rows["price"].where(rows.groupby("item").cumcount() < FIRST_WEEKS)
    ).groupby("item")
    everyday = rows["item"].map(first["list_price"].first().fillna(first["paid_first"].mean()))
    net = (rows["sold_units"] - rows["undone_units"]).clip(lower=0)
    known = net.where(rows["mean_cost"].notna() & everyday.notna(), 0.0)
    rows = rows.assign(
        month=rows["week"].dt.to_period("M").dt.to_timestamp(),
        sales=sale.before_tax(rows["revenue"] - rows["refund_value"]),
        markdowns=sale.before_tax(net * (everyday - rows["price"]).clip(lower=0)).fillna(0.0),
        earned=(
            known * (sale.brings(everyday, rows["return_rate"].fillna(0.0)) - rows["mean_cost"])
        ).fillna(0.0),
        at_everyday=sale.before_tax(known * everyday).fillna(0.0),
    )
    month = rows.groupby("month")[["sales", "markdowns", "earned", "at_everyday"]].sum()
    lost = loss_week.assign(
        month=loss_week["week"].dt.to_period("M").dt.to_timestamp(),
        shrunk=loss_week["kind"].isin(["shrink", "counted difference"]),
    )
    for name, part in (("write-offs", ~lost["shrunk"]), ("shrink", lost["shrunk"])):
        by_month = lost[part].groupby("month")["cost"].sum(min_count=1)
        month[name] = by_month.reindex(month.index).mask(~month.index.isin(by_month.index), 0.0)
    month["loss"] = month[list(LOSSES)].sum(axis=1, skipna=False)
    month["share"] = ratio(month["loss"], month["sales"])
    month["acceptable"] = (
        ratio(month["earned"], month["at_everyday"]) - assumptions["target_profit_rate"]
    )
    month["acceptable_money"] = month["acceptable"] * month["sales"]
    for name in LOSSES:
        month[f"{name}_share"] = ratio(month[name], month["sales"])
    return month[month["sales"] > 0].drop(columns=["earned", "at_everyday"]).tail(24).reset_index()
