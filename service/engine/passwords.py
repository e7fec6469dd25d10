"""Passwords: argon2id hashes, checked in constant time whether or not the account exists."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError, VerifyMismatchError

from service.errors import Invalid, NotAllowed
from service.store.people import AccountRow

MIN_LENGTH = 8
MAX_LENGTH = 200
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # OWASP's second recommended setting
_NOBODY = _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    """Hash a password; Invalid when it is shorter than 8 or longer than 200 characters."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise Invalid(
            f"密码长度须为 {MIN_LENGTH}–{MAX_LENGTH} 个字符。",
            message_en=f"A password has {MIN_LENGTH} to {MAX_LENGTH} characters.",
        )
    return _hasher.hash(password)


def is_right(account: AccountRow | None, password: str) -> bool:
    """Check a password. Takes as long for an account that does not exist."""
    known = account.password if account is not None and account.active and account.password else _NOBODY
    try:
        right = len(password) <= MAX_LENGTH and _hasher.verify(known, password)
    except (VerifyMismatchError, VerificationError):
        return False
    return bool(right) and known is not _NOBODY


def ensure_right(account: AccountRow | None, password: str) -> None:
    if not is_right(account, password):
        raise NotAllowed("密码不正确，未签名。", message_en="The password is wrong; nothing was signed.", rule="password")
