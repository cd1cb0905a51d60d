"""What is told of prices: the answer to a cut, what it brings, the next test."""

import pandas as pd
from tests.told.pack import Pack, tells

CUT = 0.9


def _more(elasticity: float) -> float:
    """How many more units a price cut of 10 % sells."""
    return CUT**elasticity - 1


def _whole(of: Pack) -> pd.Series:
    return of["elasticity"].set_index("group").loc["all"]


def _answer(of: Pack) -> dict:
    """The steeper end of the interval is the one that sells most."""
    whole = _whole(of)
    return whole[["items", "controls", "reason"]].to_dict() | {
        "uplift": _more(whole["elasticity"]),
        "low": _more(whole["high"]),
        "high": _more(whole["low"]),
    }


@tells("elasticity")
def elasticity(of):
    return _answer(of) if _whole(of)["verdict"] == "usable" else []


@tells("no_elasticity")
def no_elasticity(of):
    whole = _whole(of)
    return {"reason": whole["reason"]} if pd.isna(whole["elasticity"]) else []


@tells("naive_estimates")
def naive_estimates(of):
    said = of["estimators"].set_index("estimator")["elasticity"].map(_more)
    return {
        "same": said["same style, before and after"],
        "line": said["all styles together"],
        "before": said["before and after the cut"],
    }


@tells("price_changes")
def price_changes(of):
    rows = of["price_changes"]
    return {
        "changes": len(rows),
        "items": rows["item"].nunique(),
        "cuts": (rows["price_to"] < rows["price_from"]).sum(),
        "tests": of["readouts"]["experiment"].nunique(),
    }


@tells("single_items")
def single_items(of):
    """Apart from the controls: their change lies outside the interval."""
    rows = of["readouts"]
    apart = (rows["control_uplift"] < rows["low"]) | (rows["control_uplift"] > rows["high"])
    return {"items": len(rows), "evidence": apart.sum()}


def _flagged(of: Pack) -> pd.DataFrame:
    """Styles behind their path with stock, a rate and days to go: those whose price could fall."""
    late = of["pace"].query("pace in ['slow', 'behind']")["item"]
    rows = of["styles"]
    rows = rows[rows["item"].isin(late) & (rows["on_hand"] > 0) & rows["rate"].notna()]
    return rows[rows["exit_date"] > of.as_of]


def _ladder(of: Pack) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Today's price, one step down, and the step that brings most cash."""
    rows = of["ladder"].sort_values("step", ascending=False, ignore_index=True)
    return rows.iloc[0], rows.iloc[1], rows.loc[rows["cash"].idxmax()]


@tells("step_that_pays")
def step_that_pays(of):
    now, _, best = _ladder(of)
    return {
        "styles": len(_flagged(of)),
        "step": best["step"],
        "cash": best["cash"],
        "low": best["cash_low"],
        "high": best["cash_high"],
        "now": now["cash"],
    }


@tells("break_even_uplift")
def break_even_uplift(of):
    now, one, _ = _ladder(of)
    return {
        "one": one["step"],
        "needed": one["break_even_uplift"] - 1,
        "expected": one["step"] ** _whole(of)["elasticity"] - 1,
        "margin": now["margin"],
        "margin_one": one["margin"],
    }


@tells("cash_or_profit")
def cash_or_profit(of):
    now, _, best = _ladder(of)
    if best["gross_profit"] >= now["gross_profit"]:
        return []
    return {
        "step": best["step"],
        "cash": best["cash"] - now["cash"],
        "profit": now["gross_profit"] - best["gross_profit"],
    }


@tells("lot_broken")
def lot_broken(of):
    drawn = of["estimators"].set_index("estimator").reindex(["randomised test, as it was drawn"])
    read = drawn[["elasticity", "low", "high"]].iloc[0].rename({"elasticity": "drawn"}).to_dict()
    arms = of["lots_kept"].query("apart > items / 20")
    return [row | read for row in arms[["experiment", "arm", "items", "apart"]].to_dict("records")]


@tells("cut_together")
def cut_together(of):
    alone = _whole(of)["answers"].startswith("a style's own price")
    return {"styles": len(_flagged(of))} if alone and len(_flagged(of)) > 1 else []


@tells("no_next_test")
def no_next_test(of):
    return {"styles": len(_flagged(of))} if of["next_test"].empty else []


@tells("no_test_sees")
def no_test_sees(of):
    """The sharpest of those looked at: the deepest cut for the longest time."""
    return {
        "flagged": len(_flagged(of)),
        "wanted": abs(_whole(of)["elasticity"]),
        "cut": max(0.3, of.assumed("test_cut")),
        "weeks": max(8, of.assumed("test_weeks")),
    }
