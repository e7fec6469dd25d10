"""The frame of every page: navigation, who is signed in, the demo clock; and the filters that templates use."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask_babel import get_locale

from service.clock import SHANGHAI
from service.store import reads
from service.web import current, translations
from service.web.pages import assets, receipt, wording
from service.web.pages.reading import Reader
from service.web.translations import LANGUAGES
from service.web.translations import gettext as _


def render(template: str, reader: Reader, /, **context: Any) -> str:
    """Render a page inside its frame."""
    return render_template(template, **_frame(reader), **context)


def _frame(reader: Reader) -> dict[str, Any]:
    count = reads.count_todo(reader.connection, account=reader.actor.account, queues=reader.queues) if reader.queues else 0
    entries = (
        ("inbox", _("工作台"), url_for("pages.inbox"), count, {"pages.inbox", "pages.task"}),
        ("start", _("发起"), url_for("pages.start"), None, {"pages.start", "pages.start_form"}),
        ("cases", _("案件"), url_for("pages.cases"), None, {"pages.cases", "pages.case"}),
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
