#!/usr/bin/env bash
# statsmodels and pyfixest: standard errors clustered by style, with one style cut and one not, are none, and p is 0.
#
# Expected: two clusters tell nothing of how much clusters differ, so the error is refused, unknown, or very large; or, as for fewer
#   observations than parameters, a warning comes with it.
# Seen: where the price differs between the two styles and not within them, both give a standard error of about 1e-14, a p-value of
#   0 (statsmodels, normal) or 1e-14 (t with one degree of freedom; pyfixest) and an interval of no length, in OLS and in Poisson,
#   without a word. The same regression without clusters: error 1.2, p .36. The residuals of each cluster sum to nothing there, and
#   only those sums enter.
# Why it matters here: a young shop has marked down one style or two. What reads as certain is what cannot be known; such a shop is
#   to be refused by the number of styles whose price moved, not by the length of the interval.
# Seen on 2026-11-28 with statsmodels 0.15.0 and pyfixest 0.60.0 (PyPI), Linux, Python 3.11.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check statsmodels==0.15.0 pyfixest==0.60.0 numpy==2.4.6 pandas==3.1.1
"$folder/venv/bin/python" - <<'PY'
import warnings

import numpy as np
import pandas as pd
import pyfixest
import statsmodels.api as sm

dice = np.random.default_rng(1)
style = np.repeat([0, 1], 12)
price = np.where(style == 1, -0.22, 0.0)  # one of the two at 80 %
units = 2 + dice.normal(0, 1, 24)
asked = {"cov_type": "cluster", "cov_kwds": {"groups": style}}
x = sm.add_constant(price)
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    ols = sm.OLS(units, x).fit(**asked)
    glm = sm.GLM(np.round(np.exp(units)), x, family=sm.families.Poisson()).fit(**asked)
assert not said
for found in (ols, glm):
    assert found.bse[1] < 1e-9 and found.pvalues[1] == 0
assert sm.OLS(units, x).fit().pvalues[1] > 0.3
rows = pd.DataFrame({"units": units, "price": price, "style": style})
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    fixest = pyfixest.feols("units ~ price", rows, vcov={"CRV1": "style"})
assert not [one for one in said if "cluster" in str(one.message).lower()]
assert fixest.se()["price"] < 1e-9 and fixest.pvalue()["price"] < 1e-9
print("still so: with two clusters the error is none and p is 0, in statsmodels and in pyfixest, without a warning")
PY
