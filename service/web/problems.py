"""From errors to answers: RFC 9457 problem+json for programs, an error page for people. Nothing else knows status codes.

{"type": "urn:chengxu:problem:task-taken", "title": "…", "status": 409, "detail": "…", "detail_en": "…",
 "errors": [{field, rule, level, article, message, message_en}], …facts of the error}
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from flask import Flask, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from flask_babel import get_locale
from jinja2 import TemplateNotFound
from markupsafe import escape
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BuildError

from service import errors
from service.web import current
from service.web.answers import encode
from service.web.arguments import field_errors

log = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/problem+json"
TYPE: Final = "urn:chengxu:problem:"

#: Every class of the tree; a class that extends one of these is answered like it.
STATUS: Mapping[type[errors.ChengxuError], int] = {
    errors.ChengxuError: 500,
    errors.NotFound: 404,
    errors.NotAllowed: 403,
    errors.NotSignedIn: 401,
    errors.Conflict: 409,
    errors.TaskTaken: 409,
    errors.Stale: 409,
    errors.Invalid: 422,
    errors.InvalidAnswers: 422,
    errors.SignatureRequired: 422,
    errors.InvalidDefinition: 422,
    errors.TooMany: 429,
    errors.Failed: 500,
}

#: What the web itself refuses: slug, title, what to do.
_HTTP: Mapping[int, tuple[str, str, str]] = {
    400: ("bad-request", "请求无法识别。", "This request cannot be read; check its syntax."),
    404: ("not-found", "没有找到该页面或资源。", "There is nothing here."),
    405: ("method-not-allowed", "该地址不支持此操作。", "This address does not take this method."),
    413: ("too-large", "提交的内容过大，请压缩或拆分后重试。", "Too much was sent; compress or split it."),
    415: ("unsupported-media-type", "不支持的内容类型。", "This content type is not taken here; send application/json."),
    422: ("invalid-request", "请求内容有误，请按提示更正。", "Some members of this request need to be corrected."),
    429: ("too-many", "操作过于频繁，请稍后再试。", "Too many requests; wait a little."),
}
_UNEXPECTED = "系统出错，请重试；如仍失败，请把编号告诉管理员。"
_UNEXPECTED_EN = "The machine failed; try again, and give the number to the administrator if it stays."


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An error as it is told to whoever asked."""

    slug: str
    status: int
    title: str
    title_en: str
    detail: str
    detail_en: str
    errors: tuple[Mapping[str, Any], ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            **self.facts,
            "type": TYPE + self.slug,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "detail_en": self.detail_en,
            "errors": list(self.errors),
        }


def register(app: Flask) -> None:
    app.register_error_handler(errors.ChengxuError, answer)
    app.register_error_handler(HTTPException, answer)
    app.register_error_handler(Exception, answer)


def answer(error: Exception) -> ResponseReturnValue:
    """Answer any error; the one place at the web edge where an unexpected one ends."""
    if isinstance(error, HTTPException) and (error.code or 500) < 400:
        return error.get_response()  # a redirect of the routing
    told = _explain(error)
    if current.wants_json():
        response = Response(encode(told.as_json()), status=told.status, mimetype=MEDIA_TYPE)
    elif told.status == 401:
        return _to_sign_in()
    else:
        response = Response(_page(told), status=told.status)
    if told.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, errors.TooMany):
        response.headers["Retry-After"] = str(error.facts.get("retry_after", 60))
    if isinstance(error, HTTPException):
        for name, value in error.get_headers():
            if name == "Allow":
                response.headers[name] = value
    return response


def _explain(error: Exception) -> Told:
    if isinstance(error, errors.ChengxuError):
        return explain(error)
    if isinstance(error, HTTPException) and (error.code or 500) < 500:
        return _explain_http(error)
    number = secrets.token_hex(4)
    log.exception("unexpected error %s on %s %s", number, request.method, request.path, exc_info=error)
    return Told(
        slug="unexpected", status=500, title="系统出错", title_en="Something went wrong",
        detail=f"{_UNEXPECTED}（编号 {number}）", detail_en=f"{_UNEXPECTED_EN} ({number})", facts={"number": number},
    )  # fmt: skip


def explain(error: errors.ChengxuError) -> Told:
    """Turn an error of the tree into what is told of it."""
    kind = type(error)
    status = next(STATUS[parent] for parent in kind.__mro__ if parent in STATUS)
    facts, slug, found = dict(error.facts), error.slug, _errors(error)
    if isinstance(error, errors.NotAllowed):
        facts["rule"] = error.rule or None
        if error.rule == "password":  # the form asks again: what was sent can be corrected, unlike a missing role
            slug, status = "signature-wrong", 422
            found = ({
                "field": "signature.password", "rule": "password", "level": "block", "article": None,
                "message": error.message, "message_en": error.message_en,
            },)  # fmt: skip
    if status >= 500:
        log.error("%s: %s", error.slug, error.message_en, exc_info=error)
    return Told(
        slug=slug, status=status, title=kind._default(1) or HTTPStatus(status).phrase, title_en=kind._default(0),
        detail=error.message, detail_en=error.message_en, errors=found, facts=facts,
    )  # fmt: skip


def _errors(error: errors.ChengxuError) -> tuple[Mapping[str, Any], ...]:
    if isinstance(error, errors.InvalidAnswers):
        return tuple(finding.as_json() for finding in error.findings)
    if isinstance(error, errors.InvalidDefinition):
        return tuple(
            {
                "field": problem.element or "", "rule": problem.rule, "level": problem.severity, "article": None,
                "message": problem.message, "message_en": problem.message, "file": problem.file, "line": problem.line,
            }
            for problem in error.problems
        )  # fmt: skip
    return ()


def _explain_http(error: HTTPException) -> Told:
    status = error.code or 400
    slug, zh, en = _HTTP.get(status, (f"http-{status}", error.name, error.description or error.name))
    found = field_errors(getattr(error, "data", None) or {})
    return Told(slug=slug, status=status, title=zh, title_en=en, detail=zh, detail_en=en, errors=found)


def _to_sign_in() -> ResponseReturnValue:
    """Send a person to the sign-in page, and from there back to the page that was wanted."""
    target = request.full_path.rstrip("?") if request.method == "GET" else "/"
    try:
        place = url_for("pages.sign_in", next=target)
    except BuildError:  # an app without pages
        place = "/sign-in?next=" + quote(target, safe="")
    if request.headers.get("HX-Request"):
        return Response(status=401, headers={"HX-Redirect": place})
    return redirect(place, 303)


def _page(told: Told) -> str:
    """The error page; a plain one when even that cannot be drawn."""
    english = str(get_locale()).startswith("en")
    try:
        return render_template(
            "problem.html", status=told.status, title=told.title_en if english else told.title,
            detail=told.detail_en if english else told.detail, rule=told.facts.get("rule"), links=(),
            number=told.facts.get("number"),
        )  # fmt: skip
    except Exception as error:  # the web edge: whoever met an error must not meet a second one
        if not isinstance(error, TemplateNotFound):
            current_app.logger.exception("the error page could not be drawn")
        return (
            f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{escape(told.title)}</title>'
            f"<h1>{escape(told.title)}</h1><p>{escape(told.detail)}</p></html>"
        )
