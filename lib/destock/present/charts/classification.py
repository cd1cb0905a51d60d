"""Pictures of which stock is too much, of which kind, and why."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from destock.model.messages import count, money, percent, say
from destock.present.axes import legend_below, money_axis, months_axis, nothing, share_axis
from destock.present.style import (
    ACCENT,
    BAND,
    CALM,
    CLASS_COLOURS,
    INK,
    MUTED,
    WARM,
    picture,
)


@picture(height=4.2)
def quadrants(ax: Axes, frame: pd.DataFrame, currency: str) -> str | None:
    """Which styles have sold little and hold much? Sell-through × months of stock, bubbles by money
    in excess.
    """
    title = say("Sell-through and months of stock, by money in excess")
    shown = frame[
        frame["sell_through"].notna() & frame["stock_to_sales"].notna() & (frame["money"] > 0)
    ]
    if shown.empty:
        return nothing(ax, title)
    months = shown["stock_to_sales"].clip(0.3, 60)
    largest = shown["money"].max()
    for name, colour in CLASS_COLOURS.items():
        part = shown["class"] == name
        if part.any():
            ax.scatter(
                shown.loc[part, "sell_through"].clip(0, 1),
                months[part],
                s=12 + 500 * shown.loc[part, "money"] / largest,
                color=colour,
                alpha=0.55,
                linewidth=0,
                label=say(name),
            )
    ax.set_yscale("log")
    ax.set_ylim(0.25, 80)
    ax.set_xlim(-0.02, 1.02)
    ax.axhline(shown["many_months"].iloc[0], color=INK, linewidth=0.8, linestyle=":")
    ax.axvline(shown["good_sell_through"].iloc[0], color=INK, linewidth=0.8, linestyle=":")
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: count(v)))
    share_axis(ax.xaxis)
    ax.set_xlabel(say("sell-through (net ÷ received)"))
    ax.set_ylabel(say("months of sales in stock (60 = more, or no sale)"))
    ax.set_title(title)
    legend = ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=3)
    for handle in legend.legend_handles:
        handle.set_sizes([40])


@picture(height=3.2)
def ageing(ax: Axes, frame: pd.DataFrame, currency: str) -> str | None:
    """How old is the stock? Cost on hand by days since receipt, and what of it is still there net
    of selling costs.
    """
    title = say("Stock by days since it was received")
    if not frame["cost"].sum() > 0:
        return nothing(ax, title)
    places = np.arange(len(frame))
    bars = ax.bar(places - 0.2, frame["cost"], color=CALM, width=0.4, label=say("at cost"))
    ax.bar(places + 0.2, frame["nrv"], color=WARM, width=0.4, label=say("net of selling costs"))
    ax.bar_label(
        bars, [percent(share) for share in frame["share"]], color=MUTED, fontsize=8.5, padding=2
    )
    ax.set_xticks(places, [say(band) for band in frame["band"]])
    ax.margins(y=0.12)
    legend_below(ax, 0.12, 2)
    money_axis(ax.yaxis, currency)
    ax.grid(axis="x", visible=False)
    ax.set_title(title)


@picture(height=3.2)
def classes(ax: Axes, frame: pd.DataFrame, currency: str) -> str | None:
    """Of which kind is the overstock? Cost by class."""
    title = say("Overstock at cost, by kind")
    shown = frame[frame["cost"] > 0].sort_values("cost")
    if shown.empty:
        return nothing(ax, title)
    bars = ax.barh(
        [say(c) for c in shown["class"]],
        shown["cost"],
        color=[CLASS_COLOURS[c] for c in shown["class"]],
        height=0.65,
    )
    ax.bar_label(
        bars, [money(v, currency) for v in shown["cost"]], padding=3, color=MUTED, fontsize=8.5
    )
    ax.set_xlim(0, shown["cost"].max() * 1.2)
    money_axis(ax.xaxis, currency)
    ax.locator_params(axis="x", nbins=5)
    ax.grid(axis="y", visible=False)
    ax.set_title(title)


@picture(height=3.2)
def causes(ax: Axes, frame: pd.DataFrame) -> str | None:
    """What brought the excess about? Units by cause."""
    title = say("Excess units by cause: plan against actual")
    shown = frame[frame["units"] > 0].sort_values("units")
    if not (~frame["cause"].isin(["no plan", "quality"]) & (frame["units"] > 0)).any():
        return nothing(ax, title)
    colours = [
        BAND if cause in ("left over by plan", "no plan", "none", "quality") else ACCENT
        for cause in shown["cause"]
    ]
    bars = ax.barh(
        [say(cause) for cause in shown["cause"]], shown["units"], color=colours, height=0.65
    )
    ax.bar_label(
        bars, [count(round(v)) for v in shown["units"]], padding=3, color=MUTED, fontsize=8.5
    )
    ax.set_xlim(0, shown["units"].max() * 1.15)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: count(v)))
    ax.locator_params(axis="x", nbins=5)
    ax.set_xlabel(say("units (pale: no fault of the season's sales)"))
    ax.grid(axis="y", visible=False)
    ax.set_title(title)
    return None


@picture(height=2.8)
def moving(ax: Axes, frame: pd.DataFrame) -> str | None:
    """Is more or less of the range selling? Share of SKUs moving, by four weeks."""
    title = say("Share of SKUs in stock that sold, by four weeks")
    if frame.empty:
        return nothing(ax, title)
    ordered = frame.sort_values("period_end")
    ax.plot(ordered["period_end"], ordered["share"], color=CALM, marker="o", markersize=4)
    ax.set_ylim(0, 1.02)
    share_axis(ax.yaxis)
    months_axis(ax)
    ax.set_title(title)
