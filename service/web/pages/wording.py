"""Single values in words: dates, amounts, sizes, states. Registered as template filters; open this when one reads badly."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from service.clock import SHANGHAI
from service.engine.deciding import SIGNING
from service.web.translations import gettext as _

WAN = Decimal(10_000)
#: No amount has more digits before or after its point.
MOST_DIGITS = 30


def day(value: date | datetime) -> str:
    """2026-04-07 周二"""
    if isinstance(value, datetime):
        value = value.astimezone(SHANGHAI).date()
    names = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
    return f"{value.isoformat()} {names[value.weekday()]}"


def moment(value: datetime) -> str:
    """2026-04-07 14:02"""
    return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def amount(value: Any) -> Decimal | None:
    """Read an amount in yuan; None when it is none. An exponent beyond any money would be written out as a billion digits."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) <= MOST_DIGITS else None


def yuan(value: Any) -> str:
    """3,200,000.00"""
    number = amount(value)
    return "" if number is None else f"{number:,.2f}"


def wan(value: Any) -> str:
    """320 万元"""
    number = amount(value)
    if number is None:
        return ""
    text = f"{(number / WAN).quantize(Decimal('0.0001')):,f}".rstrip("0").rstrip(".")
    return _("%(n)s 万元", n=text)


def size(count: int) -> str:
    """2.4 MB"""
    if count < 1024:
        return f"{count} B"
    number, unit = (count / 1024, "KB") if count < 1024**2 else (count / 1024**2, "MB")
    return f"{number:.1f}".removesuffix(".0") + f" {unit}"


def step(name: str) -> str:
    """What a task is called; the task of an added signer carries the engine's Chinese mark before the name of its step."""
    signed = name.removeprefix(SIGNING)
    return name if signed == name else _("加签：%(step)s", step=signed)


def state(status: str, outcome: str | None = None) -> tuple[str, str]:
    """A case's state as (words, tone); `outcome` is the name of the end that it reached."""
    if status == "completed":
        return (_("已办结：%(outcome)s", outcome=outcome) if outcome else _("已办结")), "good"
    return {
        "running": (_("办理中"), "active"),
        "suspended": (_("已暂停"), "bad"),
        "terminated": (_("已终止"), "plain"),
    }.get(status, (status, "plain"))


def states() -> list[dict[str, str]]:
    """The states that a list can be filtered by."""
    found = [{"id": one, "name": state(one)[0]} for one in ("running", "suspended", "completed", "terminated")]
    return [*found, {"id": "archived", "name": _("已归档")}]
