"""What a kind of batch is made of. Open this to write one; `service.engine.batch_kinds` tells how."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from service.engine.lifecycle import MONITOR
from service.engine.machine import Machine
from service.errors import Finding, InvalidAnswers
from service.store import Connection


class Subject(StrEnum):
    """What the items of a batch are."""

    CASE = "case"
    TASK = "task"
    JOB = "job"


class ItemState(StrEnum):
    TODO = "todo"  # -> waiting, done, failed, skipped
    WAITING = "waiting"  # asked for, not yet done -> done, failed, skipped
    DONE = "done"
    FAILED = "failed"  # -> todo, by hand
    SKIPPED = "skipped"  # nothing was left to do, or the batch was cancelled


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """A field of the confirm page. `type`: text | account | moment (ISO 8601) | json (an object)."""

    name: str
    zh: str
    en: str
    type: str = "text"
    hint_zh: str = ""
    hint_en: str = ""
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One item that is asked for: the caller's transaction (that only reads for a `check`), the subject's id, by whom and why."""

    machine: Machine
    connection: Connection
    subject: str
    arguments: Mapping[str, Any]
    reason: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What becomes (or would become) of one item, in a sentence. `case`: which case it is about, if any.

    `before`: what an undo or `follow` needs to know of it, stored with the item. A kind that only asks the worker for something
    answers WAITING, and tells by `follow` what came of it.
    """

    zh: str
    en: str
    case: str | None = None
    state: ItemState = ItemState.DONE
    before: bytes | None = None


def _as_they_are(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return dict(arguments)


def _no_follow(connection: Connection, begun: Mapping[str, bytes | None], /) -> Mapping[str, Result]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchKind:
    """A command that can be given for one subject or for thousands.

    `check` says what would happen and changes nothing; `carry_out` does it in the transaction that is given. Both raise a
    ChengxuError that says why it can not be. `clean` makes of what was sent the arguments that are stored: InvalidAnswers.
    `follow` is given subjects that wait, each with its `before`, and answers for those that came to an end.
    """

    name: str  # snake_case, at most 20 letters
    subject: Subject
    zh: str
    en: str
    check: Callable[[Ask], Result]
    carry_out: Callable[[Ask], Result]
    follow: Callable[[Connection, Mapping[str, bytes | None]], Mapping[str, Result]] = _no_follow
    clean: Callable[[Mapping[str, Any]], dict[str, Any]] = _as_they_are
    arguments: Sequence[Argument] = field(default=())
    roles: frozenset[str] = frozenset({MONITOR})
    narrowed: Mapping[str, str] = field(default_factory=dict)  # of which jobs it is when they are selected: `state` and `kind`
    offered: bool = True  # whether the page of a new batch offers it to whoever names nothing yet


def fault(name: str, zh: str, en: str, *, rule: str = "batch") -> InvalidAnswers:
    """Make the error for one field of what was sent."""
    return InvalidAnswers([Finding(field=name, rule=rule, message=zh, message_en=en)])
