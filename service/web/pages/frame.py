"""The frame of every page: navigation, who is signed in, the demo clock; and the filters that templates use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Flask, render_template, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask_babel import get_locale

from service.clock import SHANGHAI
from service.store import notices
from service.web import current, translations
from service.web.pages import assets, receipt, sections, wording
from service.web.pages.reading import Reader
from service.web.pages.sections import Section
from service.web.translations import LANGUAGES
from service.web.translations import gettext as _


def render(template: str, reader: Reader, /, **context: Any) -> str:
    """Render a page inside its frame."""
    return render_template(template, **_frame(reader), **context)


def _frame(reader: Reader) -> dict[str, Any]:
    count = reader.todo
    found = sections.list_sections(reader)
    entries = (
        ("inbox", _("工作台"), url_for("pages.inbox"), count, _at("inbox", "task")),
        ("start", _("发起"), url_for("pages.start"), None, _at("start", "start_form")),
        ("cases", _("案件"), url_for("pages.cases"), None, _at("cases", "case")),
        ("registers", _("台账"), url_for("pages.registers"), None, sections.within(request.path, "/registers")),
        ("trace", _("条文"), url_for("pages.traces"), None, _at("traces", "trace", "case_trace")),
        ("notices", _("通知"), url_for("pages.notices"), _unread(reader), _at("notices")),
        *_oversight(reader, found),
    )
    return {
        "nav": [
            {"key": key, "label": label, "url": url, "icon": key, "count": number, "current": here}
            for key, label, url, number, here in entries
        ],
        "sections": found if len(found) > 1 and any(one.current for one in found) else (),
        "me": {
            "display_name": reader.actor.display_name,
            "unit_name": "、".join(reader.units.get(unit, unit) for unit in sorted(reader.actor.units)),
        },
        "clock": _clock(reader) if current.settings().demo else None,
        "remarks": receipt.recall(reader),
        "search": request.args.get("q", "") if request.endpoint == "pages.cases" else "",
        "todo_count": count,
    }


def _at(*pages: str) -> bool:
    return request.endpoint in {f"pages.{page}" for page in pages}


def _unread(reader: Reader) -> int:
    return notices.count_unread(reader.connection, account=reader.actor.account, queues=reader.queues)


def _oversight(reader: Reader, found: tuple[Section, ...]) -> Iterator[tuple[str, str, str, None, bool]]:
    """What concerns those who read more than what is theirs to do; the console, or the only section of it that is theirs."""
    scope = reader.scope
    if scope.everything or scope.regulations or scope.units or scope.processes:
        yield "overdue", _("督办"), url_for("pages.overdue"), None, _at("overdue")
    if len(found) == 1:
        yield "parameters", found[0].label, found[0].url, None, found[0].current
    elif found:
        yield "monitor", _("管理台"), found[0].url, None, any(one.current for one in found)


def _clock(reader: Reader) -> dict[str, str]:
    """What `components/clock.html` shows and sets."""
    now = reader.now.astimezone(SHANGHAI)
    return {
        "words": f"{wording.day(now)} {now:%H:%M}",
        "now": f"{now:%Y-%m-%dT%H:%M}",
        "url": "/api/v1/clock",
    }


def install(blueprint: Blueprint) -> None:
    """Give templates their filters, the built assets and the language of the page."""
    blueprint.record_once(_prepare)
    for name in ("day", "moment", "yuan", "wan"):
        blueprint.add_app_template_filter(getattr(wording, name), name)
    blueprint.app_context_processor(lambda: {"lang": LANGUAGES.get(str(get_locale()), "zh-CN")})


def _prepare(state: BlueprintSetupState) -> None:
    app = state.app
    assert isinstance(app, Flask)
    translations.init_app(app)
    assets.install(app)
