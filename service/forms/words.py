"""Text: what may be in it, how long it may be, and patterns that cannot be made to hang. Open this for text fields."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import ValidationError
from marshmallow.fields import Field

from service.forms.fault import Fault
from service.forms.model import Check
from service.forms.scope import Scope

#: Characters that a field takes at most, whatever its schema says. Checked before anything looks at the text.
MAX_LINE, MAX_TEXT = 4_000, 100_000
#: A pattern is only tried on a text this short.
MAX_MATCHED = 500

# Control characters, lone surrogates (they are not UTF-8) and the marks that make a text read differently from what it is.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_BREAK = re.compile(r"[\t\n\r\u2028\u2029]")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_PHONE = re.compile(r"(?:\+|00)?[0-9][0-9 -]{4,24}")
_NOT_TEXT = Fault(rule="type", text="type.text")
_CONTROLLED = Fault(rule="type", text="control")


class Words(Field[str]):
    """One line (`lines=False`: trimmed) or many. A text of blanks only is empty."""

    def __init__(self, *, lines: bool) -> None:
        super().__init__(allow_none=True)
        self.lines = lines
        self.cap = MAX_TEXT if lines else MAX_LINE

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if type(value) is not str:
            raise ValidationError([_NOT_TEXT])
        if len(value) > self.cap:
            raise ValidationError([Fault(rule="too-large", facts={"limit": str(self.cap)})])
        if value.isascii() and value.isprintable() and self.lines:
            return value if value.strip() else None
        bare = value.strip()
        if not bare:
            return None
        if _CONTROL.search(value) or (not self.lines and _BREAK.search(bare)):
            raise ValidationError([_CONTROLLED])
        return value.replace("\r\n", "\n").replace("\r", "\n") if self.lines else bare


def longer_than(limit: Callable[[Scope], int | None]) -> Check:
    """Check that a text has at least that many characters, blanks around it not counted."""

    def check(value: Any, scope: Scope) -> Fault | None:
        least, count = limit(scope), len(value.strip())
        return None if least is None or count >= least else _length("min-length", least, count)

    return check


def shorter_than(limit: Callable[[Scope], int | None]) -> Check:
    """Check that a text has at most that many characters, blanks around it not counted."""

    def check(value: Any, scope: Scope) -> Fault | None:
        most, count = limit(scope), len(value.strip())
        return None if most is None or count <= most else _length("max-length", most, count)

    return check


def _length(rule: str, limit: int, count: int) -> Fault:
    return Fault(rule=rule, facts={"limit": str(limit), "count": str(count)})


def matching(pattern: re.Pattern[str], message: str, message_en: str) -> Check:
    """Check a text against a pattern, found anywhere in it as the viewer does; the designer's message if there is one."""
    fault = Fault(rule="pattern", message=message, message_en=message_en)

    def check(value: Any, scope: Scope) -> Fault | None:
        return None if len(value) <= MAX_MATCHED and pattern.search(value) else fault

    return check


def an_email(value: Any, scope: Scope) -> Fault | None:
    """Check an e-mail address."""
    return None if _EMAIL.fullmatch(value) else Fault(rule="email")


def a_phone(value: Any, scope: Scope) -> Fault | None:
    """Check a telephone number, international or domestic."""
    return None if len(value) <= MAX_MATCHED and _PHONE.fullmatch(value) else Fault(rule="phone")
