"""Sign-in and sign-out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from service.errors import NotAllowed, TooMany
from service.store import people
from service.web import auth, current
from service.web.translations import gettext as _

#: The kinds of units in the order in which a visitor of the demonstration meets them.
KINDS = ("department", "center", "finance", "government", "audit", "trade", "county")


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/sign-in", "sign_in", show)
    blueprint.add_url_rule("/sign-in", "sign_in_post", sign_in, methods=["POST"])
    blueprint.add_url_rule("/sign-out", "sign_out", sign_out, methods=["POST"])


@auth.public
def show() -> ResponseReturnValue:
    if auth.find_account() is not None:
        return redirect(auth.safe_next(request.args.get("next")))
    return _page(name=request.args.get("name", ""), target=request.args.get("next"))


@auth.public
def sign_in() -> ResponseReturnValue:
    name, password = request.form.get("name", "").strip(), request.form.get("password", "")
    target = request.form.get("next")
    if not name or not password:
        errors = [(field, text) for field, text, value in
                  (("name", _("请填写账号"), name), ("password", _("请填写密码"), password)) if not value]  # fmt: skip
        return _page(name=name, target=target, errors=errors), 422
    try:  # the one page that answers a refusal with itself
        secret = auth.sign_in(name, password)
    except NotAllowed as error:
        return _page(name=name, target=target, errors=[("password", _said(error))]), 403
    except TooMany as error:
        return _page(name=name, target=target, errors=[("", _said(error))]), 429
    answer = Response(status=303, headers={"Location": auth.safe_next(target)})
    auth.remember(answer, secret)
    return answer


def sign_out() -> ResponseReturnValue:
    answer = Response(status=303, headers={"Location": url_for("pages.sign_in")})
    auth.sign_out(answer)
    return answer


def _said(error: NotAllowed | TooMany) -> str:
    return error.message_en if str(get_locale()).startswith("en") else error.message


def _page(*, name: str, target: str | None, errors: list[tuple[str, str]] | None = None) -> str:
    demo = current.settings().demo
    return render_template(
        "sign_in.html",
        name=name,
        next=auth.safe_next(target) if target else None,
        errors=[{"field": field, "message": message} for field, message in errors or ()],
        offers=_offers() if demo else None,
        demo_hint=_("演示环境：各账号的密码相同，启动时显示在服务器的终端上。") if demo else None,
    )


def _offers() -> list[dict[str, Any]]:
    """The demonstration accounts by unit; never a password."""
    machine = current.engine().machine
    english = str(get_locale()).startswith("en")
    units: dict[str, list[dict[str, str]]] = {}
    with machine.store.read() as connection:
        for unit in sorted(people.list_units(connection), key=lambda unit: (_rank(unit["kind"]), unit["id"])):
            units[unit["name"]] = []
        for account in people.list_accounts(connection):
            if not account["demo"] or not account["active"]:
                continue
            roles = [role for one in account["roles"] if (role := machine.book.find(one)) is not None]
            units.setdefault(account["unit_name"] or "", []).append(
                {
                    "name": account["name"],
                    "display_name": account["display_name"],
                    "role_name": "、".join(role.en if english else role.zh for role in roles),
                }
            )
    return [{"unit_name": unit, "accounts": accounts} for unit, accounts in units.items() if accounts]


def _rank(kind: str) -> int:
    """Those who file come first, then those who decide, then everybody else."""
    return KINDS.index(kind) if kind in KINDS else len(KINDS)
