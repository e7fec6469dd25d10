"""How each person wants to be told: by mail at once, in the daily digest or never, and by webhooks of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from service.engine.events import Event
from service.engine.machine import Machine
from service.engine.people import get_actor
from service.errors import Finding, InvalidAnswers, NotFound
from service.store import Connection, deliveries, new_id, preferences, webhooks
from service.store.history import Entry, record_outside_cases
from service.store.notices import KINDS
from service.store.webhooks import WebhookRow

#: What a webhook is sent to try it.
TEST = "test"
NAME = "notifications"
MOST_WEBHOOKS = 10
SHORTEST_SECRET, LONGEST_SECRET = 16, 80
LONGEST_ADDRESS, LONGEST_WEBHOOK = 200, 400
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MAIL_ADDRESS = re.compile(rf"[A-Za-z0-9_!#$%&'*+/=?^`{{|}}~-]+(?:\.[A-Za-z0-9_!#$%&'*+/=?^`{{|}}~-]+)*@{_LABEL}(?:\.{_LABEL})*")


class Way(StrEnum):
    """How a kind of notice comes by mail. In the page it always stands."""

    AT_ONCE = "at_once"
    DIGEST = "digest"
    NEVER = "never"


_DEFAULTS = {kind: Way.AT_ONCE if kind in ("overdue", "escalated", "urged") else Way.DIGEST for kind in KINDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What somebody has chosen, and the defaults for the rest."""

    ways: Mapping[str, Way] = field(default_factory=lambda: dict(_DEFAULTS))
    english: bool = False

    @classmethod
    def read(cls, body: Any) -> Choice:
        """Read a stored choice; None, and what is not known (any more), count as not chosen."""
        held = body if isinstance(body, Mapping) else {}
        ways = {kind: Way(way) for kind, way in held.get("mail", {}).items() if kind in _DEFAULTS and way in list(Way)}
        return cls(ways={**_DEFAULTS, **ways}, english=held.get("language") == "en")

    def body(self) -> dict[str, Any]:
        return {"mail": {kind: way.value for kind, way in self.ways.items()}, "language": "en" if self.english else "zh"}

    def way(self, kind: str) -> Way:
        return self.ways.get(kind, Way.DIGEST)

    @property
    def digests(self) -> bool:
        """Whether a digest is wanted: when something shall come in it."""
        return Way.DIGEST in self.ways.values()


def find_choice(connection: Connection, account: str) -> Choice:
    return Choice.read(preferences.find_preference(connection, account, NAME))


def change_notifications(machine: Machine, *, email: str, ways: Mapping[str, str], english: bool, by: str) -> None:
    """Store how somebody wants to be told, and their mail address ("" for none). InvalidAnswers by field."""
    address = email.strip() or None
    findings = list(_address_faults(address))
    findings += [
        _fault(f"way-{kind}", f"不能这样选择：{way}", f"{kind} can not come by {way}.")
        for kind, way in ways.items()
        if kind not in KINDS or way not in list(Way)
    ]
    if findings:
        raise InvalidAnswers(findings)
    chosen = Choice(ways={**_DEFAULTS, **{kind: Way(way) for kind, way in ways.items()}}, english=english)
    with machine.store.write() as connection:
        get_actor(connection, by)
        before = deliveries.find_address(connection, by)
        preferences.put_preference(connection, by, NAME, chosen.body())
        if before != address:
            deliveries.put_address(connection, by, address)
            _record(machine, connection, Event.ADDRESS_CHANGED, by, before=before, after=address)


def add_webhook(machine: Machine, *, address: str, secret: str, kinds: Iterable[str], by: str) -> str:
    """Register a webhook; returns its id. InvalidAnswers by field."""
    address, wanted = address.strip(), tuple(dict.fromkeys(kinds))
    findings = [*_webhook_faults(address, private=machine.outlets.webhook_private), *_secret_faults(secret)]
    if not wanted or not set(wanted) <= set(KINDS):
        findings.append(_fault("kinds", "请至少选择一种提醒。", "Choose one kind of notice at least."))
    if findings:
        raise InvalidAnswers(findings)
    row = WebhookRow(
        id=new_id(), account=by, address=address, secret=secret, kinds=wanted, active=True, created_at=machine.clock.now()
    )
    with machine.store.write() as connection:
        get_actor(connection, by)
        if sum(known.active for known in webhooks.list_webhooks(connection, by)) >= MOST_WEBHOOKS:
            limit = f"最多同时使用 {MOST_WEBHOOKS} 个。", f"At most {MOST_WEBHOOKS} are in use at a time."
            raise InvalidAnswers([_fault("address", *limit)])
        webhooks.insert_webhook(connection, row)
        # An address may carry a secret; its host does not.
        _record(machine, connection, Event.WEBHOOK_ADDED, by, webhook=row.id, host=urlsplit(address).hostname, kinds=list(wanted))
    return row.id


def end_webhook(machine: Machine, webhook_id: str, *, by: str) -> None:
    """Stop using a webhook. NotFound for one that is not one's own, or ended."""
    with machine.store.write() as connection:
        _get_own(connection, webhook_id, by)
        webhooks.end_webhook(connection, webhook_id)
        _record(machine, connection, Event.WEBHOOK_ENDED, by, webhook=webhook_id)


def try_webhook(machine: Machine, webhook_id: str, *, by: str) -> None:
    """Queue a test for a webhook. NotFound as above."""
    with machine.store.write() as connection:
        _get_own(connection, webhook_id, by)
        deliveries.insert_once(
            connection,
            deliveries.job_row(
                deliveries.WEBHOOK, {"webhook": webhook_id, "test": True}, at=machine.clock.now(),
                due_at=machine.clock.machine(), legal=False,
            ),
        )  # fmt: skip
    machine.wake()


def _get_own(connection: Connection, webhook_id: str, account: str) -> WebhookRow:
    get_actor(connection, account)
    row = webhooks.find_webhook(connection, webhook_id)
    if row is None or row.account != account or not row.active:
        raise NotFound("没有这个推送地址，或者已停用。", message_en="There is no such webhook of yours, or it was ended.")
    return row


def _address_faults(address: str | None) -> Iterable[Finding]:
    if address is None:
        return
    local, _, domain = address.rpartition("@")
    long = len(address) > LONGEST_ADDRESS or len(local) > 64 or len(domain) > 253
    if long or not _MAIL_ADDRESS.fullmatch(address):
        yield _fault("email", "邮箱地址的格式不对，例如 wang.min@example.gov.cn。", "This is no mail address: name@example.org.")


def _webhook_faults(address: str, *, private: bool) -> Iterable[Finding]:
    schemes = ("https", "http") if private else ("https",)
    try:
        parts = urlsplit(address)
        right = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        right = False
    if not right or not address.isascii() or not address.isprintable() or " " in address or len(address) > LONGEST_WEBHOOK:
        yield _fault("address", "请填写以 https:// 开头的网址，不超过 400 个字符。", "Give an address that begins with https://.")
    elif parts.username is not None or parts.password is not None or parts.fragment:
        yield _fault("address", "网址中不要带用户名、密码或“#”。", "Leave out the user, the password and what follows “#”.")


def _secret_faults(secret: str) -> Iterable[Finding]:
    if not SHORTEST_SECRET <= len(secret) <= LONGEST_SECRET or not secret.isascii() or not secret.isprintable():
        yield _fault(
            "secret", "签名密钥为 16–80 个英文字母、数字或符号。", "A secret has 16 to 80 English letters, digits or signs."
        )


def _fault(where: str, zh: str, en: str) -> Finding:
    return Finding(field=where, rule="notifications", message=zh, message_en=en)


def _record(machine: Machine, connection: Connection, event: Event, account: str, **payload: Any) -> None:
    entry = Entry(kind=event.value, actor=account, at=machine.clock.now(), payload={"account": account, **payload})
    record_outside_cases(connection, [entry])
