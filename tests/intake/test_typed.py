"""A typed table is read where it lies, and held to the rules of the door."""

from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from destock import engine
from destock.intake.rows import load
from destock.intake.shop import open_shop
from destock.intake.typed import check
from destock.model.messages import Fault
from destock.model.schema import TABLES
from destock.panel import panel

TODAY = date(2026, 12, 31)
LINES = pa.table(
    {
        "order_id": ["1", "1", "2"],
        "line_id": ["1", "2", "1"],
        "sku": ["A", "B", "A"],
        "kind": ["sale", "sale", "return"],
        "ordered_at": pa.array(
            pd.to_datetime(["2026-06-01 10:00", "2026-06-01 10:00", "2026-06-09 08:30"]),
            pa.timestamp("us"),
        ),
        "units": pa.array([1, 2, 1], pa.int64()),
        "customer_paid": pc.cast(pa.array([19.9, 40, 19.9]), pa.decimal128(12, 2)),
    }
)


def changed(column: str, values) -> pa.Table:
    """The lines with other values in one column."""
    values = (
        values
        if isinstance(values, pa.Array | pa.ChunkedArray)
        else pa.array(values, LINES.schema.field(column).type)
    )
    return LINES.set_column(LINES.schema.get_field_index(column), column, values)


@pytest.fixture
def typed_shop(make_shop):
    """A shop whose order lines are one typed Parquet file or more."""

    def make(*parts: pa.Table) -> Path:
        folder = make_shop(
            {"products": "sku,style\nA,S\nB,S\n"},
            tables={"order_lines": {"source": "lines", "typed": True}},
        )
        (folder / "lines").mkdir()
        for number, part in enumerate(parts, 1):
            pq.write_table(part, folder / "lines" / f"{number}.parquet")
        return folder

    return make


def taken(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Counts and rows of the order lines, once they were checked."""
    con, shop = engine.start({folder, folder / "lines"}, folder), open_shop(folder)
    intake = load(con, shop, TODAY)
    check(con, shop, TODAY)
    return (
        intake.rows.set_index("table").loc[["order_lines"]],
        con.sql("SELECT * FROM order_lines ORDER BY order_id, line_id").df(),
    )


def test_every_row_is_used_and_missing_columns_are_empty(typed_shop):
    counts, rows = taken(typed_shop(LINES))
    assert counts[["file", "rows_in", "used", "rejected", "read_as"]].to_numpy().tolist() == [
        ["1.parquet", 3, 3, 0, "typed"]
    ]
    assert list(rows.columns) == [column.name for column in TABLES["order_lines"].columns]
    assert rows["customer_paid"].tolist() == [19.9, 40, 19.9]
    assert rows["shipped_at"].isna().all()


def test_of_several_files_each_is_counted(typed_shop):
    counts, rows = taken(typed_shop(LINES.slice(0, 1), LINES.slice(1)))
    assert counts["rows_in"].tolist() == [1, 2]
    assert len(rows) == 3


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("sku", [None, "B", "A"]),
        ("units", [1, -2, 1]),
        ("kind", ["sale", "sold", "return"]),
        ("customer_paid", [None, 1, 1]),
        (
            "ordered_at",
            [pd.Timestamp("2026-06-01"), pd.Timestamp("2062-06-01"), pd.Timestamp("2026-06-09")],
        ),
    ],
)
def test_a_broken_rule_refuses_the_table(typed_shop, column, values):
    with pytest.raises(
        Fault, match=f"order_lines: 1 rows of a typed table break the rule of {column}"
    ) as fault:
        taken(typed_shop(changed(column, values)))
    assert fault.value.exit_code == 4


def test_a_key_twice_refuses_the_table_across_files(typed_shop):
    with pytest.raises(
        Fault, match="order_lines: 1 rows of a typed table break the rule of order_id"
    ) as fault:
        taken(typed_shop(LINES, LINES.slice(2)))
    assert fault.value.exit_code == 4


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("units", pa.array([1.0, 2.0, 1.0])),  # a float is not exact
        # more decimals than are kept
        ("customer_paid", pc.cast(pa.array([19.9, 40, 19.9]), pa.decimal128(14, 6))),
        # more digits than are kept
        ("customer_paid", pc.cast(pa.array([19.9, 40, 19.9]), pa.decimal128(30, 2))),
        ("order_id", pa.array([1, 1, 2])),
        # of which zone the shop's days are is not said
        ("ordered_at", LINES["ordered_at"].cast(pa.timestamp("us", "UTC"))),
        ("ordered_at", LINES["ordered_at"].cast(pa.string())),
    ],
)
def test_a_type_that_is_not_ours_is_named(typed_shop, column, values):
    with pytest.raises(
        Fault, match=f'1.parquet: column "{column}" is .*, a typed table needs '
    ) as fault:
        taken(typed_shop(changed(column, values)))
    assert fault.value.exit_code == 3


def test_a_required_column_that_is_missing_is_named(typed_shop):
    with pytest.raises(Fault, match=r'1\.parquet: a typed table needs a column "sku"') as fault:
        taken(typed_shop(LINES.drop_columns("sku")))
    assert fault.value.exit_code == 3


def test_what_is_no_parquet_is_one_line(typed_shop):
    folder = typed_shop(LINES)
    (folder / "lines" / "1.parquet").write_bytes(b"PAR1 but not for long")
    with pytest.raises(Fault, match=r"1\.parquet: cannot be read") as fault:
        taken(folder)
    assert fault.value.exit_code == 3
    assert "\n" not in str(fault.value)


def test_the_panel_is_that_of_the_same_rows_as_text(typed_shop, make_shop, tmp_path):
    text = make_shop(
        {
            "products": "sku,style\nA,S\nB,S\n",
            "order_lines": LINES.to_pandas().astype({"customer_paid": float}),
        }
    )
    for name, folder in (("text", text), ("typed", typed_shop(LINES))):
        (tmp_path / name).mkdir()
        panel.build(open_shop(folder), date(2026, 6, 14), tmp_path / name, TODAY)
    for frame in panel.FRAMES:
        one, other = (
            pd.read_parquet(tmp_path / name / f"{frame}.parquet") for name in ("text", "typed")
        )
        pd.testing.assert_frame_equal(one, other)
