"""The pages of 人员与单位."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from service.web.pages.sections import within
from service.web.translations import gettext as _


def people_tabs() -> list[dict[str, Any]]:
    pages = (("console_people", _("人员")), ("console_units", _("单位")), ("console_matrix", _("谁能做什么")))
    found = [
        {"label": label, "url": (url := url_for(f"pages.{name}")), "current": within(request.path, url)} for name, label in pages
    ]
    return [*found, {"label": _("专家库"), "url": url_for("pages.register", name="expert"), "current": False}]
