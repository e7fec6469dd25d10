"""The law as data: everything that the regulation files say, looked up by id and by day.

Open this to see what may be asked of the catalogue; `reading.py` turns the files into it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, TypeVar

from service.errors import NotFound
from service.law.entries import Article, Parameter, Regulation, RoleEntry, RuleEntry, Value, day_of
from service.law.period import Period
from service.law.reading import Reader

Entry = TypeVar("Entry")
Dated = TypeVar("Dated", Period, Parameter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Regulations, articles, fragments and roles by id; periods and parameters by id in versions, oldest first.

    A fragment is a piece of text around a regulation (its promulgation, a cut quotation) that obliges nobody.
    """

    regulations: Mapping[str, Regulation]
    articles: Mapping[str, Article]
    roles: Mapping[str, RoleEntry]
    periods: Mapping[str, tuple[Period, ...]]
    parameters: Mapping[str, tuple[Parameter, ...]]
    fragments: Mapping[str, Article] = field(default_factory=dict)
    rules: Mapping[str, RuleEntry] = field(default_factory=dict)

    @classmethod
    def from_yaml_data(cls, documents: Iterable[Mapping[str, Any]]) -> Catalogue:
        """Read parsed regulation files. InvalidDefinition lists everything that is wrong with them."""
        reader = Reader()
        reader.read(documents)
        return cls(
            regulations=reader.regulations,
            articles=reader.articles,
            roles=reader.roles,
            periods={id: tuple(versions) for id, versions in reader.periods.items()},
            parameters={id: tuple(versions) for id, versions in reader.parameters.items()},
            fragments=reader.fragments,
            rules=reader.rules,
        )

    def get_regulation(self, id: str) -> Regulation:
        return _get(self.regulations, id, "法规", "regulation")

    def get_article(self, id: str) -> Article:
        return _get(self.articles, id, "条文", "article")

    def find_article(self, id: str) -> Article | None:
        return self.articles.get(id)

    def list_articles(self, regulation: str) -> tuple[Article, ...]:
        return tuple(article for article in self.articles.values() if article.regulation == regulation)

    def get_fragment(self, id: str) -> Article:
        return _get(self.fragments, id, "片段", "fragment")

    def get_role(self, id: str) -> RoleEntry:
        return _get(self.roles, id, "角色", "role")

    def list_period_versions(self, id: str) -> tuple[Period, ...]:
        """Every version of a period, oldest first. NotFound when there is none."""
        return _get(self.periods, id, "期限", "period")

    def get_period(self, id: str, *, on: date) -> Period:
        """The version of a period in force on a day (for an annual date: on the date itself)."""
        return _in_force(self.list_period_versions(id), on, "期限", "period")

    def get_parameter(self, id: str, *, on: date) -> Parameter:
        """The version of a parameter in force on a day."""
        return _in_force(self.list_parameter_versions(id), on, "参数", "parameter")

    def list_parameter_versions(self, id: str) -> tuple[Parameter, ...]:
        """Every version of a parameter, oldest first. NotFound when there is none."""
        return _get(self.parameters, id, "参数", "parameter")

    def get_parameter_for_case(self, id: str, *, started: date, today: date) -> Parameter:
        """The version that a case goes by: that under which it started, unless today's says that it applies to open cases.

        `started` is a time, or a day when no more is known.
        """
        versions = self.list_parameter_versions(id)
        now = next((one for one in reversed(versions) if one.is_in_force(today)), None)
        if now is not None and now.applies_to_open_cases:
            return now
        held = next((one for one in reversed(versions) if one.was_in_force(started)), None)
        return held or self.get_parameter(id, on=day_of(started))

    def with_parameters(self, changes: Iterable[tuple[str, date, Value, bool, datetime]]) -> Catalogue:
        """Add versions that were set by hand, in the order in which they were set: (name, first day, value, whether it applies to
        open cases, when it was set). One whose parameter no file defines any more is left out.
        """
        found = {id: list(versions) for id, versions in self.parameters.items()}
        for name, start, value, applies, since in changes:
            if name in found:
                base = found[name][-1]
                found[name].append(
                    replace(base, value=value, start=start, until=None, applies_to_open_cases=applies, since=since)
                )
        # The order in which they were set stays among those of one day: the last one counts.
        parameters = {id: tuple(sorted(versions, key=lambda one: one.start)) for id, versions in found.items()}
        return replace(self, parameters=parameters)

    def cite(self, article: str) -> tuple[str, str]:
        """Name an article in Chinese and English, as a reader would cite it; its bare id when it is not in the catalogue."""
        found = self.articles.get(article)
        regulation_id, _, number = article.partition("#")
        regulation = self.regulations.get(regulation_id)
        if regulation is None:
            return article, article
        ref = found.ref if found else f"第{number}条"
        return f"《{regulation.zh}》{ref}（{article}）", f"{regulation.en}, art {number} ({article})"


def _get(entries: Mapping[str, Entry], id: str, zh: str, en: str) -> Entry:
    try:
        return entries[id]
    except KeyError:
        raise NotFound(f"目录中没有{zh} {id}", message_en=f"the catalogue has no {en} {id}") from None


def _in_force(versions: tuple[Dated, ...], day: date, zh: str, en: str) -> Dated:
    for version in reversed(versions):
        if version.is_in_force(day):
            return version
    id = versions[0].id
    raise NotFound(f"{zh} {id} 在 {day} 没有施行的版本", message_en=f"no version of {en} {id} is in force on {day}")
