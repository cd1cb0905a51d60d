#!/usr/bin/env bash
# statsmodels: STL of two years of weeks, or less, explains pure noise to the last unit: all of it is season, the remainder is 0.
#
# Expected: a season cannot be told from one year, or hardly from two: refused, as seasonal_decompose and Holt-Winters do below two
#   years, left out with a warning, as MSTL does up to two years, or at least something is left unexplained.
# Seen: with 40, 60 or exactly 104 weeks of independent Poisson numbers the remainder is 1e-14 and the strength of the season 1.0, where
#   0.64 is the usual mark of a season. No warning; the year is even taken from the weekly index when no period is asked for. Each week
#   of the year is smoothed over its own one or two values, and a line through two points leaves nothing. With three years of noise the
#   strength is still about 0.7, with four 0.6.
# Why it matters here: a shop that asks has one year of weeks, or two. "Adjusted for the season" then takes out every promotion and
#   every gap in stock as season, and what remains for the price is nothing.
# Seen on 2026-11-28 with statsmodels 0.15.0, pandas 3.1.1 (PyPI), Linux, Python 3.11. MSTL's rule: issue 8761. The mark: Hyndman and
#   Athanasopoulos, Forecasting, 9.1 (nsdiffs); R's stl refuses up to two periods.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check statsmodels==0.15.0 pandas==3.1.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'PY'
import warnings

import numpy as np
import pandas as pd
from statsmodels.tsa.seasonal import MSTL, STL, seasonal_decompose

dice = np.random.default_rng(1)


def sales(weeks: int) -> pd.Series:
    return pd.Series(dice.poisson(20, weeks).astype(float), index=pd.date_range("2024-01-01", periods=weeks, freq="W-MON"))


def strength(found) -> float:
    return 1 - found.resid.var() / (found.resid + found.seasonal).var()


for weeks in (40, 60, 104):
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        found = STL(sales(weeks)).fit()
    print(weeks, "weeks of noise: strength", round(strength(found), 3), "largest remainder", f"{found.resid.abs().max():.0e}")
    assert not said and found.resid.abs().max() < 1e-9 and strength(found) > 0.999
for years, mark in ((3, 0.55), (4, 0.45)):
    usual = np.mean([strength(STL(sales(52 * years)).fit()) for _ in range(20)])
    print(years, "years of noise: strength", round(usual, 2))
    assert mark < usual < 0.9
try:
    seasonal_decompose(sales(103), period=52)
    raise SystemExit("seasonal_decompose took 103 weeks")
except ValueError as error:
    print("seasonal_decompose:", error)
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    MSTL(sales(104), periods=[4, 52]).fit()
assert any("half the length" in str(one.message) for one in said)
print("still so: STL takes two years of noise for a season, without a word")
PY
