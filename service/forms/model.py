"""What a compiled form is made of: questions, in sections. Open this first when reading the package.

A section is the root of a form or one row of a dynamic list. A question is one input in it. Everything that can be known
from the schema alone is worked out once, by `compiler`; what is left at run time are closures over a scope.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from marshmallow import Schema
from marshmallow.fields import Field

from service.feel import Expression
from service.forms.fault import Fault
from service.forms.scope import Scope
from service.forms.texts import Labelled


class Kind(StrEnum):
    """The families of inputs; each has its own texts and its own way to be shown."""

    TEXT = "text"  # textfield, textarea
    NUMBER = "number"
    CHECK = "check"  # checkbox
    ONE = "one"  # radio, select
    MANY = "many"  # checklist, taglist
    MOMENT = "moment"  # datetime
    FILES = "files"  # filepicker
    ROWS = "rows"  # dynamiclist
    COMPUTED = "computed"  # expression


#: Looks at a typed, non-empty answer; returns what is wrong with it.
Check = Callable[[Any, Scope], Fault | None]
#: Says whether the question must be answered.
Demand = Callable[[Scope], bool]
#: Options by `choices.option_key(value)`, each with its label.
OptionTable = Mapping[tuple[bool, Any], str]
Options = Callable[[Scope], OptionTable]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """What is known of an uploaded file. `size` in bytes; `media_type` as found in the content, not as the browser claimed."""

    name: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRule:
    """What may be uploaded: `accept` holds `.pdf`, `image/*` or `application/pdf`; sizes in bytes."""

    accept: Callable[[Scope], tuple[str, ...]]
    many: Callable[[Scope], bool]
    max_bytes: int
    max_files: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Question:
    """One input of a section. `path` is relative to the section; `hides` and `locks` number its section's conditions."""

    path: tuple[str, ...]
    kind: Kind
    label: Labelled
    read: Field[Any]
    empty: Any = None
    demand: Demand | None = None
    checks: tuple[Check, ...] = ()
    hides: frozenset[int] = frozenset()
    locks: frozenset[int] = frozenset()
    locked: bool = False
    default: Any = None
    computed: Expression | None = None
    money: bool = False
    suffix: str = ""
    options: Options | None = None
    files: FileRule | None = None
    rows: Section | None = None
    unique: frozenset[str] = frozenset()  # columns whose values may not repeat
    fixed_rows: int | None = None  # rows of a list without add and remove, when the variables bring none


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Section:
    """The questions of a form's root or of one row. `live` is true when any answer depends on another one."""

    questions: tuple[Question, ...]
    hides: tuple[Expression, ...]
    locks: tuple[Expression, ...]
    shape: Schema
    keys: frozenset[str]
    live: bool


def take(tree: Any, path: tuple[str, ...]) -> Any:
    """The value at `path` in nested dicts, None when it is not there."""
    for key in path:
        if not isinstance(tree, Mapping):
            return None
        tree = tree.get(key)
    return tree


def holds(tree: Mapping[str, Any], path: tuple[str, ...]) -> bool:
    """Whether there is a value, even None, at `path`."""
    for key in path[:-1]:
        tree = tree.get(key) or {}
    return path[-1] in tree


def put(tree: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Set the value at `path`, making the dicts on the way."""
    for key in path[:-1]:
        tree = tree.setdefault(key, {})
    tree[path[-1]] = value
