"""Bring one message of an alert to its recipient, and say what became of it. Run by `spreading`.

Whether somebody may still be told is asked when it is sent; who may not, or cannot be reached any more, is left out with a word.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from service.engine import hooking, mailing
from service.engine.alerting.words import as_body, compose
from service.engine.auditing import may_audit
from service.engine.choosing import find_choice
from service.engine.machine import Machine
from service.engine.people import as_actor
from service.engine.waiting_words import Said
from service.errors import ChengxuError, Failed
from service.store import Connection, alerts, deliveries, people, webhooks

_GONE = Said("收件人已停用，或不再有权查看卡住的案件。", "The recipient is disabled, or may no longer see stuck cases.")
_NO_ADDRESS = Said("收件人没有填写邮箱。", "The recipient has no mail address.")
_NO_HOOK = Said("推送地址已停用。", "The webhook is no longer in use.")


def mail(machine: Machine, key: str, held: Mapping[str, Any]) -> None:
    """Send a message by mail. Failed when it does not arrive, also when no mail server is set."""
    server, account = machine.outlets.mail, held["account"]
    with machine.store.read() as connection:
        message = alerts.find_message(connection, held["alert"])
        address, english = deliveries.find_address(connection, account), find_choice(connection, account).english
        why = None if _may_be_told(machine, connection, account) else _GONE
    if message is None:
        return
    if address is None or why is not None:
        _leave_out(machine, message.id, why or _NO_ADDRESS)
        return
    if server is None:
        raise Failed("没有配置邮件服务器", message_en="No mail server is set")
    letter = compose(message.kind, message.facts, outlets=machine.outlets, english=english)
    mailing.send(server, mailing.write(letter, server=server, to=address, key=key, at=machine.clock.machine()))


def post(machine: Machine, key: str, held: Mapping[str, Any]) -> None:
    """Send a message to a webhook. Failed when it does not arrive."""
    with machine.store.read() as connection:
        message = alerts.find_message(connection, held["alert"])
        hook = webhooks.find_webhook(connection, held["webhook"])
        told = hook is not None and _may_be_told(machine, connection, hook.account)
    if message is None:
        return
    if hook is None or not hook.active or not told:
        _leave_out(machine, message.id, _NO_HOOK if hook is None or not hook.active else _GONE)
        return
    body = as_body(message.id, message.kind, message.at, message.facts, outlets=machine.outlets)
    hooking.post(
        hook.address, secret=hook.secret, body=orjson.dumps(body), delivery=key,
        at=int(machine.clock.machine().timestamp()), private=machine.outlets.webhook_private,
    )  # fmt: skip


def note_result(machine: Machine, connection: Connection, held: Mapping[str, Any], error: Exception | None) -> bool:
    """Remember with a message how its delivery went; False when nothing was sent, because its recipient is left out."""
    message = alerts.find_message(connection, held["alert"])
    if message is None or (error is None and message.zh in (_GONE.zh, _NO_ADDRESS.zh, _NO_HOOK.zh)):
        return False
    if error is None:
        alerts.note_message(connection, message.id, sent_at=machine.clock.now())
    else:
        known = isinstance(error, ChengxuError)
        zh, en = (error.message, error.message_en) if known else ("出错", "It failed")  # type: ignore[attr-defined]
        alerts.note_message(connection, message.id, zh=zh, en=en)
    return True


def _may_be_told(machine: Machine, connection: Connection, account: str) -> bool:
    row = people.find_account(connection, account)
    return row is not None and row.active and may_audit(machine, as_actor(row))


def _leave_out(machine: Machine, message_id: str, why: Said) -> None:
    with machine.store.write() as connection:
        alerts.note_message(connection, message_id, zh=why.zh, en=why.en)
