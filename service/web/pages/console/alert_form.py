"""The form of a rule of alerts: what was entered, as it was entered, and the choices that stand beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from service.engine import alerting
from service.engine.alerting import Draft
from service.engine.lifecycle import MOST_REASON
from service.store.alert_rules import RuleRow
from service.web.pages.console.stuck import cause_words
from service.web.pages.reading import Reader
from service.web.translations import gettext as _

#: In what a period is entered, in minutes.
UNITS: Mapping[str, int] = {"minutes": 1, "hours": 60, "days": 24 * 60}
_TEXTS = ("name", "cause", "process", "unit", "least", "older", "every", "quiet_from", "quiet_until", "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """The fields as text."""

    name: str = ""
    cause: str = ""
    process: str = ""
    unit: str = ""
    least: str = "1"
    older: str = "0"
    older_in: str = "hours"
    every: str = "0"
    every_in: str = "hours"
    recipients: tuple[str, ...] = ()
    quiet: bool = False
    quiet_from: str = "22:00"
    quiet_until: str = "08:00"
    quiet_rest: bool = False
    reason: str = ""

    @classmethod
    def fresh(cls) -> Entered:
        """What stands in the form of a new rule."""
        return cls(every="24", quiet=True)

    @classmethod
    def read(cls, form: MultiDict[str, str]) -> Entered:
        texts = {name: form.get(name, "").strip()[:1000] for name in _TEXTS}
        units = {name: form.get(name, "hours") if form.get(name) in UNITS else "hours" for name in ("older_in", "every_in")}
        return cls(
            **texts, **units, recipients=tuple(form.getlist("recipients")[:100]), quiet=bool(form.get("quiet")),
            quiet_rest=bool(form.get("quiet_rest")),
        )  # fmt: skip

    @classmethod
    def of(cls, rule: RuleRow) -> Entered:
        older, older_in = _split(rule.older)
        every, every_in = _split(rule.every)
        times = {} if rule.quiet_from is None or rule.quiet_until is None else {
            "quiet_from": _clock(rule.quiet_from), "quiet_until": _clock(rule.quiet_until),
        }  # fmt: skip
        return cls(
            name=rule.name, cause=rule.cause, process=rule.process, unit=rule.unit, least=str(rule.least), older=older,
            older_in=older_in, every=every, every_in=every_in, recipients=tuple(f"{way}:{whom}" for way, whom in rule.recipients),
            quiet=bool(times), quiet_rest=rule.quiet_rest, **times,
        )  # fmt: skip

    def draft(self) -> Draft:
        """The rule that this means; None in it for what cannot be read."""
        older, every = _number(self.older), _number(self.every)
        return Draft(
            name=self.name, cause=self.cause, process=self.process, unit=self.unit, least=_number(self.least),
            older=None if older is None else older * UNITS[self.older_in],
            every=None if every is None else every * UNITS[self.every_in],
            recipients=tuple((way, whom) for way, _colon, whom in (one.partition(":") for one in self.recipients)),
            quiet=self.quiet, quiet_from=_minutes(self.quiet_from), quiet_until=_minutes(self.quiet_until),
            quiet_rest=self.quiet_rest,
        )  # fmt: skip


def form_of(reader: Reader, entered: Entered) -> dict[str, Any]:
    """What the template shows: the entries and the choices."""
    choices = alerting.list_choices(reader.machine, reader.connection)
    known = {f"{one.way}:{one.to}" for one in choices}
    return {
        **{name: getattr(entered, name) for name in Entered.__slots__},
        "causes": [{"id": str(cause), "name": words} for cause, words in cause_words().items()],
        "processes": [{"id": key, "name": name} for key, name in sorted(reader.processes.items(), key=lambda one: one[1])],
        "units": [{"id": key, "name": name} for key, name in sorted(reader.units.items(), key=lambda one: one[1])],
        "periods": [{"id": "minutes", "name": _("分钟")}, {"id": "hours", "name": _("小时")}, {"id": "days", "name": _("天")}],
        "mails": [{"id": f"mail:{one.to}", "name": one.name, "place": one.place} for one in choices if one.way == "mail"],
        "hooks": [{"id": f"webhook:{one.to}", "name": one.name, "place": one.place} for one in choices if one.way == "webhook"],
        "gone": [one for one in entered.recipients if one not in known], "longest": MOST_REASON,
    }  # fmt: skip


def period_words(minutes: int) -> str:
    number, unit = _split(minutes)
    words = {"minutes": _("%(n)s 分钟", n=number), "hours": _("%(n)s 小时", n=number), "days": _("%(n)s 天", n=number)}
    return words[unit]


def _split(minutes: int) -> tuple[str, str]:
    """A period in the largest unit that leaves nothing over."""
    for name in ("days", "hours"):
        if minutes and minutes % UNITS[name] == 0:
            return str(minutes // UNITS[name]), name
    return str(minutes), "minutes" if minutes else "hours"


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else None


def _minutes(text: str) -> int | None:
    """Minutes since midnight of "22:00" or "22:00:00"."""
    hours, _colon, rest = text.partition(":")
    hour, minute = _number(hours), _number(rest[:2])
    return hour * 60 + minute if hour is not None and minute is not None and hour < 24 and minute < 60 else None


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
