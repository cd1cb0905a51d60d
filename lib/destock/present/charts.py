"""Charts: a tidy frame in, a picture out. They draw; they do not compute."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, DateFormatter
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from destock.analysis.pacing.projection import METHODS
from destock.model.messages import count, mark, money, percent, say
from destock.model.metrics import COMMITTED, DEFINITIONS
from destock.present.style import (
    ACCENT,
    BAND,
    CALM,
    CLASS_COLOURS,
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


def _nothing(ax: Axes, title: str) -> str:
    """Instead of a chart: what it would have shown, and that these data cannot."""
    ax.set_title(title)
    ax.set_axis_off()
    note = say("{title}: these data cannot show this.", title=title)
    ax.text(0.5, 0.5, note, ha="center", va="center", color=MUTED, transform=ax.transAxes)
    return note


def _of_all(title: str, shown: int, whole: int) -> str:
    """A title that says how many are not drawn."""
    return (
        title
        if shown == whole
        else say("{title} (the {shown} largest of {all})", title=title, shown=shown, all=whole)
    )


def _months_axis(ax: Axes) -> None:
    # a single point stands in four years: too few for five ticks
    ax.xaxis.set_major_locator(AutoDateLocator(minticks=3, maxticks=6))
    ax.xaxis.set_major_formatter(DateFormatter("%Y-%m"))


def _from_nothing(values: Sequence[float], margin: float) -> tuple[float, float]:
    """The ends of an axis that holds nothing and every value, those below nothing too, and is never
    without length.
    """
    low, high = min(0.0, *values) * margin, max(0.0, *values) * margin
    return (low, high) if low < high else (0.0, 1.0)


def _money_axis(axis, currency: str) -> None:
    axis.set_major_formatter(FuncFormatter(lambda v, _: money(v, currency)))


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
        return _nothing(ax, title)
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
    ax.axhline(6, color=INK, linewidth=0.8, linestyle=":")
    ax.axvline(0.7, color=INK, linewidth=0.8, linestyle=":")
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: count(v)))
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
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
        return _nothing(ax, title)
    places = np.arange(len(frame))
    bars = ax.bar(places - 0.2, frame["cost"], color=CALM, width=0.4, label=say("at cost"))
    ax.bar(places + 0.2, frame["nrv"], color=WARM, width=0.4, label=say("net of selling costs"))
    ax.bar_label(
        bars, [percent(share) for share in frame["share"]], color=MUTED, fontsize=8.5, padding=2
    )
    ax.set_xticks(places, [say(band) for band in frame["band"]])
    ax.margins(y=0.12)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2)
    _money_axis(ax.yaxis, currency)
    ax.grid(axis="x", visible=False)
    ax.set_title(title)


@picture(height=3.2)
def classes(ax: Axes, frame: pd.DataFrame, currency: str) -> str | None:
    """Of which kind is the overstock? Cost by class."""
    title = say("Overstock at cost, by kind")
    shown = frame[frame["cost"] > 0].sort_values("cost")
    if shown.empty:
        return _nothing(ax, title)
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
    _money_axis(ax.xaxis, currency)
    ax.locator_params(axis="x", nbins=5)
    ax.grid(axis="y", visible=False)
    ax.set_title(title)


@picture(height=3.2)
def causes(ax: Axes, frame: pd.DataFrame) -> str | None:
    """What brought the excess about? Units by cause."""
    title = say("Excess units by cause: plan against actual")
    shown = frame[frame["units"] > 0].sort_values("units")
    if not (~frame["cause"].isin(["no plan", "quality"]) & (frame["units"] > 0)).any():
        return _nothing(ax, title)
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


@picture(height=3.4)
def losses(ax: Axes, frame: pd.DataFrame) -> str | None:
    """Is more lost to clearing than the margin bears? Share of net sales by month, and the line it
    may reach.
    """
    title = say("Lost to markdowns, write-offs and shrink, of net sales")
    if frame.empty:
        return _nothing(ax, title)
    below = np.zeros(len(frame))
    for name, colour in zip(
        ("markdowns", "write-offs", "shrink"), (CALM, ACCENT, WARM), strict=True
    ):
        part = (frame[name] / frame["sales"]).to_numpy()
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
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    _months_axis(ax)
    highest = np.nanmax([*below, *frame["acceptable"], 0.0])
    # where nothing was lost and nothing may be, the axis still has a length
    ax.set_ylim(0, min(1.0, 1.1 * highest) or 1.0)
    ax.grid(axis="x", visible=False)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2)
    ax.set_title(title)
    return None


@picture(height=2.8)
def moving(ax: Axes, frame: pd.DataFrame) -> str | None:
    """Is more or less of the range selling? Share of SKUs moving, by four weeks."""
    title = say("Share of SKUs in stock that sold, by four weeks")
    if frame.empty:
        return _nothing(ax, title)
    ordered = frame.sort_values("period_end")
    ax.plot(ordered["period_end"], ordered["share"], color=CALM, marker="o", markersize=4)
    ax.set_ylim(0, 1.02)
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    _months_axis(ax)
    ax.set_title(title)


@picture(height=3.4)
def cost_of_waiting(ax: Axes, frame: pd.DataFrame, key: str, currency: str) -> str | None:
    """What does a week of waiting cost, and where? Storage and capital of one week by class or
    category.
    """
    title = say("What one more week of waiting costs")
    costly = frame[frame["week"] > 0].sort_values("week")
    shown, rows = costly.tail(10), range(min(10, len(costly)))
    if shown.empty:
        return _nothing(ax, title)
    bars = ax.barh(rows, shown["week"], color=ACCENT, height=0.65)
    ax.set_yticks(rows, [legible(say(v)) for v in shown[key]])
    ax.bar_label(
        bars, [money(v, currency) for v in shown["week"]], padding=3, color=MUTED, fontsize=8.5
    )
    ax.set_xlim(0, shown["week"].max() * 1.2)
    _money_axis(ax.xaxis, currency)
    ax.locator_params(axis="x", nbins=5)
    ax.grid(axis="y", visible=False)
    ax.set_title(_of_all(title, len(shown), len(costly)))


def _tiers(paths: pd.DataFrame, *_) -> list[str]:
    return [tier for tier in TIERS if tier in set(paths["tier_used"])] or ["all"]


@picture(height=3.3, panels=lambda *frames: len(_tiers(*frames)))
def pacing(axes: Sequence[Axes], paths: pd.DataFrame, baseline: pd.DataFrame) -> str | None:
    """Which styles run below the band of the last years? Sell-through by week of life, a panel a
    tier.
    """
    if baseline.empty:
        return _nothing(axes[0], say("Sell-through by week on sale, beside past seasons"))
    for ax, tier in zip(axes, _tiers(paths), strict=True):
        shown = paths[paths["tier_used"] == tier]
        bands = (
            baseline[(baseline["tier"] == tier) & baseline["season"].isin(shown["season"])]
            .drop_duplicates("age")
            .sort_values("age")
        )
        title = say("{tier}: sell-through by week on sale", tier=say(tier))
        if shown.empty or bands.empty:
            _nothing(ax, title)
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
        return _nothing(axes[0], title)
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
        return _nothing(axes[0], say("Projection of the styles that miss their goal"))
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
    axes[-1].legend(loc="upper center", bbox_to_anchor=(0.5, -0.28), ncols=2)
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
        return _nothing(axes[0], say("Path to the goals, by days on sale"))
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
        return _nothing(axes[0], say("Units of the year so far, beside the last years"))
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
    axes[-1].set_xlabel(_of_all(say("week of the year"), len(axes), frame["category"].nunique()))
    axes[-1].legend(loc="upper center", bbox_to_anchor=(0.5, -0.3), ncols=3, title=None)
    return None


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
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.grid(axis="y", visible=False)


@picture(height=3.0)
def elasticity(ax: Axes, frame: pd.DataFrame) -> str | None:
    """How many more units does a 10 % cut sell, by category, and how sure is that? Point and 95 %
    interval.
    """
    title = say("More units sold after a cut of 10 % (line: interval of 95 %)")
    shown = frame[(frame["verdict"] != "not from these data") & frame["elasticity"].notna()]
    if shown.empty:
        return _nothing(ax, title)
    names = {"all": say("all categories"), "new category": say("a new category")}
    labels = [
        f"{names.get(g, legible(g))} (n = {n})" if n else names.get(g, legible(g))
        for g, n in zip(shown["group"], shown["items"], strict=True)
    ]
    _points(ax, labels, *(0.9 ** shown[name] - 1 for name in ("elasticity", "high", "low")))
    ax.set_title(title)


@picture(height=2.8)
def estimators(ax: Axes, frame: pd.DataFrame) -> str | None:
    """What does each way of reading the same shop say of a 10 % cut? Point and 95 % interval."""
    title = say("Units after a cut of 10 %, read in several ways")
    if frame.empty:
        return _nothing(ax, title)
    _points(
        ax,
        [say(name) for name in frame["estimator"]],
        *(0.9 ** frame[name] - 1 for name in ("elasticity", "high", "low")),
    )
    ax.set_title(title)


@picture(height=3.2)
def event_study(ax: Axes, frame: pd.DataFrame) -> str | None:
    """Did the cut styles run beside the others before the cut, and apart from them after it?
    Difference in units by week.
    """
    title = say("Cut styles beside the others, week by week")
    if frame.empty:
        return _nothing(ax, title)
    ax.fill_between(frame["week_of_test"], frame["low"], frame["high"], color=BAND, linewidth=0)
    ax.plot(frame["week_of_test"], frame["uplift"], color=CALM, marker="o", markersize=4)
    ax.axhline(0, color=INK, linewidth=0.8)
    ax.axvline(-0.5, color=INK, linewidth=0.8, linestyle=":")
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel(say("weeks from the decision (the week before it = 0)"))
    ax.set_title(title)


@picture(height=3.2)
def ladder(ax: Axes, frame: pd.DataFrame, currency: str) -> str | None:
    """Which step of the price ladder brings in most? Cash until the exit with its interval."""
    title = say("Cash until the exit, by step of the price ladder")
    if not frame["cash"].notna().any() or not frame["cash"].sum() > 0:
        return _nothing(ax, title)
    names = [percent(step) for step in frame["step"]]
    ax.bar(
        names, frame["cash"], color=[ACCENT if best else CALM for best in frame["best"]], width=0.6
    )
    ax.vlines(names, frame["cash_low"], frame["cash_high"], color=INK, linewidth=1.4)
    _money_axis(ax.yaxis, currency)
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
        return _nothing(ax, title)
    wide = (
        frame.pivot(index="day_of_test", columns="arm", values="index")
        .rolling(7, min_periods=4)
        .mean()
    )
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
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set_xlabel(say("days from the decision"))
    ax.set_ylabel("")
    ax.set_ylim(0)
    ax.set_title(title)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=3)


@picture(height=3.2)
def stock_bridge(ax: Axes, frame: pd.DataFrame) -> str | None:
    """Does the stock add up? From opening to closing stock, step by step."""
    title = say("From opening to closing stock, units")
    if not frame["units"].abs().sum() > 0:
        return _nothing(ax, title)
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
    ax.set_xlim(*_from_nothing([*starts, *ends], 1.18))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: count(v)))
    ax.locator_params(axis="x", nbins=5)
    ax.grid(axis="y", visible=False)
    ax.set_title(title)


@picture(height=3.2)
def compared(ax: Axes, frame: pd.DataFrame, by: str, definition: str) -> str | None:
    """Where did the season sell through more, and more than last year on the same day? One row a
    part, the largest on top, twelve at most.
    """
    title = say("Sell-through by {by}, beside the same day last year", by=say(by))
    whole = frame[(frame["by"] == by) & frame["sell_through"].notna()].sort_values("net_units")
    shown = whole.tail(12)
    if shown.empty:
        return _nothing(ax, title)
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
    ax.set_title(_of_all(title, len(shown), len(whole)))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.24), ncols=1)


@picture(height=3.2)
def cohorts(ax: Axes, frame: pd.DataFrame, definition: str) -> str | None:
    """How far did each season sell through? Net of returns; a season whose returns still come is
    marked.
    """
    title = say("Sell-through of the seasons so far, net of returns")
    shown = frame[(frame["by"] == "season") & frame["sell_through"].notna()]
    if shown.empty:
        return _nothing(ax, title)
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
    ax.set_xlim(*_from_nothing(shown["sell_through"], 1.25))
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set_xlabel(say(definition))
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.set_title(title)
