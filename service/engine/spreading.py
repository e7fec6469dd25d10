"""Carry notices out of the house: find whom a notice reaches, one job each, and make one delivery. Run by `running`.

Who it reaches are the people who see it in the page: the holders of its queues on the day, by the roles that they have then. A
delivery asks again, because somebody may have lost a role meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from service import tagged
from service.access import Actor, actor_queues
from service.engine import digests, hooking, letters, mailing, reads
from service.engine.alerting import delivering
from service.engine.choosing import NAME, Choice, Way, find_choice
from service.engine.machine import Machine
from service.engine.people import as_actor
from service.errors import ChengxuError
from service.store import Connection, cases, deliveries, notices, people, preferences, webhooks
from service.store.cases import JobRow
from service.store.webhooks import WebhookRow

#: Under which name an account keeps how its last mail went; that of a webhook is `result_of`.
MAIL_RESULT = "mail_result"


def result_of(webhook_id: str) -> str:
    """Under which name the owner of a webhook keeps how its last delivery went."""
    return f"webhook:{webhook_id}"


def spread(machine: Machine, connection: Connection, job: JobRow) -> None:
    """Queue a delivery for everybody whom the notice of a job reaches and who wants it at once."""
    notice_id = tagged.loads(job.payload or b"{}")["notice"]
    queues = deliveries.list_notice_queues(connection, notice_id)
    kind = notices.find_kind(connection, notice_id)
    if kind is None:
        return
    names = deliveries.list_candidates(connection, queues, on=machine.clock.now().date())
    hooks = [hook for hook in webhooks.list_active(connection, names) if kind in hook.kinds]
    mailed: set[str] = set()
    if machine.outlets.mail is not None:
        addressed = deliveries.list_addressed(connection, names)
        chosen = preferences.preferences_of(connection, addressed, NAME)
        mailed = {name for name in addressed if Choice.read(chosen.get(name)).way(kind) is Way.AT_ONCE}
    reached = {
        name
        for name in mailed | {hook.account for hook in hooks}
        if (actor := _find_actor(machine, connection, name)) and not actor_queues(actor, machine.book).isdisjoint(queues)
    }
    payloads: list[tuple[str, dict[str, Any]]] = [
        *((deliveries.MAIL, {"account": name, "notice": notice_id}) for name in sorted(mailed & reached)),
        *((deliveries.WEBHOOK, {"webhook": hook.id, "notice": notice_id}) for hook in hooks if hook.account in reached),
    ]
    at, due = machine.clock.now(), machine.clock.machine()
    cases.insert_jobs(connection, [deliveries.job_row(*one, at=at, due_at=due, legal=False) for one in payloads])


def deliver(machine: Machine, job: JobRow) -> None:
    """Make one delivery, outside any transaction; nothing when nobody wants it any more. Failed when it does not arrive."""
    held = tagged.loads(job.payload or b"{}")
    if "alert" in held:
        (delivering.post if job.kind == deliveries.WEBHOOK else delivering.mail)(machine, job.id, held)
    elif job.kind == deliveries.WEBHOOK:
        _post(machine, job.id, held)
    else:
        _mail(machine, job.id, held)


def note_result(machine: Machine, connection: Connection, job: JobRow, error: Exception | None) -> None:
    """Remember for the person how a delivery went."""
    held = tagged.loads(job.payload or b"{}")
    if "alert" in held and not delivering.note_result(machine, connection, held, error):
        return
    hook = webhooks.find_webhook(connection, held["webhook"]) if job.kind == deliveries.WEBHOOK else None
    account = held.get("account") if hook is None else hook.account
    if account is None:
        return
    zh, en = (error.message, error.message_en) if isinstance(error, ChengxuError) else ("出错", "It failed")
    said = {} if error is None else {"zh": zh, "en": en}
    name = MAIL_RESULT if hook is None else result_of(hook.id)
    before = preferences.find_preference(connection, account, name) if error is not None else None
    failures = 0 if error is None else (before or {}).get("failures", 0) + 1  # attempts in a row
    body = {"at": machine.clock.now().isoformat(), "ok": error is None, "failures": failures, **said}
    preferences.put_preference(connection, account, name, body)


def _mail(machine: Machine, key: str, held: Mapping[str, Any]) -> None:
    server, account = machine.outlets.mail, held["account"]
    if server is None:
        return
    with machine.store.read() as connection:
        address = deliveries.find_address(connection, account)
        actor = _find_actor(machine, connection, account)
        if address is None or actor is None:
            return
        english = find_choice(connection, account).english
        if "notice" in held:
            row = _find_notice(machine, connection, actor, held["notice"])
            letter = None if row is None else letters.notice_letter(row, outlets=machine.outlets, english=english)
        else:
            letter = digests.compose(machine, connection, actor, since=held["since"])
    if letter is not None:
        mailing.send(server, mailing.write(letter, server=server, to=address, key=key, at=machine.clock.machine()))


def _post(machine: Machine, key: str, held: Mapping[str, Any]) -> None:
    with machine.store.read() as connection:
        hook = webhooks.find_webhook(connection, held["webhook"])
        actor = None if hook is None or not hook.active else _find_actor(machine, connection, hook.account)
        if hook is None or actor is None:
            return
        body = _hook_body(machine, connection, hook, actor, held)
    if body is not None:
        hooking.post(
            hook.address, secret=hook.secret, body=orjson.dumps(body), delivery=key,
            at=int(machine.clock.machine().timestamp()), private=machine.outlets.webhook_private,
        )  # fmt: skip


def _hook_body(
    machine: Machine, connection: Connection, hook: WebhookRow, actor: Actor, held: Mapping[str, Any]
) -> dict[str, Any] | None:
    if held.get("test"):
        return letters.test_body(hook.id, at=machine.clock.now(), outlets=machine.outlets)
    row = _find_notice(machine, connection, actor, held["notice"])
    return None if row is None else letters.notice_body(row, outlets=machine.outlets)


def _find_notice(machine: Machine, connection: Connection, actor: Actor, notice_id: str) -> dict[str, Any] | None:
    return notices.find_notice(connection, reads.scope_of(actor, machine.book), notice_id)


def _find_actor(machine: Machine, connection: Connection, account: str) -> Actor | None:
    """An account that is in use, with whom it stands in for today."""
    row = people.find_account(connection, account, on=machine.clock.now().date())
    return as_actor(row) if row is not None and row.active else None
