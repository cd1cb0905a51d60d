"""Pictures of what acting brings."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from destock.model.messages import money, say
from destock.present.axes import from_nothing, legend_below, money_axis, nothing
from destock.present.style import ACCENT, BAND, CALM, INK, MUTED, legible, picture


@picture(height=3.2)
def brought(ax: Axes, frame: pd.DataFrame, currency: str) -> str | None:
    """What does each kind of decision bring, beside the same units if nothing is done?"""
    title = say("What acting brings, and what waiting would")
    if frame.empty:
        return nothing(ax, title)
    shown = frame.sort_values("gain", kind="stable")
    rows = np.arange(len(shown))
    ax.figure.set_figheight(max(3.2, 1.2 + 0.42 * len(shown)))
    for column, label, colour, shift in (
        ("present_value", say("as is decided"), ACCENT, 0.19),
        ("keep_value", say("if nothing is done"), CALM, -0.19),
    ):
        ax.barh(rows + shift, shown[column], height=0.36, color=colour, label=label)
        for row, value in zip(rows + shift, shown[column], strict=True):
            # right of nothing too where it is below: the names of the rows stand on the left
            ax.annotate(
                money(value, currency),
                (max(value, 0.0), row),
                xytext=(3, 0),
                textcoords="offset points",
                va="center",
                color=MUTED,
                fontsize=8.5,
            )
    ax.set_yticks(rows, [legible(say(word)) for word in shown["decision"]])
    ends = from_nothing([*shown["present_value"], *shown["keep_value"]], 1.25)
    ax.set_xlim(*ends)
    money_axis(ax.xaxis, currency)
    ax.locator_params(axis="x", nbins=4)
    ax.grid(axis="y", visible=False)
    legend_below(ax, 0.16, 2)
    ax.set_title(title)
    return None


@picture(height=3.2)
def urgency(ax: Axes, frame: pd.DataFrame, currency: str) -> str | None:
    """How much value is given up for more cash by the date? A point a degree of hurry, the goal a
    line.
    """
    title = say("Cash by the date, and the value given up for it")
    shown = frame[frame["cash"].abs() > 0]
    if shown.empty:
        return nothing(ax, title)
    ax.fill_betweenx(
        shown["given_up"], shown["by_date_low"], shown["by_date_high"], color=BAND, linewidth=0
    )
    ax.plot(shown["cash"], shown["given_up"], color=ACCENT, marker="o", markersize=3.5)
    goal = shown["goal"].iloc[0]
    if goal > 0:
        ax.axvline(goal, color=INK, linewidth=1.2)
        ax.annotate(say("goal"), (goal, 1), xycoords=("data", "axes fraction"), ha="right")
    ax.set_xlabel(say("cash by the date"))
    ax.set_ylabel(say("value given up"))
    money_axis(ax.xaxis, currency)
    money_axis(ax.yaxis, currency)
    ax.locator_params(axis="x", nbins=4)
    ax.set_title(title)
    return None
