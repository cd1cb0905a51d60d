"""Pictures of how far the season has come, and how it will end."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, PercentFormatter

from destock.analysis.pacing.projection import METHODS
from destock.model.messages import count, mark, percent, say
from destock.model.metrics import COMMITTED, DEFINITIONS
from destock.present.axes import from_nothing, nothing, of_all
from destock.present.style import (
    ACCENT,
    BAND,
    CALM,
    INK,
    MUTED,
    PACE_COLOURS,
    PAPER,
    WARM,
    legible,
    picture,
    unformulated,
)

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
        axes[-1].legend(loc="upper center", bbox_to_anchor=(0.5, -0.22), ncols=3)
    return None


def _pacing_panel(ax: Axes, shown: pd.DataFrame, bands: pd.DataFrame, title: str) -> None:
    ax.fill_between(
        bands["age"],
        bands["q10"],
        bands["q90"],
        color=BAND,
        alpha=0.5,
        linewidth=0,
        label=say("8 of 10 past styles"),
    )
    ax.fill_between(
        bands["age"],
        bands["q25"],
        bands["q75"],
        color=BAND,
        linewidth=0,
        label=say("half of past styles"),
    )
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
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set_title(title)


METHOD_COLOURS = {"expected": ACCENT, "last_year": CALM, "straight_line": "#8a8f98"}


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
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set_xlabel(say("weeks of life completed"))
    ax.set_ylabel(say("Σ|miss| ÷ units sold"))
    ax.set_title(unformulated(title), wrap=True)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=2)


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
        over, coming = (
            rows[rows["sold"].notna()],
            rows[rows["sold"].isna() | rows["sold"].shift(-1).isna()],
        )
        ax.fill_between(
            coming["week"],
            coming["low90"].fillna(coming["sold"]),
            coming["high90"].fillna(coming["sold"]),
            color=BAND,
            alpha=0.5,
            linewidth=0,
            label=say("nine of ten outcomes"),
        )
        ax.fill_between(
            coming["week"],
            coming["low80"].fillna(coming["sold"]),
            coming["high80"].fillna(coming["sold"]),
            color=BAND,
            linewidth=0,
            label=say("eight of ten outcomes"),
        )
        ax.plot(
            rows["week"],
            rows["target_units"],
            color=INK,
            linewidth=1.4,
            label=say("path to the goal"),
        )
        ax.plot(
            rows["week"],
            rows["slow_units"],
            color=WARM,
            linewidth=1,
            linestyle=":",
            label=say("slow line"),
        )
        ax.plot(over["week"], over["sold"], color=ACCENT, linewidth=2, label=say("sold"))
        ax.plot(
            coming["week"],
            coming["projected"].fillna(coming["sold"]),
            color=ACCENT,
            linewidth=1.4,
            linestyle="--",
            label=say("projected"),
        )
        ax.set_ylim(0, 1.02)
        ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        ax.set_title(f"{legible(rows['name'].iloc[0])} · {legible(item)}")
    axes[-1].set_xlabel(say("weeks of life completed") + "\n" + say(COMMITTED))
    # below the axes whatever their number: a legend of one axis would lie on its label
    lines = axes[-1].get_legend_handles_labels()
    axes[-1].figure.legend(*lines, loc="outside lower center", ncols=2)
    return None


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
        ax.fill_between(
            rows["day"],
            rows["slow"],
            rows["hot"],
            color=BAND,
            linewidth=0,
            label=say("between the slow and the hot line"),
        )
        ax.plot(
            rows["day"],
            rows["target"],
            color=INK,
            marker="o",
            markersize=4,
            label=say("path to the goal"),
        )
        for day, share in zip(rows["day"], rows["target"], strict=True):
            ax.annotate(
                percent(share),
                (day, share),
                textcoords="offset points",
                xytext=(0, 6),
                ha="center",
                color=MUTED,
                fontsize=8.5,
            )
        ax.set_xticks(rows["day"])
        ax.set_ylim(0, 1.02)
        ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        ax.set_title(say("{tier}: sell-through to be reached, by days on sale", tier=tier))
    axes[-1].set_xlabel(say("days on sale") + "\n" + say(COMMITTED))
    axes[-1].legend(loc="upper center", bbox_to_anchor=(0.5, -0.3), ncols=2)
    return None


def _largest(frame: pd.DataFrame, count: int = 6) -> list[str]:
    return (
        frame.groupby("category")["units"].sum().nlargest(count).index.tolist()
        if len(frame)
        else []
    )


@picture(height=2.1, panels=lambda frame, *_: max(1, len(_largest(frame))))
def years(axes: Sequence[Axes], frame: pd.DataFrame) -> str | None:
    """How does each category's year run beside the last years? Cumulative units by week of the
    year, a panel a category.
    """
    if frame.empty:
        return nothing(axes[0], say("Units of the year so far, beside the last years"))
    newest = frame["year"].max()
    shades = dict(
        zip(
            sorted(set(frame["year"]) - {newest}),
            sns.light_palette(CALM, 5).as_hex()[2:],
            strict=False,
        )
    ) | {newest: ACCENT}
    for ax, category in zip(axes, _largest(frame), strict=True):
        rows = frame[frame["category"] == category]
        sns.lineplot(
            rows,
            x="week",
            y="cumulative",
            hue="year",
            palette=shades,
            hue_order=list(shades),
            errorbar=None,
            legend=ax is axes[-1],
            ax=ax,
        )
        ax.set_xlim(1, 52)
        ax.set_ylim(min(0, rows["cumulative"].min()))
        ax.set_xlabel("")
        ax.set_ylabel("")
        ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: count(v)))
        ax.locator_params(axis="y", nbins=4)
        ax.set_title(
            say("{category}: units since the first Monday of January", category=legible(category))
        )
    axes[-1].set_xlabel(of_all(say("week of the year"), len(axes), frame["category"].nunique()))
    axes[-1].legend(loc="upper center", bbox_to_anchor=(0.5, -0.3), ncols=3, title=None)
    return None


@picture(height=3.2)
def compared(ax: Axes, frame: pd.DataFrame, by: str, definition: str) -> str | None:
    """Where did the season sell through more, and more than last year on the same day? One row a
    part, the largest on top, twelve at most.
    """
    title = say("Sell-through by {by}, beside the same day last year", by=say(by))
    whole = frame[(frame["by"] == by) & frame["sell_through"].notna()].sort_values("net_units")
    shown = whole.tail(12)
    if shown.empty:
        return nothing(ax, title)
    rows = np.arange(len(shown))
    ax.hlines(
        rows,
        shown["sell_through"],
        shown["last_year"].fillna(shown["sell_through"]),
        color=BAND,
        linewidth=3,
    )
    ax.plot(
        shown["last_year"],
        rows,
        "o",
        color=PAPER,
        markeredgecolor=CALM,
        label=say("last year, same day"),
    )
    provisional = shown["flags"].str.contains("returns_immature").to_numpy()
    for part, marker, label in (
        (~provisional, "o", mark("now")),
        (provisional, "D", mark("now, provisional: returns still to come are estimated")),
    ):
        if part.any():
            ax.plot(
                shown["sell_through"][part],
                rows[part],
                marker,
                color=ACCENT,
                markersize=5,
                label=say(label),
            )
    ax.set_yticks(rows, [legible(say(part)) for part in shown["part"]])
    ax.set_ylim(-0.6, len(shown) - 0.4)
    # more may have come back than was sold
    ax.set_xlim(left=min(0, shown[["sell_through", "last_year"]].min(axis=None)))
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    basis = shown["basis"].iloc[0]
    ax.set_xlabel(say(definition) if basis in DEFINITIONS else f"{say(definition)}\n{say(basis)}")
    ax.grid(axis="y", visible=False)
    ax.set_title(of_all(title, len(shown), len(whole)))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.24), ncols=1)


@picture(height=3.2)
def cohorts(ax: Axes, frame: pd.DataFrame, definition: str) -> str | None:
    """How far did each season sell through? Net of returns; a season whose returns still come is
    marked.
    """
    title = say("Sell-through of the seasons so far, net of returns")
    shown = frame[(frame["by"] == "season") & frame["sell_through"].notna()]
    if shown.empty:
        return nothing(ax, title)
    provisional = shown["flags"].str.contains("returns_immature")
    bars = ax.barh(
        range(len(shown)),
        shown["sell_through"],
        color=[WARM if p else CALM for p in provisional],
        height=0.65,
    )
    ax.set_yticks(range(len(shown)), [legible(say(c)) for c in shown["cohort"]])
    labels = [
        percent(v) + (" " + say("(provisional)") if p else "")
        for v, p in zip(shown["sell_through"], provisional, strict=True)
    ]
    ax.bar_label(bars, labels, padding=3, color=MUTED, fontsize=8.5)
    ax.set_xlim(*from_nothing(shown["sell_through"], 1.25))
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set_xlabel(say(definition))
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.set_title(title)
