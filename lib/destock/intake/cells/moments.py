"""Dates and times, as SQL: which text is a moment, in which zone, and which moments lie ahead."""

import re
from collections.abc import Iterable
from datetime import date

from destock import engine
from destock.intake.cells import spelling

# a time as it is read where nothing is declared, and the zones that mean one thing behind it
_ISO = r"\d{4}[-/]\d{1,2}[-/]\d{1,2}(?:[ T]\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d+)?)?)?"
_UTC = "Z|UTC|GMT"
_OFFSET = r"(?:UTC|GMT)?([+−-])(\d\d?)(?::?(\d\d))?"
_PLACE = r"[A-Z][A-Za-z_]+/[A-Za-z0-9_/+-]+"
_FARTHEST = 14 * 60  # minutes that a zone may be ahead of UTC, or behind


def future(value: str, today: date) -> str:
    """SQL that says whether a day or a moment lies beyond tomorrow."""
    return f"{value} >= DATE '{today}' + INTERVAL 2 DAY"


def moment(name: str, date_format: str) -> str:
    """A moment's text as a time of the shop's: in the declared form, as 2026-06-07 10:00:00, or
    spelt so that it means one thing, with a zone behind it or without.
    """
    other = f"coalesce({_iso(name)}, {_spelt(name)})"
    if not date_format:
        return other
    # a zone is read here, where a name of several places is none
    bare = re.sub(r"\s*%[zZ]", "", date_format)
    read = f"try_strptime({{}}, {_forms(bare)})"
    zoned = _zoned(name, ".*?:.*?", read)
    # a day before the month: what is no day in the declared form is none in the other order either
    if re.search("%-?[Yy].*%-?d.*%-?m", bare):
        other = "NULL"
    return f"coalesce({declared(name, bare)}, {zoned}, {other})"


def _spelt(name: str) -> str:
    """A time that is spelt in another way than 2026-06-07 10:00:00; most columns hold none."""
    read = f"try_strptime({{}}, {_list(spelling.FORMS)})"
    zoned = _zoned("plain", spelling.SHAPE, read)
    # once for all that is asked of it
    return (
        f"CASE WHEN {name} IS NOT NULL THEN list_transform([{spelling.plainly(name)}],"
        f" lambda plain: {zoned})[1] END"
    )


def _list(forms: Iterable[str]) -> str:
    return f"[{', '.join(map(engine.literal, forms))}]"


def _forms(date_format: str) -> str:
    """SQL for the forms that a declared one covers: behind a day there may be a time."""
    timed = re.search("%-?[HIMpcTXR]", date_format)
    times = () if timed or _is_dense(date_format) else spelling.TIMES
    return _list(date_format + time for time in ("", *times))


def _is_dense(date_format: str) -> bool:
    """Does nothing stand between two of its numbers?"""
    return bool(re.search("%-?[a-zA-Z]%", date_format))


def _iso(name: str) -> str:
    """Most texts end in a digit and name no zone: the engine casts those.

    What it does not know behind a time (PM, PST, a blank and digits), it leaves out: it never sees
    it.
    """
    plain = (
        f"strlen({name}) <= 19 AND right({name}, 1) <= '9' AND NOT (contains({name}, '+') OR {name}"
        f" LIKE '%:%-%' OR {name} LIKE '%:% %')"
    )
    return (
        f"CASE WHEN {name} < '0' OR {name} >= ':' THEN NULL WHEN {plain} THEN TRY_CAST({name} AS"
        f" TIMESTAMP) ELSE {_zoned(name, _ISO, 'TRY_CAST({} AS TIMESTAMP)')} END"
    )


def declared(name: str, date_format: str) -> str:
    """A time in the declared form, which names no zone."""
    read = f"try_strptime({name}, {engine.literal(date_format)})"
    if not _is_dense(date_format):
        return f"coalesce({read}, try_strptime({name}, {_forms(date_format)}))"
    # nothing stands between two numbers: each has all its digits, or it parts in two ways
    padded = engine.literal(date_format.replace("%-", "%"))
    return f"CASE WHEN strftime({read}, {padded}) = {name} THEN {read} END"


def _zoned(name: str, form: str, read: str) -> str:
    """SQL for a time of ``form`` with a zone behind it, as the shop's own time; NULL where there is
    none, or one of several places. ``read`` is how the engine reads a text of that form.
    """
    whole = rf"^({form})\s*(?:({_UTC})|{_OFFSET}|({_PLACE}))?$"
    time, utc, sign, hours, minutes, place = (
        f"regexp_extract({name}, {engine.literal(whole)}, {n})" for n in range(1, 7)
    )
    moment = read.replace("{}", f"nullif({time}, '')")
    at_offset = _at_offset(moment, sign, hours, minutes, _is_hour(name, hours))
    # a day has no zone
    return (
        f"CASE WHEN NOT contains({time}, ':') THEN CASE WHEN {utc} || {sign} || {place} = '' THEN"
        f" {moment} END WHEN {utc} <> '' THEN CAST(timezone('UTC', {moment}) AS TIMESTAMP) WHEN"
        f" {sign} <> '' THEN CAST({at_offset} AS TIMESTAMP) WHEN {place} <> '' THEN"
        f" CAST({_at_place(moment, place)} AS TIMESTAMP) ELSE {moment} END"
    )


def _at_offset(moment: str, sign: str, hours: str, minutes: str, is_hour: str) -> str:
    """SQL for a moment so many hours and minutes ahead of UTC, or behind."""
    minutes = f"coalesce(TRY_CAST({minutes} AS INTEGER), 0)"
    ahead = (
        f"(CASE {sign} WHEN '+' THEN 1 ELSE -1 END * (CAST({hours} AS INTEGER) * 60 + {minutes}))"
    )
    is_offset = f"abs({ahead}) <= {_FARTHEST} AND {minutes} < 60 AND {is_hour}"
    return f"CASE WHEN {is_offset} THEN timezone('UTC', {moment} - to_minutes({ahead})) END"


def _is_hour(name: str, hours: str) -> str:
    """One digit is an hour behind UTC or GMT, and a misprint elsewhere."""
    return f"(length({hours}) = 2 OR regexp_matches({name}, '(?:UTC|GMT)[+−-]'))"


def _at_place(moment: str, place: str) -> str:
    """SQL for a moment by the clocks of a place; NULL for one that nobody knows.

    Where clocks go back an hour comes twice, and where they go forward one never comes: neither is
    a moment of a named zone.
    """
    there = f"TRY_CAST(CAST({moment} AS VARCHAR) || ' ' || {place} AS TIMESTAMPTZ)"
    comes = f"timezone({place}, {there}) = {moment}"
    twice = " OR ".join(
        f"timezone({place}, {there} {step} INTERVAL 1 HOUR) = {moment}" for step in "+-"
    )
    return f"CASE WHEN {there} IS NULL THEN NULL WHEN {comes} AND NOT ({twice}) THEN {there} END"
