#!/usr/bin/env bash
# DuckDB 2.0: a text with a zone, cast to TIMESTAMP, keeps its hour and loses its zone; 1.5 still refused a zone by name.
#
# Expected: '2026-05-01 10:00:00 America/New_York' AS TIMESTAMP is refused, as it was up to 1.5.6 ("has a timestamp that is not UTC"),
#   or becomes the moment in UTC.
# Seen: 2.0.0 answers 10:00 without a word. An offset (+08, -04, Z) is dropped as well, in both versions, whatever the session's
#   time zone; TIMESTAMPTZ keeps it.
# Why it matters here: orders of one shop come from platforms with and without zones in their exports. Two clocks lie in one column,
#   a sale near midnight in another day, and on a Sunday in another week; nothing fails after the upgrade.
# Seen on 2026-11-28 with duckdb 1.5.6 and 2.0.0 (PyPI), Linux, Python 3.11.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for version in 1.5.6 2.0.0; do
    python3 -m venv "$folder/$version"
    "$folder/$version/bin/pip" install --quiet --disable-pip-version-check "duckdb==$version" pytz
    "$folder/$version/bin/python" - "$version" <<'PY'
import sys

import duckdb

con = duckdb.connect()
con.execute("SET TimeZone = 'Asia/Shanghai'")


def read(text: str, kind: str) -> str:
    try:
        return con.execute(f"SELECT CAST(CAST('{text}' AS {kind}) AS VARCHAR)").fetchone()[0]
    except duckdb.ConversionException:
        return "refused"


for text in ("2026-05-01 10:00:00+00", "2026-05-01 10:00:00Z", "2026-05-01 10:00:00-04"):
    assert read(text, "TIMESTAMP") == "2026-05-01 10:00:00", (text, read(text, "TIMESTAMP"))
named = read("2026-05-01 10:00:00 America/New_York", "TIMESTAMP")
assert named == {"1.5.6": "refused", "2.0.0": "2026-05-01 10:00:00"}[sys.argv[1]], named
assert read("2026-05-01 10:00:00+00", "TIMESTAMPTZ") == "2026-05-01 18:00:00+08"
print(f"still so in {sys.argv[1]}: an offset is dropped by TIMESTAMP, a zone by name {'refused' if named == 'refused' else 'dropped'}")
PY
done
