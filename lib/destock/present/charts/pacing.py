"""Pictures of how far the season has come; those of how it will end and of what it is compared with
are asked for by the same page.
"""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from destock.model.messages import mark, percent, say
from destock.model.metrics import COMMITTED, DEFINITIONS
from destock.present.axes import band, legend_below, nothing, share_axis
from destock.present.charts.comparison import cohorts, compared, years
from destock.present.charts.projection import backtest, fans
from destock.present.style import INK, MUTED, PACE_COLOURS, legible, picture

__all__ = ["backtest", "cohorts", "compared", "fans", "pacing", "stages", "years"]

TIERS = (mark("push"), mark("signature"), mark("novelty"), mark("all"))


def _tiers(paths: pd.DataFrame, *_) -> list[str]:
    return [tier for tier in TIERS if tier in set(paths["tier_used"])] or ["all"]


@picture(height=3.3, panels=lambda *frames: len(_tiers(*frames)))
def pacing(axes: Sequence[Axes], paths: pd.DataFrame, baseline: pd.DataFrame) -> str | None:
    """Which styles run below the band of the last years? Sell-through by week of life, a panel a
    tier.
    """
    if baseline.empty:
        return nothing(axes[0], say("Sell-through by week on sale, beside past seasons"))
    for ax, tier in zip(axes, _tiers(paths), strict=True):
        shown = paths[paths["tier_used"] == tier]
        bands = (
            baseline[(baseline["tier"] == tier) & baseline["season"].isin(shown["season"])]
            .drop_duplicates("age")
            .sort_values("age")
        )
        title = say("{tier}: sell-through by week on sale", tier=say(tier))
        if shown.empty or bands.empty:
            nothing(ax, title)
        else:
            _pacing_panel(ax, shown, bands, title)
    if axes[-1].lines:
        axes[-1].set_xlabel(say("weeks on sale") + "\n" + say(DEFINITIONS["received"]))
        legend_below(axes[-1], 0.22, 3)
    return None


def _pacing_panel(ax: Axes, shown: pd.DataFrame, bands: pd.DataFrame, title: str) -> None:
    most, half = say("8 of 10 past styles"), say("half of past styles")
    band(ax, bands["age"], bands["q10"], bands["q90"], most, alpha=0.5)
    band(ax, bands["age"], bands["q25"], bands["q75"], half)
    ax.plot(bands["age"], bands["median"], color=INK, linewidth=1.4, label=say("their median"))
    for (_, state), path in shown.groupby(["item", "pace"], sort=True):
        ax.plot(
            path["age"], path["sell_through"], color=PACE_COLOURS[state], linewidth=0.9, alpha=0.75
        )
    for state, colour in PACE_COLOURS.items():
        if state != "no baseline":
            ax.plot([], [], color=colour, label=say(state))
    ax.set_xlim(0, max(1, min(bands["age"].max(), max(26, shown["age"].max()))))
    ax.set_ylim(0, 1.02)
    share_axis(ax.yaxis)
    ax.set_title(title)


def _by_tier(frame: pd.DataFrame, *_) -> list[tuple[str, pd.DataFrame]]:
    """The stages of each tier, in each half-year that is running; a shop without tiers has one."""
    groups = frame.groupby(["season_half", frame["tier"].fillna("all")], sort=False)
    several = frame["season_half"].nunique() > 1
    return [
        (f"{legible(half)} · {legible(say(tier))}" if several else legible(say(tier)), rows)
        for (half, tier), rows in groups
    ]


@picture(height=2.3, panels=lambda frame: max(1, len(_by_tier(frame))))
def stages(axes: Sequence[Axes], frame: pd.DataFrame) -> str | None:
    """How much should be sold by each stage of the season? Path to the goals with its slow and hot
    lines, a panel a tier.
    """
    if frame.empty:
        return nothing(axes[0], say("Path to the goals, by days on sale"))
    for ax, (tier, rows) in zip(axes, _by_tier(frame), strict=True):
        _stages_panel(ax, rows, tier)
    axes[-1].set_xlabel(say("days on sale") + "\n" + say(COMMITTED))
    legend_below(axes[-1], 0.3, 2)
    return None


def _stages_panel(ax: Axes, rows: pd.DataFrame, tier: str) -> None:
    label = say("between the slow and the hot line")
    band(ax, rows["day"], rows["slow"], rows["hot"], label)
    path = {"color": INK, "marker": "o", "markersize": 4, "label": say("path to the goal")}
    ax.plot(rows["day"], rows["target"], **path)
    above = {"textcoords": "offset points", "xytext": (0, 6), "ha": "center"}
    for day, share in zip(rows["day"], rows["target"], strict=True):
        ax.annotate(percent(share), (day, share), **above, color=MUTED, fontsize=8.5)
    ax.set_xticks(rows["day"])
    ax.set_ylim(0, 1.02)
    share_axis(ax.yaxis)
    ax.set_title(say("{tier}: sell-through to be reached, by days on sale", tier=tier))
