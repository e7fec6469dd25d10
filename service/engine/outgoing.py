"""What leaves the house, as a system administrator keeps it: how mail is set up, and the webhooks of everybody.

No secret is shown, and of an address only its host, because the rest may hold one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from service.access import Actor
from service.engine.events import Event
from service.engine.lifecycle import check_reason
from service.engine.machine import Machine
from service.engine.parameters import SYSADMIN
from service.engine.people import get_actor
from service.engine.spreading import result_of
from service.errors import Conflict, NotAllowed, NotFound
from service.store import Connection, people, preferences, webhooks
from service.store.history import Entry, record_outside_cases


@dataclass(frozen=True, slots=True, kw_only=True)
class HookView:
    """A webhook of somebody. `failures` counts the failed attempts in a row; `result` is how the last one went, with when."""

    id: str
    account: str
    owner: str
    host: str
    kinds: tuple[str, ...]
    active: bool
    created_at: datetime
    at: datetime | None
    ok: bool | None
    zh: str
    en: str
    failures: int


def keeps_outlets(actor: Actor) -> bool:
    return SYSADMIN in actor.roles


def ensure_keeps_outlets(actor: Actor) -> None:
    if not keeps_outlets(actor):
        raise NotAllowed("只有系统管理员可以进行此操作。", message_en="Only a system administrator may do this.", rule=SYSADMIN)


def shown_mail(machine: Machine) -> dict[str, Any] | None:
    """How mail is handed in: {host, port, security, sender, signs_in}; None when it is not set up."""
    server = machine.outlets.mail
    if server is None:
        return None
    return {
        "host": server.host, "port": server.port, "security": server.security, "sender": server.sender,
        "signs_in": server.user is not None,
    }  # fmt: skip


def list_hooks(connection: Connection, *, after: str | None, limit: int) -> tuple[tuple[HookView, ...], str | None]:
    """List the webhooks of everybody, the newest first, and the cursor of the next page."""
    rows = webhooks.list_all(connection, after=after, limit=limit + 1)
    shown = rows[:limit]
    names = people.display_names(connection, sorted({row.account for row in shown}))
    results = preferences.list_documents(connection, [(row.account, result_of(row.id)) for row in shown])
    views = []
    for row in shown:
        result: Mapping[str, Any] = results.get((row.account, result_of(row.id))) or {}
        views.append(
            HookView(
                id=row.id, account=row.account, owner=names.get(row.account, row.account),
                host=urlsplit(row.address).hostname or "?", kinds=row.kinds, active=row.active, created_at=row.created_at,
                at=datetime.fromisoformat(result["at"]) if result else None, ok=result.get("ok"),
                zh=result.get("zh") or "", en=result.get("en") or "", failures=result.get("failures", 0),
            )
        )  # fmt: skip
    return tuple(views), shown[-1].id if len(rows) > limit else None


def disable_webhook(machine: Machine, webhook_id: str, *, reason: str, by: str) -> None:
    """Stop somebody's webhook; its owner reads why in their settings. NotFound; NotAllowed; Conflict; InvalidAnswers."""
    with machine.store.write() as connection:
        ensure_keeps_outlets(get_actor(connection, by))
        check_reason(reason)
        row = webhooks.find_webhook(connection, webhook_id)
        if row is None:
            raise NotFound("没有这个推送地址。", message_en="There is no such webhook.")
        if not webhooks.end_webhook(connection, webhook_id):
            raise Conflict("该推送地址已停用。", message_en="This webhook was ended already.")
        at, why = machine.clock.now(), reason.strip()
        words = {"zh": f"系统管理员已停用：{why}", "en": f"Disabled by a system administrator: {why}"}
        before = preferences.find_preference(connection, row.account, result_of(row.id)) or {}
        body = {"at": at.isoformat(), "ok": False, "failures": before.get("failures", 0), **words}
        preferences.put_preference(connection, row.account, result_of(row.id), body)
        payload = {"account": row.account, "webhook": row.id, "host": urlsplit(row.address).hostname, "reason": why}
        record_outside_cases(connection, [Entry(kind=Event.WEBHOOK_DISABLED.value, actor=by, at=at, payload=payload)])
