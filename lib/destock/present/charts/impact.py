"""Pictures of what the overstock costs."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from destock.model.messages import money, say
from destock.present.axes import legend_below, money_axis, months_axis, nothing, of_all, share_axis
from destock.present.style import (
    ACCENT,
    CALM,
    INK,
    MUTED,
    WARM,
    legible,
    picture,
)


@picture(height=3.4)
def losses(ax: Axes, frame: pd.DataFrame) -> str | None:
    """Is more lost to clearing than the margin bears? Share of net sales by month, and the line it
    may reach.
    """
    title = say("Lost to markdowns, write-offs and shrink, of net sales")
    if frame.empty:
        return nothing(ax, title)
    below = np.zeros(len(frame))
    for name, colour in zip(
        ("markdowns", "write-offs", "shrink"), (CALM, ACCENT, WARM), strict=True
    ):
        part = frame[f"{name}_share"].to_numpy()
        ax.bar(frame["month"], part, bottom=below, width=22, color=colour, label=say(name))
        below = below + part
    ax.step(
        frame["month"],
        frame["acceptable"],
        where="mid",
        color=INK,
        linewidth=1.4,
        label=say("what the margin bears"),
    )
    share_axis(ax.yaxis)
    months_axis(ax)
    highest = np.nanmax([*below, *frame["acceptable"], 0.0])
    # where nothing was lost and nothing may be, the axis still has a length
    ax.set_ylim(0, min(1.0, 1.1 * highest) or 1.0)
    ax.grid(axis="x", visible=False)
    legend_below(ax, 0.12, 2)
    ax.set_title(title)
    return None


@picture(height=3.4)
def cost_of_waiting(ax: Axes, frame: pd.DataFrame, key: str, currency: str) -> str | None:
    """What does a week of waiting cost, and where? Storage and capital of one week by class or
    category.
    """
    title = say("What one more week of waiting costs")
    costly = frame[frame["week"] > 0].sort_values("week")
    shown, rows = costly.tail(10), range(min(10, len(costly)))
    if shown.empty:
        return nothing(ax, title)
    bars = ax.barh(rows, shown["week"], color=ACCENT, height=0.65)
    ax.set_yticks(rows, [legible(say(v)) for v in shown[key]])
    ax.bar_label(
        bars, [money(v, currency) for v in shown["week"]], padding=3, color=MUTED, fontsize=8.5
    )
    ax.set_xlim(0, shown["week"].max() * 1.2)
    money_axis(ax.xaxis, currency)
    ax.locator_params(axis="x", nbins=5)
    ax.grid(axis="y", visible=False)
    ax.set_title(of_all(title, len(shown), len(costly)))
