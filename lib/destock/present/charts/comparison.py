"""Pictures of a season beside others: the last years, the same day last year, earlier seasons."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from destock.model.messages import count, mark, percent, say
from destock.model.metrics import DEFINITIONS
from destock.present.axes import from_nothing, legend_below, nothing, of_all, share_axis
from destock.present.style import ACCENT, BAND, CALM, MUTED, PAPER, WARM, legible, picture

MOST_PARTS, MOST_CATEGORIES = 12, 6


def _largest(frame: pd.DataFrame) -> list[str]:
    if frame.empty:
        return []
    return frame.groupby("category")["units"].sum().nlargest(MOST_CATEGORIES).index.tolist()


@picture(height=2.1, panels=lambda frame, *_: max(1, len(_largest(frame))))
def years(axes: Sequence[Axes], frame: pd.DataFrame) -> str | None:
    """How does each category's year run beside the last years? Cumulative units by week of the
    year, a panel a category.
    """
    if frame.empty:
        return nothing(axes[0], say("Units of the year so far, beside the last years"))
    shades = _shades(frame["year"])
    for ax, category in zip(axes, _largest(frame), strict=True):
        rows = frame[frame["category"] == category]
        _years_panel(ax, rows, shades, legend=ax is axes[-1])
        ax.set_title(
            say("{category}: units since the first Monday of January", category=legible(category))
        )
    axes[-1].set_xlabel(of_all(say("week of the year"), len(axes), frame["category"].nunique()))
    legend_below(axes[-1], 0.3, 3, title=None)
    return None


def _shades(years: pd.Series) -> dict[int, str]:
    """A colour for each year: the nearer, the darker; this one stands out."""
    newest = years.max()
    before = sorted(set(years) - {newest})
    shades = sns.light_palette(CALM, 5).as_hex()[2:]
    return dict(zip(before, shades, strict=False)) | {newest: ACCENT}


def _years_panel(ax: Axes, rows: pd.DataFrame, shades: dict[int, str], legend: bool) -> None:
    colours = {"hue": "year", "palette": shades, "hue_order": list(shades)}
    sns.lineplot(rows, x="week", y="cumulative", **colours, errorbar=None, legend=legend, ax=ax)
    ax.set_xlim(1, 52)
    ax.set_ylim(min(0, rows["cumulative"].min()))
    ax.set_xlabel("")
    ax.set_ylabel("")
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: count(v)))
    ax.locator_params(axis="y", nbins=4)


@picture(height=3.2)
def compared(ax: Axes, frame: pd.DataFrame, by: str, definition: str) -> str | None:
    """Where did the season sell through more, and more than last year on the same day? One row a
    part, the largest on top, twelve at most.
    """
    title = say("Sell-through by {by}, beside the same day last year", by=say(by))
    whole = frame[(frame["by"] == by) & frame["sell_through"].notna()].sort_values("net_units")
    shown = whole.tail(MOST_PARTS)
    if shown.empty:
        return nothing(ax, title)
    _compared_rows(ax, shown)
    ax.set_yticks(range(len(shown)), [legible(say(part)) for part in shown["part"]])
    ax.set_ylim(-0.6, len(shown) - 0.4)
    # more may have come back than was sold
    ax.set_xlim(left=min(0, shown[["sell_through", "last_year"]].min(axis=None)))
    share_axis(ax.xaxis)
    basis = shown["basis"].iloc[0]
    ax.set_xlabel(say(definition) if basis in DEFINITIONS else f"{say(definition)}\n{say(basis)}")
    ax.grid(axis="y", visible=False)
    ax.set_title(of_all(title, len(shown), len(whole)))
    legend_below(ax, 0.24, 1)
    return None


def _compared_rows(ax: Axes, shown: pd.DataFrame) -> None:
    """A row a part: last year, now, and the way between them."""
    rows, now, before = np.arange(len(shown)), shown["sell_through"], shown["last_year"]
    ax.hlines(rows, now, before.fillna(now), color=BAND, linewidth=3)
    hollow = {"color": PAPER, "markeredgecolor": CALM}
    ax.plot(before, rows, "o", **hollow, label=say("last year, same day"))
    provisional = shown["flags"].str.contains("returns_immature").to_numpy()
    for part, marker, label in (
        (~provisional, "o", mark("now")),
        (provisional, "D", mark("now, provisional: returns still to come are estimated")),
    ):
        if part.any():
            ax.plot(now[part], rows[part], marker, color=ACCENT, markersize=5, label=say(label))


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
    share_axis(ax.xaxis)
    ax.set_xlabel(say(definition))
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.set_title(title)
