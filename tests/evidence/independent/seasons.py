"""The seasons of a simulated shop as a study of projections sees them: as known, and the end."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from tests.evidence.independent.weeks import BACK_AFTER, World


@dataclass(frozen=True)
class Seasons:
    """What is known at a moment (styles, weeks, events), and what nobody knows then.

    Attributes
    ----------
    styles, weeks : DataFrame
        One row a style; one row a style and week of its life that is over.
    events : DataFrame
        Festivals of all seasons, future ones too.
    final, bought_in_end, pace : Series
        By item: net units sold by the exit, units ever received, and the mean net demand of a life
        at the tag price ÷ units ever received.
    """

    styles: pd.DataFrame
    weeks: pd.DataFrame
    events: pd.DataFrame
    final: pd.Series
    bought_in_end: pd.Series
    pace: pd.Series


def seasons(
    world: World,
    week: int | None = None,
    as_of_week: int | None = None,
    arrived_only: bool = False,
) -> Seasons:
    """Show all seasons as they were at a moment of the running one.

    Parameters
    ----------
    world : World
        What ``draw`` gave.
    week : int, optional
        The moment at which every running style had completed so many weeks of its life, each at
        its own date; where its life is shorter, its end.
    as_of_week : int, optional
        Without ``week``: the end of this many weeks of the running season; styles that were not
        launched by then are not shown.
    arrived_only : bool
        Whether only returns that had arrived by the moment are taken from the running styles'
        weeks. Without it all that belong to a week's sales are.
    """
    running, known = _moment(world, week, as_of_week)
    net = _net_units(world, np.where(running & arrived_only, known, 10**6))
    shown = known > world.shop.styles.frame["launch"].to_numpy()
    styles, weeks = _styles(world, known, running, net), _weeks(world, known, net)
    final, bought, pace = _in_the_end(world)
    return Seasons(
        styles[shown].reset_index(drop=True),
        weeks,
        world.shop.events[["event", "date"]],
        final[shown],
        bought[shown],
        pace[shown],
    )


def _moment(
    world: World, week: int | None, as_of_week: int | None
) -> tuple[np.ndarray, np.ndarray]:
    """Which styles are of the running season, and the first week of each that is not known."""
    if (week is None) == (as_of_week is None) or (week or as_of_week) < 1:
        raise ValueError("give week or as_of_week, at least 1")
    frame = world.shop.styles.frame
    launch, left = frame["launch"].to_numpy(), (frame["launch"] + frame["life"]).to_numpy()
    running = (frame["year"] == frame["year"].max()).to_numpy()
    moment = launch + week if as_of_week is None else as_of_week
    return running, np.where(running, np.minimum(moment, left), left)


def _net_units(world: World, known: np.ndarray) -> np.ndarray:
    """Units sold of each week, less those of them that came back before week ``known``."""
    back, weeks = world.styles["back"], np.arange(world.styles["sold"].shape[1])
    arrives = weeks[:, None] + np.arange(1, len(BACK_AFTER) + 1)
    return world.styles["sold"] - (back * (arrives < known[:, None, None])).sum(2)


def _styles(world: World, known: np.ndarray, running: np.ndarray, net: np.ndarray) -> pd.DataFrame:
    """One row a style, as it stood when week ``known`` of its season began."""
    frame, state = world.shop.styles.frame, world.styles
    season = world.shop.seasons.iloc[frame["year"]].reset_index(drop=True)
    over = np.arange(net.shape[1]) < known[:, None]
    still_open = over & (state["due"] >= known[:, None])
    return pd.DataFrame(
        {
            "item": frame["item"],
            "season": frame["season"],
            "season_year": season["year"],
            "season_half": "SS",
            "parent_category": "all",
            "category": frame["category"],
            "tier": frame["tier"],
            "received": (state["inbound"] * over).sum(1),
            "on_order": (state["ordered"] * still_open).sum(1),
            "first_week": frame["start"] + pd.to_timedelta(7 * frame["launch"], unit="D"),
            "life": frame["life"],
            "exit_date": season["end"],
            "in_season": running,
            "age": known - frame["launch"].to_numpy() - 1,
            "net_units": (net * over).sum(1),
            "week_part": 0.0,
        }
    )


def _weeks(world: World, known: np.ndarray, net: np.ndarray) -> pd.DataFrame:
    """One row a style and completed week of its life."""
    frame, week = world.shop.styles.frame, np.arange(net.shape[1])
    launch = frame["launch"].to_numpy()
    rows, columns = np.nonzero((week >= launch[:, None]) & (week < known[:, None]))
    return pd.DataFrame(
        {
            "item": frame["item"].to_numpy()[rows],
            "age": columns - launch[rows],
            "net_units": net[rows, columns],
            "in_stock_share": world.styles["share"][rows, columns],
        }
    )


def _in_the_end(world: World) -> tuple[pd.Series, pd.Series, pd.Series]:
    """By item: net units sold by the exit, units ever received, true demand ÷ these."""
    goods, state = world.shop.styles, world.styles
    items = pd.Index(goods.frame["item"])
    final = pd.Series((state["sold"] - state["back"].sum(2)).sum(1), items, name="final")
    bought = pd.Series(state["inbound"].sum(1), items, name="bought_in_end")
    gross = (goods.plain * goods.festive).sum(1)
    demand = gross * (1 - goods.frame["return_rate"].to_numpy())
    return final, bought, (demand / bought).rename("pace")
