#!/usr/bin/env bash
# DuckDB: the time of a Shopify export, "2026-05-01 10:00:00 +0200", is no TIMESTAMPTZ: the blank makes the offset a name.
#
# Expected: an offset is an offset, with or without a blank before it; ISO's "+02:00" and "+0200" alike.
# Seen: with a blank the engine looks for a time zone called "+0200" (or "+02:00") and raises that it is unknown; TRY_CAST gives
#   NULL. Without the blank "+02" and "+02:00" are read; "+0200" is read as well.
# Why it matters here: every time in an orders export of Shopify has this form. Read with TRY_CAST, the whole column is empty;
#   read as TIMESTAMP it loses its offset (see duckdb_offset_dropped_by_timestamp.sh).
# Seen on 2026-11-28 with duckdb 2.0.0 (PyPI), Linux, Python 3.11.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.0 pytz
"$folder/venv/bin/python" - <<'PY'
import duckdb

con = duckdb.connect()
con.execute("SET TimeZone = 'UTC'")


def read(text: str) -> str | None:
    return con.execute(f"SELECT CAST(TRY_CAST('{text}' AS TIMESTAMPTZ) AS VARCHAR)").fetchone()[0]


found = {text: read(text) for text in ("2026-05-01 10:00:00+02", "2026-05-01 10:00:00+02:00", "2026-05-01 10:00:00+0200", "2026-05-01 10:00:00 +0200", "2026-05-01 10:00:00 +02:00")}
print(found)
for text, value in found.items():
    assert value == (None if " +" in text else "2026-05-01 08:00:00+00"), (text, value)
print("still so: a blank before the offset makes it an unknown time zone")
PY
