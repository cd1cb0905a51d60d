"""The files that a shop's own SQL names: inputs like any other, read before the SQL runs, hashed,
and counted.

The engine's parser takes the SQL apart. Each file in it becomes a table of the engine, so that the
SQL itself reads tables and no files: what is read is what is named, in the shop's own folder.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from glob import glob, has_magic
from pathlib import Path
from typing import TYPE_CHECKING

from destock import engine
from destock.model.messages import Fault, mark

if TYPE_CHECKING:
    from destock.intake.shop import Source

# what a file is read with that the SQL only names
_BY_SUFFIX = {
    "csv": "read_csv_auto",
    "tsv": "read_csv_auto",
    "txt": "read_csv_auto",
    "parquet": "read_parquet",
    "json": "read_json_auto",
    "jsonl": "read_json_auto",
    "ndjson": "read_json_auto",
}
_FILE = re.compile(rf".*\.({'|'.join(_BY_SUFFIX)})(\.gz|\.zst)?", re.IGNORECASE | re.DOTALL)
_READERS = {
    "read_csv",
    "read_csv_auto",
    "read_parquet",
    "parquet_scan",
    "read_json",
    "read_json_auto",
    "read_ndjson",
    "read_ndjson_auto",
    "read_json_objects",
    "read_json_objects_auto",
    "read_ndjson_objects",
}
# what makes rows of its arguments and of nothing else
_HARMLESS = {"range", "generate_series", "unnest", "json_each", "json_tree", "repeat", "repeat_row"}
_SELECTS = ("SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE")
JOINED = "SQL"  # how the rows of such a file are read: as the SQL says
_OF = "_of_file"

_NOT_OPEN = mark(
    "shop.toml [tables.{table}] {key}: {name} is not open to the SQL of a shop, which reads"
    " “source” and the files that it names with read_csv, read_parquet or read_json"
)
_NOT_WRITTEN = mark(
    "shop.toml [tables.{table}] {key}: the files of {name} are to be written out in quotes"
)
_NO_TABLE = mark("shop.toml [tables.{table}] {key}: “{file}” is no CSV, Parquet or JSON file")
_NOT_THERE = mark(
    "shop.toml [tables.{table}] {key}: “{file}” is not there; a relative name starts at the shop's"
    " folder"
)
_OUTSIDE = mark(
    "shop.toml [tables.{table}] {key}: “{file}” lies outside the shop's folder: put it there, or"
    " shop.toml beside it"
)


@dataclass(frozen=True)
class Named:
    """What the SQL of a table was rewritten to, the tables that stand for its files, and how many
    rows each file has.
    """

    source: "Source"
    tables: list[str] = field(default_factory=list)
    rows: dict[Path, int] = field(default_factory=dict)


def named_files(source: "Source", folder: Path, sources: Iterable[Path] = ()) -> list[Path]:
    """Which further files does the SQL of a table read?

    ``sources``: files of the shop that lie elsewhere and may be named, too. Raises Fault (3) for
    SQL that cannot be understood, for a file that is not there or not the shop's, and for a
    function that reaches beyond tables.
    """
    if not _texts(source):
        return []
    with engine.parser() as con:
        found = {path for *_, files in _calls(con, source, folder, set(sources)) for path in files}
    return sorted(found)


def bring_in(
    con: engine.Engine, source: "Source", folder: Path, sources: Iterable[Path] = ()
) -> Named:
    """Read the files that the SQL of a table names into tables of the engine, and let the SQL read
    those.

    Raises Fault (3) as ``named_files`` does, and where a file cannot be read.
    """
    trees, known, rows = {}, {}, {}
    for key, tree, node, files in _calls(con, source, folder, set(sources)):
        trees[key] = tree
        call = _call(con, node, files)
        if call not in known:
            known[call] = f"named_{source.table}_{len(known) + 1}"
            rows |= dict.fromkeys(files, 0) | rows
            for path, count in _read(con, source.table, key[0], known[call], call):
                rows[Path(path)] = max(rows[Path(path)], count)
        _stand_in(node, known[call])
    if not trees:
        return Named(source)
    rewritten = {key: _text(con, key, tree) for key, tree in trees.items()}
    columns = source.columns | {
        name: text for (key, name), text in rewritten.items() if key == "columns"
    }
    changed = {key: text for (key, name), text in rewritten.items() if not name}
    return Named(replace(source, columns=columns, **changed), list(known.values()), rows)


def _texts(source: "Source") -> dict[tuple[str, str], str]:
    """Each piece of SQL of a table: (key of shop.toml, our column) → a SELECT that holds it."""
    texts = {("columns", name): f"SELECT {text}" for name, text in source.columns.items()}
    texts |= {("where", ""): f"SELECT {source.where}"} if source.where else {}
    return texts | (
        {("query", ""): f"SELECT * FROM ({source.query.strip().removesuffix(';')}\n)"}
        if source.query
        else {}
    )


def _text(con: engine.Engine, key: tuple[str, str], tree: dict) -> str:
    return engine.untree(con, tree).removeprefix("SELECT " if key[0] != "query" else "")


def _calls(
    con: engine.Engine, source: "Source", folder: Path, sources: set[Path]
) -> Iterator[tuple]:
    """Every file that is named: the piece of SQL, its tree, the node that names it, the files."""
    for key, text in _texts(source).items():
        said = {"table": source.table, "key": key[0]}
        try:
            tree = engine.tree(con, text)
        except engine.EngineError as error:
            raise Fault(
                3,
                mark("shop.toml [tables.{table}] {key}: {reason}"),
                **said,
                reason=engine.message(error),
            ) from error
        for node in list(_nodes(tree)):
            if names := _named(node, said):
                yield (
                    key,
                    tree,
                    node,
                    [path for name in names for path in _found(name, folder, sources, said)],
                )


def _nodes(part: object) -> Iterator[dict]:
    """Every part of a tree that is a node of its own, from the outside in."""
    if isinstance(part, dict):
        if isinstance(part.get("type"), str):
            yield part
        for value in part.values():
            yield from _nodes(value)
    elif isinstance(part, list):
        for value in part:
            yield from _nodes(value)


def _named(node: dict, said: dict) -> list[str]:
    """The names of files that a node holds; refuses a node that could reach what is not named."""
    kind = node["type"]
    if kind == "TABLE_FUNCTION":
        name = node["function"]["function_name"].lower()
        if name in _HARMLESS:
            return []
        if name not in _READERS:
            raise Fault(3, _NOT_OPEN, **said, name=name)
        return _constants(node["function"]["arguments"], name, said)
    if kind == "BASE_TABLE":
        path = node["qualified_name"]["path"]
        name = ".".join(path)
        if _FILE.fullmatch(name):
            return [name]
        if len(path) == 1 and not re.fullmatch(r"[^./\\:]*", name):
            raise Fault(3, _NO_TABLE, **said, file=name)
    elif kind == "SHOW_REF" or (kind.endswith("_NODE") and kind not in _SELECTS):
        raise Fault(3, _NOT_OPEN, **said, name=kind.split("_")[0])
    return []


def _constants(arguments: list[dict], name: str, said: dict) -> list[str]:
    first = arguments[0]["expression"] if arguments else {}
    parts = (
        [a["expression"] for a in first.get("arguments", [])]
        if first.get("function_name") == "list_value"
        else [first]
    )
    texts = [
        part["literal"]["text"] for part in parts if part.get("literal", {}).get("kind") == "STRING"
    ]
    if not texts or len(texts) < len(parts):
        raise Fault(3, _NOT_WRITTEN, **said, name=name)
    return texts


def _found(name: str, folder: Path, sources: set[Path], said: dict) -> list[Path]:
    place = folder / name
    found = (
        [place]
        if place.is_file()
        else [Path(p) for p in sorted(glob(str(place), recursive=True))]
        if has_magic(name)
        else []
    )
    found = [path.resolve() for path in found if path.is_file()]
    elsewhere = [
        path
        for path in found or [place.resolve()]
        if not path.is_relative_to(folder.resolve()) and path not in sources
    ]
    if elsewhere:
        raise Fault(3, _OUTSIDE, **said, file=name)
    if not found:
        raise Fault(3, _NOT_THERE, **said, file=name)
    if not all(_FILE.fullmatch(path.name) for path in found):
        raise Fault(3, _NO_TABLE, **said, file=name)
    return found


def _call(con: engine.Engine, node: dict, files: list[Path]) -> str:
    """The call that reads these files, as the SQL asks for it: with the shop's own options."""
    paths = f"[{', '.join(engine.literal(path) for path in files)}]"
    if node["type"] == "BASE_TABLE":
        return f"{_BY_SUFFIX[_FILE.fullmatch(files[0].name)[1].lower()]}({paths})"
    options = dict(_option(con, argument) for argument in node["function"]["arguments"][1:])
    given = [paths, *(f"{name} = {value}" for name, value in options.items())]
    return f"{node['function']['function_name']}({', '.join(given)})"


def _option(con: engine.Engine, argument: dict) -> tuple[str, str]:
    """An option of a reader, as name and text: written ``name = value`` or ``name := value``."""
    name, value = argument["name"], argument["expression"]
    if value["type"] == "COMPARE_EQUAL":
        name, value = value["left"]["column_names"][-1], value["right"]
    return name.lower(), engine.untree(con, selecting(con, [value | {"alias": ""}])).removeprefix(
        "SELECT "
    )


def selecting(con: engine.Engine, expressions: list[dict]) -> dict:
    """A SELECT of these expressions."""
    tree = engine.tree(con, "SELECT 1")
    tree["statements"][0]["node"]["select_list"] = expressions
    return tree


def _read(con: engine.Engine, table: str, key: str, name: str, call: str) -> list[tuple[str, int]]:
    """Make a table of what a call reads, whole; how many rows came from each file?"""
    own = re.search(r"[(,] filename = (?:'([^']+)'|)", call)
    of, marked = (
        ((own[1] or "filename"), call) if own else (_OF, f"{call[:-1]}, filename = '{_OF}')")
    )
    try:
        con.execute(f"CREATE OR REPLACE TABLE {name}_rows AS SELECT * FROM {marked}")
        con.execute(
            f"CREATE OR REPLACE VIEW {name} AS SELECT * {'' if own else f'EXCLUDE ({of})'} FROM"
            f" {name}_rows"
        )
        return engine.rows(
            con, f"SELECT {engine.quoted(of)}, count(*) FROM {name}_rows GROUP BY ALL"
        )
    except engine.EngineError as error:
        raise Fault(
            3,
            mark("shop.toml [tables.{table}] {key}: {reason}"),
            table=table,
            key=key,
            reason=engine.message(error),
        ) from error


def _stand_in(node: dict, name: str) -> None:
    """Let a node that names a file name a table instead, under the alias that the file would
    have.
    """
    if node["type"] == "BASE_TABLE":
        alias = node["alias"] or Path(".".join(node["qualified_name"]["path"])).name.split(".")[0]
    else:
        alias = node["alias"] or node.pop("function")["function_name"]
        node.pop("with_ordinality")
    node |= {
        "type": "BASE_TABLE",
        "alias": alias,
        "schema_name": "",
        "table_name": name,
        "catalog_name": "",
        "at_clause": None,
        "qualified_name": {"path": [name]},
    }
