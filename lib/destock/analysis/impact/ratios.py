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
    rows = _last_year(sku_week, sku_now)
    if rows["held"].isna().all():
        return pd.DataFrame(columns=COLUMNS)
    sku = _and_all(_sold(rows, receipts, sale))
    sold = sku.groupby("category", sort=False)[["cost", "margin", "net", "known"]].sum(min_count=1)
    weeks = rows["week"].nunique()
    year = YEAR_WEEKS / weeks
    frame = sold.assign(
        weeks=weeks,
        cost_of_sales=sold["cost"] * year,
        gross_margin=sold["margin"] * year,
        inventory=_mean_stock(rows, receipts),
        cost_known=ratio(sold["known"], sold["net"]),
    )
    turned = turn(frame["cost_of_sales"], frame["gross_margin"], frame["inventory"])
    frame = frame.assign(**turned).reset_index()
    size = frame["inventory"].fillna(0.0).mask(frame["category"] == "all", np.inf)
    order = np.argsort(-size, kind="stable")
    return frame.iloc[order][COLUMNS].reset_index(drop=True)


def _last_year(sku_week: pd.DataFrame, sku_now: pd.DataFrame) -> pd.DataFrame:
    """The last complete weeks of each SKU: net units, what they earned, and units held, good and
    damaged.
    """
    rows = sku_week[sku_week["complete"]].merge(
        sku_now[["sku", "category", "unit_cost"]], on="sku", validate="m:1"
    )
    rows = rows.assign(
        net=rows["sold_units"] - rows["cancelled_units"] - rows["returned_units"],
        earned=rows["revenue"] - rows["refund_value"],
        held=rows[["closing_units", "damaged_units"]].clip(lower=0).sum(axis=1, min_count=2),
    )
    begin = rows["week"].max() - pd.Timedelta(weeks=YEAR_WEEKS)
    return rows[rows["week"] > begin].reset_index(drop=True)


def _and_all(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of every category, and before them all rows as the category "all"."""
    return pd.concat([rows.assign(category="all"), rows])


def _mean_stock(rows: pd.DataFrame, receipts: pd.DataFrame) -> pd.Series:
    """What the stock had cost, by category: the mean of POINTS weeks, evenly spread."""
    weeks = np.sort(rows["week"].unique())
    points = np.unique(np.linspace(0, len(weeks) - 1, POINTS).round().astype(int))
    shown = rows[rows["week"].isin(weeks[points])]
    stock = _and_all(shown.assign(value=_at_cost(shown, receipts)))
    return stock.groupby("category")["value"].sum(min_count=1) / len(points)


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


LOSS_COLUMNS = [
    "month",
    "sales",
    *LOSSES,
    "loss",
    "share",
    "acceptable",
    "acceptable_money",
    *(f"{name}_share" for name in LOSSES),
]


def losses(
    item_week: pd.DataFrame,
    items: pd.DataFrame,
    loss_week: pd.DataFrame,
    sale: Proceeds,
    assumptions: dict[str, float],
) -> pd.DataFrame:
    """How much of the sales was lost to clearing, month by month, beside what the margin can bear?

    All before tax. Markdown loss = net units × (everyday price − paid), where paid is lower.
    Write-offs (and donations) and shrink (and what counts found missing) at cost. Acceptable =
    (what a sale at the everyday price brings − cost) ÷ that price − target profit, of what was
    sold. All ÷ net sales of the month (weeks by their Monday). Returns LOSS_COLUMNS; the last 24
    months with sales.
    """
    if item_week.empty:
        return pd.DataFrame(columns=LOSS_COLUMNS)
    month = _sold_by_month(item_week, items, sale)
    month = month.join(_lost_by_month(loss_week, month.index))
    loss = month["markdowns"] + month["write-offs"] + month["shrink"]
    margin = ratio(month["earned"], month["at_everyday"])
    acceptable = margin - assumptions["target_profit_rate"]
    month = month.assign(
        loss=loss,
        share=ratio(loss, month["sales"]),
        acceptable=acceptable,
        acceptable_money=acceptable * month["sales"],
        **{f"{name}_share": ratio(month[name], month["sales"]) for name in LOSSES},
    )
    return month[month["sales"] > 0].tail(24).reset_index()[LOSS_COLUMNS]


def _sold_by_month(item_week: pd.DataFrame, items: pd.DataFrame, sale: Proceeds) -> pd.DataFrame:
    """Net sales and markdowns of each month; of the units whose cost and everyday price are known
    what they would have earned at that price (``earned``), and their value at it.
    """
    rows = item_week.merge(
        items[["item", "mean_cost", "return_rate"]], on="item", validate="m:1"
    ).sort_values(["item", "week"], kind="stable")
    everyday = _everyday_price(rows)
    net = (rows["sold_units"] - rows["undone_units"]).clip(lower=0)
    known = net.where(rows["mean_cost"].notna() & everyday.notna(), 0.0)
    margin = sale.brings(everyday, rows["return_rate"].fillna(0.0)) - rows["mean_cost"]
    cut = (everyday - rows["price"]).clip(lower=0)
    rows = rows.assign(
        month=_month(rows["week"]),
        sales=sale.before_tax(rows["revenue"] - rows["refund_value"]),
        markdowns=sale.before_tax(net * cut).fillna(0.0),
        earned=(known * margin).fillna(0.0),
        at_everyday=sale.before_tax(known * everyday).fillna(0.0),
    )
    return rows.groupby("month")[["sales", "markdowns", "earned", "at_everyday"]].sum()


def _everyday_price(rows: pd.DataFrame) -> pd.Series:
    """A style's first listed price, else what was paid in its first four weeks; rows: by item and
    week.
    """
    early = rows.groupby("item").cumcount() < FIRST_WEEKS
    style = rows.assign(paid_first=rows["price"].where(early)).groupby("item")
    return rows["item"].map(style["list_price"].first().fillna(style["paid_first"].mean()))


def _lost_by_month(loss_week: pd.DataFrame, months: pd.Index) -> pd.DataFrame:
    """Write-offs and shrink of each month at cost; 0 where nothing was booked, unknown where no
    cost is.
    """
    lost = loss_week.assign(month=_month(loss_week["week"]))
    shrunk = lost["kind"].isin(["shrink", "counted difference"])
    booked = {
        name: rows.groupby("month")["cost"].sum(min_count=1)
        for name, rows in (("write-offs", lost[~shrunk]), ("shrink", lost[shrunk]))
    }
    return pd.DataFrame(
        {
            name: cost.reindex(months).mask(~months.isin(cost.index), 0.0)
            for name, cost in booked.items()
        }
    )


def _month(weeks: pd.Series) -> pd.Series:
    return weeks.dt.to_period("M").dt.to_timestamp()
