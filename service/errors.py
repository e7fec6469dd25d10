"""Every error that Chengxu raises on purpose, and the finding that a rule leaves behind.

ChengxuError
├── NotFound            no such thing, or you may not know that it exists
├── NotAllowed          you may see it, but not do this (rule and reason are given)
│   └── NotSignedIn     nobody is signed in
├── Conflict            it was true when you looked, and is no longer
│   ├── TaskTaken       somebody else holds or completed the task
│   └── Stale           the row changed underneath; read again
├── Invalid             what was sent cannot be accepted; says what to change
│   ├── InvalidAnswers  answers of a form, with findings by field
│   ├── SignatureRequired
│   └── InvalidDefinition  a diagram, form or table that cannot be published
├── TooMany             too many attempts; wait
└── Failed              the machine failed; retrying may help
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar


class Level(StrEnum):
    """What a rule demands (requirements: rules of both regulations)."""

    BLOCK = "block"  # cannot be submitted
    OVERRIDE = "override"  # goes on only when a named role overrides with a reason
    WARN = "warn"  # shown; may be submitted
    ROUTE = "route"  # changes the path
    FLAG = "flag"  # records a fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a rule or a form check has to say about one field.

    `field` is the key of the form field ("" for the form as a whole; "items.2.amount" inside a list, counted from 0).
    `rule` is a rule id ("R-PJ-07") or the name of a form check ("required"). `article` is a catalogue id ("pj-2020#11").
    `message` is Chinese, `message_en` English.
    """

    field: str
    rule: str
    message: str
    level: Level = Level.BLOCK
    article: str | None = None
    message_en: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "field": self.field,
            "rule": self.rule,
            "level": self.level.value,
            "article": self.article,
            "message": self.message,
            "message_en": self.message_en or self.message,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong with a definition: which file, which element, which lint rule, and what to do."""

    rule: str
    message: str
    element: str | None = None
    file: str | None = None
    line: int | None = None
    severity: str = "error"  # "error" refuses publication, "warning" does not

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.file, self.line) if part)
        return " ".join(part for part in (where, f"[{self.rule}]", self.element or "", self.message) if part)


class ChengxuError(Exception):
    """Something went wrong. / 出错了。"""

    slug: ClassVar[str] = "error"

    def __init__(self, message: str = "", /, *, message_en: str = "", **facts: Any) -> None:
        self.message = message or self._default(1)
        self.message_en = message_en or (message if message else self._default(0))
        self.facts = facts
        super().__init__(self.message)

    @classmethod
    def _default(cls, index: int) -> str:
        halves = [half.strip() for half in (cls.__doc__ or "").strip().splitlines()[0].split(" / ")]
        return halves[min(index, len(halves) - 1)]


class NotFound(ChengxuError):
    """There is nothing here, or it is not yours to see. / 没有找到，或者您无权查看。"""

    slug = "not-found"


class NotAllowed(ChengxuError):
    """You may not do this. / 您没有权限进行此操作。"""

    slug = "not-allowed"

    def __init__(self, message: str = "", /, *, rule: str = "", **facts: Any) -> None:
        super().__init__(message, **facts)
        self.rule = rule


class NotSignedIn(NotAllowed):
    """Sign in first. / 请先登录。"""

    slug = "not-signed-in"


class Conflict(ChengxuError):
    """Somebody was faster; nothing of yours was lost. / 他人已先行处理，您填写的内容没有丢失。"""

    slug = "conflict"


class TaskTaken(Conflict):
    """Somebody else holds or completed this task. / 该待办已由他人领取或办理。"""

    slug = "task-taken"


class Stale(Conflict):
    """This changed since you read it; read it again. / 数据已被更新，请刷新后重试。"""

    slug = "stale"


class Invalid(ChengxuError):
    """This cannot be accepted as it is. / 提交的内容不符合要求。"""

    slug = "invalid"


class InvalidAnswers(Invalid):
    """Some fields need to be corrected. / 有字段需要更正。"""

    slug = "invalid-answers"

    def __init__(self, findings: Sequence[Finding], message: str = "", /, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.findings = tuple(findings)


class SignatureRequired(Invalid):
    """This step is signed: enter your password again. / 本步骤需要签名：请再次输入密码。"""

    slug = "signature-required"


class InvalidDefinition(Invalid):
    """This definition cannot be published. / 该流程定义不能发布。"""

    slug = "invalid-definition"

    def __init__(self, problems: Sequence[Problem], message: str = "", /, **facts: Any) -> None:
        listed = "\n".join(str(problem) for problem in problems)
        super().__init__(message or f"{self._default(1)}\n{listed}", **facts)
        self.problems = tuple(problems)


class TooMany(ChengxuError):
    """Too many attempts; wait a little. / 操作过于频繁，请稍后再试。"""

    slug = "too-many"


class Failed(ChengxuError):
    """The machine failed; try again, and tell the administrator if it stays. / 系统出错，请重试；如仍失败请联系管理员。"""

    slug = "failed"
