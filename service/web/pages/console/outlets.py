"""外发设置: how mail is set up, with a test of it, and the webhooks of everybody."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.engine import mail_trying, outgoing
from service.engine.lifecycle import MOST_REASON
from service.engine.mail_trying import Tried
from service.engine.outgoing import HookView
from service.engine.stuck.reading import ensure_may_see
from service.errors import Conflict, InvalidAnswers
from service.store import deliveries
from service.web import auth, current
from service.web.pages.frame import render
from service.web.pages.notification_settings import kind_names
from service.web.pages.reading import Reader, reading
from service.web.translations import gettext as _

ROWS = 50


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/console/settings", "console_outlets", show)
    blueprint.add_url_rule("/console/settings/mail/test", "console_mail_tried", try_mail, methods=["POST"])
    blueprint.add_url_rule(
        "/console/settings/webhooks/<webhook_id>/disable", "console_webhook_disabled", disable, methods=["POST"]
    )


def show() -> ResponseReturnValue:
    with reading() as reader:
        ensure_may_see(reader.machine, reader.actor)
        return _page(reader)


def try_mail() -> ResponseReturnValue:
    """Send a mail to the reader, and show what the mail server said."""
    try:  # this page answers what is missing with itself
        tried: Tried | None = mail_trying.try_mail(current.engine().machine, by=auth.require_account().name)
        refused = None
    except Conflict as error:
        tried, refused = None, error
    with reading() as reader:
        errors = [] if refused is None else [{"field": "", "message": refused.message_en if reader.english else refused.message}]
        return _page(reader, tried=tried, errors=errors), 409 if refused else 200


def disable(webhook_id: str) -> ResponseReturnValue:
    account, reason = auth.require_account().name, request.form.get("reason", "")
    try:  # as above
        outgoing.disable_webhook(current.engine().machine, webhook_id, reason=reason, by=account)
    except InvalidAnswers as error:
        with reading() as reader:
            errors = [
                {"field": f"reason-{webhook_id}", "message": one.message_en if reader.english else one.message}
                for one in error.findings
            ]
            return _page(reader, errors=errors), 422
    flash(_("已停用推送地址，原因已告知所有人。"))
    return redirect(url_for("pages.console_outlets"), 303)


def _page(reader: Reader, *, tried: Tried | None = None, errors: list[dict[str, str]] | None = None) -> str:
    after = request.args.get("after", "")[:24] if request.method == "GET" else ""
    found, next_ = outgoing.list_hooks(reader.connection, after=after or None, limit=ROWS)
    security = {"none": _("不加密"), "starttls": "STARTTLS", "tls": "TLS"}
    mail = outgoing.shown_mail(reader.machine)
    return render(
        "console/outlets.html", reader,
        mail=None if mail is None else {**mail, "security": security[mail["security"]]},
        public_url=reader.machine.outlets.public_url, private=reader.machine.outlets.webhook_private,
        own_address=deliveries.find_address(reader.connection, reader.actor.account),
        keeps=outgoing.keeps_outlets(reader.actor), longest=MOST_REASON,
        tried=None if tried is None else {
            "ok": tried.ok, "words": tried.en if reader.english else tried.zh, "to": tried.to, "code": tried.code,
            "answer": tried.answer,
        },
        hooks=[_hook(reader, one) for one in found], errors=errors or [],
        first_url=url_for("pages.console_outlets") if after else None,
        next_url=url_for("pages.console_outlets", after=next_) if next_ else None,
    )  # fmt: skip


def _hook(reader: Reader, one: HookView) -> dict[str, Any]:
    names = kind_names()
    said = one.en if reader.english else one.zh
    return {
        "id": one.id, "owner": one.owner, "account": one.account, "host": one.host,
        "kinds": _("、").join(names.get(kind, kind) for kind in one.kinds), "active": one.active, "at": one.at,
        "ok": one.ok, "words": _("已送达") if one.ok else said, "failures": one.failures,
        "disable_url": url_for("pages.console_webhook_disabled", webhook_id=one.id),
    }  # fmt: skip
