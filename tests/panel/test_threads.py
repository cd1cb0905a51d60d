"""The panel is the same, byte for byte, however many threads the engine has (the long form, of
whole packs: `make torture`).
"""

import hashlib

import duckdb

from destock.panel.book import open_book


def panel_of(shop, cache, threads, monkeypatch):
    connect = duckdb.connect
    with monkeypatch.context() as patch:
        patch.setenv("DESTOCK_CACHE", str(cache))
        patch.setattr(
            duckdb,
            "connect",
            lambda *a, config=None, **k: connect(
                *a, config=(config or {}) | {"threads": threads}, **k
            ),
        )
        open_book(shop, "2026-06-07").panel("rows")
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(cache.rglob("*.parquet"))
    }


def test_one_two_and_eight_threads_make_the_same_panel(small_shop, tmp_path, monkeypatch):
    first, *others = (panel_of(small_shop, tmp_path / str(n), n, monkeypatch) for n in (1, 2, 8))
    assert len(first) > 10
    assert all(other == first for other in others)
