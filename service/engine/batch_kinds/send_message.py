"""Send each case the message for which it waits. The item is done when the case has received it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.engine import messaging
from service.engine.batch_kinds.kind import Argument, Ask, BatchKind, ItemState, Result, Subject, fault
from service.errors import Conflict, NotFound
from service.store import Connection, batch_subjects, cases, messages
from service.store.messages import MessageRow, SubscriptionRow


def _clean(sent: Mapping[str, Any]) -> dict[str, Any]:
    name, payload = str(sent.get("name") or "").strip(), sent.get("payload") or {}
    if not name or len(name) > 120:
        raise fault("name", "请填写消息名称。", "Give the name of the message.")
    if not isinstance(payload, Mapping):
        raise fault("payload", "内容应为 JSON 对象。", "The payload is a JSON object.")
    return {"name": name, "payload": dict(payload)}


def _check(ask: Ask) -> Result:
    messaging.ensure_sender(ask.connection, ask.by)
    subscription, others = _receivers(ask)
    more, more_en = "", ""
    if others:
        titles = batch_subjects.list_titles(ask.connection, others)
        named = "、".join(f"{key} {title}" for title, key in titles.values())
        more, more_en = f"同时收到的案件：{named}。", f" These receive it too: {named}."
    return Result(
        zh=f"“{subscription.element}”将收到消息“{subscription.name}”（关联值 {subscription.correlation or '无'}）。{more}",
        en=f"“{subscription.element}” would receive “{subscription.name}” (key {subscription.correlation or 'none'}).{more_en}",
        case=ask.subject,
    )


def _carry_out(ask: Ask) -> Result:
    subscription, _ = _receivers(ask)
    messaging.publish_within(
        ask.machine, ask.connection, subscription.name, subscription.correlation, ask.arguments["payload"], by=ask.by,
        reason=ask.reason, case_id=ask.subject,
    )  # fmt: skip
    return Result(
        zh="消息已发出，等待案件接收。", en="Sent; waits to be received.", case=ask.subject, state=ItemState.WAITING,
        before=subscription.id.encode(),
    )  # fmt: skip


def _follow(connection: Connection, begun: Mapping[str, bytes | None], /) -> Mapping[str, Result]:
    found = {}
    for case_id, before in begun.items():
        if messages.find_subscription(connection, (before or b"").decode()) is None:
            found[case_id] = Result(zh="案件已收到消息。", en="The case received it.")
            continue
        parked = [one for one in cases.waiting(connection, case_id) if one.kind == "deliver" and one.state == "parked"]
        if parked:
            found[case_id] = Result(
                zh="消息未能送达，见停放的作业。", en="It could not be delivered: see the parked job.", state=ItemState.FAILED
            )
    return found


def _receivers(ask: Ask) -> tuple[SubscriptionRow, list[str]]:
    """What of the case would receive the message, and the other cases that would."""
    row = cases.find_case(ask.connection, ask.subject)
    if row is None:
        raise NotFound("没有这个案件。", message_en="There is no such case.")
    name = ask.arguments["name"]
    for waits in cases.waiting(ask.connection, row.id):
        subscription = messages.find_subscription(ask.connection, waits.id) if waits.table == "subscription" else None
        if subscription is None or waits.kind != "message" or subscription.name != name:
            continue
        would = MessageRow(
            id="", name=name, correlation=subscription.correlation, payload=None, sender="", expires_at=ask.machine.clock.now()
        )
        receivers = messages.list_subscribers(ask.connection, would)
        if subscription.id not in {one.id for one in receivers}:
            raise Conflict(
                "已有消息在送往本案件，或另一案件以同一关联值等待得更久，会由它收到。",
                message_en="A message is on its way here, or another case waits longer for the same key and would receive it.",
            )
        return subscription, [one.case_id for one in receivers if one.id != subscription.id]
    raise Conflict(f"案件没有在等待消息“{name}”。", message_en=f"The case does not wait for “{name}”.")


SEND_MESSAGE = BatchKind(
    name="send_message", subject=Subject.CASE, zh="发送消息", en="Send a message", check=_check, carry_out=_carry_out,
    follow=_follow, clean=_clean, roles=messaging.SENDERS,
    arguments=(
        Argument(
            name="name", zh="消息名称", en="Name of the message", hint_zh="如 pj.planListed", hint_en="such as pj.planListed"
        ),
        Argument(
            name="payload", zh="内容", en="Payload", type="json", required=False, hint_zh="JSON 对象", hint_en="A JSON object"
        ),
    ),
)  # fmt: skip
