"""The frame of every page: navigation, who is signed in, the demo clock; and the filters that templates use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Flask, render_template, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask_babel import get_locale

from service.clock import SHANGHAI
from service.engine.auditing import may_audit
from service.engine.parameters import is_sysadmin
from service.store import notices
from service.web import current, translations
from service.web.pages import assets, receipt, wording
from service.web.pages.reading import Reader
from service.web.translations import LANGUAGES
from service.web.translations import gettext as _


def render(template: str, reader: Reader, /, **context: Any) -> str:
    """Render a page inside its frame."""
    return render_template(template, **_frame(reader), **context)


def _frame(reader: Reader) -> dict[str, Any]:
    count = reader.todo
    entries = (
        ("inbox", _("工作台"), url_for("pages.inbox"), count, {"pages.inbox", "pages.task"}),
        ("start", _("发起"), url_for("pages.start"), None, {"pages.start", "pages.start_form"}),
        ("cases", _("案件"), url_for("pages.cases"), None, {"pages.cases", "pages.case"}),
        (
            "registers",
            _("台账"),
            url_for("pages.registers"),
            None,
            {"pages.registers", "pages.register", "pages.register_record", "pages.register_import", "pages.register_import_post"},
        ),
        ("trace", _("条文"), url_for("pages.traces"), None, {"pages.traces", "pages.trace", "pages.case_trace"}),
        ("notices", _("通知"), url_for("pages.notices"), _unread(reader), {"pages.notices"}),
        *_oversight(reader),
    )
    return {
        "nav": [
            {"key": key, "label": label, "url": url, "icon": key, "count": number, "current": request.endpoint in endpoints}
            for key, label, url, number, endpoints in entries
        ],
        "me": {
            "display_name": reader.actor.display_name,
            "unit_name": "、".join(reader.units.get(unit, unit) for unit in sorted(reader.actor.units)),
        },
        "clock": _clock(reader) if current.settings().demo else None,
        "remarks": receipt.recall(reader),
        "search": request.args.get("q", "") if request.endpoint == "pages.cases" else "",
        "todo_count": count,
    }


def _unread(reader: Reader) -> int:
    return notices.count_unread(reader.connection, account=reader.actor.account, queues=reader.queues)


def _oversight(reader: Reader) -> Iterator[tuple[str, str, str, None, set[str]]]:
    """What concerns those who read more than what is theirs to do."""
    scope = reader.scope
    if scope.everything or scope.regulations or scope.units or scope.processes:
        yield "overdue", _("督办"), url_for("pages.overdue"), None, {"pages.overdue"}
    if scope.everything or scope.regulations or is_sysadmin(reader.actor):
        here = {"pages.parameters", "pages.parameter", "pages.parameter_set"}
        yield "parameters", _("参数"), url_for("pages.parameters"), None, here
    if may_audit(reader.machine, reader.actor):
        yield "monitor", _("监控"), url_for("pages.console_stuck"), None, {"pages.console_stuck"}
        here = {"pages.trust", "pages.trust_reads", "pages.trust_administrators"}
        yield "trust", _("审计"), url_for("pages.trust"), None, here


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
