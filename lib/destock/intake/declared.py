"""Does a ``shop.toml`` say only what it may? ``shop.schema.json`` says what that is, to us and to
an editor.
"""

import json
import re
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from babel.numbers import is_currency

from destock.model.messages import Fault, mark, say
from destock.model.parameters import nearest

FILE = Path(__file__).with_name("shop.schema.json")
# how a table writes 1234.50: a currency's sign or code, thousands, and another decimal mark
_MARK = r"[^\d.,' -]{1,8}"
NUMBER_FORM = re.compile(
    r"(?!.*([.,]).*\1)(?P<sign>(?:MARK ?)?)1(?P<thousands>[.,' ]?)234(?P<decimal>[.,])50"
    r"(?P<tail>(?: ?MARK)?)".replace("MARK", _MARK)
)

_UNKNOWN = mark('{place}: "{name}" is not known; did you mean "{near}"?')
_WRONG = mark('{place}: "{name}" must be of type {kind}')
_NEEDED = mark('{place} needs "{name}"')
_NO_CHOICE = mark('{place}: {name} "{value}" is not one of {choices}')
_ADDRESS = mark(
    '{place}: "{name}" is no place for an address: write that into an environment variable, and'
    ' here database = "ITS_NAME"'
)
# what else is said of a value whose kind alone does not say what to do
_PLAIN = ("string", "dict", "file name, or dict with source")
_BROKEN = {"required": _NEEDED, "anyOf": _NEEDED, "enum": _NO_CHOICE, "pattern": _ADDRESS}


def check(config: dict) -> None:
    """Does a ``shop.toml`` say only what it may, and all that it must?

    Raises Fault: 3 where a table is missing, else 2.
    """
    if error := next(_validator().iter_errors(config), None):
        raise _fault(error)
    # what no schema can say
    zone = config.get("timezone", "UTC")
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        some = get_close_matches(zone, available_timezones()) or ["Asia/Shanghai", "Europe/London"]
        said = {"name": "timezone", "value": zone, "choices": ", ".join([*some, "…"])}
        raise Fault(2, _NO_CHOICE, place="shop.toml", **said) from error
    # the last step sells the rest: it needs no share
    steps = config.get("targets", {}).get("price_steps", [])[:-1]
    if sum(step.get("share", 1) for step in steps) >= 1:
        kind = say(mark("list whose steps but the last have a share, below 1 together"))
        raise Fault(2, _WRONG, place="shop.toml [targets]", name="price_steps", kind=kind)


@cache
def _validator():
    # a fifth of a second: for those who open a shop only
    from jsonschema.validators import Draft202012Validator, extend

    # to Python, true and nan are numbers, and a moment is a day
    kinds = {
        "date": lambda _, value: type(value) is date,
        "integer": lambda _, value: type(value) is int and abs(value) < 2**63,
        "number": lambda _, value: type(value) in (int, float) and abs(value) < 2**63,
        "currency": lambda _, value: is_currency(value),
        "rising": lambda _, value: _is_rising(value),
    }

    def of_type(validator, kind, value, node):
        kind = node.get("format", kind)
        return Draft202012Validator.VALIDATORS["type"](validator, kind, value, node)

    checker = Draft202012Validator.TYPE_CHECKER.redefine_many(kinds)
    known = extend(Draft202012Validator, {"type": of_type}, type_checker=checker)
    return known(json.loads(FILE.read_text(encoding="utf-8")))


def _is_rising(days: object) -> bool:
    whole = isinstance(days, list) and all(type(day) is int for day in days)
    return whole and [] != days == sorted(set(days))


def _fault(error) -> Fault:
    """What is wrong, where, and what is meant instead?"""
    rule, node, value, path = error.validator, error.schema, error.instance, [*error.absolute_path]
    keys, words, kind = node.get("properties", ()), node.get("enum", ()), node["x-kind"]
    text = _BROKEN.get(rule, _WRONG) if kind in _PLAIN else _WRONG
    limits = {key: node[key] for key in ("minimum", "maximum") if key in node}
    said = {"kind": say(kind, **limits), "choices": ", ".join(words)}
    if rule == "additionalProperties":
        text = _UNKNOWN
        path.append(next(key for key in value if key not in keys))
    if text == _NEEDED:
        either = 'order_lines" / "snapshot'
        path.append(next((key for key in node["required"] if key not in value), either))
    while isinstance(path[-1], int):
        path.pop()
    *path, name = path
    place = _place(path)
    if text == _NO_CHOICE:
        said["value"] = value
        if get_close_matches(value, words, cutoff=0.5):
            text, place, name = _UNKNOWN, f"{place} {name}", value
    if text == _UNKNOWN:
        said["near"] = nearest(name, keys or words)
    code = 3 if text == _NEEDED and path in ([], ["tables"]) else 2
    return Fault(code, text, place=place, name=name, **said)


def _place(path: list[str | int]) -> str:
    """Where does that stand, as TOML heads it?"""
    keys = ".".join(key for key in path if isinstance(key, str))
    keys = f"[{keys}]" if int in map(type, path) else keys
    return f"shop.toml [{keys}]" if keys else "shop.toml"
