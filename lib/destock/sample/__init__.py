"""A simulated fashion shop in trouble, with the truth about its overstock planted beside it."""

from pathlib import Path

import numpy as np
import pandas as pd

from . import assortment, books, selling, truth
from .market import AS_OF, HORIZON
from .shop import Shop

__all__ = ["write_sample"]

STREAMS = ["range", "truth", "sizes", "demand", "supply", "stock", "price", "orders", "books"]


def write_sample(folder: str | Path, seed: int = 1, styles: int = 450, years: int = 4) -> Path:
    """What would the workbook find in a shop whose overstock, and the reasons for it, are known?

    Simulates women's wear sold on a short-video platform day by day and writes the shop's folder:
    `shop.toml` and its tables as CSV and Parquet. Files named `truth*` hold what was planted; no
    analysis may read them.

    Parameters
    ----------
    folder : str or Path
        Where the shop is written; made if missing, files of the same names are replaced.
    seed : int
        The same seed writes the same bytes.
    styles : int
        Number of styles, at least 40; volumes per style do not depend on it.
    years : int
        Years of trading up to Sunday 2026-06-07, from 1 to 4.

    Returns
    -------
    Path
        The folder.

    Examples
    --------
    A small shop for a test, in a few seconds::

        shop = write_sample("build/shop", seed=7, styles=60)
    """
    if styles < 40 or not 1 <= years <= 4:
        raise ValueError(
            f"A sample shop has at least 40 styles and 1 to 4 years, not {styles} styles and"
            f" {years} years."
        )
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    shop = _drawn(seed, styles, years)
    selling.trade(shop)
    books.write_books(folder, shop, seed, years)
    return folder


def _drawn(seed: int, styles: int, years: int) -> Shop:
    """The shop on its first day, with its plan and the truth about it; each part of it draws from a
    stream of its own.
    """
    streams = dict(zip(STREAMS, np.random.default_rng(seed).spawn(len(STREAMS)), strict=True))
    days = pd.date_range(
        AS_OF - pd.Timedelta(days=364 * years - 1), AS_OF + pd.Timedelta(days=HORIZON)
    )
    plan = assortment.draw_styles(streams["range"], styles, years, days)
    truth.plant_truth(streams["truth"], plan, len(days) - HORIZON - 1)
    return Shop(plan, assortment.draw_skus(streams["sizes"], plan), days, streams)
