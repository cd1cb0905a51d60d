"""Do the chosen decisions about stock that is too much earn what the best choice would, if the
future is what they suppose it to be?

The styles with too much stock of the sample shops (``continued``). Worlds are drawn from the very
outlook on which the decisions rest – a level and an answer of its cases, its coming weeks, prices
and sizes –, but with customers who come one by one: whole units by size and week, by chance alone
(Poisson), and with weeks that differ more than that. Each way is lived in all worlds with the same
luck: selling on until each week ahead, each rung of the ladder held from now until then, clearing,
or a jobber, for all that is too much. The best choice is the way that brings most on average of one
half of the worlds; it and the library's choice are both scored on the other half, so that luck is
no skill. Beside it, without a bar: the best of more ways, which the library does not look at – a
cut that comes later, and a jobber who takes all that is there. Run: ``make evidence-best_choice``
(seeds 1 … 8; exit 1 where the line falls short).
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from tests.evidence import continued
from tests.evidence.clearance import shares

from destock.analysis.clearance.outlook import Outlook
from destock.pages import Frames
from destock.panel.book import open_book

WORLDS, BLOCK = 200, 20  # drawn of each style, and styles at once
LATER = 4  # weeks until a cut that comes later
VARIES = (0.0, 1 / 3)  # the variance of a week's luck beyond chance, as a part of its mean squared
OF_BEST = 0.97
NEVER = np.zeros(1, bool)
MORE = ("cut later", "all to a jobber")
KEEP, CUT, CLEAR, JOBBER = (
    "keep selling",
    "cut the price",
    "clearance session",
    "sell to a jobber",
)


def outcomes(seed: int, styles: int) -> pd.DataFrame:
    """What the chosen way and the best one bring, of each style with too much stock of a shop."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DESTOCK_CACHE"] = str(Path(folder, "cache"))
        shop = Path(folder, "shop")
        continued.shop_of(seed, shop, styles)
        frames = Frames(open_book(shop))
        outlook, rungs = frames["outlook"], frames["rungs"]
        chosen = chosen_ways(frames)
    known = outlook.rows["item"].isin(chosen.index) & np.isfinite(outlook.coming).all(axis=1)
    part = outlook.only(np.flatnonzero(known & (outlook.rows["too_much"] > 0)))
    rng, found = np.random.default_rng(30_000 + seed), []
    for block in part.blocks(BLOCK):
        asked = chosen.reindex(block.rows["item"])
        for varies in VARIES:
            ways = lived(block, np.unique(rungs), varies, rng)
            found.append(compared(ways, asked).assign(varies=varies))
    return pd.concat(found, ignore_index=True).assign(seed=seed)


def chosen_ways(frames: Frames) -> pd.DataFrame:
    """What is decided about the stock of each style: the way, the step of a cut, after how many
    weeks what is left goes elsewhere.
    """
    rows = frames["decisions"].query("portion == 'in stock' and decided == 'value'")
    rows = rows[rows["present_value"].notna()].set_index("item")
    price = frames["outlook"].rows.set_index("item")["price"].reindex(rows.index)
    weeks = (rows["pays_until"] - frames.book.today).dt.days // 7
    step = (rows["price"] / price).where(rows["decision"] == CUT, 1.0)
    return pd.DataFrame({"way": rows["decision"], "step": step, "weeks": weeks})


def lived(
    outlook: Outlook, rungs: np.ndarray, varies: float, rng: np.random.Generator
) -> dict[tuple[str, float], np.ndarray]:
    """What does each way bring? Way and step → worlds × styles × weeks until selling on ends;
    unknown where nobody can value it. rungs: from the lowest price to today's.
    """
    much, units, found = outlook.of("too_much"), outlook.of("units"), {}
    at_price = dict(wanted(outlook, rungs, varies, rng))
    demand = at_price[1.0]
    soon = np.arange(demand.shape[3]) < LATER
    for step in sorted(set(at_price) - {1.0}):
        after = np.where(soon, demand, at_price[step])
        found[CUT, step] = sold_on(outlook, units, at_price[step], step)
        found[MORE[0], step] = sold_on(outlook, units, after, step, soon)
        for way in (CUT, MORE[0]):
            found[way, step][:, np.isnan(outlook.of("elasticity"))] = np.nan
    found[KEEP, 1.0] = sold_on(outlook, units, demand, 1.0)
    found[MORE[1], 1.0] = 0 * found[KEEP, 1.0] + (units * outlook.of("jobber"))[:, None]
    rest = sold_on(outlook, units - much, demand, 1.0)
    found[JOBBER, 1.0] = rest + (much * outlook.of("jobber"))[:, None]
    found[CLEAR, 1.0] = rest + (much * cleared_now(outlook))[:, None]
    return found


def wanted(
    outlook: Outlook, rungs: np.ndarray, varies: float, rng: np.random.Generator
) -> Iterator[tuple[float, np.ndarray]]:
    """Units that customers want at each price, worlds × styles × sizes × weeks: who buys at a price
    is one of those who would at the next lower one. Each case comes up as often as every other, in
    both halves of the worlds.
    """
    case = np.arange(WORLDS) % len(outlook.cases[0])
    level, answer = (of[case][..., None, None] for of in outlook.cases)
    answer = np.minimum(np.nan_to_num(answer), 0.0)
    mean = level * outlook.coming[:, None, :] * outlook.shelf.share[..., None]
    if varies:
        weeks = (WORLDS, len(outlook.rows), 1, outlook.coming.shape[1])
        mean = mean * rng.gamma(1 / varies, varies, weeks)
    units = rng.poisson(mean * rungs[0] ** answer)
    yield float(rungs[0]), units
    for lower, step in pairwise(rungs):
        units = rng.binomial(units, (step / lower) ** answer)
        yield float(step), units


def sold_on(
    outlook: Outlook, units: np.ndarray, demand: np.ndarray, step: float, as_now: np.ndarray = NEVER
) -> np.ndarray:
    """What do so many units bring, in today's money, that are sold on at a price until the end of
    each week ahead, and then go where a unit is worth most? Worlds × styles × weeks. as_now: weeks
    in which the price is still today's.
    """
    shelf, holding = outlook.shelf.of(units), outlook.holding
    gone = np.minimum(demand.cumsum(axis=3), shelf.units[..., None]).sum(axis=2)
    sold = np.diff(gone, axis=2, prepend=0.0)
    today = holding.discount(np.arange(gone.shape[2] + 1))
    before = shelf.total[:, None] - gone + sold
    price = np.where(as_now, outlook.prices(), outlook.prices(step))
    weekly = sold * outlook.brings(price) * today[1:]
    weekly = weekly - before * holding.storage_week * today[:-1]
    return weekly.cumsum(axis=2) + (before - sold) * (left_worth(outlook, step) * today)[:, 1:]


def left_worth(outlook: Outlook, step: float, least: int = 0) -> np.ndarray:
    """What is a unit worth that is left after so many weeks, in money of that week: cleared for
    some weeks (``least``, or more) and then sold to a jobber, whichever number of weeks is best?
    Styles × weeks.
    """
    holding, pace, net = outlook.holding, outlook.pace, outlook.cleared(step)
    ahead = net.shape[1]
    net = np.concatenate([net, np.repeat(net[:, -1:], ahead, axis=1)], axis=1)
    jobber = outlook.of("jobber")[:, None] * (1 - holding.decline) ** np.arange(2 * ahead + 1)
    if np.isnan(pace):
        return jobber[:, : ahead + 1] if not least else np.full((len(net), ahead + 1), np.nan)
    best = np.full((len(net), ahead + 1), -np.inf)
    for week in range(ahead + 1):
        span = np.arange(2 * ahead - week)
        still = (1 - pace) ** np.arange(len(span) + 1) * holding.discount(np.arange(len(span) + 1))
        sold = pace * net[:, week:] * float(holding.discount(1)) - holding.storage_week
        cleared = (sold * still[:-1]).cumsum(axis=1)
        cleared = np.concatenate([np.zeros((len(net), 1)), cleared], axis=1)
        ends = cleared + still * jobber[:, week:]
        best[:, week] = ends[:, least:].max(axis=1)
    return best


def cleared_now(outlook: Outlook) -> np.ndarray:
    """What a unit brings that is cleared from this week on, for a week at least."""
    return left_worth(outlook, 1.0, least=1)[:, 0]


def compared(ways: dict[tuple[str, float], np.ndarray], asked: pd.DataFrame) -> pd.DataFrame:
    """The chosen way and the one that is best in the first half of the worlds, scored in the other:
    a row a style.
    """
    half, names = WORLDS // 2, list(ways)
    first, second = (
        np.stack([way[part].mean(axis=0) for way in ways.values()], axis=1)
        for part in (slice(half), slice(half, None))
    )
    weeks, every = first.shape[2], np.arange(len(asked))
    first = np.nan_to_num(first, nan=-np.inf)
    more = first.reshape(len(asked), -1).argmax(axis=1)
    looked_at = np.array([way not in MORE for way, _ in names])[:, None]
    best = np.where(looked_at, first, -np.inf).reshape(len(asked), -1).argmax(axis=1)
    at = [
        next(at for at, (way, step) in enumerate(names) if way == one and abs(step - cut) < 1e-6)
        for one, cut in zip(asked["way"], asked["step"], strict=True)
    ]
    return pd.DataFrame(
        {
            "item": asked.index,
            "chosen": second[every, at, asked["weeks"].to_numpy(int) - 1],
            "best": second[every, best // weeks, best % weeks],
            "of more": second[every, more // weeks, more % weeks],
            "decision": asked["way"].to_numpy(),
            "best way": [names[one][0] for one in best // weeks],
        }
    )


def table(rows: pd.DataFrame) -> pd.DataFrame:
    """Chosen ÷ best, ratios of sums, with their errors over the shops; by decision, and of all."""
    found = []
    for varies, part in rows.groupby("varies"):
        for name, group in [*part.groupby("decision"), ("all", part)]:
            ratios = [*shares(group, "chosen", "best"), *shares(group, "chosen", "of more")]
            sums = group[["chosen", "best", "of more"]].sum() / 1000
            agree = (group["decision"] == group["best way"]).mean()
            found.append((varies, name, len(group), *sums, agree, *ratios))
    names = ["varies", "decision", "styles", "chosen", "best", "of more", "same way"]
    names += ["÷ best", "error", "÷ of more", "its error"]
    found = pd.DataFrame(found, columns=names)
    bar = np.where(found["decision"] == "all", OF_BEST, np.nan)
    most = found["÷ best"] + 2 * found["error"].fillna(0.0)
    return found.assign(bar=bar, reached=~(most < bar))


def study(seeds: range, styles: int = 450) -> pd.DataFrame:
    """All shops of these seeds."""
    return pd.concat([outcomes(seed, styles) for seed in seeds], ignore_index=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=8)
    seeds = parser.parse_args().seeds
    found = table(study(range(1, seeds + 1)))
    print(f"{seeds} shops, {WORLDS} worlds each; money in thousands")
    print(found.round(3).to_string(index=False))
    return 0 if found["reached"].all() else 1


if __name__ == "__main__":
    sys.exit(main())
