"""What a shop says of itself: its name, its money, when its day begins, what a price is set for."""

import re

from destock.intake.proposals.entry import Entry
from destock.intake.proposals.question import Question
from destock.intake.proposals.values import known
from destock.model.messages import mark

# where the day of a shop in this currency most likely begins
ZONES = {
    "CNY": "Asia/Shanghai",
    "HKD": "Asia/Hong_Kong",
    "TWD": "Asia/Taipei",
    "JPY": "Asia/Tokyo",
    "KRW": "Asia/Seoul",
    "IDR": "Asia/Jakarta",
    "THB": "Asia/Bangkok",
    "VND": "Asia/Ho_Chi_Minh",
    "MYR": "Asia/Kuala_Lumpur",
    "SGD": "Asia/Singapore",
    "PHP": "Asia/Manila",
    "INR": "Asia/Kolkata",
    "EUR": "Europe/Berlin",
    "GBP": "Europe/London",
    "USD": "America/New_York",
    "CAD": "America/Toronto",
    "BRL": "America/Sao_Paulo",
    "MXN": "America/Mexico_City",
    "AUD": "Australia/Sydney",
}

# a sign before or behind an amount → the money that it most likely is; the longer first
_SIGNS = {
    "BRL": r"R\$ ?\d",
    "IDR": r"Rp\.? ?\d",
    "USD": r"(?<![A-Z])\$ ?\d|US\$",
    "EUR": r"€|\bEUR\b",
    "GBP": r"£",
    "JPY": r"\d ?円",
    "KRW": r"₩|\d ?원",
    "INR": r"₹",
    "PLN": r"zł",
    "CHF": r"\bCHF\b",
    "CNY": r"[¥￥] ?\d|\d ?元",
}


def of_shop(entries: list[Entry], name: str) -> tuple[dict[str, object], list[Question]]:
    """What the shop is called, its money, its day, and what one price is set for."""
    questions: list[Question] = []
    keys: dict[str, object] = {"name": name}
    profiled = [entry.export.profile for entry in entries if entry.export.profile]
    money = _currencies(entries) or [*dict.fromkeys(p.currency for p in profiled if p.currency)]
    if len(money) == 1:
        keys["currency"] = money[0]
    else:
        text = mark("In which currency is the money of these files?")
        questions.append(Question("currency", text, money or _likely_money(entries), free=True))
    zones = [*dict.fromkeys(p.timezone for p in profiled if p.timezone)]
    if len(zones) == 1:
        keys["timezone"] = zones[0]
    else:
        likely = zones or [ZONES.get(str(keys.get("currency") or _likely_money(entries)[0]), "UTC")]
        text = mark("In which time zone does a day of this shop begin?")
        questions.append(Question("timezone", text, likely, free=True))
    styled = any("style" in e.renamed for e in entries if e.table == "products")
    keys["price_level"] = "style" if styled else "sku"
    return keys, questions


def _likely_money(entries: list[Entry]) -> list[str]:
    """The currencies that the signs on the amounts, or else the writing of the columns' names, make
    likely.
    """
    values = " ".join(
        value
        for entry in entries
        for column in entry.export.columns.values()
        for value in column[:50]
        if re.search(r"\d", value) and len(value) < 20
    )
    signed = [money for money, sign in _SIGNS.items() if re.search(sign, values)]
    if signed:
        return [*dict.fromkeys([*signed, "EUR", "USD", "GBP", "CNY"])]
    text = "".join(name for entry in entries for name in entry.export.columns)
    scripts = {"JPY": "[\u3040-\u30ff]", "KRW": "[\uac00-\ud7af]", "CNY": "[\u4e00-\u9fff]"}
    written = next((money for money, script in scripts.items() if re.search(script, text)), "")
    return [*dict.fromkeys([written or "EUR", "USD", "EUR", "GBP", "CNY"])]


def _currencies(entries: list[Entry]) -> list[str]:
    """The currencies that the exports themselves name."""
    found = {
        value.upper()
        for entry in entries
        for name in [entry.renamed.get("currency", "")]
        if isinstance(name, str)
        for value in known(entry.export.columns.get(name, []))
        if len(value) == 3
    }
    return sorted(found)
