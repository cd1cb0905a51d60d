"""Pictures of whether the stock adds up."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from destock.model.messages import count, say
from destock.present.axes import from_nothing, nothing
from destock.present.style import (
    ACCENT,
    CALM,
    INK,
    MUTED,
    picture,
)


@picture(height=3.2)
def stock_bridge(ax: Axes, frame: pd.DataFrame) -> str | None:
    """Does the stock add up? From opening to closing stock, step by step."""
    title = say("From opening to closing stock, units")
    if not frame["units"].abs().sum() > 0:
        return nothing(ax, title)
    ends = frame["units"].cumsum()
    starts = ends - frame["units"]
    last = len(frame) - 1
    starts.iloc[last], ends.iloc[last] = 0.0, frame["units"].iloc[last]
    names = [say(step) for step in frame["step"]]
    colours = [
        INK if i in (0, last) else CALM if units >= 0 else ACCENT
        for i, units in enumerate(frame["units"])
    ]
    ax.barh(names, ends - starts, left=starts, color=colours, height=0.65)
    for i, units in enumerate(frame["units"]):
        ax.text(
            max(starts.iloc[i], ends.iloc[i]),
            i,
            " " + count(round(units)),
            va="center",
            color=MUTED,
            fontsize=8.5,
        )
    ax.invert_yaxis()
    ax.set_xlim(*from_nothing([*starts, *ends], 1.18))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: count(v)))
    ax.locator_params(axis="x", nbins=5)
    ax.grid(axis="y", visible=False)
    ax.set_title(title)
