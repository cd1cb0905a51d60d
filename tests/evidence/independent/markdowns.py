"""Seasons of a fashion shop in which the true answer to a price is fixed before one is set."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .ranges import CATEGORIES, CELLS, TIERS, Cell, Range, draw_range

TEST = ["experiment", "item", "arm", "decision_date", "window_end", "arm_price", "cluster"]
START = pd.Timestamp("2024-02-05")  # a Monday


@dataclass(frozen=True)
class Truth:
    """The answer to a price, known before anybody sets one."""

    own: float
    together: float
    by_category: pd.Series
    by_item: pd.Series
    new_category: float


@dataclass(frozen=True)
class World:
    """One season: what the shop can see, and the truth it cannot."""

    item_week: pd.DataFrame
    item_now: pd.DataFrame
    experiment: pd.DataFrame
    truth: Truth


@dataclass(frozen=True)
class Book:
    """What happened: arrays with a row per week and a column per style, and the tests."""

    cut: np.ndarray  # price in force as a share of the first price
    mean: np.ndarray
    sold: np.ndarray
    share: np.ndarray
    exposures: np.ndarray
    stock: np.ndarray  # at the start of the week
    tests: list[tuple[int, int, np.ndarray, np.ndarray, np.ndarray]]


def simulate(cell: str, seed: int) -> World:
    """Run one season of a shop and keep the truth beside it.

    Parameters
    ----------
    cell
        A name in `CELLS`.
    seed
        Any number from 0: the same cell and seed give the same season.

    Returns
    -------
    World
        The frames the shop sees (`experiment` is empty where nothing was drawn by lot), and truth.
    """
    kind = CELLS[cell]
    rng = np.random.default_rng([zlib.crc32(cell.encode()), seed])
    shop, new = draw_range(kind, rng)
    book = run(kind, shop, rng)
    now = pd.DataFrame(
        {"item": _names(shop), "category": CATEGORIES[shop.category], "received": shop.bought}
    ).assign(tier=TIERS[shop.tier])
    return World(_weeks(shop, book, rng), now, _tests(kind, shop, book), _truth(kind, shop, new))


def run(cell: Cell, shop: Range, rng: np.random.Generator) -> Book:
    """Live through the season week by week: set prices, then sell."""
    shape = shop.quiet.shape
    empty = [np.zeros(shape) for _ in range(5)]
    book = Book(np.ones(shape), *empty, [])
    traits = (
        rng.uniform(3, 15, shape[1]),  # size of the negative binomial
        rng.uniform(0.1, 0.2, shape[1]) * cell.pull,
        np.exp(rng.normal(np.log(0.03), 0.3, shape[1])),  # conversion
        rng.normal(-0.6, 0.1, shape[1]),  # elasticity of exposures
    )
    drawn_by_lot = cell.policy in ("style", "cluster")
    calendar = _test_weeks(shape[0], rng) if drawn_by_lot else []
    book.stock[0] = shop.bought
    for week in range(shape[0]):
        if drawn_by_lot:
            _lot(cell, shop, book, week, calendar, rng)
        elif week >= 5 and week % 2:
            _review(cell, shop, book, week, rng)
        _sell(cell, shop, book, week, traits, rng)
    return book


def _test_weeks(weeks: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Draw the first week and the week after the last of two tests."""
    start, first, second = rng.integers(5, 7), *rng.integers(3, 6, 2)
    again = start + first + 2
    again += rng.integers(0, weeks - again - second + 1)
    return [(int(start), int(start + first)), (int(again), int(again + second))]


def _lot(
    cell: Cell,
    shop: Range,
    book: Book,
    week: int,
    calendar: list[tuple[int, int]],
    rng: np.random.Generator,
) -> None:
    """Draw a test that starts this week, or let the manager break one in its second week."""
    for start, end in calendar:
        if week == start:
            _draw(cell, shop, book, (start, end), rng)
        elif week == start + 1 and cell.breach == "controls":
            style, cut = book.tests[-1][2:4]
            control = style[~cut]
            last = book.sold[week - 2 : week, control].mean(axis=0)
            usual = book.sold[max(week - 6, 0) : week - 2, control].sum(axis=0)
            usual /= (week - 2 - shop.launch[control]).clip(1, 4)
            worst = control[np.argsort(last / (usual + 0.5))[: round(len(control) / 4)]]
            book.cut[week:end, worst] = rng.uniform(0.7, 0.85, len(worst))


def _draw(
    cell: Cell, shop: Range, book: Book, window: tuple[int, int], rng: np.random.Generator
) -> None:
    """Give half of the styles or of the clusters on sale the test's cut."""
    start, end = window
    ready = (shop.launch <= start - 2) & (shop.last >= end - 1) & (book.stock[start] > 0)
    style = np.flatnonzero(ready)
    unit = shop.cluster[style] if cell.policy == "cluster" else style
    drawn = rng.permutation(np.unique(unit))
    cut = np.isin(unit, drawn[: (len(drawn) + rng.integers(0, 2)) // 2])
    deep = 1 - rng.choice([0.15, 0.2, 0.25, 0.3, 0.35, 0.4])
    price = np.where(cut, np.round(shop.base[style] * deep), shop.base[style])
    book.tests.append((start, end, style, cut, price))
    real = price / shop.base[style]
    if cell.breach == "cuts":
        real = np.where(rng.uniform(size=len(style)) < 0.2, 1.0, real)
    if cell.breach == "rounding":
        real = real * (1 + rng.uniform(-0.004, 0.004, len(style)))
    book.cut[start:end, style] = real


def _review(cell: Cell, shop: Range, book: Book, week: int, rng: np.random.Generator) -> None:
    """Move the styles that worry the shop most one step down the ladder, for good."""
    stock, left = book.stock[week], shop.last - week
    if cell.policy == "cover":
        pace = book.sold[week - 3 : week].mean(axis=0)
        worry = stock / np.maximum(pace, 0.1) - 1.2 * (left + 1)
    elif cell.policy == "behind":
        through = 1 - stock / shop.bought
        worry = (week - shop.launch) / (shop.last - shop.launch + 1) - through
    else:  # only the manager sees what comes, and not clearly
        ahead = shop.quiet[week : week + 4].mean(axis=0) - shop.quiet[week - 3 : week].mean(axis=0)
        worry = np.median(ahead) - ahead + rng.normal(0, 0.3, len(ahead))
    steps = np.array(cell.ladder)
    step = np.abs(book.cut[week][:, None] - steps).argmin(axis=1)
    able = (shop.launch <= week - 4) & (left >= 1) & (stock > 0) & (step < len(steps) - 1)
    worst = np.argsort(np.where(able & (worry > 0), -worry, np.inf))
    worst = worst[: min(cell.budget, int((able & (worry > 0)).sum()))]
    book.cut[week:, worst] = steps[step[worst] + 1]


def _sell(
    cell: Cell,
    shop: Range,
    book: Book,
    week: int,
    traits: tuple[np.ndarray, ...],
    rng: np.random.Generator,
) -> None:
    """Sell one week at the prices in force, as far as the stock goes."""
    size, pull, conversion, seen = traits
    stock, cut = book.stock[week], np.log(book.cut[week])
    on = shop.listed()[week] & (stock > 0)
    mean = np.exp(shop.quiet[week] + shop.own * cut + cell.cross * _others(shop, book, week, on))
    mean *= _timing(book.cut[max(week - 2, 0) : week + 1], pull)
    if cell.traffic:
        rate = conversion * np.exp((shop.own - seen) * cut + rng.normal(0, 0.1, len(cut)))
        book.exposures[week] = rng.poisson(mean / rate)
        mean = book.exposures[week] * rate + 1e-9
    demand = rng.negative_binomial(size, size / (size + mean)) * on
    book.mean[week], book.sold[week] = mean, np.minimum(demand, stock)
    days = np.round(7 * stock / np.maximum(demand, 1)).clip(1, 7)
    book.share[week] = np.where(demand > stock, days / 7, 1.0) * on
    book.exposures[week] = np.round(book.exposures[week] * book.share[week])
    if week + 1 < len(book.stock):
        book.stock[week + 1] = stock - book.sold[week]


def _others(shop: Range, book: Book, week: int, on: np.ndarray) -> np.ndarray:
    """Take the log mean price, against the first price, of a style's substitutes on sale."""
    number = np.bincount(shop.cluster, on)[shop.cluster] - on
    total = np.bincount(shop.cluster, on * book.cut[week])[shop.cluster] - on * book.cut[week]
    return np.log(np.where(number > 0, total / np.maximum(number, 1), 1.0))


def _timing(cut: np.ndarray, pull: np.ndarray) -> np.ndarray:
    """Sell more in the two weeks after a price fell and less in the two after it rose."""
    change = np.diff(cut, axis=0)
    return 1 + pull * ((change < 0).any(axis=0) * 1.0 - (change > 0).any(axis=0))


def _names(shop: Range) -> np.ndarray:
    """Name the styles."""
    return np.array([f"S{number:03d}" for number in range(len(shop.own))])


def _weeks(shop: Range, book: Book, rng: np.random.Generator) -> pd.DataFrame:
    """Lay out one row per style and week on sale."""
    week, style = np.nonzero(shop.listed() & (book.stock > 0))
    price = (shop.base * book.cut)[week, style].round(2)
    seen = book.exposures[week, style] if book.exposures.any() else np.nan
    frame = pd.DataFrame(
        {"item": _names(shop)[style], "week": START + pd.to_timedelta(week * 7, "D")}
    )
    return frame.assign(
        complete=True,
        age_week=week - shop.launch[style],
        sold_units=book.sold[week, style],
        price=price * (1 - rng.uniform(0, 0.005, len(week))),  # a few vouchers
        list_price=price,
        list_prices=1,
        in_stock_share=book.share[week, style],
        exposures=seen,
    )


def _tests(cell: Cell, shop: Range, book: Book) -> pd.DataFrame:
    """Lay out the tests as they were drawn, whatever became of them."""
    names, parts = _names(shop), []
    for (start, end, style, cut, price), name in zip(book.tests, ("first", "second"), strict=False):
        cluster = [f"C{number:02d}" for number in shop.cluster[style]]
        part = pd.DataFrame({"experiment": name, "item": names[style]}).assign(
            arm=np.where(cut, "cut", "control"),
            decision_date=START + pd.Timedelta(days=7 * start),
            window_end=START + pd.Timedelta(days=7 * end - 1),
            arm_price=price,
            cluster=cluster if cell.policy == "cluster" else names[style],
        )
        parts.append(part)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=TEST)


def _truth(cell: Cell, shop: Range, new: float) -> Truth:
    """Average the elasticities; a style without substitutes on offer loses nothing to them."""
    listed = shop.listed()
    rivals = np.array([np.bincount(shop.cluster, on)[shop.cluster] for on in listed]) > 1
    shared = (rivals & listed).sum(axis=0) / listed.sum(axis=0)
    own = pd.Series(shop.own, index=pd.Index(_names(shop), name="item"))
    category = pd.Index(CATEGORIES[shop.category], name="category")
    means = pd.Series(shop.own, index=category).groupby(level=0).mean()
    together = float(np.mean(shop.own + cell.cross * shared))
    return Truth(float(own.mean()), together, means, own, new)
