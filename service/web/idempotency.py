"""Idempotency-Key: a POST that is sent again gets the answer of the first, and is not done twice.

The key belongs to the account. It is reserved before the view runs; the answer is kept when it is a success, and the key is free
again when it is an error. A command keeps its reply in its own transaction. The request is known by method, address and body; a
multipart body by its parts, because clients choose another boundary each time.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import orjson
from flask import Flask, current_app, g, request
from flask.wrappers import Response

from service import tagged
from service.engine.work import Within
from service.errors import Invalid
from service.store import Connection, entries
from service.web import current
from service.web.answers import JSON
from service.web.auth import find_account
from service.web.refusals import KeyBusy, KeyReused

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotent-Replayed"
_CHUNK: Final = 1 << 20

Result = TypeVar("Result")


def register(app: Flask) -> None:
    """Call after `auth.protect`: nobody reserves keys who may not ask."""
    app.before_request(_reserve)
    app.after_request(_keep)


def keeping(shape: Callable[[Result], Mapping[str, Any]], status: int) -> Within[Result] | None:
    """Keep a short reply in the transaction of a command, so that it is never done twice, whatever happens after its commit.

    The full reply replaces it when the request is answered. None when the request carries no key.
    """
    if "reserved" not in g:
        return None
    account, key = g.reserved

    def keep(connection: Connection, result: Result, /) -> None:
        entries.keep_reply(connection, account=account, key=key, status=status, body=orjson.dumps(tagged.plain(shape(result))))
        g.reply_kept = True

    return keep


def keep_nothing() -> None:
    """Say that this answer holds a secret: it is never kept, and whoever asks again asks anew."""
    g.secret_reply = True


def _reserve() -> Response | None:
    key = request.headers.get(HEADER)
    account = find_account() if key is not None and request.method == "POST" and request.endpoint else None
    if key is None or account is None:
        return None
    if not 1 <= len(key) <= 120 or not key.isascii() or not key.isprintable():
        raise Invalid(
            "Idempotency-Key 应为 1–120 个可见的英文字符。",
            message_en="An Idempotency-Key has 1 to 120 printable ASCII characters.",
        )
    digest = _fingerprint()
    machine = current.engine().machine
    with machine.store.write() as connection:
        known = entries.reserve_reply(connection, account=account.name, key=key, request=digest, at=machine.clock.machine())
    if known is None:
        g.reserved = (account.name, key)
        return None
    if known.request != digest:
        raise KeyReused()
    if known.status is None:
        raise KeyBusy()
    return Response(known.body or b"", status=known.status, mimetype=JSON, headers={REPLAYED: "true"})


def _keep(response: Response) -> Response:
    reserved = g.pop("reserved", None)
    if reserved is not None:
        account, key = reserved
        if response.status_code >= 300 and g.pop("reply_kept", False):
            return response  # the command was done: whoever asks again gets its reply
        with current.engine().machine.store.write() as connection:
            if response.status_code < 300 and response.mimetype == JSON and not g.pop("secret_reply", False):
                body = response.get_data()
                entries.keep_reply(connection, account=account, key=key, status=response.status_code, body=body)
            else:
                entries.drop_reply(connection, account=account, key=key)
    return response


def _fingerprint() -> str:
    """Keyed, because a body may hold the password of a signature, which a plain digest would let somebody guess."""
    secret = current_app.secret_key
    assert isinstance(secret, bytes)
    digest = hmac.new(secret, f"{request.method} {request.full_path}\n".encode(), "sha256")
    if request.mimetype != "multipart/form-data":
        digest.update(request.get_data(cache=True))
        return digest.hexdigest()
    for name, value in sorted(request.form.items(multi=True)):
        digest.update(f"\x1f{name}\x1e{value}".encode())
    for name, file in request.files.items(multi=True):
        digest.update(f"\x1f{name}\x1e{file.filename}\x1e".encode())
        while chunk := file.stream.read(_CHUNK):
            digest.update(chunk)
        file.stream.seek(0)
    return digest.hexdigest()
