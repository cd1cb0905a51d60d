"""A file's rows in the engine, and the shop's own SQL over them: one line where either fails."""

from collections.abc import Iterator
from contextlib import contextmanager

from destock import engine
from destock.intake import query
from destock.intake.cells import grammar
from destock.intake.columns import NAMED, File, all_empty, sql_of
from destock.intake.formats.raw import Raw
from destock.intake.query import FAILED, LINE
from destock.intake.shop import Source
from destock.model.messages import Fault, mark

# a torn record over more lines than this hides other rows in a quote that was never meant
TORN_LINES = 20


def ask(con: engine.Engine, file: File, number: int) -> list[str]:
    """Run the shop's query over one export by itself, so that a newer one's rows still win; returns
    the columns of its result.
    """
    source, file.relation = file.source, f"queried_{number}"
    sql = sql_of(source.query).strip().removesuffix(";")
    _load_source(con, source, file)
    view = f"CREATE OR REPLACE TEMP VIEW asked AS SELECT * FROM ({sql}\n)"
    execute(con, source, file.raw, "query", view)
    way = next((way for way in query.followed(con, sql) if _fits(con, way.sql)), None)
    _run_query(con, source, file, way.sql if way else sql)
    names = columns_of(con, file.relation)
    if FAILED in names:
        rule = engine.literal(":" + grammar.FAILS)
        file.failures = {f"{FAILED} IS NOT NULL": f"{FAILED} || {rule}"}
        if _fails_everywhere(con, file):
            # what fails on every row is wrong by itself: the engine says how
            _run_query(con, source, file, sql)
    if way and way.whole:
        _find_unmade(con, file)
    con.execute("DROP VIEW asked; DROP TABLE source")
    if LINE not in names:
        con.execute(
            f"ALTER TABLE {file.relation} ADD COLUMN {LINE} BIGINT; UPDATE {file.relation} SET"
            f" {LINE} = _row"
        )
    return [name for name in names if name not in ("_row", LINE, FAILED)]


def _load_source(con: engine.Engine, source: Source, file: File) -> None:
    """Make ``source`` the rows of the file, without the blank ones."""
    with incoming(con, file.raw):
        table = "CREATE OR REPLACE TABLE source AS SELECT * FROM incoming"
        execute(con, source, file.raw, "query", table)
    compare(file.raw, engine.rows(con, "SELECT count(*) FROM source")[0][0])
    file.blank = engine.rows(con, f"DELETE FROM source WHERE {all_empty(file.raw.names)}")[0][0]


def _run_query(con: engine.Engine, source: Source, file: File, sql: str) -> None:
    numbered = f"SELECT row_number() OVER (ORDER BY _queried) AS _row, * FROM ({sql}\n) AS _queried"
    table = f"CREATE OR REPLACE TABLE {file.relation} AS {numbered}"
    execute(con, source, file.raw, "query", table)


def _fails_everywhere(con: engine.Engine, file: File) -> bool:
    rows, failed = engine.rows(con, f"SELECT count(*), count({FAILED}) FROM {file.relation}")[0]
    return rows > 0 and rows == failed


def _find_unmade(con: engine.Engine, file: File) -> None:
    """Note how many rows of the file made none of the query's, and the first of their lines."""
    kinds = f"SELECT column_type FROM (DESCRIBE {file.relation}) WHERE column_name = '{LINE}'"
    if engine.rows(con, kinds) != [("BIGINT",)]:
        return
    lost = f"FROM source ANTI JOIN {file.relation} AS made ON source.{LINE} = made.{LINE}"
    count = engine.rows(con, f"SELECT count(*) {lost}")[0][0]
    lines = engine.rows(con, f"SELECT source.{LINE} {lost} ORDER BY ALL LIMIT {NAMED}")
    file.unmade = (count, [line for (line,) in lines])


def _fits(con: engine.Engine, sql: str) -> bool:
    """Does a query that was followed still have the columns that the shop asked for? The engine
    knows functions that it follows nowhere.
    """
    try:
        con.execute(f"CREATE OR REPLACE TEMP VIEW answered AS SELECT * FROM ({sql}\n)")
    except engine.EngineError:
        return False
    asked, answered = (
        set(columns_of(con, view)) - {LINE, FAILED} for view in ("asked", "answered")
    )
    con.execute("DROP VIEW answered")
    return asked == answered


def columns_of(con: engine.Engine, relation: str) -> list[str]:
    """The names of a relation's columns, in their order."""
    return [name for (name,) in engine.rows(con, f"SELECT column_name FROM (DESCRIBE {relation})")]


@contextmanager
def incoming(con: engine.Engine, raw: Raw, as_given: bool = False) -> Iterator[None]:
    """A file's rows as the relation ``incoming``, once; let go of whatever happens, for the engine
    holds on to what reads them.
    """
    con.register("incoming", raw.stream(as_given))
    try:
        yield
    finally:
        con.unregister("incoming")


def compare(raw: Raw, loaded: int) -> None:
    """Every record that was counted is a row or a reject. Raises Fault (3) where one would be
    lost.
    """
    torn = len(raw.torn)
    if torn and 2 * torn > loaded + torn:
        line, (fields, _) = min(raw.torn.items())
        text = mark(
            "{file}:{line}: {fields} fields, where the header has {names}; so have most of its"
            " lines"
        )
        raise Fault(3, text, file=raw.path.name, line=line, fields=fields, names=len(raw.names))
    for line, (_, text) in raw.torn.items():
        if text.count("\n") >= TORN_LINES:
            said = mark('{file}:{line}: a quote (") is not closed, or not where its value ends')
            raise Fault(3, said, file=raw.path.name, line=line)
    found = loaded + torn + len(raw.footer)
    if raw.counted not in (None, found):
        text = mark(
            "{file}: {counted} rows were counted, {loaded} were loaded: the file is damaged, or its"
            " quotes or line ends are not regular"
        )
        raise Fault(3, text, file=raw.path.name, counted=raw.counted, loaded=found)


def execute(con: engine.Engine, source: Source, raw: Raw, key: str, sql: str) -> None:
    """Run SQL that the shop has a part in. Raises Fault (3) in one line that names its ``key``."""
    refused = mark("shop.toml [tables.{table}] {key}: {reason}")
    try:
        if not engine.run_one(con, sql):
            raise Fault(3, refused, table=source.table, key=key, reason="; …")
    except engine.EngineError as error:
        raise raw.blamed(
            Fault(3, refused, table=source.table, key=key, reason=engine.message(error))
        ) from error
