"""The level of a season: by how much its styles together sell more than their buys foretold."""

import numpy as np

from destock.analysis.pacing.lives import Lives
from destock.model.metrics import ratio

OWN_STYLES = 60  # so many styles are believed as much as that a season is like the ones before


def level(known: Lives, share: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """By how much more than foretold did the season's styles sell by each week of a style's life?

    known: the styles of one season or more; ``share`` of life sales expected by each week; prior:
    what their buys foretold. Counts what all styles of the season sold by that date in weeks in
    which they could, over what they should have; drawn to 1 where they are few. Returns styles ×
    weeks completed (0 … all).
    """
    calendar, season = _calendar(known)
    log, styles = _by_date(known, share, prior, calendar, season)
    found = np.exp(log * styles / (styles + OWN_STYLES))
    # before anything was on sale nothing is known
    found = np.concatenate([np.ones((len(found), 1)), found], axis=1)
    own = np.concatenate([calendar, calendar[:, -1:] + 1], axis=1)
    return found[season[:, None], np.minimum(own, found.shape[1] - 1)]


def _by_date(
    known: Lives, share: np.ndarray, prior: np.ndarray, calendar: np.ndarray, season: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Log of what each season had sold by each of its weeks over what it should have, and how many
    of its styles had been on sale.
    """
    foretold = np.nan_to_num(prior)[:, None] * np.diff(share, axis=1, prepend=0.0) * known.exposure
    seen = known.ages < known.styles["weeks_seen"].to_numpy()[:, None]
    usable = (known.exposure > 0) & seen & (prior > 0)[:, None]
    shape = season.max(initial=0) + 1, calendar.max(initial=0) + 1
    at = (np.repeat(season[:, None], calendar.shape[1], axis=1)[usable], calendar[usable])
    sold, should, styles = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    np.add.at(sold, at, np.clip(known.units, 0, None)[usable])
    np.add.at(should, at, foretold[usable])
    begun = usable.any(axis=1)
    first = calendar[np.arange(len(season)), usable.argmax(axis=1)]
    np.add.at(styles, (season[begun], first[begun]), 1.0)
    sold, should, styles = (np.cumsum(x, axis=1) for x in (sold, should, styles))
    return np.log(np.where((sold > 0) & (should > 0), ratio(sold, should), 1.0)), styles


def _calendar(known: Lives) -> tuple[np.ndarray, np.ndarray]:
    """The week of its season in which each week of life lies, and the number of the season."""
    names, season = np.unique(known.styles["season"].to_numpy(str), return_inverse=True)
    first = known.styles["first_week"].to_numpy("datetime64[D]").astype(int)
    begin = np.full(len(names), first.max(initial=0))
    np.minimum.at(begin, season, first)
    return (first - begin[season])[:, None] // 7 + known.ages, season
