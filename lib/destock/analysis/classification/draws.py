"""Many draws of the same rows, some at a time: one frame of many draws is much quicker than many
small ones.
"""

MOST_DRAWN = 100_000


def some_draws(draws: int, rows: int) -> list[int]:
    """In what parts are so many draws made? As many at a time as make up a frame of MOST_DRAWN
    rows, and one at least.

    >>> some_draws(100, 2_500)
    [40, 40, 20]
    """
    at_once = min(max(MOST_DRAWN // max(rows, 1), 1), draws)
    return [min(at_once, draws - done) for done in range(0, draws, at_once)]
