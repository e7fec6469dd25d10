"""From parsed regulation files to catalogue entries, all faults reported at once. Open this when a key is added to the files.

A file holds `regulation` (left out where roles belong to none), `articles`, `fragments`, `roles`, `periods`, `parameters` and
`rules`.
Articles are cited by number within their own regulation (`article: 14`) or by full id (`article: js-138#19`). An entry counts
from the day on which the regulation came into force, unless it has a `from` of its own; a change of law adds an entry with the
same id, in the same file or in one that says `amends: {id, from}` instead of `regulation`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from service.errors import InvalidDefinition, Problem
from service.law.entries import PLATFORM, Article, Parameter, Regulation, RoleEntry, RuleEntry, Value
from service.law.leads import REMINDER_SETS, Lead, default_leads
from service.law.period import Length, Period, PeriodUnit

Document = Mapping[str, Any]
#: Stands as the actor of a period that nobody has to keep.
SYSTEM = "system"
KEYS = frozenset({"regulation", "amends", "articles", "fragments", "roles", "periods", "parameters", "rules"})
#: How far the software carries out an article.
LEVELS = ("full", "part", "text")
#: What the findings of a rule do.
RULE_LEVELS = ("block", "override", "warn", "route", "flag", "permission")


class Reader:
    """Collects entries and problems over all files; `read` raises InvalidDefinition if there was any problem."""

    def __init__(self) -> None:
        self.regulations: dict[str, Regulation] = {}
        self.articles: dict[str, Article] = {}
        self.fragments: dict[str, Article] = {}
        self.roles: dict[str, RoleEntry] = {}
        self.rules: dict[str, RuleEntry] = {}
        self.periods: dict[str, list[Period]] = {}
        self.parameters: dict[str, list[Parameter]] = {}
        self._problems: list[Problem] = []
        self._cited: list[tuple[str, str]] = []
        self._named: list[tuple[str, str, str]] = []
        self._place = PLATFORM
        self._start = date.min

    def read(self, documents: Iterable[Document]) -> None:
        for document in documents:
            self._read_document(document)
        self._check_citations()
        self._check_roles()
        for periods in self.periods.values():
            periods.sort(key=lambda period: period.start)
        for parameters in self.parameters.values():
            parameters.sort(key=lambda parameter: parameter.start)
        if self._problems:
            raise InvalidDefinition(self._problems)

    def _read_document(self, document: Document) -> None:
        self._place, self._start = PLATFORM, date.min
        for key in set(document) - KEYS:
            self._report(str(key), "未知的键")
        if "regulation" in document:
            self._each([document["regulation"]], self._regulation)
        if "amends" in document:
            self._each([document["amends"]], self._amendment)
        self._each(document.get("articles"), self._article)
        self._each(document.get("fragments"), self._fragment)
        self._each(document.get("roles"), self._role)
        self._each(document.get("periods"), self._period)
        self._each(document.get("parameters"), self._parameter)
        self._each(document.get("rules"), self._rule)

    def _each(self, entries: Sequence[Document] | None, read: Callable[[Entry], None]) -> None:
        for raw in entries or ():
            entry = Entry(raw)
            try:
                read(entry)
                entry.finish()
            except (ValueError, TypeError) as error:
                self._report(entry.id, str(error))

    def _regulation(self, entry: Entry) -> None:
        self._place, self._start = entry.id, entry.day("in_force")
        zh, en, number = entry.text("zh"), entry.text("en"), entry.text("number", "")
        self._once(self.regulations, Regulation(id=entry.id, zh=zh, en=en, number=number, in_force=self._start))

    def _amendment(self, entry: Entry) -> None:
        self._place, self._start = entry.id, entry.day("from")
        self._cited.append((entry.id, entry.id))

    def _article(self, entry: Entry) -> None:
        number = entry.id.removeprefix(f"{self._place}#")
        if not number.isdigit() or number == entry.id:
            raise ValueError(f"条文编号应为 {self._place}#数字")
        words = {key: entry.text(key) for key in ("ref", "heading", "zh", "en")}
        level = entry.text("level", LEVELS[-1])
        if level not in LEVELS:
            raise ValueError(f"level 应为 {'、'.join(LEVELS)} 之一")
        self._once(self.articles, Article(id=entry.id, regulation=self._place, level=level, **words))

    def _fragment(self, entry: Entry) -> None:
        source, _, name = entry.id.partition("#")
        if not name or (source == self._place and name.isdigit()):
            raise ValueError("片段编号应为 来源#名称")
        words = {key: entry.text(key) for key in ("ref", "heading", "zh", "en")}
        self._once(self.fragments, Article(id=entry.id, regulation=source, **words))

    def _rule(self, entry: Entry) -> None:
        levels = tuple(map(str, entry.get("levels") or ()))
        if not levels or set(levels) - set(RULE_LEVELS):
            raise ValueError(f"levels 应取自 {'、'.join(RULE_LEVELS)}")
        words = {key: entry.text(key) for key in ("zh", "en")}
        rule = RuleEntry(id=entry.id, regulation=self._place, articles=self._articles(entry), levels=levels, **words)
        self._once(self.rules, rule)

    def _role(self, entry: Entry) -> None:
        self._once(
            self.roles,
            RoleEntry(
                id=entry.id,
                regulation=self._place,
                zh=entry.text("zh"),
                en=entry.text("en"),
                articles=self._articles(entry),
                reads=entry.text("reads"),
                scope=entry.text("scope"),
                acts=entry.flag("acts", True),
                exclusive=entry.flag("exclusive", False),
                processes=tuple(map(str, entry.get("processes") or ())),
                unit_in=entry.text("unit_in", ""),
                deputy=self._role_named(entry, entry.text("deputy", "")),
            ),
        )

    def _period(self, entry: Entry) -> None:
        practice = entry.flag("practice", False)
        event = entry.get("event") or {}
        length = Length.parse(entry.text("length"))
        period = Period(
            id=entry.id,
            regulation=self._place,
            articles=self._articles(entry),
            zh=entry.text("zh"),
            en=entry.text("en"),
            length=length,
            unit=PeriodUnit(entry.text("unit")),
            roll=entry.flag("roll"),
            practice=practice,
            start=entry.day("from", self._start),
            until=entry.day("until") if "until" in entry else None,
            actor=self._role_named(entry, entry.text("actor", "")),
            event_zh=str(event.get("zh", "")),
            event_en=str(event.get("en", "")),
            inclusive=entry.flag("inclusive", False),
            suspendable=entry.flag("suspendable", practice),
            year=entry.number("year", 0),
            following=entry.flag("following", False),
            leads=_read_leads(entry, length),
            reminds=self._roles_named(entry, "reminds"),
            escalates_to=self._roles_named(entry, "escalates_to"),
        )
        if not practice and not period.articles:
            raise ValueError("没有条文依据的期限必须标明 practice: true")
        self._version(self.periods, period)

    def _parameter(self, entry: Entry) -> None:
        parameter = Parameter(
            id=entry.id,
            regulation=self._place,
            zh=entry.text("zh"),
            en=entry.text("en"),
            value=entry.value("value"),
            start=entry.day("from", self._start),
            until=entry.day("until") if "until" in entry else None,
            practice=entry.flag("practice", False),
            articles=self._articles(entry),
            applies_to_open_cases=entry.flag("applies_to_open_cases", False),
            least=entry.limit("min"),
            most=entry.limit("max"),
            choices=tuple(map(str, entry.get("choices") or ())),
            yearly=entry.flag("yearly", False),
        )
        if complaint := parameter.outside(parameter.value):
            raise ValueError(complaint[0])
        if not parameter.practice and not parameter.articles:
            raise ValueError("没有条文依据的参数必须标明 practice: true")
        self._version(self.parameters, parameter)

    def _role_named(self, entry: Entry, role: str) -> str:
        if role:
            self._named.append((self._place, entry.id, role))
        return role

    def _roles_named(self, entry: Entry, key: str) -> tuple[str, ...]:
        return tuple(self._role_named(entry, str(role)) for role in entry.get(key) or ())

    def _articles(self, entry: Entry) -> tuple[str, ...]:
        given = entry.get("article")
        numbers = given if isinstance(given, list) else [] if given is None else [given]
        ids = tuple(f"{self._place}#{number}" if isinstance(number, int) else str(number) for number in numbers)
        self._cited.extend((entry.id, id) for id in ids)
        return ids

    def _check_roles(self) -> None:
        """Whoever is told of a deadline must be a role. Files of regulations that name no roles at all are read by themselves."""
        told = {role.regulation for role in self.roles.values()}
        for place, element, role in self._named:
            if role not in self.roles and role != SYSTEM and place in told:
                self._report(element, f"没有角色 {role}")

    def _check_citations(self) -> None:
        told = {article.regulation for article in self.articles.values()}
        for element, cited in self._cited:
            regulation = cited.partition("#")[0]
            known = cited in self.articles or cited == regulation
            if regulation not in self.regulations or (regulation in told and not known):
                self._report(element, f"所引条文 {cited} 不在目录中")

    def _once(self, entries: dict[str, Any], entry: Regulation | Article | RoleEntry | RuleEntry) -> None:
        if entry.id in entries:
            raise ValueError("编号重复")
        entries[entry.id] = entry

    def _version(self, entries: dict[str, Any], entry: Period | Parameter) -> None:
        versions = entries.setdefault(entry.id, [])
        if any(version.start == entry.start for version in versions):
            raise ValueError(f"同一编号有两个自 {entry.start} 起施行的版本")
        versions.append(entry)

    def _report(self, element: str, message: str) -> None:
        self._problems.append(Problem(rule="catalogue", message=message, element=element, file=self._place))


def _read_leads(entry: Entry, length: Length) -> tuple[Lead, ...]:
    """`reminders` is the name of a set or a list of leads; without it the length decides."""
    given = entry.get("reminders")
    if given is None:
        none = length.hours or length.fixed
        return () if none else default_leads(days=length.days, longer=not length.days or length.months > 0)
    if isinstance(given, list):
        return tuple(Lead.parse(str(text)) for text in given)
    if given not in REMINDER_SETS:
        raise ValueError(f"没有提醒方案 {given}")
    return REMINDER_SETS[given]


_REQUIRED: Any = object()


class Entry:
    """One mapping of a file, read key by key, so that a misspelt key does not go unnoticed."""

    def __init__(self, raw: Any) -> None:
        self._raw: Document = raw if isinstance(raw, Mapping) else {}
        self._seen = {"id"}
        self.id = str(self._raw.get("id", ""))

    def __contains__(self, key: str) -> bool:
        return key in self._raw

    def get(self, key: str, default: Any = None) -> Any:
        self._seen.add(key)
        value = self._raw.get(key, default)
        if value is _REQUIRED:
            raise ValueError(f"缺少 {key}")
        return value

    def text(self, key: str, default: Any = _REQUIRED) -> str:
        return str(self.get(key, default))

    def flag(self, key: str, default: Any = _REQUIRED) -> bool:
        value = self.get(key, default)
        if not isinstance(value, bool):
            raise ValueError(f"{key} 应为 true 或 false")
        return value

    def number(self, key: str, default: Any = _REQUIRED) -> int:
        value = self.get(key, default)
        if type(value) is not int:
            raise ValueError(f"{key} 应为整数")
        return value

    def day(self, key: str, default: Any = _REQUIRED) -> date:
        value = self.get(key, default)
        return value if type(value) is date else date.fromisoformat(str(value))

    def value(self, key: str) -> Value:
        """A parameter's value; a fraction becomes Decimal by its text, so that 0.6 stays 0.6."""
        value = self.get(key, _REQUIRED)
        if isinstance(value, float):
            return Decimal(str(value))
        if not isinstance(value, bool | int | str | Decimal):
            raise ValueError(f"{key} 应为数字、文字或 true/false")
        return value

    def limit(self, key: str) -> Decimal | None:
        value = self.value(key) if key in self else None
        if isinstance(value, bool | str):
            raise ValueError(f"{key} 应为数字")
        return None if value is None else Decimal(value)

    def finish(self) -> None:
        if not self.id:
            raise ValueError("缺少 id")
        if unknown := sorted(set(self._raw) - self._seen):
            raise ValueError(f"未知的键 {'、'.join(map(str, unknown))}")
