"""The sections of the administrator's console: one entry each of its navigation. A new section adds a line to `_all`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import request, url_for

from service.engine.auditing import may_audit
from service.engine.batches import READERS
from service.engine.parameters import is_sysadmin
from service.web.pages.reading import Reader
from service.web.translations import gettext as _


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the console: what it is called, where it begins, whether this page belongs to it."""

    label: str
    url: str
    current: bool


def list_sections(reader: Reader) -> tuple[Section, ...]:
    """What of the console the reader may open; empty for those who only work on cases."""
    return tuple(
        Section(label=label, url=url_for(endpoint), current=any(within(request.path, root) for root in roots))
        for allowed, label, endpoint, roots in _all(reader)
        if allowed
    )


def within(path: str, root: str) -> bool:
    """Whether a page lies at or below another."""
    return path == root or path.startswith(root + "/")


def _all(reader: Reader) -> Iterator[tuple[bool, str, str, tuple[str, ...]]]:
    """Whether allowed, name, endpoint of its first page, and below which paths its pages lie."""
    sees = may_audit(reader.machine, reader.actor)
    whole = reader.scope.everything or bool(reader.scope.regulations)
    yield sees, _("卡住的案件"), "pages.console_stuck", ("/console/stuck",)
    yield sees, _("流程运行"), "pages.console_processes", ("/console/processes",)
    yield sees, _("案件"), "pages.console_cases", ("/console/cases",)
    yield not READERS.isdisjoint(reader.actor.roles), _("批量操作"), "pages.console_batches", ("/console/batches",)
    yield sees, _("归档"), "pages.console_archive", ("/console/archive",)
    yield sees, _("告警"), "pages.console_alerts", ("/console/alerts",)
    yield sees, _("人员与单位"), "pages.console_people", ("/console/people", "/console/units", "/console/matrix")
    yield whole or is_sysadmin(reader.actor), _("参数"), "pages.parameters", ("/parameters",)
    yield sees, _("放假安排"), "pages.console_calendar", ("/console/calendar",)
    yield sees, _("外发设置"), "pages.console_outlets", ("/console/settings",)
    yield sees, _("运行状况"), "pages.console_workers", ("/console/workers",)
    yield sees, _("审计与存证"), "pages.trust", ("/console/trust",)
