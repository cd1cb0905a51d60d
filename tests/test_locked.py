"""The engine reads the shop's and the run's folders and nothing else; a pack needs no network; no
secret leaves the machine it is on.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from destock import engine
from destock.intake.shop import ROOT
from destock.model.messages import say
from destock.publish.cli import main

CANARY = "canary-7f3a9c21-e5"
DESTOCK = [
    sys.executable,
    "-c",
    "import sys; from destock.publish.cli import main; sys.exit(main())",
]


@pytest.fixture
def folders(tmp_path):
    """A shop, a folder for scratch, and beside the shop one whose name begins like it."""
    for name in ("shop", "shop-secret", "scratch"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.csv").write_text("x\n1\n")
    return tmp_path


@pytest.fixture
def con(folders):
    opened = engine.start({folders / "shop"}, folders / "scratch")
    yield opened
    opened.close()


def test_the_shops_own_folder_can_be_read(con, folders):
    assert engine.rows(con, f"SELECT count(*) FROM read_csv('{folders}/shop/a.csv')") == [(1,)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{0}/shop-secret/a.csv')",
        "SELECT * FROM read_csv('{0}/shop/../shop-secret/a.csv')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_blob('/proc/self/environ')",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM '/etc/hostname'",
        "SELECT * FROM read_csv('https://x.example/a.csv')",
        "SELECT * FROM read_parquet('s3://x/a.parquet')",
        "SELECT getenv('HOME')",
        "COPY (SELECT 1) TO '{0}/shop-secret/b.csv'",
        "COPY (SELECT 1) TO '{0}/out.csv'",
        "ATTACH '{0}/x.db'",
        "ATTACH 'https://x.example/x.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "INSTALL excel",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "SET allowed_directories = ['/']",
        "PRAGMA database_list; SET threads = 99",
        "EXPORT DATABASE '{0}/x'",
        "IMPORT DATABASE '{0}/x'",
        "CREATE SECRET s (TYPE s3, KEY_ID 'x', SECRET 'y')",
        "SELECT * FROM CANARY",
        "RESET allowed_directories",
        "SET temp_directory = '/tmp'",
        "SET home_directory = '/'",
        "SET extension_directory = '/tmp'",
    ],
)
def test_what_is_elsewhere_cannot_be_reached(con, folders, sql):
    before = sorted(p for p in folders.rglob("*"))
    with pytest.raises(engine.EngineError):
        engine.rows(con, sql.format(folders))
    assert sorted(p for p in folders.rglob("*")) == before


@pytest.mark.parametrize(
    "text",
    [
        "postgres://shop:{}@host/db",
        "mysql+x://u:{}@host:3306/db?x=1",
        "https://{}@host/a",
        "host=x password={} dbname=y",
        "http://a/?token={}",
        "https://u:{}:x@h",
        "Secret={}",
    ],
)
def test_no_message_holds_the_secret_of_an_address(text):
    assert CANARY not in say(
        "{file}: cannot be read ({reason})", file=text.format(CANARY), reason=text.format(CANARY)
    )


@pytest.mark.parametrize("command", ["check", "report"])
def test_no_message_of_a_command_holds_it(tmp_path, capsys, command):
    address = (  # by itself it would be refused before it is looked for
        f"exports of postgres://shop:{CANARY}@host/db"
    )
    (tmp_path / "shop.toml").write_text(
        f'[tables]\nproducts = "{address}"\norder_lines = {{ source = "{address}", where ='
        f' "{CANARY}" }}\n'
    )
    assert main([command, str(tmp_path)]) == 3
    said = capsys.readouterr()
    assert "***@host" in said.err
    assert CANARY not in said.err + said.out


def files_of(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def short():
    """A folder for temporary files whose path leaves room for a socket's."""
    with tempfile.TemporaryDirectory(prefix="d") as folder:
        yield Path(folder)


@pytest.mark.skipif(
    not shutil.which("unshare")
    or subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode != 0,
    reason="no network to switch off here",
)
def test_a_pack_needs_no_network_and_holds_no_secret(tmp_path, short):
    """In a network of its own, with nothing in it: not even this machine's own address answers."""
    world = os.environ | {
        "DB_PASSWORD": CANARY,
        "SHOP_TOKEN": f"{CANARY}-2",
        "DESTOCK_CACHE": str(tmp_path / "cache"),
        "TMPDIR": str(short),
    }
    command = [
        "unshare",
        "-rn",
        *DESTOCK,
        "report",
        "tests/shops/douyin",
        "--only",
        "intake",
        "--out",
        str(tmp_path / "pack"),
    ]
    ended = subprocess.run(
        command, cwd=ROOT, env=world, capture_output=True, text=True, timeout=300
    )
    assert ended.returncode == 0, ended.stderr
    assert CANARY not in ended.stdout + ended.stderr
    written = files_of(tmp_path) + files_of(short)
    assert len(written) > 60
    assert [path.name for path in written if CANARY.encode() in path.read_bytes()] == []
