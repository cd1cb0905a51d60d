"""The answer to a price by category."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.stats import t as student

Z = 1.96


def own_slopes(
    rows: pd.DataFrame, estimator: Callable, cluster: str
) -> tuple[pd.Series, np.ndarray]:
    """What does each category say by itself, and how do the errors of all go together?

    A slope for each in one regression (``estimator``), errors by ``cluster``; of a category with
    few clusters they are as much wider as t of its clusters less one is than the normal. Returns
    the slopes by category and their covariance: none where there is only one category, and without
    those that cannot tell how wrong they are.
    """
    names = sorted(rows["category"].unique())
    slopes = {
        f"slope {name}": rows["log_price"].where(rows["category"] == name, 0.0) for name in names
    }
    found = estimator(rows.assign(**slopes), slopes=tuple(slopes)) if len(names) > 1 else None
    if found is None:
        return pd.Series(dtype=float), np.empty((0, 0))
    clusters = rows.groupby("category")[cluster].nunique().reindex(names)
    few = student.ppf(0.975, np.maximum(clusters - 1, 1)) / Z
    influence = found.influence.to_numpy()[:, : len(names)]
    errors = influence.T @ influence * np.outer(few, few)
    known = np.isfinite(np.diag(errors)) & (np.diag(errors) > 0)
    own = pd.Series(found.slopes[: len(names)], names)
    return own[known], errors[np.ix_(known, known)]
