"""A row is a line: what happened to it becomes its events, and a newer export tells it anew."""

import pandas as pd
import pytest

from destock.model.messages import Fault

HEADER = "no,line,sku,day,units,money,state,after,sent,ended,back,given\n"
SALE = "1,1,A,2026-05-01 10:00:00,2,20.00,{},{},{},{},{},{}\n"
WORDS = {
    "waiting": "unpaid",
    "open": "paid",
    "gone": "shipped",
    "closed": "cancelled",
    "all back": "returned",
    "fine": "none",
    "money back": "refunded",
    "some money back": "refund only",
}
STATUS = {
    "order": "state",
    "aftersale": "after",
    "ended_at": "ended",
    "returned_units": "back",
    "refund": "given",
    "words": WORDS,
}
NAMES = {
    "order_id": "no",
    "line_id": "line",
    "ordered_at": "day",
    "units": "units",
    "customer_paid": "money",
    "shipped_at": "sent",
}
SENT, ENDED = "2026-05-02 09:00:00", "2026-05-09 08:00:00"


@pytest.fixture
def taken(make_shop, take_in):
    """``taken(orders, …)``: the events of some exports, and the intake."""

    def make(*exports, **entry):
        files = {f"order_lines/{n}.csv": HEADER + text for n, text in enumerate(exports, 1)}
        shop = make_shop(
            {"products": "sku,name\nA,Ash\nB,Birch\n"} | files,
            tables={"order_lines": {"rename": NAMES, "status": STATUS} | entry},
        )
        intake, table = take_in(shop)
        return intake, table("order_lines")

    return make


def line(state="gone", after="", sent=SENT, ended="", back="", given=""):
    return SALE.format(state, after, sent, ended, back, given)


def events(frame):
    return {
        row.kind: (f"{row.ordered_at:%m-%d}", float(row.units), float(row.customer_paid))
        for row in frame.itertuples()
    }


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (line("waiting", sent=""), {}),
        (line("open", sent=""), {"sale": ("05-01", 2, 20)}),
        (line("GONE"), {"sale": ("05-01", 2, 20)}),
        (line("gone", "fine"), {"sale": ("05-01", 2, 20)}),
        (
            line("closed", sent="", ended=ENDED),
            {"sale": ("05-01", 2, 20), "cancel": ("05-09", 2, 20)},
        ),
        # nobody knows when: the last day that its line knows
        (line("closed", sent=""), {"sale": ("05-01", 2, 20), "cancel": ("05-01", 2, 20)}),
        (
            line("closed", "money back", ended=ENDED),
            {"sale": ("05-01", 2, 20), "return": ("05-09", 2, 20)},
        ),
        (line("gone", "money back"), {"sale": ("05-01", 2, 20), "return": ("05-02", 2, 20)}),
        (
            line("open", "money back", sent="-"),
            {"sale": ("05-01", 2, 20), "cancel": ("05-01", 2, 20)},
        ),
        (line("all back", sent=""), {"sale": ("05-01", 2, 20), "return": ("05-01", 2, 20)}),
        (line("gone", back="1"), {"sale": ("05-01", 2, 20), "return": ("05-02", 1, 10)}),
        (line("gone", back="0"), {"sale": ("05-01", 2, 20)}),
        (
            line("gone", "some money back", given="5"),
            {"sale": ("05-01", 2, 20), "refund_only": ("05-02", 0, 0)},
        ),
    ],
)
def test_what_happened_to_a_line(taken, row, told):
    intake, frame = taken(row)
    assert events(frame) == told
    assert intake.rejects.empty
    counted = intake.rows.query("table == 'order_lines'").iloc[0]
    assert counted["rows_in"] == max(len(told), 1)
    assert counted["skipped"] == (not told)
    assert counted["file_rows"] == 1


def test_an_event_knows_when_its_line_was_sold_and_what_was_given_back(taken):
    _, frame = taken(line("gone", "some money back", given="5"))
    refund = frame.set_index("kind").loc["refund_only"]
    assert (refund["refund_value"], f"{refund['original_ordered_at']:%F}") == (5, "2026-05-01")
    assert pd.isna(refund["shipped_at"])


def test_a_word_that_nobody_explained_is_rejected_with_its_row(taken):
    intake, frame = taken(line("取消", sent="") + line().replace("1,1,", "2,1,"))
    assert frame["order_id"].tolist() == ["2"]
    reject = intake.rejects.iloc[0]
    assert reject[["line", "column", "value"]].tolist() == [2, "order", "取消"]
    assert "status.words" in reject["rule"]
    _, frame = taken(
        line("取消", sent=""), status=STATUS | {"words": WORDS | {"取消": "cancelled"}}
    )
    assert sorted(frame["kind"]) == ["cancel", "sale"]


def test_a_closed_order_that_was_never_paid_is_no_sale(taken):
    paid = STATUS | {"paid_at": "ended"}
    _, frame = taken(line("closed", sent=""), status=paid)
    assert frame.empty
    _, frame = taken(line("closed", sent="", ended=ENDED), status=paid)
    assert sorted(frame["kind"]) == ["cancel", "sale"]


def test_a_newer_export_tells_a_line_anew(taken):
    """A refund that was withdrawn is no refund, and one whose day became known is one refund."""
    withdrawn = taken(line("gone", "money back"), line("gone", "fine"))[1]
    assert events(withdrawn) == {"sale": ("05-01", 2, 20)}
    intake, dated = taken(line("gone", "money back"), line("gone", "money back", ended=ENDED))
    assert sorted(dated["kind"]) == ["return", "sale"]
    assert events(dated)["return"][0] == "05-09"
    older = intake.rows.query("file == '1.csv'").iloc[0]
    assert older[["used", "updated", "deduplicated"]].tolist() == [0, 1, 1]


def test_an_order_without_line_numbers_is_told_anew_as_a_whole(taken):
    without = {
        "rename": {k: v for k, v in NAMES.items() if k != "line_id"},
        "equal_rows": "separate",
    }
    both = line("gone") + line("gone").replace(",A,", ",B,")
    _, frame = taken(both, line("closed", ended=ENDED), **without)
    assert sorted(zip(frame["sku"], frame["kind"], strict=True)) == [("A", "return"), ("A", "sale")]


def test_units_that_nobody_can_read_are_rejected_alone(taken):
    intake, frame = taken(line("gone", back="one") + line("gone").replace("1,1,", "2,1,"))
    assert frame["order_id"].tolist() == ["2"]
    assert intake.rejects["line"].unique().tolist() == [2]


class TestSeveralSources:
    """One table of two exports: each is read in its own way, and counted."""

    @pytest.fixture
    def shop(self, make_shop):
        def make(first, second):
            shop = make_shop(
                {"products": "sku,name\nA,Ash\n"}, tables={"order_lines": {"source": "x"}}
            )
            (shop / "web.csv").write_text(HEADER + line("gone"), encoding="utf-8")
            (shop / "till.csv").write_text(
                "receipt;when;sku;n;total\n9;04.05.2026;A;1;9,50\n", encoding="utf-8"
            )
            text = (shop / "shop.toml").read_text(encoding="utf-8")
            text = text.replace('"order_lines" = { "source" = "x" }', '"order_lines" = []')
            (shop / "shop.toml").write_text(
                'name = "two"\n[tables]\nproducts = "products.csv"\n' + first + second,
                encoding="utf-8",
            )
            return shop

        return make

    WEB = """[[tables.order_lines]]
source = "web.csv"
rename = { order_id = "no", line_id = "line", ordered_at = "day", customer_paid = "money" }
columns = { kind = "'sale'" }
"""
    TILL = """[[tables.order_lines]]
source = "till.csv"
date_format = "%d.%m.%Y"
number_format = "1.234,50"
rename = { order_id = "receipt", ordered_at = "when", units = "n", customer_paid = "total" }
columns = { kind = "'sale'" }
"""

    def test_both_are_read(self, shop, take_in):
        intake, table = take_in(shop(self.WEB, self.TILL))
        lines = table("order_lines")
        assert lines["customer_paid"].tolist() == [20, 9.5]
        assert intake.rows.query("table == 'order_lines'")["used"].tolist() == [1, 1]

    def test_the_order_of_the_sources_changes_no_row(self, shop, take_in):
        one, other = (
            take_in(shop(*order))[1]("order_lines")
            for order in ((self.WEB, self.TILL), (self.TILL, self.WEB))
        )
        pd.testing.assert_frame_equal(one, other)

    def test_typed_and_untyped_do_not_mix(self, shop, take_in):
        with pytest.raises(Fault, match="all of its sources are typed, or none"):
            take_in(shop(self.WEB, self.TILL + "typed = true\n"))


def test_a_line_may_have_columns_of_types(make_shop, take_in):
    """As a Parquet file or a database has them, and not texts."""
    entry = {
        "source": "o.parquet",
        "rename": {k: v for k, v in NAMES.items() if k not in ("line_id", "units")},
        "status": {"order": "state", "returned_units": "back", "words": WORDS},
    }
    shop = make_shop({"products": "sku\nA\n"}, tables={"order_lines": entry})
    lines = pd.DataFrame(
        {
            "no": ["1", "2", "3"],
            "sku": "A",
            "day": pd.to_datetime(["2026-05-01"] * 3),
            "units": [2, 1, 4],
            "money": [20.0, 10.0, 40.0],
            "state": ["gone", "closed", "gone"],
            "sent": pd.to_datetime([SENT, None, SENT]),
            "back": [0, 0, 1],
        }
    )
    lines.to_parquet(shop / "o.parquet")
    intake, table = take_in(shop)
    told = table("order_lines").set_index(["order_id", "kind"])
    assert told["units"].astype(float).to_dict() == {
        ("1", "sale"): 2,
        ("2", "cancel"): 1,
        ("2", "sale"): 1,
        ("3", "return"): 1,
        ("3", "sale"): 4,
    }
    assert float(told.loc[("3", "return"), "customer_paid"]) == 10
    assert intake.rejects.empty
