"""The benchmark of the panel compares like with like: its contenders make the same frame."""

import pandas as pd
import pytest
from tests.benchmarks import lines
from tests.benchmarks.panel import SUMS, bare_aggregate, in_pandas, ours


@pytest.mark.parametrize("kind", lines.NUMBER)
def test_the_contenders_of_the_panel_make_the_same_frame(tmp_path, kind):
    folder = lines.write(tmp_path, 30_000, skus=200, kind=kind)
    counts = {ours(folder), bare_aggregate(folder), in_pandas(folder)}
    made, bare, peer = (
        pd.read_parquet(folder / f"{name}.parquet")
        .astype({"week": "datetime64[us]"})
        .sort_values(["sku", "week"], ignore_index=True)
        for name in ("ours", "bare", "pandas")
    )
    assert counts == {len(made)}
    assert (made[list(SUMS)].sum() > 0).sum() == 6  # all but gifts, of which these lines have none
    pd.testing.assert_frame_equal(made, bare)
    pd.testing.assert_frame_equal(made, peer)
