"""Pictures of how customers answer a price."""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from destock.model.messages import percent, say
from destock.present.axes import legend_below, money_axis, nothing, share_axis
from destock.present.style import (
    ACCENT,
    BAND,
    CALM,
    INK,
    legible,
    picture,
)


def _points(
    ax: Axes, labels: list[str], middle: pd.Series, low: pd.Series, high: pd.Series
) -> None:
    """A point and its interval a row, the first on top, a line at nothing."""
    rows = np.arange(len(labels))[::-1]
    ax.hlines(rows, low, high, color=CALM, linewidth=2)
    ax.plot(middle, rows, "o", color=ACCENT)
    ax.set_yticks(rows, labels)
    ax.set_ylim(-0.6, len(labels) - 0.4)
    ax.axvline(0, color=INK, linewidth=0.8)
    share_axis(ax.xaxis)
    ax.grid(axis="y", visible=False)


@picture(height=3.0)
def elasticity(ax: Axes, frame: pd.DataFrame) -> str | None:
    """How many more units does a 10 % cut sell, by category, and how sure is that? Point and 95 %
    interval.
    """
    title = say("More units sold after a cut of 10 % (line: interval of 95 %)")
    shown = frame[(frame["verdict"] != "not from these data") & frame["elasticity"].notna()]
    if shown.empty:
        return nothing(ax, title)
    names = {"all": say("all categories"), "new category": say("a new category")}
    labels = [
        f"{names.get(g, legible(g))} (n = {n})" if n else names.get(g, legible(g))
        for g, n in zip(shown["group"], shown["items"], strict=True)
    ]
    _points(ax, labels, shown["more"], shown["more_low"], shown["more_high"])
    ax.set_title(title)


@picture(height=2.8)
def estimators(ax: Axes, frame: pd.DataFrame) -> str | None:
    """What does each way of reading the same shop say of a 10 % cut? Point and 95 % interval."""
    title = say("Units after a cut of 10 %, read in several ways")
    if frame.empty:
        return nothing(ax, title)
    _points(
        ax,
        [say(name) for name in frame["estimator"]],
        frame["more"],
        frame["more_low"],
        frame["more_high"],
    )
    ax.set_title(title)


@picture(height=3.2)
def event_study(ax: Axes, frame: pd.DataFrame) -> str | None:
    """Did the cut styles run beside the others before the cut, and apart from them after it?
    Difference in units by week.
    """
    title = say("Cut styles beside the others, week by week")
    if frame.empty:
        return nothing(ax, title)
    ax.fill_between(frame["week_of_test"], frame["low"], frame["high"], color=BAND, linewidth=0)
    ax.plot(frame["week_of_test"], frame["uplift"], color=CALM, marker="o", markersize=4)
    ax.axhline(0, color=INK, linewidth=0.8)
    ax.axvline(-0.5, color=INK, linewidth=0.8, linestyle=":")
    share_axis(ax.yaxis)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel(say("weeks from the decision (the week before it = 0)"))
    ax.set_title(title)


@picture(height=3.2)
def ladder(ax: Axes, frame: pd.DataFrame, currency: str) -> str | None:
    """Which step of the price ladder brings in most? Cash until the exit with its interval."""
    title = say("Cash until the exit, by step of the price ladder")
    if not frame["cash"].notna().any() or not frame["cash"].sum() > 0:
        return nothing(ax, title)
    names = [percent(step) for step in frame["step"]]
    ax.bar(
        names, frame["cash"], color=[ACCENT if best else CALM for best in frame["best"]], width=0.6
    )
    ax.vlines(names, frame["cash_low"], frame["cash_high"], color=INK, linewidth=1.4)
    money_axis(ax.yaxis, currency)
    ax.set_xlabel(say("share of today's price (red: most cash; line: interval of 95 %)"))
    ax.grid(axis="x", visible=False)
    ax.set_title(title)


@picture(height=3.4)
def tests(ax: Axes, frame: pd.DataFrame) -> str | None:
    """What did the arms of the price tests sell, before and after the decision? The arm's own level
    before = 100 %, 7-day mean.
    """
    title = say("All price tests: units a day, before the decision = 100 %")
    if frame.empty:
        return nothing(ax, title)
    wide = frame.pivot(index="day_of_test", columns="arm", values="level")
    colours = sns.color_palette("flare", (wide.columns != "control").sum()).as_hex()
    for arm, units in wide.items():
        ax.plot(
            units.index,
            units,
            color=CALM if arm == "control" else colours.pop(0),
            linewidth=1.6,
            label=legible(say(arm)),
        )
    ax.axvline(0, color=INK, linewidth=0.8, linestyle=":")
    share_axis(ax.yaxis)
    ax.set_xlabel(say("days from the decision"))
    ax.set_ylabel("")
    ax.set_ylim(0)
    ax.set_title(title)
    legend_below(ax, 0.16, 3)
