"""How pages look to a reader: language, and light or dark. Both are kept in cookies, because they belong to the device."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.errors import Invalid
from service.web.translations import LANGUAGES, SOURCE
from service.web.translations import gettext as _

THEMES = ("light", "dark", "auto")
COOKIE = "theme"
YEAR = 365 * 24 * 3600
#: What each of the two may be, by the name of its cookie.
_CHOICES = {COOKIE: THEMES, "lang": tuple(LANGUAGES)}


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/appearance", "appearance", choose, methods=["POST"])
    blueprint.app_context_processor(lambda: {"theme": theme(), "appearances": _offered})


def theme() -> str:
    """What the reader has chosen: light, dark, or auto (as the device)."""
    chosen = request.cookies.get(COOKIE, "")
    return chosen if chosen in THEMES else "auto"


def choose() -> ResponseReturnValue:
    """Keep a choice and go back to the page from which it came."""
    name, _eq, value = request.form.get("choice", "").partition("=")
    if value not in _CHOICES.get(name, ()):
        raise Invalid("没有这种显示方式。", message_en="There is no such appearance.")
    answer = redirect(_back(), 303)
    answer.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=request.is_secure, httponly=True)
    return answer


def _back() -> str:
    """The page before, if it is one of ours."""
    before = urlsplit(request.referrer or "")
    if before.netloc != request.host or not before.path.startswith("/") or before.path.startswith("//"):
        return url_for("pages.inbox")
    return f"{before.path}?{before.query}" if before.query else before.path


def _offered() -> list[dict[str, Any]]:
    """What the menu offers, in two groups."""
    lang = request.cookies.get("lang", "")
    lang = lang if lang in LANGUAGES else SOURCE
    return [
        {"label": label, "value": f"{COOKIE}={one}", "chosen": theme() == one, "lang": None}
        for one, label in (("light", _("浅色")), ("dark", _("深色")), ("auto", _("跟随系统")))
    ] + [
        {
            "label": label,
            "value": f"lang={one}",
            "chosen": lang == one,
            "lang": LANGUAGES[one],
        }
        for one, label in ((SOURCE, "中文"), ("en", "English"))
    ]
