"""Pictures of one style."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from destock.model.messages import say
from destock.present.axes import legend_below, money_axis, months_axis, nothing
from destock.present.charts.pacing import fans
from destock.present.style import ACCENT, CALM, INK, picture

__all__ = ["fans", "prices"]


@picture(height=2.4, panels=lambda *_: 2)
def prices(axes: Sequence[Axes], frame: pd.DataFrame, currency: str) -> str | None:
    """At which prices did the style sell, and how many units? Listed and paid above, units a week
    below.
    """
    title = say("Prices and units, week by week")
    if frame.empty or not frame["sold_units"].gt(0).any():
        return nothing(axes[0], title)
    above, below = axes
    above.step(
        frame["week"],
        frame["list_price"],
        where="mid",
        color=INK,
        linewidth=1.2,
        label=say("listed"),
    )
    above.plot(
        frame["week"],
        frame["price"],
        color=ACCENT,
        linewidth=1.6,
        marker="o",
        markersize=2.5,
        label=say("paid on average"),
    )
    money_axis(above.yaxis, currency)
    above.set_ylim(bottom=0)
    above.set_title(title)
    legend_below(above, 0.14, 2)
    below.bar(frame["week"], frame["sold_units"], width=6, color=CALM)
    below.set_ylabel(say("units a week"))
    for ax in axes:
        months_axis(ax)
        ax.set_xlim(frame["week"].min(), frame["week"].max())
    return None
