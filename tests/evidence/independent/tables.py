"""The tables of a simulated shop's exports, each as it was at the end of a day.

A style is one SKU. Deliveries and what was sent back come in on Monday mornings, sales at noon of
the days on which the style was there.
"""

import numpy as np
import pandas as pd
from tests.evidence.independent.shop import Goods
from tests.evidence.independent.styles import PLANNED_INSTOCK, PLANNED_PRICE
from tests.evidence.independent.weeks import State, World

DAY = pd.Timedelta(days=1)
PROMISED = 29 * DAY  # from a reorder to the day it is promised for
ORDERED_BEFORE = 112 * DAY  # first buys, from their season's start
TO_OUTLET, OUTLET_AFTER = 0.85, 35 * DAY  # share of what is left, from the season's end
SEEN_MOST = 0.5  # clicks per exposure


def weeks_before(world: World) -> int:
    """Weeks from the first season's start to the running one's."""
    start = world.shop.seasons["start"]
    return (start.iloc[-1] - start.iloc[0]).days // 7


def _both(world: World) -> tuple[tuple[Goods, State], tuple[Goods, State]]:
    """Styles with a season, and without."""
    return (world.shop.styles, world.styles), (world.shop.core, world.core)


def _monday(frame: pd.DataFrame, rows: np.ndarray, weeks: np.ndarray) -> pd.Series:
    """The Monday of a week of the rows' season."""
    start = frame["start"].to_numpy()[rows]
    return pd.Series(start + (7 * np.asarray(weeks, int)).astype("timedelta64[D]"))


def _launch(frame: pd.DataFrame) -> pd.Series:
    """First day on sale."""
    return _monday(frame, np.arange(len(frame)), frame["launch"].to_numpy())


def _cost(frame: pd.DataFrame) -> pd.Series:
    """Money a unit costs."""
    return (frame["tag_price"] * (1 - frame["margin"])).round(2)


def _ends(world: World) -> pd.Series:
    """Last day of each style's season."""
    return world.shop.styles.frame["season"].map(world.shop.seasons.set_index("season")["end"])


def products(world: World, as_of: pd.Timestamp) -> pd.DataFrame:
    """All styles that were bought by then, launched or not."""
    frame = pd.concat([goods.frame for goods, _ in _both(world)], ignore_index=True)
    with_season = frame["season"] != ""
    return pd.DataFrame(
        {
            "sku": frame["item"],
            "style": frame["item"],
            "name": frame["category"] + " " + frame["item"],
            "category": frame["category"],
            "parent_category": "all",
            "tier": frame["tier"],
            "season": frame["season"],
            "launch_date": _launch(frame),
            "exit_date": _ends(world).reindex(frame.index).where(with_season),
            "tag_price": frame["tag_price"],
            "unit_cost": _cost(frame),
        }
    )


def order_lines(world: World, as_of: pd.Timestamp) -> pd.DataFrame:
    """A line a style and day: what was sold, and what of it came back later."""
    made = []
    for part, (goods, state) in enumerate(_both(world)):
        rng = np.random.default_rng([3, world.shop.seed, world.number, part])
        made.append(_lines(goods.frame, state, rng))
    lines = pd.concat(made, ignore_index=True)
    return lines[lines["ordered_at"] < as_of + DAY]


def _lines(frame: pd.DataFrame, state: State, rng: np.random.Generator) -> pd.DataFrame:
    """Sales and returns of a part of the shop: every unit has a day of its week."""
    rows, weeks = np.nonzero(state["sold"])
    sold, back = state["sold"][rows, weeks], state["back"][rows, weeks]
    fates = np.column_stack([sold - back.sum(1), back]).astype(int)
    cell = np.repeat(np.arange(fates.size), fates.ravel())
    week_of, fate = np.divmod(cell, fates.shape[1])
    there = 7 * state["share"][rows, weeks][week_of]
    day = np.minimum((rng.random(len(cell)) * there).astype(int), 6)
    sales, units = np.unique(week_of * 7 + day, return_counts=True)
    sale = _line(frame, state, (rows, weeks), sales, units).assign(kind="sale")
    sale["shipped_at"] = sale["ordered_at"] + pd.Timedelta(hours=6)
    gone = fate > 0
    key, units = np.unique((week_of * 7 + day)[gone] * 8 + fate[gone], return_counts=True)
    sales, after = np.divmod(key, 8)
    back = _line(frame, state, (rows, weeks), sales, units).assign(kind="return")
    back["original_order_id"], back["original_ordered_at"] = back["order_id"], back["ordered_at"]
    index = sales // 7
    came = _monday(frame, rows[index], weeks[index] + after)
    return pd.concat([sale, back.assign(ordered_at=came + pd.Timedelta(hours=8))])


def _line(
    frame: pd.DataFrame,
    state: State,
    where: tuple[np.ndarray, np.ndarray],
    sales: np.ndarray,
    units: np.ndarray,
) -> pd.DataFrame:
    """Order lines of some days: number, time, money."""
    rows, weeks = (values[sales // 7] for values in where)
    date = _monday(frame, rows, weeks) + pd.to_timedelta(sales % 7, unit="D")
    item = frame["item"].to_numpy()[rows]
    price = (frame["tag_price"].to_numpy()[rows] * state["price"][rows, weeks]).round(2)
    return pd.DataFrame(
        {
            "order_id": pd.Series(item) + "/" + date.dt.strftime("%Y%m%d"),
            "line_id": 1,
            "sku": item,
            "ordered_at": date + pd.Timedelta(hours=12),
            "units": units,
            "customer_paid": (price * units).round(2),
        }
    )


def purchases(world: World, as_of: pd.Timestamp) -> pd.DataFrame:
    """First buys and reorders placed by then; what has not arrived is open."""
    made = pd.concat([_orders(goods.frame, state) for goods, state in _both(world)])
    made = made[made["ordered_at"] < as_of + DAY].reset_index(drop=True)
    arrived = made["received_at"] < as_of + DAY
    made["received_at"] = made["received_at"].where(arrived)
    return made.assign(units_received=made["units_ordered"].where(arrived, 0))


def _orders(frame: pd.DataFrame, state: State) -> pd.DataFrame:
    """Purchase orders of a part of the shop, as if all had arrived."""
    first = pd.DataFrame(
        {
            "row": np.arange(len(frame)),
            "ordered_at": frame["start"] - ORDERED_BEFORE,
            "due_at": _launch(frame),
            "received_at": _launch(frame),
            "units_ordered": frame["first_buy"],
        }
    )
    rows, weeks = np.nonzero(state["ordered"])
    sunday = _monday(frame, rows, weeks) + 6 * DAY
    again = pd.DataFrame(
        {
            "row": rows,
            "ordered_at": sunday + pd.Timedelta(hours=20),
            "due_at": sunday + PROMISED,
            "received_at": _monday(frame, rows, state["due"][rows, weeks]),
            "units_ordered": state["ordered"][rows, weeks].astype(int),
        }
    )
    made = pd.concat([first, again], ignore_index=True)
    made["received_at"] += pd.Timedelta(hours=6)
    row = made.pop("row")
    made.insert(0, "sku", frame["item"].to_numpy()[row])
    nth = made.groupby("sku").cumcount().astype(str)
    made.insert(0, "po_id", "PO-" + made["sku"] + "-" + nth)
    return made.assign(unit_cost=_cost(frame).to_numpy()[row])


def movements(world: World, as_of: pd.Timestamp) -> pd.DataFrame:
    """Most of what past seasons left went to an outlet."""
    frame = world.shop.styles.frame
    units = (_left(world) * TO_OUTLET).astype(int)
    made = pd.DataFrame(
        {
            "sku": frame["item"],
            "moved_at": _ends(world) + OUTLET_AFTER + pd.Timedelta(hours=9),
            "units": -units,
            "kind": "transfer",
        }
    )
    return made[(units > 0) & (made["moved_at"] < as_of)]


def _left(world: World) -> np.ndarray:
    """Units that a season leaves when all returns are in."""
    state = world.styles
    return state["on_hand"][:, -1] + state["returned"][:, state["sold"].shape[1] :].sum(1)


def stock(world: World, as_of: pd.Timestamp) -> pd.DataFrame:
    """Counts of all styles that were ever there, at the end of the day."""
    frame, past = world.shop.styles.frame, _ends(world) < as_of
    week = (as_of - world.shop.seasons["start"].iloc[-1]).days // 7
    left = _left(world)
    kept = left - (left * TO_OUTLET).astype(int)
    running = frame["year"] == frame["year"].max()
    units = np.where(past & ~running, kept, world.styles["on_hand"][:, week])
    there = (frame["launch"] <= week) | ~running
    made = pd.DataFrame({"sku": frame["item"], "counted_at": as_of, "on_hand": units})[there]
    core = world.core["on_hand"][:, week + weeks_before(world)]
    always = pd.DataFrame({"sku": world.shop.core.frame["item"], "counted_at": as_of})
    return pd.concat([made, always.assign(on_hand=core)]).astype({"on_hand": int})


def prices(world: World, as_of: pd.Timestamp) -> pd.DataFrame:
    """Prices in force, from the launch on; the cut decided today holds from tomorrow."""
    made = pd.concat([_cuts(goods.frame, state) for goods, state in _both(world)])
    made = made[(made["mechanism"] == "") | (made["valid_from"] <= as_of + DAY)]
    made["valid_to"] = made.groupby("item")["valid_from"].shift(-1)
    return made


def _cuts(frame: pd.DataFrame, state: State) -> pd.DataFrame:
    """The tag price at the launch, and every later price."""
    part = state["price"][:, :-1].copy()
    changed = np.diff(part, axis=1, prepend=1.0) != 0
    changed[np.arange(len(frame)), frame["launch"]] = True
    rows, weeks = np.nonzero(changed)
    part = part[rows, weeks]
    return pd.DataFrame(
        {
            "item": frame["item"].to_numpy()[rows],
            "valid_from": _monday(frame, rows, weeks),
            "price": (frame["tag_price"].to_numpy()[rows] * part).round(2),
            "mechanism": np.where(part < 1, "markdown", ""),
        }
    )


def traffic(world: World, as_of: pd.Timestamp) -> pd.DataFrame:
    """Exposures and clicks of each day on which a style could be bought."""
    made = []
    for part, (goods, state) in enumerate(_both(world)):
        rng = np.random.default_rng([4, world.shop.seed, world.number, part])
        made.append(_seen(goods, state, rng))
    seen = pd.concat(made, ignore_index=True)
    return seen[seen["date"] <= as_of]


def _seen(goods: Goods, state: State, rng: np.random.Generator) -> pd.DataFrame:
    """What brings demand brings exposures, but for the style's appeal and its price."""
    frame = goods.frame
    level = np.exp(state["walk"] + state["weather"] + state["buzz"])
    appeal = frame["appeal"].to_numpy()
    per_unit = (frame["planned_conversion"] * appeal).to_numpy()[:, None]
    daily = goods.plain * goods.festive * level / per_unit / 7
    there = np.clip(7 * state["share"][:, :, None] - np.arange(7), 0, 1)
    rows, weeks, days = np.nonzero((goods.plain > 0)[:, :, None] & (there > 0))
    exposures = rng.poisson(daily[rows, weeks] * there[rows, weeks, days])
    rate = np.minimum(frame["planned_click_rate"] * np.sqrt(appeal), SEEN_MOST).to_numpy()[rows]
    return pd.DataFrame(
        {
            "item": frame["item"].to_numpy()[rows],
            "date": _monday(frame, rows, weeks) + pd.to_timedelta(days, unit="D"),
            "exposures": exposures,
            "clicks": rng.binomial(exposures, rate),
        }
    )


def plan(world: World, as_of: pd.Timestamp) -> pd.DataFrame:
    """What was meant before the season."""
    frame = world.shop.styles.frame
    days = 7 * frame["life"]
    exposures = frame["planned_gross"] / frame["planned_conversion"] / days
    return pd.DataFrame(
        {
            "item": frame["item"],
            "planned_buy": frame["planned_buy"],
            "planned_sales": frame["planned_sales"],
            "planned_days": days,
            "planned_instock": PLANNED_INSTOCK,
            "planned_exposures_per_day": exposures.round().astype(int),
            "planned_click_rate": frame["planned_click_rate"],
            "planned_conversion": frame["planned_conversion"].round(6),
            "planned_return_rate": frame["planned_return_rate"],
            "planned_price": (frame["tag_price"] * PLANNED_PRICE).round(2),
            "planned_launch": _launch(frame),
        }
    )
