"""A simulated shop as a folder of exports, and what its tables cannot say."""

from pathlib import Path

import numpy as np
import pandas as pd
from tests.evidence.independent import tables
from tests.evidence.independent.shop import Goods
from tests.evidence.independent.weeks import State, World, go_on, opening, part_of

TABLES = (
    "products",
    "order_lines",
    "purchases",
    "movements",
    "stock",
    "prices",
    "traffic",
    "plan",
)
CONTINUATIONS = 60


def write_shop(world: World, folder: str | Path, as_of_week: int) -> Path:
    """Write the shop as it was at the end of so many weeks of the running season.

    Parameters
    ----------
    world : World
        What ``draw`` gave.
    folder : path
        Where shop.toml and the tables go; made if it is not there.
    as_of_week : int
        Completed weeks of the running season, at least 1; the report is of the last one's Sunday.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    as_of = _as_of(world, as_of_week)
    for name in TABLES:
        made = getattr(tables, name)(world, as_of)
        made.to_csv(folder / f"{name}.csv", index=False)
    (folder / "shop.toml").write_text(_toml(world, as_of), encoding="utf-8")
    return folder


def _as_of(world: World, as_of_week: int) -> pd.Timestamp:
    """The Sunday that ends a week of the running season."""
    season = world.shop.seasons.iloc[-1]
    if not 1 <= as_of_week <= season["weeks"]:
        raise ValueError(f"as_of_week lies between 1 and {season['weeks']}")
    return season["start"] + pd.Timedelta(days=7 * as_of_week - 1)


def _toml(world: World, as_of: pd.Timestamp) -> str:
    """The shop's description."""
    shop = world.shop
    days = {
        event: ", ".join(f"{date:%Y-%m-%d}" for date in dates)
        for event, dates in shop.events.groupby("event")["date"]
    }
    lines = [
        f'name = "Independent shop {shop.seed}-{world.number}"',
        'currency = "CNY"',
        'timezone = "Asia/Shanghai"',
        f"as_of = {as_of:%Y-%m-%d}",
        *(f'\n[tables.{name}]\nsource = "{name}.csv"' for name in TABLES),
        "\n[seasons]",
        *(f"{s.season} = {s.end:%Y-%m-%d}" for s in shop.seasons.itertuples()),
        "\n[events]",
        *(f'"{event}" = [{dates}]' for event, dates in days.items()),
    ]
    return "\n".join(lines) + "\n"


def truth(world: World, as_of_week: int, continuations: int = CONTINUATIONS) -> pd.DataFrame:
    """Tell of every style what will still sell, and at which rate it does.

    Parameters
    ----------
    world : World
        What ``draw`` gave.
    as_of_week : int
        Completed weeks of the running season, at least 1.
    continuations : int
        How many further courses of chance after the moment the mean is taken over.

    Returns
    -------
    DataFrame
        ``item``; ``remaining``, net units sold from the moment to the exit in this draw, and
        ``expected_remaining``, its mean over chance, both with reorders to come and 0 for past
        seasons; ``rate``, mean net units of the week that begins, without festival, weather and
        viral spike, at the price in force. A core style has no exit, and only a rate.
    """
    _as_of(world, as_of_week)
    goods, frame = world.shop.styles, world.shop.styles.frame
    running = (frame["year"] == frame["year"].max()).to_numpy()
    expected = np.zeros(len(frame))
    expected[running] = _expected(world, as_of_week, continuations, np.flatnonzero(running))
    told = frame[["item"]].assign(
        remaining=np.where(running, _net_after(world.styles, as_of_week), 0.0),
        expected_remaining=expected,
        rate=np.where(running, _rate(goods, world.styles, as_of_week), 0.0),
    )
    core, week = world.shop.core, as_of_week + tables.weeks_before(world)
    always = core.frame[["item"]].assign(rate=_rate(core, world.core, week))
    return pd.concat([told, always], ignore_index=True)


def _expected(world: World, as_of_week: int, continuations: int, rows: np.ndarray) -> np.ndarray:
    """Mean net units that some styles will sell, over further courses of chance."""
    goods, kind = world.shop.styles, world.shop.kind
    stream = (world.shop.seed, world.number, 0)
    before = go_on(goods, kind, opening(goods), 0, stream, as_of_week)
    mine, state = part_of(goods, before, rows)
    total = np.zeros(len(rows))
    for branch in range(1, continuations + 1):
        copy = {name: values.copy() for name, values in state.items()}
        total += _net_after(go_on(mine, kind, copy, as_of_week, (*stream, branch)), as_of_week)
    return total / continuations


def _net_after(state: State, week: int) -> np.ndarray:
    """Net units sold from a week on."""
    return (state["sold"] - state["back"].sum(2))[:, week:].sum(1)


def _rate(goods: Goods, state: State, week: int) -> np.ndarray:
    """Mean net demand of the week that begins, at the season's level and the price in force."""
    if week >= goods.plain.shape[1]:
        return np.zeros(len(goods.frame))
    answer = state["price"][:, week] ** goods.frame["elasticity"].to_numpy()
    kept = 1 - goods.frame["return_rate"].to_numpy()
    return goods.plain[:, week] * np.exp(state["walk"][:, week - 1]) * answer * kept
