"""What every page starts from: what each priced item sold, kept and sells a week, and what a sale
brings.
"""

import pandas as pd

from destock.analysis.classification import range as ranks
from destock.analysis.pacing import exposure, sell_through
from destock.analysis.pacing.rates import rate_of_months, weekly_rate
from destock.intake.shop import Shop
from destock.model.proceeds import Proceeds
from destock.pages.frames import frame, view


@frame
def sales(item_week, item_now, return_lag, today) -> pd.DataFrame:
    """Item-weeks up to now, the running one with them: sales net of returns, those still to come
    included. Figures of now are sums of these.
    """
    return sell_through.net_weeks(item_week, item_now, return_lag, today)


@view
def weeks(sales) -> pd.DataFrame:
    """The complete ones among them: what curves and fits are learned from."""
    return sales[sales["complete"]].reset_index(drop=True)


@frame(assumes="replenishment_share size_floor")
def items(item_now, sales, today, numbers) -> pd.DataFrame:
    """Every priced item: how far it has sold through, how old it is, and what to know about its
    records.
    """
    rows = sell_through.items(item_now, sales, today)
    return rows.assign(flags=sell_through.record_flags(rows, sales, numbers))


@frame(assumes="exposure_quantile low_rate")
def shown(items, weeks, numbers) -> pd.DataFrame:
    """How often every item was shown a week, and below what it was hardly shown."""
    return exposure.shown(items, weeks, numbers)


@frame
def rates(item_months, weeks, too_early_days) -> pd.DataFrame:
    """What every item sells a week while it is in stock."""
    if len(item_months):
        return rate_of_months(item_months)
    return weekly_rate(weeks, too_early_days)


@frame
def ranked(items, weeks, item_months) -> pd.DataFrame:
    """ABC, XYZ and the pattern of demand of every item."""
    return ranks.ranked(items, weeks, item_months)


@view
def demand(rates, ranked) -> pd.DataFrame:
    """The same rates; of what sells only now and then, as the chance and the size of a sale say."""
    rows = rates.merge(ranked[["item", "seldom_rate"]], on="item", how="left", validate="1:1")
    return rows.assign(rate=rows["seldom_rate"].fillna(rows["rate"])).drop(columns="seldom_rate")


@view
def proceeds(shop, expense_rate) -> Proceeds:
    """What a sale brings, by the shop's own tax and expense lines; without any lines, by one rate
    on net sales.
    """
    return _proceeds(shop, expense_rate)


@view
def selling_proceeds(shop, selling_rate) -> Proceeds:
    """The same for a net realisable value: without any lines, by what selling alone costs."""
    return _proceeds(shop, selling_rate)


def _proceeds(shop: Shop, rate: float) -> Proceeds:
    lines = pd.DataFrame(shop.expenses or [{"base": "net", "amount": rate}])
    return Proceeds(
        lines.groupby("base")["amount"].sum().to_dict(), shop.targets.get("tax_rate", 0.0)
    )


@view
def salvage(shop, salvage_price) -> float:
    """What a jobber pays, net, as a part of the tag price: the shop's own word, else the
    assumption.
    """
    return shop.targets.get("salvage", salvage_price)
