"""Who asks: sign-in sessions, bearer tokens, and the guard in front of every view.

A view needs an account unless it is marked with `@public`; what changes something also needs the CSRF token of the page, unless
it came with a bearer token. Nothing of this is decided in a view.

    account = require_account()        the signed-in account, or NotSignedIn
    secret = sign_in(name, password)   then remember(response, secret)
    sign_out(response)
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, g, request, session
from flask.wrappers import Response
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf

from service.access import Actor
from service.engine import passwords
from service.engine.completing import Signature
from service.engine.events import Event
from service.engine.people import as_actor
from service.errors import NotAllowed, NotSignedIn
from service.store import people
from service.store.history import Entry, record_outside_cases
from service.store.people import AccountRow
from service.web import attempts, current
from service.web.refusals import StalePage

SESSION_COOKIE: Final = "chengxu_session"
SESSION_LIFE: Final = timedelta(hours=12)
_BEARER = "bearer "
_csrf = CSRFProtect()
View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Mark a view that needs no account. Put it below (inside) the route decorator."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def find_account() -> AccountRow | None:
    """The account that asks, or None. One statement a request."""
    if "account" not in g:
        g.account = _look_up()
    found: AccountRow | None = g.account
    return found


def require_account() -> AccountRow:
    """The account that asks. NotSignedIn when nobody is signed in."""
    account = find_account()
    if account is None:
        raise NotSignedIn()
    return account


def current_actor() -> Actor:
    """The account that asks, with its roles, as permission checks need it."""
    return as_actor(require_account())


def csrf_token() -> str:
    """The token that pages put into forms (`csrf_token`) and scripts send as `X-CSRF-Token`. Templates call it by this name."""
    token = generate_csrf()
    assert isinstance(token, str)
    return token


def sign_in(name: str, password: str) -> str:
    """Open a session; returns its secret for `remember`. NotAllowed for a wrong name or password, TooMany after too many."""
    machine = current.engine().machine
    account = attempts.verify(name, password)
    if account is None:
        raise NotAllowed("账号或密码不正确。", message_en="The name or the password is wrong.", rule="credentials")
    secret = secrets.token_urlsafe(32)
    now = machine.clock.machine()
    with machine.store.write() as connection:
        people.insert_session(connection, _digest(secret), account.name, now=now, until=now + SESSION_LIFE)
        payload = {"address": current.address()}
        entry = Entry(kind=Event.SIGNED_IN.value, actor=account.name, at=machine.clock.now(), payload=payload)
        record_outside_cases(connection, [entry])
    _forget_page_tokens()
    g.account = account
    return secret


def remember(response: Response, secret: str) -> None:
    """Put the secret of a session into the browser's cookie."""
    response.set_cookie(
        SESSION_COOKIE, secret, max_age=SESSION_LIFE, httponly=True, samesite="Lax", secure=request.is_secure, path="/"
    )


def sign_out(response: Response) -> None:
    """End the session of this browser; no error when there is none."""
    secret = request.cookies.get(SESSION_COOKIE)
    account = find_account()
    if secret and account is not None:
        machine = current.engine().machine
        with machine.store.write() as connection:
            people.delete_session(connection, _digest(secret))
            record_outside_cases(connection, [Entry(kind=Event.SIGNED_OUT.value, actor=account.name, at=machine.clock.now())])
    _forget_page_tokens()
    g.account = None
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="Lax", secure=request.is_secure)


def _forget_page_tokens() -> None:
    """Tokens of pages that were opened before belong to somebody else."""
    session.clear()
    g.pop("csrf_token", None)


def sign(password: str) -> Signature:
    """Check a password entered again for a signing step. NotAllowed (rule "password") when wrong; counts as a failed attempt."""
    account = require_account()
    if attempts.verify(account.name, password) is None:
        passwords.ensure_right(None, "")
    return Signature(account=account.name, at=current.engine().machine.clock.now())


def safe_next(target: str | None) -> str:
    """A path of ours to go to after signing in; "/" for anything that would lead elsewhere."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or any(ord(sign) < 32 for sign in target):
        return "/"
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else "/"


def protect(app: Flask) -> None:
    """Put the guard in front of every view of the app."""
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None)
    _csrf.init_app(app)
    app.before_request(_guard)
    app.jinja_env.globals["csrf_token"] = csrf_token
    app.jinja_env.globals["current_account"] = find_account


def _guard() -> None:
    """Nobody gets past without an account, and nothing is changed by a page that the caller has not seen."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None:
        return  # routing says 404 or 405
    if not getattr(view, "is_public", False) and request.endpoint != "static":
        require_account()
    if "token" not in g and request.method not in ("GET", "HEAD", "OPTIONS"):
        try:
            _csrf.protect()
        except CSRFError as error:
            raise StalePage(rule="csrf") from error


def _look_up() -> AccountRow | None:
    machine = current.engine().machine
    now, today = machine.clock.machine(), machine.clock.now().date()
    given = request.headers.get("Authorization", "")
    if given and request.path.startswith("/api/"):
        if given[: len(_BEARER)].lower() != _BEARER:
            return None
        g.token = True
        with machine.store.read() as connection:
            found = people.find_account_by_token(connection, _digest(given[len(_BEARER) :].strip()), now=now, on=today)
    elif secret := request.cookies.get(SESSION_COOKIE):
        with machine.store.read() as connection:
            found = people.find_account_by_session(connection, _digest(secret), now=now, on=today)
    else:
        return None
    return found if found is not None and found.active else None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
