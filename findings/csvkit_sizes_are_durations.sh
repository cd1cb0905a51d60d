#!/usr/bin/env bash
# csvkit: children's sizes 3M, 6M, 12M come out of a sort as 0:03:00, 0:06:00, 0:12:00, waists 32W as 224 days; and a join on them is empty.
#
# Expected: a sort changes the order of the lines, a join compares what stands in the two files; types, if guessed, are numbers, dates,
#   true and false, and a size is none of these.
# Seen: a column in which every value reads as a duration is one: M are minutes, W weeks, D days (the cup of a bra: 75D is 75 days),
#   S seconds (packs 5S, 10S). csvsort and csvjson write hours and minutes in place of the sizes, csvsql --query gives moments of
#   1 January 1970. One value that is no duration (Free, 2Y, 12-18M) makes text of the column, so the same size is a duration in the
#   stock file and text in the sales file, and csvjoin -c size finds no pair. csvgrep and csvstack guess nothing. With -I all is well.
# Why it matters here: children's wear, jeans and underwear are sold by such sizes, and a pair of exports is quickly sorted and joined on
#   the command line before it is loaded. Stock and sales of these styles then have no size in common.
# Seen on 2026-11-28 with csvkit 2.2.0, agate 1.14.2, pytimeparse 1.1.10 (PyPI), Linux, Python 3.11. Known for a product number 0606D:
#   issue 1173, closed with the advice of -I.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check csvkit==2.2.0 agate==1.14.2 pytimeparse==1.1.10
cd "$folder"
PATH="$folder/venv/bin:$PATH"
printf 'sku,size,stock\nA1,3M,10\nA1,6M,4\nA1,12M,7\n' > stock.csv
printf 'sku,size,sold\nA1,3M,3\nA1,6M,2\nA2,Free,9\n' > sales.csv
same() { # what it is, what was seen, what is seen now
    if [ "$2" != "$3" ]; then
        printf '%s: %s\n' "$1" "$3" >&2
        exit 1
    fi
    printf '%s: %s\n' "$1" "$3"
}
one_line() { tr -d '"' | paste -sd ' '; }
same "sorted by stock" "size 0:06:00 0:12:00 0:03:00" "$(csvsort -c stock stock.csv | csvcut -c size | one_line)"
same "as JSON" "0:03:00 0:06:00 0:12:00" "$(csvjson stock.csv | grep -o '"size": "[^"]*"' | cut -d'"' -f4 | one_line)"
same "queried" "size 1970-01-01 00:03:00.000000" "$(csvsql --query 'SELECT size FROM stock WHERE stock = 10' stock.csv | one_line)"
same "waists" "sku,size A,224 days, 0:00:00 B,238 days, 0:00:00" "$(printf 'sku,size\nA,32W\nB,34W\n' | csvsort -c sku | one_line)"
same "cups" "sku,size A,75 days, 0:00:00 B,80 days, 0:00:00" "$(printf 'sku,size\nA,75D\nB,80D\n' | csvsort -c sku | one_line)"
same "with a size that is none" "sku,size A,3M B,Free" "$(printf 'sku,size\nA,3M\nB,Free\n' | csvsort -c sku | one_line)"
same "stock joined to sales by size" "sku,size,stock,sku2,sold" "$(csvjoin -c size stock.csv sales.csv | one_line)"
same "the same with -I" "sku,size,stock,sku2,sold A1,3M,10,A1,3 A1,6M,4,A1,2" "$(csvjoin -I -c size stock.csv sales.csv | one_line)"
echo "still so: a column of 3M, 6M, 12M is one of durations, and no longer joins to 3M, 6M, Free"
