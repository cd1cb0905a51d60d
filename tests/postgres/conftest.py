"""A real server in a folder of its own, and shops whose tables live in it."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pytest

from destock.model.schema import TABLES

CANARY = "canary-7f3a91c2"
TYPES = {
    "id": "text",
    "text": "text",
    "units": "numeric(18,3)",
    "money": "numeric(18,4)",
    "number": "double precision",
    "integer": "bigint",
    "date": "date",
    "time": "timestamptz",
}
# a server refuses to run as root
OWNER = (
    {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []}
    if os.geteuid() == 0
    else {}
)


def programs() -> Path:
    """Debian keeps initdb and postgres out of the path."""
    found = [
        Path(place).resolve()
        for place in (shutil.which("initdb"), *Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        if place
    ]
    assert found, "no PostgreSQL server on this machine"
    return found[0].parent


@dataclass
class Server:
    """PostgreSQL on a free port, with a role ``reader`` that may only read; ``log`` is what it
    writes down.
    """

    folder: Path
    port: int
    process: subprocess.Popen | None = field(default=None)

    @property
    def address(self) -> str:
        return f"postgresql://reader:{CANARY}@127.0.0.1:{self.port}/postgres"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def start(self) -> None:
        options = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self.folder,
            "fsync": "off",
            "log_statement": "all",
        }
        command = [
            programs() / "postgres",
            "-D",
            self.folder / "data",
            "-p",
            str(self.port),
            *(f"--{k}={v}" for k, v in options.items()),
        ]
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=self.folder, **OWNER
            )
        ready = [programs() / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(ready).returncode:
            assert self.process.poll() is None, self.log
            time.sleep(0.1)

    def kill(self) -> None:
        """What PostgreSQL calls an immediate shutdown: every connection breaks, nothing is tidied
        up.
        """
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()

    def sql(self, text: str, rows: str | None = None) -> str:
        """Run statements as the owner; ``rows`` is CSV for a COPY FROM STDIN."""
        command = [
            programs() / "psql",
            "-qAt",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            self.folder,
            "-p",
            str(self.port),
            "-U",
            "postgres",
            "-c",
            text,
        ]
        environment = os.environ | {"PGTZ": "Asia/Shanghai"}
        return subprocess.run(
            command,
            input=rows,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
            encoding="utf-8",
        ).stdout.strip()

    def take(self, name: str, frame: pd.DataFrame, types: dict[str, str]) -> None:
        """Make a table of texts a table of types."""
        columns = ", ".join(f'"{column}" {types[column]}' for column in frame)
        self.sql(f"CREATE TABLE {name} ({columns}); GRANT SELECT ON {name} TO reader")
        self.sql(f"COPY {name} FROM STDIN (FORMAT csv, HEADER)", frame.to_csv(index=False))


@pytest.fixture(scope="session", autouse=True)
def server():
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    try:
        if OWNER:
            os.chown(folder, pwd.getpwnam("nobody").pw_uid, OWNER["group"])
        subprocess.run(
            [
                programs() / "initdb",
                "-D",
                folder / "data",
                "-U",
                "postgres",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "-N",
                "--auth-local=trust",
                "--auth-host=scram-sha-256",
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=folder,
            **OWNER,
        )
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            running = Server(folder, free.getsockname()[1])
        try:
            running.start()
            running.sql(f"CREATE ROLE reader LOGIN PASSWORD '{CANARY}'")
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("SHOP_DATABASE", running.address)
                yield running
        finally:
            running.kill()
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def move(server, tmp_path_factory):
    """``move(shop)`` is the same shop with all its tables in the database, under a schema of its
    folder's name.
    """

    def moved(shop: Path) -> Path:
        schema = shop.name
        text = (shop / "shop.toml").read_text(encoding="utf-8")
        server.sql(
            f'DROP SCHEMA IF EXISTS "{schema}" CASCADE; CREATE SCHEMA "{schema}"; GRANT USAGE ON'
            f' SCHEMA "{schema}" TO reader'
        )
        for table, entry in tomllib.loads(text)["tables"].items():
            source = entry if isinstance(entry, str) else entry["source"]
            ours = {
                theirs: ours
                for ours, theirs in (
                    {} if isinstance(entry, str) else entry.get("rename", {})
                ).items()
            }
            frame = rows(shop / source)
            types = {name: kind_of(table, ours.get(name, name)) for name in frame}
            server.take(f'"{schema}".{table}', frame, types)
            there = f'database = "SHOP_DATABASE", source = \'"{schema}".{table}\''
            text = text.replace(f'{table} = "{source}"', f"{table} = {{ {there} }}")
            text = text.replace(
                f'[tables.{table}]\nsource = "{source}"',
                f"[tables.{table}]\n" + there.replace(", ", "\n"),
            )
        folder = tmp_path_factory.mktemp("moved") / schema
        folder.mkdir()
        (folder / "shop.toml").write_text(text, encoding="utf-8")
        return folder

    return moved


def rows(source: Path) -> pd.DataFrame:
    """All rows of a table's files as text; of two exports the newer one has the last word."""
    files = sorted(source.iterdir()) if source.is_dir() else [source]
    frames = [
        (
            pd.read_parquet(p).astype("str")
            if p.suffix == ".parquet"
            else pd.read_csv(p, dtype="str", keep_default_na=False)
        )
        for p in files
    ]
    together = pd.concat(frames)
    return together.drop_duplicates("子订单编号", keep="last") if len(files) > 1 else together


def kind_of(table: str, name: str) -> str:
    theirs = {
        "商品数量": "integer",
        "订单应付金额": "numeric(12,2)",
        "订单提交时间": "timestamptz",
        "发货时间": "timestamptz",
        "订单完成时间": "timestamptz",
    }
    column = TABLES[table].column(name)
    return TYPES[column.kind] if column else theirs.get(name, "text")
