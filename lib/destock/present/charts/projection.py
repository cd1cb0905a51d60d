"""Pictures of how the season will end, and of how wrong such projections were."""

from collections.abc import Sequence

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from destock.analysis.pacing.projection import METHODS
from destock.model.messages import say
from destock.model.metrics import COMMITTED
from destock.present.axes import band, legend_below, nothing, share_axis
from destock.present.style import ACCENT, CALM, INK, WARM, legible, picture, unformulated

METHOD_COLOURS = {
    "expected": ACCENT,
    "last_year": CALM,
    "last_year_all": "#b08968",
    "straight_line": "#8a8f98",
}


def _halves(frame: pd.DataFrame, *_) -> int:
    return max(1, frame["season_half"].nunique())


@picture(height=3.0, panels=_halves)
def backtest(axes: Sequence[Axes], frame: pd.DataFrame) -> str | None:
    """How wrong were such projections in past seasons? Error by week of life, ours and two simple
    ones; a panel a half-year.
    """
    title = say("Past seasons: how far the projected final units were off")
    if frame.empty:
        return nothing(axes[0], title)
    for ax, (half, rows) in zip(axes, frame.groupby("season_half", sort=False), strict=True):
        _backtest_panel(ax, rows, title if len(axes) == 1 else f"{legible(half)} · {title}")
    return None


def _backtest_panel(ax: Axes, frame: pd.DataFrame, title: str) -> None:
    for method, colour in METHOD_COLOURS.items():
        rows = frame[(frame["method"] == method) & (frame["week"] >= 2)].sort_values("week")
        sns.lineplot(
            rows,
            x="week",
            y="error",
            color=colour,
            linewidth=2 if method == "expected" else 1.4,
            label=say(METHODS[method]),
            errorbar=None,
            ax=ax,
        )
    ax.set_ylim(0, 1)
    share_axis(ax.yaxis)
    ax.set_xlabel(say("weeks of life completed"))
    ax.set_ylabel(say("Σ|miss| ÷ units sold"))
    ax.set_title(unformulated(title), wrap=True)
    legend_below(ax, 0.2, 2)


def _fan_count(frame: pd.DataFrame, *_) -> int:
    return max(1, frame["item"].nunique())


@picture(height=2.5, panels=_fan_count)
def fans(axes: Sequence[Axes], frame: pd.DataFrame) -> str | None:
    """Where will the styles end that miss their goal by most money? Sold so far, path to the goal,
    and the fan of what may come.
    """
    if frame.empty:
        return nothing(axes[0], say("Projection of the styles that miss their goal"))
    for ax, (item, rows) in zip(axes, frame.groupby("item", sort=False), strict=True):
        _fan(ax, rows)
        ax.set_ylim(0, 1.02)
        share_axis(ax.yaxis)
        ax.set_title(f"{legible(rows['name'].iloc[0])} · {legible(item)}")
    axes[-1].set_xlabel(say("weeks of life completed") + "\n" + say(COMMITTED))
    # below the axes whatever their number: a legend of one axis would lie on its label
    lines = axes[-1].get_legend_handles_labels()
    axes[-1].figure.legend(*lines, loc="outside lower center", ncols=2)
    return None


def _fan(ax: Axes, rows: pd.DataFrame) -> None:
    """One style: its goal, what was sold, and from the last week that is known what may come."""
    week, known = rows["week"], rows["sold"].notna()
    coming = rows[~known | rows["sold"].shift(-1).isna()]
    # where the fan opens, each of its lines is what was sold
    fan = coming[["low90", "high90", "low80", "high80", "projected"]].apply(
        lambda line: line.fillna(coming["sold"])
    )
    nine, eight = say("nine of ten outcomes"), say("eight of ten outcomes")
    band(ax, coming["week"], fan["low90"], fan["high90"], nine, alpha=0.5)
    band(ax, coming["week"], fan["low80"], fan["high80"], eight)
    goal = {"color": INK, "linewidth": 1.4, "label": say("path to the goal")}
    slow = {"color": WARM, "linewidth": 1, "linestyle": ":", "label": say("slow line")}
    sold = {"color": ACCENT, "linewidth": 2, "label": say("sold")}
    projected = {"color": ACCENT, "linewidth": 1.4, "linestyle": "--", "label": say("projected")}
    ax.plot(week, rows["target_units"], **goal)
    ax.plot(week, rows["slow_units"], **slow)
    ax.plot(week[known], rows["sold"][known], **sold)
    ax.plot(coming["week"], fan["projected"], **projected)
