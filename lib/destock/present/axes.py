"""Axes as every chart has them."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, DateFormatter
from matplotlib.ticker import FuncFormatter, PercentFormatter

from destock.model.messages import money, say
from destock.present.style import BAND, MUTED


def nothing(ax: Axes, title: str) -> str:
    """Instead of a chart: what it would have shown, and that these data cannot."""
    ax.set_title(title)
    ax.set_axis_off()
    note = say("{title}: these data cannot show this.", title=title)
    ax.text(0.5, 0.5, note, ha="center", va="center", color=MUTED, transform=ax.transAxes)
    return note


def of_all(title: str, shown: int, whole: int) -> str:
    """A title that says how many are not drawn."""
    return (
        title
        if shown == whole
        else say("{title} (the {shown} largest of {all})", title=title, shown=shown, all=whole)
    )


def months_axis(ax: Axes) -> None:
    """Months below the axes, few enough to be read on a phone."""
    # a single point stands in four years: too few for five ticks
    ax.xaxis.set_major_locator(AutoDateLocator(minticks=3, maxticks=6))
    ax.xaxis.set_major_formatter(DateFormatter("%Y-%m"))


def from_nothing(values: Sequence[float], margin: float) -> tuple[float, float]:
    """The ends of an axis that holds nothing and every value, those below nothing too, and is never
    without length.
    """
    low, high = min(0.0, *values) * margin, max(0.0, *values) * margin
    return (low, high) if low < high else (0.0, 1.0)


def money_axis(axis, currency: str) -> None:
    """Amounts along an axis, written as in the sentences."""
    axis.set_major_formatter(FuncFormatter(lambda v, _: money(v, currency)))


def share_axis(axis) -> None:
    """Shares along an axis, in whole percent."""
    axis.set_major_formatter(PercentFormatter(1, decimals=0))


def band(
    ax: Axes, x: pd.Series, low: pd.Series, high: pd.Series, label: str, alpha: float | None = None
) -> None:
    """The area between two lines that have no line of their own."""
    ax.fill_between(x, low, high, color=BAND, alpha=alpha, linewidth=0, label=label)


def legend_below(ax: Axes, gap: float, columns: int, **kwargs) -> None:
    """A legend under the axes, so far below them in parts of their height."""
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -gap), ncols=columns, **kwargs)
