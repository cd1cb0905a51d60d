#!/usr/bin/env bash
# XLSX: the dates 2026年5月1日 and 5月1日 of a Chinese Excel are numbers (46143) to openpyxl, pandas and polars, and dates to calamine.
#
# Expected: a cell that shows a date is read as a date; at the least, two readers built on the same engine (python-calamine; fastexcel,
#   which polars uses) agree, and so do pandas' two engines.
# Seen: the format ids 27–36 and 50–58 are built in, as 14 is, so no format code stands in the file; ECMA-376 part 1, 18.8.30, lists
#   them per language (zh-cn: 31 is yyyy"年"m"月"d"日", 57 is yyyy"年"m"月", 58 is m"月"d"日"). openpyxl, pandas with it and polars give
#   the serial number, without a word; python-calamine and pandas with calamine give the date. The very same format, written out in the
#   file under an id of its own, is a date to all of them. In polars one such cell among others turns the column into text.
# Why it matters here: lists of orders and receipts pass through Excel on their way; one click on a date format of its list, and the
#   column holds numbers. pandas 3.1 announces calamine as its default: the same call will give dates then.
# Seen on 2026-11-28 with openpyxl 3.1.5, pandas 3.1.1, python-calamine 0.9.1, polars 2.1.0 with fastexcel 0.21.0, files by XlsxWriter
#   3.3.1 (PyPI), Linux, Python 3.11. Other readers had the same gap: ExcelDataReader, issue 541.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check openpyxl==3.1.5 pandas==3.1.1 python-calamine==0.9.1 polars==2.1.0 \
    fastexcel==0.21.0 XlsxWriter==3.3.1
cd "$folder"
"$folder/venv/bin/python" -W ignore - <<'PY'
from datetime import date, datetime

import openpyxl
import pandas as pd
import polars as pl
import python_calamine
import xlsxwriter

DAY, SERIAL = date(2026, 5, 1), 46143


def write(name: str, form: int | str) -> None:
    with xlsxwriter.Workbook(name) as book:
        sheet, shown = book.add_worksheet("订单"), book.add_format({"num_format": form})
        sheet.write(0, 0, "付款时间")
        for line in (1, 2):
            sheet.write_number(line, 0, SERIAL, shown)


def day(value: object) -> object:
    return value.date() if isinstance(value, datetime) else value


def read(name: str) -> dict[str, object]:
    return {
        "openpyxl": day(openpyxl.load_workbook(name).active["A2"].value),
        "pandas, openpyxl": day(pd.read_excel(name, engine="openpyxl").iloc[0, 0]),
        "polars": day(pl.read_excel(name).item(0, 0)),
        "python-calamine": day(python_calamine.load_workbook(name).get_sheet_by_index(0).to_python()[1][0]),
        "pandas, calamine": day(pd.read_excel(name, engine="calamine").iloc[0, 0]),
    }


for form in (14, 'yyyy"年"m"月"d"日"', 'm"月"d"日"'):
    write("own.xlsx", form)
    assert set(read("own.xlsx").values()) == {DAY}, (form, read("own.xlsx"))
for form in (27, 28, 31, 36, 50, 57, 58):
    write("built_in.xlsx", form)
    found = read("built_in.xlsx")
    print(form, found)
    assert [found[name] for name in ("openpyxl", "pandas, openpyxl", "polars")] == [SERIAL] * 3, found
    assert [found[name] for name in ("python-calamine", "pandas, calamine")] == [DAY] * 2, found
print("still so: a Chinese date format that is built in makes a number of the date in openpyxl and in polars, not in calamine")
PY
