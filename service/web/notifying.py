"""How somebody is told, as pages and API show it: never a secret, and no address further than its path."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from service.engine.choosing import Choice
from service.engine.machine import Machine
from service.engine.spreading import MAIL_RESULT, result_of
from service.store import Connection, deliveries, preferences, webhooks
from service.store.notices import KINDS
from service.store.webhooks import WebhookRow


def shown_choice(machine: Machine, connection: Connection, account: str, choice: Choice) -> dict[str, Any]:
    """{email, language, mail, mail_on, mail_result, webhooks}: what an account has chosen, and how the last deliveries went."""
    hooks = webhooks.list_webhooks(connection, account)
    results = preferences.list_preferences(connection, account, [MAIL_RESULT, *(result_of(hook.id) for hook in hooks)])
    return {
        "email": deliveries.find_address(connection, account),
        "language": "en" if choice.english else "zh",
        "mail": {kind: choice.way(kind).value for kind in KINDS},
        "mail_on": machine.outlets.mail is not None,
        "mail_result": _result(results.get(MAIL_RESULT)),
        "webhooks": [_webhook(hook, results.get(result_of(hook.id))) for hook in hooks],
    }


def _webhook(hook: WebhookRow, result: Any) -> dict[str, Any]:
    parts = urlsplit(hook.address)
    shown = f"{parts.scheme}://{parts.netloc}{parts.path}" + ("?…" if parts.query else "")
    return {
        "id": hook.id, "address": shown, "kinds": list(hook.kinds), "active": hook.active, "created_at": hook.created_at,
        "result": _result(result),
    }  # fmt: skip


def _result(stored: Any) -> dict[str, Any] | None:
    if stored is None:
        return None
    said = {"message": stored.get("zh"), "message_en": stored.get("en")}
    return {"ok": stored["ok"], "at": datetime.fromisoformat(stored["at"]), **said}
