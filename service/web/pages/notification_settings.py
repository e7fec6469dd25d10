"""通知设置: what comes by mail and how, and where notices are pushed to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.engine.choosing import Choice, Way, find_choice
from service.errors import Finding, InvalidAnswers
from service.store.notices import KINDS
from service.web import auth, current
from service.web.notifying import shown_choice
from service.web.pages.frame import render
from service.web.pages.reading import Reader, reading
from service.web.translations import gettext as _

_HERE = "/settings/notifications"


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule(_HERE, "notification_settings", notification_settings)
    blueprint.add_url_rule(_HERE, "notification_settings_saved", save, methods=["POST"])
    blueprint.add_url_rule(f"{_HERE}/webhooks", "webhook_added", add_webhook, methods=["POST"])
    blueprint.add_url_rule(f"{_HERE}/webhooks/<webhook_id>/test", "webhook_tried", try_webhook, methods=["POST"])
    blueprint.add_url_rule(f"{_HERE}/webhooks/<webhook_id>/end", "webhook_ended", end_webhook, methods=["POST"])


def notification_settings() -> ResponseReturnValue:
    with reading() as reader:
        return _page(reader)


def save() -> ResponseReturnValue:
    form = request.form
    email, english = form.get("email", ""), form.get("language") == "en"
    ways = {kind: form[f"way-{kind}"] for kind in KINDS if f"way-{kind}" in form}
    try:  # this page answers a refusal of its fields with itself
        current.engine().change_notifications(email=email, ways=ways, english=english, by=auth.require_account().name)
    except InvalidAnswers as error:
        known = {kind: Way(way) for kind, way in ways.items() if way in list(Way)}
        with reading() as reader:
            asked = Choice(ways={**Choice().ways, **known}, english=english)
            return _page(reader, asked=asked, email=email, findings=error.findings), 422
    flash(_("通知设置已保存。"))
    return _back()


def add_webhook() -> ResponseReturnValue:
    address, kinds = request.form.get("address", ""), request.form.getlist("kinds")
    try:
        current.engine().add_webhook(
            address=address, secret=request.form.get("secret", ""), kinds=kinds, by=auth.require_account().name
        )
    except InvalidAnswers as error:
        with reading() as reader:
            return _page(reader, findings=error.findings, adding={"address": address, "kinds": kinds}), 422
    flash(_("已添加推送地址；可先发送测试。"))
    return _back()


def try_webhook(webhook_id: str) -> ResponseReturnValue:
    current.engine().try_webhook(webhook_id, by=auth.require_account().name)
    flash(_("测试推送已排队；稍候刷新本页查看结果。"))
    return _back()


def end_webhook(webhook_id: str) -> ResponseReturnValue:
    current.engine().end_webhook(webhook_id, by=auth.require_account().name)
    flash(_("已停用推送地址。"))
    return _back()


def _back() -> ResponseReturnValue:
    return redirect(url_for("pages.notification_settings"), 303)


def _page(
    reader: Reader, *, asked: Choice | None = None, email: str | None = None, findings: Sequence[Finding] = (),
    adding: Mapping[str, Any] | None = None,
) -> str:  # fmt: skip
    account, words = reader.actor.account, kind_names()
    choice = asked or find_choice(reader.connection, account)
    shown = shown_choice(reader.machine, reader.connection, account, choice)
    return render(
        "notification_settings.html",
        reader,
        email=(shown["email"] or "") if email is None else email,
        language=shown["language"],
        mail_on=shown["mail_on"],
        mail_result=_result(reader, shown["mail_result"]),
        kinds=[{"id": kind, "name": words[kind], "way": shown["mail"][kind]} for kind in KINDS],
        ways=[
            {"id": Way.AT_ONCE.value, "name": _("立即发送")}, {"id": Way.DIGEST.value, "name": _("每日摘要")},
            {"id": Way.NEVER.value, "name": _("不发邮件")},
        ],
        webhooks=[
            {
                **hook, "kinds": _("、").join(words.get(kind, kind) for kind in hook["kinds"]),
                "result": _result(reader, hook["result"]),
                "test_url": url_for("pages.webhook_tried", webhook_id=hook["id"]),
                "end_url": url_for("pages.webhook_ended", webhook_id=hook["id"]),
            }
            for hook in shown["webhooks"]
        ],
        adding=adding or {"address": "", "kinds": list(KINDS)},
        errors=[{"field": one.field, "message": one.message_en if reader.english else one.message} for one in findings],
    )  # fmt: skip


def _result(reader: Reader, result: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if result is None:
        return None
    words = _("已送达") if result["ok"] else (result["message_en"] if reader.english else result["message"])
    return {"ok": result["ok"], "at": result["at"], "words": words}


def kind_names() -> dict[str, str]:
    """What kinds of notices are called."""
    return {
        "reminded": _("期限临近提醒"), "due": _("今天到期"), "overdue": _("逾期"), "escalated": _("督办"), "notified": _("通知"),
        "urged": _("催办"), "copied": _("抄送"), "mentioned": _("提到我"),
        "followed": _("关注的案件有进展"),
    }  # fmt: skip
