"""Frames that are kept: read once, the caller's own, and as they were written."""

import os

import pandas as pd
import pyarrow.parquet as pq
import pytest

from destock import engine

FRAME = pd.DataFrame(
    {"sku": ["A", "B"], "units": [1.0, 2.0], "day": pd.to_datetime(["2026-06-01", "2026-06-02"])}
)


@pytest.fixture
def kept(tmp_path):
    engine.save(FRAME, tmp_path / "frame.parquet")
    return tmp_path / "frame.parquet"


def test_what_a_reader_does_to_a_frame_stays_with_that_reader(kept):
    mine = engine.read(kept)
    mine.loc[0, "units"] = 99.0
    mine["more"] = 1
    mine.index.name = "mine"
    mine.attrs["results"] = "mine"
    again = engine.read(kept)
    pd.testing.assert_frame_equal(again, FRAME, check_dtype=False)
    assert again.index.name is None
    assert again.attrs == {}


def test_a_file_that_was_replaced_is_read_anew(kept):
    engine.read(kept)
    engine.save(FRAME.assign(units=[3.0, 4.0]), kept)
    os.utime(kept, ns=(1, 1))
    assert engine.read(kept)["units"].tolist() == [3.0, 4.0]


def test_a_large_frame_is_not_held_in_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "SMALL", 0)
    engine.save(FRAME, tmp_path / "large.parquet")
    before = engine._kept.cache_info().currsize
    engine.read(tmp_path / "large.parquet")
    assert engine._kept.cache_info().currsize == before


def test_a_table_is_written_in_its_order_with_a_dictionary_for_texts_only(tmp_path):
    con = engine.start(set(), tmp_path)
    engine.rows(
        con,
        "CREATE TABLE t AS SELECT 'S' || i % 7 AS sku, CAST(i AS DECIMAL(18,3)) AS units FROM"
        " range(100) r(i)",
    )
    engine.write(con, "t", "sku, units", tmp_path / "t.parquet")
    written = pd.read_parquet(tmp_path / "t.parquet")
    assert written.equals(written.sort_values(["sku", "units"]).reset_index(drop=True))
    assert (written["units"].dtype, written["units"].sum()) == ("float64", 4950.0)
    columns = pq.ParquetFile(tmp_path / "t.parquet").metadata.row_group(0)
    assert [columns.column(n).has_dictionary_page for n in range(2)] == [True, False]
