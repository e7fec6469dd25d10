"""The languages of the pages. The source texts are Chinese; English stands in `en/LC_MESSAGES/messages.po`, read as it is.

python -m service.web.translations      lists texts without English; fails when there are any
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, has_request_context, request
from flask_babel import Babel, Domain, get_locale
from flask_babel import gettext as translate

FOLDER = Path(__file__).parent
SOURCE = "zh_CN"
LANGUAGES = {SOURCE: "zh-CN", "en": "en"}


class Texts(Domain):  # type: ignore[misc]
    """Reads the .po files themselves, once a process, so that there is nothing to compile."""

    def get_translations(self) -> NullTranslations:
        return load(str(get_locale() or SOURCE))


def gettext(text: str, **values: object) -> str:
    """The text in the language of this request; views import it as `_`."""
    return str(translate(text, **values))


@cache
def load(locale: str) -> NullTranslations:
    """The texts of a locale; the source language needs none."""
    path = FOLDER / locale / "LC_MESSAGES" / "messages.po"
    if locale == SOURCE or not path.exists():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=locale))
    compiled.seek(0)
    return Translations(compiled)


def choose_locale() -> str:
    """The language of this request: Chinese, unless the reader has chosen another one."""
    chosen = request.cookies.get("lang", "") if has_request_context() else ""
    return chosen if chosen in LANGUAGES else SOURCE


def init_app(app: Flask) -> None:
    """Make `_()` work in templates and views of an application."""
    Babel(app, default_locale=SOURCE, default_timezone="Asia/Shanghai", locale_selector=choose_locale)
    texts = Texts()
    app.before_request(texts.as_default)
