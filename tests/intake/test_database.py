"""What is said of a database before any server is asked: nothing secret, and always what to do. The
rest needs a server: tests/postgres.
"""

import sys

import pytest

from destock.intake.database import _reason, extracted
from destock.intake.shop import open_shop
from destock.model.folders import BELONGS, session
from destock.model.messages import Fault

CANARY = "canary-7f3a"
ADDRESS = f"postgresql://reader:{CANARY}@db.internal/erp"


def fault_of(call) -> Fault:
    with pytest.raises(Fault) as fault:
        call()
    assert CANARY not in str(fault.value)
    assert "\n" not in str(fault.value)
    return fault.value


@pytest.mark.parametrize(
    "entry",
    [
        {"database": ADDRESS, "source": "orders"},
        {"source": ADDRESS},
        {"database": f"password={CANARY}"},
    ],
)
def test_an_address_in_a_shop_toml_is_refused(make_shop, entry):
    shop = make_shop(
        {"products": "sku\nA\n", "order_lines": "sku\nA\n"}, tables={"order_lines": entry}
    )
    fault = fault_of(lambda: open_shop(shop))
    assert fault.exit_code == 2
    assert "order_lines" in str(fault)
    assert "environment variable" in str(fault)


@pytest.mark.parametrize(
    "value",
    [None, "", f"mysql://reader:{CANARY}@db.internal/erp", f"host=db.internal password={CANARY}"],
)
def test_a_variable_without_an_address_of_postgresql_is_named(monkeypatch, value):
    monkeypatch.delenv("ERP", raising=False)
    if value is not None:
        monkeypatch.setenv("ERP", value)
    fault = fault_of(lambda: extracted("ERP", {"products": "products"}))
    assert fault.exit_code == 3
    assert str(fault).startswith("ERP: ")
    assert "db.internal" not in str(fault)


def test_without_the_extra_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "adbc_driver_postgresql", None)
    monkeypatch.delitem(sys.modules, "adbc_driver_postgresql.dbapi", raising=False)
    monkeypatch.setenv("ERP", ADDRESS)
    fault = fault_of(lambda: extracted("ERP", {"products": "products"}))
    assert fault.exit_code == 3
    assert "extra “postgres”" in str(fault)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (
            (
                'IO: [libpq] Failed to connect: connection to server at "db", port 1 failed:'
                " Connection refused\n\tIs the server running?\n"
            ),
            "Connection refused",
        ),
        (
            (
                'IO: [libpq] Failed to connect: connection to server at "db", port 1 failed: FATAL:'
                '  no role "x"\n'
            ),
            'no role "x"',
        ),
        (
            (
                'IO: [libpq] Failed to connect: connection to server at "db", port 1 failed:'
                ' 致命错误:  角色 "x" 不存在\n'
            ),
            '角色 "x" 不存在',
        ),
        (
            (
                'NOT_FOUND: Failed to prepare query: ERROR:  relation "a.b" does not exist\nLINE 1:'
                " SELECT …"
            ),
            'relation "a.b" does not exist',
        ),
        (
            (
                "[libpq] PQgetCopyData() failed: server closed the connection unexpectedly\n\tThis"
                " probably …"
            ),
            "server closed the connection unexpectedly",
        ),
    ],
)
def test_a_reason_is_what_went_wrong_without_where(said, reason):
    assert _reason(said) == reason


def test_a_command_and_its_processes_share_a_folder_that_a_process_alone_has_for_itself(
    monkeypatch, tmp_path
):
    monkeypatch.delenv(BELONGS, raising=False)
    assert session() == session()
    assert session().is_dir()
    monkeypatch.setenv(BELONGS, str(tmp_path))
    assert session() == tmp_path
