"""Is a goal of cash that is said to be 80 % likely reached by 80 of 100 plans?

Plans of small shops (``goal_worlds``), whose demand is drawn first. What a shop would know it
learns from its own past: how sales fall with age, what each style sells, how far that may be off –
in half of the shops by how a style's weeks differ, in the others by how far past seasons were off –
and how customers answer a price, with an error that is told. From that the library draws up what
can be done and says which cash is 80 % likely: that is the goal. Then the ways of most value are
lived, week by week. Beside it a goal as likely as not, and the ways of the hurry that it takes to
reach that one surely. Run: ``make evidence-cash_goals`` (plans 1 … 1000, three or four minutes on
one core; exit 1 where a line falls short).
"""

import argparse
import sys

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from tests.evidence import goal_worlds
from tests.evidence.goal_worlds import Shop, Truth

from destock.analysis.clearance import goal, together
from destock.analysis.clearance.options import stock_options
from destock.analysis.clearance.outlook import Outlook
from destock.analysis.clearance.waiting import Holding, Sizes
from destock.model.proceeds import Proceeds

STEPS = np.array([1.0, 0.9, 0.8, 0.7, 0.6, 0.5])
COMMON, OWN = 0.2, 0.35  # errors of elasticities: of all styles alike, and of each
SAID = (0.5, 0.8, 0.9)
SURE = 0.8  # the line that must hold, and how surely the hurried reach their goal
TODAY = pd.Timestamp("2025-01-06")
BY_WEEKS, BY_PAST = "how its weeks differ", "past seasons"


def answers(rng, true: Truth) -> tuple[np.ndarray, np.ndarray, float]:
    """Elasticities as tests told them, each drawn in to the mean of all; what they may be off by,
    and what the mean of all may be.
    """
    spread2, count = true.elasticity.var(), len(true.elasticity)
    told = true.elasticity + rng.normal(0, OWN, count) + rng.normal(0, COMMON)
    part = spread2 / (spread2 + OWN**2)
    of_mean = (spread2 + OWN**2) / count
    error = np.sqrt(COMMON**2 + part * OWN**2 + (1 - part) ** 2 * of_mean)
    drawn_in = told.mean() + part * (told - told.mean())
    return drawn_in, np.full(count, error), np.sqrt(COMMON**2 + of_mean)


def coming(true: Truth, basis: str) -> tuple[np.ndarray, np.ndarray]:
    """Units of each week ahead by style: what it has sold, spread as past seasons ran; and how far
    they may be off, as a part of them.
    """
    units, age = true.units.sum(axis=1), true.age
    past, seen = units[~true.now], units[true.now][:, :age]
    curve = past.sum(axis=0) / past.sum()
    level = seen.sum(axis=1) / curve[:age].sum()
    ahead = np.zeros((len(level), goal_worlds.AHEAD))
    ahead[:, : true.life - age] = level[:, None] * curve[age:]
    if basis == BY_WEEKS:
        error = (seen / np.maximum(curve[:age], 1e-9)).std(axis=1, ddof=1) / np.sqrt(age)
        return ahead, error / np.maximum(level, 1e-9)
    told = past[:, :age].sum(axis=1) / curve[:age].sum() * curve[age:].sum()
    missed = past[:, age:].sum(axis=1) - told
    return ahead, np.full(len(level), np.sqrt((missed**2).sum() / (told**2).sum()))


def outlook(rng, true: Truth, has: Shop, basis: str) -> tuple[Outlook, float]:
    """What lies ahead, as the shop's page would see it; the error of the answer of all styles."""
    ahead, spread = coming(true, basis)
    elasticity, error, of_all = answers(rng, true)
    units, there = has.stock.sum(axis=1).astype(float), true.sizes[true.now] > 0
    rows = pd.DataFrame(
        {
            "item": goal_worlds.names(true)[true.now],
            "units": units,
            "too_much": np.floor(np.maximum(units - ahead.sum(axis=1), 0.0)),
            "price": has.price,
            "clearing_price": has.clearing,
            "jobber": has.jobber,
            "return_rate": 0.0,
            "spread": spread,
            "elasticity": elasticity,
            "elasticity_error": error,
        }
    )
    wants = true.units[true.now].sum(axis=2) + 20 * there / there.sum(axis=1, keepdims=True)
    in_season = np.arange(goal_worlds.AHEAD) < true.life - true.age
    lies_ahead = Outlook(
        rows,
        Sizes(has.stock.astype(float), wants / wants.sum(axis=1, keepdims=True)),
        ahead,
        np.ones_like(ahead),
        np.broadcast_to(in_season, ahead.shape),
        Proceeds({"net": has.fee}),
        Holding(0.10, has.storage, has.decline, has.asked),
        rng.binomial(3000, true.pace) / 3000,
        0.0,
    )
    return lies_ahead, of_all


def best_ways(options: pd.DataFrame, hurry: float) -> pd.DataFrame:
    """The ways that bring most to who is so much in a hurry."""
    return goal.ranked(options, hurry).drop_duplicates(goal.KEY)


def in_words(best: pd.DataFrame, known: Outlook) -> tuple[pd.DataFrame, np.ndarray]:
    """The ways in the words of ``lived``, a row a running style; the weeks at whose beginning what
    is left is cleared.
    """
    best = best.set_index("item").reindex(known.rows["item"]).reset_index()
    cut = best["way"] == "cut the price"
    step = np.where(cut, best["price"] / known.of("price"), 1.0)
    clears = np.zeros((len(best), goal_worlds.AHEAD + 1), bool)
    for one in np.unique(step):
        clears[step == one] = known.ending(one).cleared[step == one]
    plan = pd.DataFrame(
        {
            "step": step,
            "jobber": best["units"].where(best["way"] == "sell to a jobber", 0.0),
            "session": best["units"].where(best["way"] == "clearance session", 0.0),
            "weeks": (best["pays_until"] - TODAY).dt.days / 7,
        }
    )
    return plan.fillna(0.0), clears


def plan(seed: int) -> dict[str, float]:
    """One shop: the cash that was said to be so likely and the cash that came, without hurry and
    with the hurry that a goal as likely as not needs to be reached surely.
    """
    rng = np.random.default_rng(seed)
    true = goal_worlds.truth(rng)
    has = goal_worlds.shop(rng, true)
    basis = (BY_WEEKS, BY_PAST)[seed % 2]
    known, of_all = outlook(rng, true, has, basis)
    past = together.off(together.past_spans(*goal_worlds.panel(true), has.asked))
    options = stock_options(known, STEPS, TODAY).assign(po_id="")
    options = together.unsure(options, known, past, of_all)
    luck = int(rng.integers(2**32))

    def lived(hurry: float) -> float:
        ways = in_words(best_ways(options, hurry), known)
        return goal_worlds.lived(np.random.default_rng(luck), true, has, *ways).sum()

    promised, goals, sd = likely(best_ways(options, 0.0), past.shared)
    came, row = lived(0.0), {"basis": basis, "promised": promised, "sd": sd}
    row |= {"came": came} | {f"at {said:.0%}": float(came >= goals[said]) for said in SAID}
    curve = goal.cash_curve(dict.fromkeys(goal.HURRY, options), goals[0.5], past.shared)
    hurry = goal.hurry_needed(curve, SURE)
    if hurry > 0:
        row["said in a hurry"] = curve.set_index("hurry").loc[hurry, "chance"]
        row["in a hurry"] = float(lived(hurry) >= goals[0.5])
    return row


def likely(best: pd.DataFrame, shared: pd.Series) -> tuple[float, dict[float, float], float]:
    """The cash that is promised, the cash that is said to be reached so surely, and the standard
    deviation that is told.
    """
    promised, sd = best["cash_by_date"].sum(), goal.may_be_off(best, shared.index.to_numpy())

    def missing(cash: float, said: float) -> float:
        return goal.reached(promised - cash, sd, shared) - said

    ends = promised - 9 * sd.max(), promised + 9 * sd.max()
    goals = {said: brentq(missing, *ends, args=(said,)) for said in SAID}
    return promised, goals, np.sqrt((shared * sd**2).sum())


def table(rows: pd.DataFrame) -> pd.DataFrame:
    """What was said and what was reached, with its Monte-Carlo error: of all plans, and by what
    their spread rests on.
    """
    found = []
    for name, part in [("all", rows), *rows.groupby("basis")]:
        lines = [(said, part[f"at {said:.0%}"]) for said in SAID]
        hurried = part.dropna(subset=["in a hurry"])
        lines.append((hurried["said in a hurry"].mean(), hurried["in a hurry"]))
        for (said, hit), hurry in zip(lines, ("none", "none", "none", "needed"), strict=True):
            error = np.sqrt(hit.mean() * (1 - hit.mean()) / len(hit))
            found.append((name, hurry, len(hit), said, hit.mean(), error))
    columns = ["spread by", "hurry", "plans", "said", "reached", "error"]
    return pd.DataFrame(found, columns=columns)


def lines(found: pd.DataFrame, widening: float = 2) -> pd.DataFrame:
    """The lines that must hold: said 80 %, of all plans, without hurry."""
    held = found[(found["spread by"] == "all") & (found["said"] == SURE)]
    off = (held["reached"] - held["said"]).abs()
    return held.assign(holds=off <= widening * held["error"])


def means(rows: pd.DataFrame) -> pd.DataFrame:
    """Is the mean off, or the spread? Cash ÷ promised cash, and by how many of the standard
    deviations that were told it was off.
    """
    z = (rows["came"] - rows["promised"]) / rows["sd"]
    by = rows.assign(z=z).groupby("basis")
    sums = by[["came", "promised"]].sum()
    return pd.DataFrame(
        {
            "plans": by.size(),
            "came / promised": sums["came"] / sums["promised"],
            "mean z": by["z"].mean(),
            "sd of z": by["z"].std(),
        }
    )


def study(seeds: range) -> pd.DataFrame:
    """All plans of these seeds."""
    return pd.DataFrame([plan(seed) for seed in seeds])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plans", type=int, default=1000)
    rows = study(range(1, parser.parse_args().plans + 1))
    found = table(rows)
    print(found.round(3).to_string(index=False), "\n")
    print(means(rows).round(3).to_string(), "\n")
    return 0 if lines(found)["holds"].all() else 1


if __name__ == "__main__":
    sys.exit(main())
