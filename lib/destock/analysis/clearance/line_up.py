"""The line-up of a live session: what opens it, what earns, what clears, and what can truly be said
of each piece.
"""

import numpy as np
import pandas as pd

from destock.model.messages import mark
from destock.model.metrics import ratio

OPENS, EARNS, CLEARS = mark("opens"), mark("earns"), mark("clears")
OPENERS = 0.1  # of the styles, at least one
BROKEN = 0.5  # of its sizes at most are left


def line_up(rows: pd.DataFrame, sizes: pd.DataFrame) -> pd.DataFrame:
    """In which order are the styles of a session shown, and what can be said of how many are left?

    rows: of one session, item, ``units`` and ``price`` there, ``present_value``, ``rate`` (units a
    week of late); sizes: item, ``size``, ``on_hand``. First what draws people in: what sells best
    for little money. Then what brings most a unit. Last, as one pool, what has half of its sizes at
    most. Adds ``run_order``, ``task`` in the session and ``left``: each size with
    what is there of it.
    """
    rows = rows.merge(_there(rows, sizes), on="item", how="left")
    rows["broken"], rows["left"] = rows["broken"].eq(True), rows["left"].fillna("").astype("str")
    draws = ratio(rows["rate"], rows["price"]).where(~rows["broken"]).fillna(0.0)
    openers = draws[draws > 0].nlargest(max(1, round(OPENERS * len(rows)))).index
    task = np.where(rows.index.isin(openers), OPENS, np.where(rows["broken"], CLEARS, EARNS))
    rows = rows.assign(
        task=task,
        turn=pd.Series(task, rows.index).map((OPENS, EARNS, CLEARS).index),
        a_unit=ratio(rows["present_value"], rows["units"]),
    )
    rows = rows.sort_values(["turn", "a_unit", "item"], ascending=[True, False, True])
    rows = rows.assign(run_order=np.arange(1, len(rows) + 1))
    return rows.drop(columns=["turn", "a_unit", "broken"])


def _there(rows: pd.DataFrame, sizes: pd.DataFrame) -> pd.DataFrame:
    """What is there of each size, in words, and whether the run of sizes is ``broken``: by item."""
    there = sizes[sizes["item"].isin(rows["item"])].fillna({"on_hand": 0.0, "size": ""})
    by_size = there.groupby(["item", "size"], sort=False)["on_hand"].sum()
    by_size = by_size[by_size > 0].reset_index()
    units = by_size["on_hand"].map("{:g}".format).astype("str")
    words = (by_size["size"].astype("str") + " " + units).str.strip()
    left = words.groupby(by_size["item"]).agg(" · ".join).rename("left")
    broken = there["on_hand"].gt(0).groupby(there["item"]).mean() <= BROKEN
    return pd.concat([left, broken.rename("broken")], axis=1).rename_axis("item").reset_index()
