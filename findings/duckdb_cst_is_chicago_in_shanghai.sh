#!/usr/bin/env bash
# DuckDB: in a session of Asia/Shanghai, "10:00 CST" is a time of Chicago.
#
# Expected: CST, which several places call their time by (China, Chicago, Cuba), is refused; or it is that of the session's own zone.
# Seen: it is read as America/Chicago, with daylight saving time even: 10:00 CST on 1 May is 23:00 in Shanghai. IST is India's
#   (Israel and Ireland use it too), PST is Los Angeles'.
# Why it matters here: "CST" stands in the exports of Chinese systems; every order of a day after 11 a.m. moves to the next day.
# Seen on 2026-11-28 with duckdb 2.0.0 (PyPI), Linux, Python 3.11.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.0 pytz
"$folder/venv/bin/python" - <<'PY'
import duckdb

con = duckdb.connect()
con.execute("SET TimeZone = 'Asia/Shanghai'")
for name, hour in (("CST", "2026-05-01 23:00:00+08"), ("IST", "2026-05-01 12:30:00+08"), ("PST", "2026-05-02 01:00:00+08")):
    found = con.execute(f"SELECT CAST(CAST('2026-05-01 10:00:00 {name}' AS TIMESTAMPTZ) AS VARCHAR)").fetchone()[0]
    assert found == hour, (name, found)
print("still so: CST is Chicago's, IST India's, PST that of Los Angeles, whatever the session's zone")
PY
