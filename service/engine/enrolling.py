"""A system administrator enters a new person: an account with its first role and a made-up password, shown once."""

from __future__ import annotations

import re
import secrets

from service.engine.administering import PASSWORD_BYTES, acting, ensure_roles_apart, get_open_unit, note
from service.engine.events import Event
from service.engine.machine import Machine
from service.engine.passwords import hash_password
from service.errors import Finding, InvalidAnswers
from service.store import people

_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{1,79}")
_EMAIL = re.compile(r"[^@\s]{1,100}@[^@\s]{1,100}\.[^@\s.]{1,50}")
_LONGEST_NAME = 80
#: What addresses of pages and the history use for something else.
_TAKEN = frozenset({"new", "system", "operator"})


def enrol(
    machine: Machine, account: str, *, display_name: str, email: str, role: str, unit: str, reason: str, by: str
) -> str:  # fmt: skip
    """Create an account; returns its password, which is stored as a hash only.

    NotAllowed; NotFound for a role or unit that there is not; Conflict for a closed unit; InvalidAnswers names `account`,
    `display_name` and `email`.
    """
    made_up = secrets.token_urlsafe(PASSWORD_BYTES)
    hashed = hash_password(made_up)
    account, display_name, email = account.strip(), display_name.strip(), email.strip()
    with acting(machine, reason, by) as connection:
        findings = list(_faults(account, display_name, email))
        if not findings and people.find_account(connection, account) is not None:
            findings.append(_finding("account", f"账号 {account} 已存在。", f"Account {account} exists already."))
        if findings:
            raise InvalidAnswers(findings)
        ensure_roles_apart(machine, [], role)
        get_open_unit(machine, connection, unit)
        row = {
            "name": account, "display_name": display_name, "email": email or None, "password": hashed, "active": True,
            "demo": False, "created_at": machine.clock.now(),
        }  # fmt: skip
        people.insert_account(connection, row, [(role, unit)])
        note(machine, connection, Event.ACCOUNT_CREATED, by, account=account, roles=[[role, unit]], reason=reason.strip())
    machine.wake()
    return made_up


def _faults(account: str, display_name: str, email: str) -> list[Finding]:
    found = []
    if not _NAME.fullmatch(account) or account in _TAKEN:
        wanted = "账号由 2—80 个小写字母、数字和 _ . - 组成。", "An account has 2 to 80 of a–z, 0–9, _ . and -."
        found.append(_finding("account", *wanted))
    if not display_name or len(display_name) > _LONGEST_NAME:
        wanted = f"请填写姓名（{_LONGEST_NAME}字以内）。", f"Give a name of at most {_LONGEST_NAME} characters."
        found.append(_finding("display_name", *wanted))
    if email and not _EMAIL.fullmatch(email):
        found.append(_finding("email", "邮箱地址不正确。", "This is no e-mail address."))
    return found


def _finding(field: str, zh: str, en: str) -> Finding:
    return Finding(field=field, rule="administering", message=zh, message_en=en)
