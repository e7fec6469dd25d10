"""What one command sends to the database: statements, commits, bytes. Open this to see how they are counted.

A statement is one cursor execution of SQLAlchemy (an executemany is one); BEGIN, COMMIT and savepoints are none. Bytes are
those of the parameters of INSERT, UPDATE and DELETE: what the floor has to commit as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from psycopg.dbapi20 import Binary
from sqlalchemy import Engine, event

_FRAME = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")
_CHANGES = ("INSERT", "UPDATE", "DELETE")


@dataclass(slots=True)
class Count:
    """What was counted; `texts` are the statements in order."""

    commits: int = 0
    written: int = 0
    texts: list[str] = field(default_factory=list)

    @property
    def statements(self) -> int:
        return len(self.texts)


@contextmanager
def counted(engine: Engine) -> Iterator[Count]:
    """Count what goes through the engine inside the block. Costs time: never around what is timed."""
    count = Count()

    def on_execute(_c: Any, _cursor: Any, text: str, parameters: Any, _context: Any, _many: bool) -> None:
        word = text.lstrip().split(None, 1)[0].upper()
        if word in _FRAME:
            return
        count.texts.append(text)
        if word in _CHANGES:
            count.written += _size(parameters)

    def on_commit(_connection: Any) -> None:
        count.commits += 1

    event.listen(engine, "before_cursor_execute", on_execute)
    event.listen(engine, "commit", on_commit)
    try:
        yield count
    finally:
        event.remove(engine, "before_cursor_execute", on_execute)
        event.remove(engine, "commit", on_commit)


def _size(value: Any) -> int:
    """Bytes of a value as a database would store it, headers left out."""
    match value:
        case None:
            return 0
        case Binary():
            return _size(value.obj)
        case bytes() | memoryview():
            return len(value)
        case str():
            return len(value.encode())
        case Mapping():
            return sum(_size(each) for each in value.values())
        case Sequence():
            return sum(_size(each) for each in value)
        case bool():
            return 1
        case int() | float() | date():
            return 8
        case _:
            return len(str(value).encode())
