#!/usr/bin/env bash
# Poisson with a step at which nothing was sold: the slope is wherever the iterations stopped, and the robust error says it is certain.
#
# Expected: the estimate runs to minus infinity, and whoever does not refuse it shows that by an error beyond all measure, clustered or
#   not, or by a warning of separation.
# Seen: by the information matrix the error is 17,000 (p .999), as it should be. With errors clustered by style, or HC0, the same fit of
#   statsmodels has an error of 0.3 and p 0, converged and without a warning; with a tolerance of 1e-8, 1e-10 and 1e-12 the slope is
#   −25, −29 and −34, each with an interval that excludes the others. pyfixest stops at −20 with an error of 0.005: its check looks at
#   fixed effects only, unless separation_check=["fe", "ir"] is asked for, which leaves out those weeks and the slope. In the empty weeks
#   scores and information vanish alike; their ratio stays, about 1 ÷ √(clusters), however far the slope has run.
# Why it matters here: a discount step that was tried only while the style was nearly out, a coupon that nobody used: "this step sells
#   nothing" with three stars. Errors are clustered by style as a rule; the plain ones, which would warn, nobody looks at.
# Seen on 2026-11-28 with statsmodels 0.15.0, pyfixest 0.60.0 (PyPI), Linux, Python 3.11. On the check: pyfixest, issue 457. Not the
#   case of clustered_errors_of_two_styles_are_none.sh: here are ten styles.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check statsmodels==0.15.0 pyfixest==0.60.0 numpy==2.4.6 pandas==3.1.1
"$folder/venv/bin/python" - <<'PY'
import warnings

import numpy as np
import pandas as pd
import pyfixest
import statsmodels.api as sm

dice = np.random.default_rng(3)
style, week = np.repeat(np.arange(10), 12), np.tile(np.arange(12), 10)
rows = pd.DataFrame({"style": style, "step": (week % 4 == 0) * 1.0, "price": dice.normal(0, 0.1, 120)})
rows["units"] = dice.poisson(3, 120) * (rows["step"] == 0)
x = sm.add_constant(rows[["step", "price"]])
clustered = {"cov_type": "cluster", "cov_kwds": {"groups": style}}


def poisson(**asked):
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        found = sm.GLM(rows["units"], x, family=sm.families.Poisson()).fit(maxiter=200, **asked)
    assert not said and found.converged
    return found


plain = poisson()
assert plain.bse["step"] > 1000 and plain.pvalues["step"] > 0.99
last = np.inf
for tolerance in (1e-8, 1e-10, 1e-12):
    found = poisson(tol=tolerance, **clustered)
    low, high = found.conf_int().loc["step"]
    print(f"tolerance {tolerance}: slope {found.params['step']:.1f}, error {found.bse['step']:.2f}, interval {low:.1f} to {high:.1f}")
    assert found.bse["step"] < 1 and found.pvalues["step"] == 0 and high < last
    last = low
assert poisson(cov_type="HC0").bse["step"] < 1

with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    errors = {
        kind: pyfixest.fepois("units ~ step + price | style", rows, vcov=asked).se()["step"]
        for kind, asked in (("iid", "iid"), ("hetero", "hetero"), ("CRV1", {"CRV1": "style"}))
    }
print("pyfixest:", {kind: f"{error:.3g}" for kind, error in errors.items()})
assert not [one for one in said if "separation" in str(one.message)]
assert errors["iid"] > 100 and errors["hetero"] < 1 and errors["CRV1"] < 1
with warnings.catch_warnings(action="ignore"):
    told = pyfixest.fepois("units ~ step + price | style", rows, vcov={"CRV1": "style"}, separation_check=["fe", "ir"])
assert list(told.coef().index) == ["price"]
print("still so: where nothing was sold, the plain error is beyond measure and the clustered one is small")
PY
