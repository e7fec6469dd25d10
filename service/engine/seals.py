"""What a process keeps closed, and until when, as its diagram and its forms say it. `sealing` does the closing.

A field of a form has the properties `readers` (roles, comma separated) and `sealed_until` (FEEL over the variables of the case:
true, or a date or time that has come). A process has `sealed` (names of variables), `sealed_readers` and `sealed_until`; of a
variable that a multi-instance step collects, the answers of that step are closed as well. With `sealed_until` a value is closed
to everybody but `readers` until then, and open to all afterwards; with `readers` alone it is for them and for audit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from service.clock import SHANGHAI
from service.engine import kernel
from service.errors import ChengxuError
from service.forms import Form

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A value that is closed: a variable, or part of one (`items.price`). `steps` are the elements that only give parts of it."""

    path: Path
    readers: frozenset[str]
    until: str | None
    steps: frozenset[str] = frozenset()

    def is_open(self, run: kernel.Run, now: datetime) -> bool:
        """Whether it is open to all by now; never when its condition cannot be evaluated."""
        if self.until is None:
            return False
        try:
            value = run.evaluate(None, self.until)
        except ChengxuError:
            return False
        return _has_come(value, now)


def find_seals(process: kernel.Process, forms: Mapping[str, Form]) -> tuple[Seal, ...]:
    """List what a definition keeps closed; most keep nothing."""
    found = [seal for form in forms.values() for seal in _fields(form.schema.get("components") or (), (), (None, None))]
    names = [name for text in process.values("sealed") for name in _split(text)]
    readers, until = ", ".join(process.values("sealed_readers")), next(iter(process.values("sealed_until")), None)
    found += [_seal((name,), readers, until or "=false", steps=_collected(process, name)) for name in names]
    return tuple(found)


def closed_names(seals: Iterable[Seal], run: kernel.Run, now: datetime) -> frozenset[str]:
    """The variables of which something is not open to all: lists and search must not show them."""
    return frozenset(seal.path[0] for seal in seals if not seal.is_open(run, now))


def _fields(components: Iterable[Mapping[str, Any]], prefix: Path, above: tuple[Any, Any]) -> Iterator[Seal]:
    for one in components:
        properties = one.get("properties") or {}
        readers, until = properties.get("readers") or above[0], properties.get("sealed_until") or above[1]
        path = prefix + tuple(part for part in str(one.get("key") or one.get("path") or "").split(".") if part)
        if one.get("components"):
            yield from _fields(one["components"], path, (readers, until))
        elif one.get("key") and (readers or until):
            yield _seal(path, str(readers or ""), until)


def _seal(path: Path, readers: str, until: Any, *, steps: frozenset[str] = frozenset()) -> Seal:
    return Seal(path=path, readers=frozenset(_split(readers)), until=_expression(until), steps=steps)


def _expression(until: Any) -> str | None:
    """As an attribute of the dialect. In a property of a form the `=` may be missing, and a plain date is one."""
    if until is None or until == "":
        return None
    text = str(until).strip().lower() if isinstance(until, bool) else str(until).strip()
    if text.startswith("="):
        return text
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return f"={text}"
    return text


def _collected(process: kernel.Process, name: str) -> frozenset[str]:
    """The steps whose answers a multi-instance activity collects under a name: itself, or all inside it."""
    heads = {one.id for one in process.elements.values() if one.multi is not None and one.multi.output == name}
    return frozenset(one.id for one in process.elements.values() if not heads.isdisjoint(_line(process, one)))


def _line(process: kernel.Process, element: kernel.Element) -> Iterator[str]:
    found: kernel.Element | None = element
    while found is not None:
        yield found.id
        found = process.elements.get(found.parent or "")


def _has_come(value: Any, now: datetime) -> bool:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
        except ValueError:
            return False
    if isinstance(value, datetime):
        return now >= (value if value.tzinfo else value.replace(tzinfo=SHANGHAI))
    if isinstance(value, date):
        return now >= datetime.combine(value, time(), SHANGHAI)
    return value is True


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.replace("，", ",").split(",") if part.strip()]
