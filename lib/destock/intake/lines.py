"""Lines whose orders stand elsewhere: in another export, or once above the lines of each order; and
amounts of whole orders, spread over their lines.
"""

from babel.numbers import get_currency_precision

from destock import engine
from destock.intake.asking import compare, execute, incoming
from destock.intake.columns import File, quoted_in, sql_of
from destock.intake.formats.raw import Raw, header
from destock.intake.formats.readers import open_raw
from destock.intake.profiles import heads_of, refuse_other
from destock.intake.shop import Shop, Source
from destock.model.messages import Fault, mark

NO_HEAD = mark("no row of this number in the export that its orders stand in")
_NO_KEY = mark(
    "{file}: no column “{column}”, by which lines and orders are joined; it has: {present}"
)


def join_heads(con: engine.Engine, shop: Shop, file: File, number: int) -> list[str]:
    """Which columns has a line once its order is known? Makes the file's relation of the two.

    The head of a line is the row of ``heads.source`` with the same ``heads.key``, that of the
    newest export; without a source, the first values of ``heads.columns`` among the lines of that
    key. What a line says itself holds. Raises Fault (3) where the key is missing.
    """
    key, elsewhere = _key(file.raw, file), "source" in file.source.heads
    file.relation = f"joined_{number}"
    _load(con, file.raw, file.source, "lines")
    names = _other_heads(con, shop, file, key) if elsewhere else _own_heads(con, file, key)
    columns = [_column(name, name in names) for name in file.read]
    more = [name for name in names if name not in file.raw.names]
    joined = (
        f"CREATE OR REPLACE TABLE {file.relation} AS SELECT l._line, l._line AS _row, h._key IS NOT"
        f" NULL AS _headed, {', '.join(columns + [f'h.{engine.quoted(name)}' for name in more])}"
        f" FROM lines l LEFT JOIN heads h ON l.{engine.quoted(key)} = h._key"
    )
    execute(con, file.source, file.raw, "heads", joined)
    con.execute("DROP TABLE lines; DROP TABLE heads")
    if elsewhere:
        file.failures["NOT _headed"] = engine.literal(f"heads:{NO_HEAD}")
        file.faulty["heads"] = engine.quoted(key)
    present = [*file.raw.names, *more]
    return [*present, *_spread(con, shop, file, key, present)]


def _column(name: str, filled: bool) -> str:
    """A line's own value, else that of its order where it stands only once."""
    name = engine.quoted(name)
    return f"coalesce(l.{name}, h.{name}) AS {name}" if filled else f"l.{name}"


def _key(raw: Raw, file: File) -> str:
    wanted = header(file.source.heads["key"])
    if wanted not in raw.names:
        said = {"column": wanted, "present": ", ".join(raw.names)}
        raise Fault(3, _NO_KEY, file=raw.path.name, **said)
    return wanted


def _asked(source: Source, names: list[str]) -> list[str] | None:
    """The columns of a file that something may be made of, where a profile says what each is. Who
    bought, and where they live, is never loaded.
    """
    if not source.export:
        return None
    told = [theirs for key, theirs in source.status.items() if key != "words"]
    plain = [source.heads["key"], *source.heads.get("columns", [])]
    for theirs in (*source.rename.values(), *told):
        plain += [theirs] if isinstance(theirs, str) else theirs
    rules = [text for rule in source.spread.values() for text in rule.values()]
    texts = [source.where, *source.columns.values(), *rules, *map(str, told)]
    wanted = {header(name).casefold() for name in [*plain, *quoted_in(" ".join(texts))]}
    return [name for name in names if name.casefold() in wanted]


def _load(con: engine.Engine, raw: Raw, source: Source, name: str) -> None:
    raw.needed = _asked(source, raw.names)
    with incoming(con, raw):
        con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM incoming")
    compare(raw, engine.rows(con, f"SELECT count(*) FROM {name}")[0][0])


def _own_heads(con: engine.Engine, file: File, key: str) -> list[str]:
    """The first values of an order among its own lines."""
    asked = map(header, file.source.heads.get("columns", []))
    names = [name for name in asked if name in file.raw.names]
    first = [
        f"arg_min({name}, _line) FILTER ({name} IS NOT NULL) AS {name}"
        for name in map(engine.quoted, names)
    ]
    of = engine.quoted(key)
    con.execute(
        f"CREATE OR REPLACE TABLE heads AS SELECT {', '.join([f'{of} AS _key', *first])} FROM lines"
        f" WHERE {of} IS NOT NULL GROUP BY {of}"
    )
    return names


def _other_heads(con: engine.Engine, shop: Shop, file: File, key: str) -> list[str]:
    """The rows of other exports, of each key the newest."""
    names: list[str] = []
    parts = []
    for n, path in enumerate(shop.heads_of(file.source)):
        raw = open_raw(path, file.source)
        refuse_other(heads_of(file.source.export), path.name, raw.names)
        _key(raw, file)
        _load(con, raw, file.source, f"heads_{n}")
        read = raw.needed or raw.names
        names += [name for name in read if name not in names]
        parts.append(f"SELECT {n} AS _export, * FROM heads_{n}")
    con.execute(
        f"CREATE OR REPLACE TABLE heads AS SELECT {engine.quoted(key)} AS _key, * FROM"
        f" ({' UNION ALL BY NAME '.join(parts)}) WHERE {engine.quoted(key)} IS NOT NULL QUALIFY"
        f" row_number() OVER (PARTITION BY {engine.quoted(key)} ORDER BY _export DESC, _line) = 1"
    )
    for n in range(len(parts)):
        con.execute(f"DROP TABLE heads_{n}")
    # what stands in the lines as well is theirs
    return [name for name in names if name not in file.raw.names]


def _spread(con: engine.Engine, shop: Shop, file: File, key: str, present: list[str]) -> list[str]:
    """Amounts of an order by line, by what each line is worth; the parts of an order add up to the
    whole.

    Each line gets what the lines up to it are to have in all, less what those before it had. Where
    nobody knows what one line is worth, nobody knows what any line of its order got.
    """
    made = []
    for name, rule in file.source.spread.items():
        amount, worth = sql_of(rule["amount"]), sql_of(rule["by"])
        if set(quoted_in(amount + worth)) <= set(present):
            made.append(f"spread {name}")
            places = get_currency_precision(shop.currency)
            spread = _shares(file.relation, engine.quoted(key), amount, worth, places)
            table = (
                f"CREATE OR REPLACE TABLE spread AS SELECT * EXCLUDE (_amount, _worth, _known,"
                f" _upto), CAST(_upto - lag(_upto, 1, 0) OVER lines AS DECIMAL(18,4)) AS"
                f" {engine.quoted(made[-1])} FROM ({spread}) WINDOW lines AS (PARTITION BY"
                f" {engine.quoted(key)} ORDER BY _line)"
            )
            execute(con, file.source, file.raw, "spread", table)
            con.execute(f"DROP TABLE {file.relation}; ALTER TABLE spread RENAME TO {file.relation}")
    return made


def _shares(relation: str, key: str, amount: str, worth: str, places: int) -> str:
    """SQL for what each line of an order and those above it are to have together."""
    return f"""SELECT *, round(CASE
            WHEN NOT _known THEN NULL
            WHEN sum(_worth) OVER whole > 0
            THEN CAST(_amount AS DOUBLE) * sum(_worth) OVER upto / sum(_worth) OVER whole
            ELSE CAST(_amount AS DOUBLE) * count(*) OVER upto / count(*) OVER whole
        END, {places}) AS _upto
        FROM (
            SELECT *, bool_and(_worth IS NOT NULL) OVER (PARTITION BY {key}) AS _known
            FROM (SELECT *, {amount} AS _amount, {worth} AS _worth FROM {relation})
        )
        WINDOW whole AS (PARTITION BY {key}),
            upto AS (PARTITION BY {key} ORDER BY _line ROWS UNBOUNDED PRECEDING)"""
