"""What is written on the command line, as what it means: shops, days, settings, pages."""

import argparse
import os
from datetime import date
from pathlib import Path

from dateutil.relativedelta import relativedelta

from destock.model.messages import Fault, mark

# of one shop by one command: twenty years of weeks
MOST_PACKS = 1_044


def shops(names: list[str]) -> list[Path]:
    """The shops' folders; each has a name of its own for its packs, on a disk that tells no
    capitals too.
    """
    from destock.publish.naming import shop_slug

    shops, seen = [absolute(name) for name in names], set()
    for shop in shops:
        if (name := shop_slug(shop).casefold()) in seen:
            raise Fault(
                2,
                mark(
                    'two shops are called "{name}": their packs would be one; rename the folder'
                    " of one"
                ),
                name=shop_slug(shop),
            )
        seen.add(name)
    return shops


def days(arguments: argparse.Namespace) -> list[str | None]:
    """The days of the packs: the one asked for, or one every week or month from --from to --to."""
    if bool(arguments.first) != bool(arguments.last) or (arguments.first and arguments.as_of):
        raise Fault(2, mark("--from and --to belong together, and not with --as-of"))
    if not arguments.first:
        return [arguments.as_of]
    first, last = _date("--from", arguments.first), _date("--to", arguments.last)
    if first > last:
        raise Fault(2, mark("--from {first} is after --to {last}"), first=first, last=last)
    weeks, months = (
        (last - first).days // 7,
        12 * (last.year - first.year) + last.month - first.month,
    )
    steps = weeks if arguments.every == "week" else months
    if steps >= MOST_PACKS:
        text = mark(
            "--from {first} to --to {last} are {n} packs of a shop, and one command makes at most"
            " {most}: bring them closer together"
        )
        raise Fault(2, text, first=first, last=last, n=steps + 1, most=MOST_PACKS)
    days = (first + relativedelta(**{f"{arguments.every}s": n}) for n in range(steps + 1))
    return [str(day) for day in days if day <= last]


def _date(option: str, value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise Fault(
            2,
            mark('{option} "{value}" is not a date: write it as 2026-06-07'),
            option=option,
            value=value,
        ) from error


def absolute(shop: str | Path) -> Path:
    """Where is a path that somebody wrote, seen from here?"""
    return Path(os.path.abspath(shop))


def settings(pairs: list[str]) -> dict[str, str]:
    """Which assumptions are other for this run? Raises Fault (2) for what is no NAME=VALUE."""
    settings = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or name in settings:
            raise Fault(2, mark('--set takes NAME=VALUE once for each name: "{pair}"'), pair=pair)
        settings[name] = value
    return settings


def pages(names: list[str], known: list[str]) -> list[str]:
    """Which pages are asked for? Raises Fault (2) for one that is not known."""
    for name in names:
        if name not in known:
            raise Fault(
                2, mark('page "{name}" is not known: use {known}'), name=name, known=" ".join(known)
            )
    return names
