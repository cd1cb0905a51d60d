"""A shop's query, followed row by row: from which line of its source does each row come, and which
rows does it fail on?

Its tree is walked from the outside in. Where each row comes from one row of ``source`` – no groups,
no DISTINCT, one branch of a UNION ALL at a time – ``_line`` is carried through, and an expression
that fails makes a mark in ``FAILED`` instead of an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from destock import engine

LINE, FAILED = "_line", "_fails_in"
_ROWWISE_JOINS = ("INNER", "LEFT", "SEMI", "ANTI")


@dataclass
class Followed:
    """A query that names the line of each row; ``whole``: no row of ``source`` plays another part
    in it than the one that it names.
    """

    sql: str
    whole: bool = True


@dataclass
class _Walk:
    """What is known on the way: functions whose value no single row tells, whether to mark
    failures, what was found.
    """

    con: engine.Engine
    unsteady: frozenset[str]
    mark_failures: bool
    whole: bool = True
    done: dict[int, tuple[str, ...] | None] = field(default_factory=dict)


def followed(con: engine.Engine, query: str) -> list[Followed]:
    """The query with ``_line`` (and ``FAILED``) beside its columns, the fuller form first; none
    where rows cannot be followed.
    """
    found = []
    for mark_failures in (True, False):
        tree = engine.tree(con, f"SELECT * FROM ({query}\n)")
        walk = _Walk(con, engine.unsteady(), mark_failures)
        if _node(tree["statements"][0]["node"], {}, walk) is None:
            return []
        found.append(Followed(engine.untree(con, tree), walk.whole))
    return found


def steady(con: engine.Engine, expression: str) -> bool:
    """Can this expression fail on a row, and be asked for each row by itself?"""
    item = engine.tree(con, f"SELECT {expression}")["statements"][0]["node"]["select_list"][0]
    return _may_fail(item) and not _calls(item, engine.unsteady(), "any")


def value(expression: str) -> str:
    """The expression's value, NULL where it fails."""
    return f"struct_extract(TRY(struct_pack(v := {expression})), 'v')"


def fails(expression: str) -> str:
    """Does it fail? A value that is NULL is no failure."""
    return f"(TRY(struct_pack(v := {expression})) IS NULL)"


def _node(node: dict, outer: Mapping[str, dict], walk: _Walk) -> tuple[str, ...] | None:
    """Make a node give ``_line`` and ``FAILED``; which of them stand behind its own columns? None
    where it cannot.
    """
    if id(node) not in walk.done:
        walk.done[id(node)] = None  # a query that calls itself is not followed
        known = dict(outer) | {
            entry["key"].lower(): entry["value"] for entry in node["cte_map"]["map"]
        }
        walk.done[id(node)] = (
            _union(node, known, walk)
            if node["type"] == "SET_OPERATION_NODE"
            else _select(node, known, walk)
        )
    return walk.done[id(node)]


def _union(node: dict, known: Mapping[str, dict], walk: _Walk) -> tuple[str, ...] | None:
    if node["setop_type"] != "UNION" or not node["setop_all"] or _is_distinct(node):
        return None
    behind = {_node(branch, known, walk) for branch in node["children"]}
    return behind.pop() if len(behind) == 1 else None


def _select(node: dict, known: Mapping[str, dict], walk: _Walk) -> tuple[str, ...] | None:
    if not _is_rowwise(node, walk):
        return None
    found = _relation(node["from_table"], known, walk)
    if found is None:
        return None
    alias, given = found
    walk.whole &= not any(
        _mentions(node[part], known) for part in ("select_list", "where_clause", "qualify")
    )
    failures = _mark(node, walk) if walk.mark_failures else []
    items, behind = node["select_list"], []
    stars = _stars(items, alias)
    if not _gives_line(items, stars):
        items.append(_expression(walk, f"{engine.quoted(alias)}.{LINE} AS {LINE}"))
        behind.append(LINE)
    if walk.mark_failures:
        before = "CAST(NULL AS VARCHAR)"
        if FAILED in given:
            before = f"{engine.quoted(alias)}.{FAILED}"
            for star in stars:
                star["exclude_list"].append(FAILED)
        items.append(_expression(walk, f"{_first_failure(failures, before)} AS {FAILED}"))
        behind.append(FAILED)
    return tuple(behind)


def _is_rowwise(node: dict, walk: _Walk) -> bool:
    """Does each row of this SELECT come from one row of what it reads?"""
    return (
        node["type"] == "SELECT_NODE"
        and not node.get("group_expressions")
        and not node.get("having")
        and node.get("aggregate_handling") == "STANDARD_HANDLING"
        and not _is_distinct(node)
        and not any(_calls(item, walk.unsteady, "aggregate") for item in node["select_list"])
    )


def _stars(items: list[dict], alias: str) -> list[dict]:
    """The items that stand for all columns of a relation."""
    return [
        item
        for item in items
        if item["class"] == "STAR"
        and not item["columns"]
        and item["relation_name"].lower() in ("", alias.lower())
    ]


def _gives_line(items: list[dict], stars: list[dict]) -> bool:
    """Is ``_line`` among the columns already?"""
    return any(LINE not in star["exclude_list"] for star in stars) or any(
        _name(item) == LINE for item in items
    )


def _first_failure(failures: list[tuple[str, str]], before: str) -> str:
    """SQL for the name of what fails first on a row; else what failed ``before``."""
    cases = " ".join(f"WHEN {failure} THEN {engine.literal(name)}" for failure, name in failures)
    return f"CASE {cases} ELSE {before} END" if cases else before


def _mark(node: dict, walk: _Walk) -> list[tuple[str, str]]:
    """Let each column, and the filter of a single table, be NULL where it fails; which failures,
    under whose name?
    """
    failures = []
    for n, item in enumerate(node["select_list"]):
        for replaced in item.get("replace_list", ()):
            if text := _guarded(walk, replaced["value"]):
                failures.append((fails(text), replaced["key"]))
                replaced["value"] = _expression(walk, value(text))
        if text := _guarded(walk, item):
            failures.append((fails(text), _name(item) or "query"))
            node["select_list"][n] = _expression(walk, value(text)) | {"alias": _name(item) or text}
    where = node["where_clause"]
    # a filter over several tables may be what joins them: the engine has to see it
    if where and node["from_table"]["type"] != "JOIN" and (text := _guarded(walk, where)):
        failures.append((fails(text), "where"))
        node["where_clause"] = _expression(walk, f"{fails(text)} OR {value(text)}")
    return failures


def _guarded(walk: _Walk, expression: dict) -> str:
    """The text of an expression that can fail on a row, and be asked for each row by itself."""
    return (
        _text(walk, expression)
        if _may_fail(expression) and not _calls(expression, walk.unsteady, "any")
        else ""
    )


def _relation(
    part: dict, known: Mapping[str, dict], walk: _Walk
) -> tuple[str, tuple[str, ...]] | None:
    """The one relation of a FROM whose rows are those of ``source``: its alias, and what it gives
    of ``_line`` and ``FAILED``.
    """
    if part["type"] == "JOIN":
        left, right = _mentions(part["left"], known), _mentions(part["right"], known)
        walk.whole &= not (left and right)
        if left and part["join_type"] in _ROWWISE_JOINS and part["ref_type"] != "POSITIONAL":
            return _relation(part["left"], known, walk)
        if (
            right
            and not left
            and part["join_type"] in ("INNER", "RIGHT")
            and part["ref_type"] != "POSITIONAL"
        ):
            return _relation(part["right"], known, walk)
        return None
    if part.get("column_name_alias") or not _mentions(part, known):
        return None
    if part["type"] == "SUBQUERY":
        part["alias"] = part["alias"] or "_part"
        return _given(part["alias"], _node(part["subquery"]["node"], known, walk))
    if part["type"] != "BASE_TABLE":
        return None
    name = part["qualified_name"]["path"][-1]
    alias, common = part["alias"] or name, known.get(name.lower())
    if common is None:
        return alias, (LINE,)
    before = {key: entry for key, entry in known.items() if key != name.lower()}
    return None if common["aliases"] else _given(alias, _node(common["query_node"], before, walk))


def _given(alias: str, behind: tuple[str, ...] | None) -> tuple[str, tuple[str, ...]] | None:
    return None if behind is None else (alias, tuple({LINE, *behind}))


def _mentions(part: object, known: Mapping[str, dict]) -> bool:
    """Does this part of a query read ``source``, itself or by way of a common table?"""
    if isinstance(part, list):
        return any(_mentions(one, known) for one in part)
    if not isinstance(part, dict):
        return False
    if part.get("type") == "BASE_TABLE" and len(part["qualified_name"]["path"]) == 1:
        name = part["table_name"].lower()
        without = {key: entry for key, entry in known.items() if key != name}
        return _mentions(known[name]["query_node"], without) if name in known else name == "source"
    return any(_mentions(one, known) for one in part.values())


def _is_distinct(node: dict) -> bool:
    """DISTINCT makes one row of several; DISTINCT ON picks one of them."""
    return any(
        m["type"] == "DISTINCT_MODIFIER" and not m["distinct_on_targets"] for m in node["modifiers"]
    )


def _may_fail(item: dict) -> bool:
    return item["class"] not in ("COLUMN_REF", "CONSTANT", "STAR")


def _calls(part: object, unsteady: frozenset[str], kind: str) -> bool:
    """Does an expression ask for more than its row? ``aggregate``: for a group of rows; ``any``:
    for other rows, or for chance.
    """
    if isinstance(part, list):
        return any(_calls(one, unsteady, kind) for one in part)
    if not isinstance(part, dict):
        return False
    if part.get("class") in ("SUBQUERY", "WINDOW", "STAR") and (
        kind == "any" or part["class"] != "STAR"
    ):
        return kind == "any"
    if (
        part.get("class") == "FUNCTION"
        and (name := part["function_name"].lower()) in unsteady | {"unnest"}
        and (kind == "any" or name != "unnest")
    ):
        return True
    return any(_calls(one, unsteady, kind) for one in part.values())


def _name(item: dict) -> str:
    return item["alias"] or (item["column_names"][-1] if item["class"] == "COLUMN_REF" else "")


def _text(walk: _Walk, expression: dict) -> str:
    tree = engine.tree(walk.con, "SELECT 1")
    tree["statements"][0]["node"]["select_list"] = [expression | {"alias": ""}]
    return engine.untree(walk.con, tree).removeprefix("SELECT ")


def _expression(walk: _Walk, text: str) -> dict:
    return engine.tree(walk.con, f"SELECT {text}")["statements"][0]["node"]["select_list"][0]
