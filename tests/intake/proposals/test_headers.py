"""Headers of real exports, taken for what they are without the profiles that know them."""

import re
from pathlib import Path

import pytest
from tests.intake.test_exports import KNOWN, names_of

from destock.intake.formats.raw import header
from destock.intake.profiles import profiles
from destock.intake.proposals.matching import NEEDED, matches
from destock.model.schema import TABLES

HEADERS = Path(__file__).parents[4] / "shared" / "data" / "export_headers"
ROWS = range(12)
# what a column that no profile names holds, by what its name says; the first that fits
KINDS = {
    "time": r"时间|日期|date|time|\bat$|day",
    "money": r"金额|价|费|优惠|元|实收|实付|price|amount|total|tax|cost|sales|discount|fee",
    "units": r"数量|库存|件数|qty|quantity|units|stock|on hand|available|incoming|committed",
    "id": r"号|编码|id\b|sku|ean|条码|barcode|code|number|handle|asin",
}
VALUES = {
    "time": [f"2026-03-{row + 1:02d} 10:00:00" for row in ROWS],
    "date": [f"2026-03-{row + 1:02d}" for row in ROWS],
    "money": [f"{row + 9}.90" for row in ROWS],
    "number": [f"0.{row}5" for row in ROWS],
    "units": [f"{row % 3 + 1}" for row in ROWS],
    "id": [f"K{row:05d}" for row in ROWS],
    "text": [f"word{row % 4}" for row in ROWS],
    "flag": ["1"] * len(ROWS),
}
# what names alone take wrongly, without a doubt: Shopify calls its orders by their "Name", and a
# till's receipts stand beside them
TAKEN_WRONGLY = [("shopify_orders_export", "order_id", "Receipt Number")]
# of 100 columns that a table needs, as many as these at least are found by their names
RIGHT = 90


def alternatives(rename, ours):
    said = rename.get(ours, [])
    return {header(name) for name in ([said] if isinstance(said, str) else said)}


def filled(names, profile):
    """The columns of a header with values of the kind of each."""
    kinds = {}
    for table, said in profile.tables.items():
        for ours in said.get("rename", {}):
            column = TABLES[table].column(ours)
            of = alternatives(said["rename"], ours)
            kinds |= dict.fromkeys(of - kinds.keys(), column.kind if column else "text")
    by_name = {
        name: next((k for k, words in KINDS.items() if re.search(words, name.lower())), "text")
        for name in names
    }
    return {name: VALUES[kinds.get(name, by_name[name])] for name in names}


def judged(match, rename, names):
    """Each column that the table needs and the profile names: ours, theirs, taken, asked."""
    for one_of in NEEDED[match.table]:
        meant = {ours: alternatives(rename, ours) & {*names} for ours in one_of}
        meant = {ours: theirs for ours, theirs in meant.items() if theirs}
        taken = {ours: theirs for ours, theirs in meant.items() if ours in match.columns} or meant
        for ours, theirs in taken.items():
            yield ours, theirs, match.columns.get(ours, ""), match.doubts.get(ours, [])


@pytest.fixture(scope="module")
def table():
    """One row for each needed column of each header: file, table, ours, right, asked."""
    if not HEADERS.is_dir():
        pytest.skip("headers of real exports are not here")
    rows, unlike = [], []
    for path in sorted(HEADERS.iterdir()):
        profile = profiles().get(KNOWN.get(path.stem, ""))
        if profile is None or not profile.tables:
            continue
        names = [*dict.fromkeys(header(name) for name in names_of(path) if name.strip())]
        found = {match.table: match for match in matches(filled(names, profile), set())}
        of = [name for name in profile.tables if name in NEEDED]
        unlike += [(path.stem, name, [*found]) for name in of if name not in found]
        for name in set(of) & found.keys():
            for ours, theirs, taken, doubts in judged(
                found[name], profile.tables[name].get("rename", {}), names
            ):
                asked = bool({*doubts} & theirs)
                rows.append((path.stem, name, ours, sorted(theirs), taken, asked))
    for row in rows:
        print("right" if row[4] in row[3] else "asked" if row[5] else "WRONG", *row[:5], sep=" | ")
    for row in unlike:
        print("no such table", *row, sep=" | ")
    return rows


def test_nine_of_ten_needed_columns_are_named_as_the_profile_names_them(table):
    right = [theirs for *_, meant, theirs, _ in table if theirs in meant]
    print(f"{len(right)} of {len(table)} columns")
    assert len(table) >= 50
    assert 100 * len(right) >= RIGHT * len(table)


def test_every_wrong_column_is_asked_about(table):
    wrong = [
        (file, ours, theirs)
        for file, _, ours, meant, theirs, asked in table
        if theirs not in meant and not asked
    ]
    assert wrong == TAKEN_WRONGLY
