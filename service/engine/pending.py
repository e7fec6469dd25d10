"""Registers as the steps of one command see them: what an earlier step of the same command wrote already counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from service.sdk import Record, RegisterReader, Write


class Pending:
    """A `RegisterReader` that lays the writes collected so far over what is stored."""

    def __init__(self, stored: RegisterReader, writes: Sequence[Write]) -> None:
        self._stored = stored
        self._writes = writes

    def read(self, register: str, key: str) -> Record | None:
        written = self._written(register).get(key)
        return written if written is not None else self._stored.read(register, key)

    def search(self, register: str, **equals: Any) -> Iterable[Record]:
        return self._laid(register, self._stored.search(register, **equals), equals)

    def search_alike(self, register: str, texts: Mapping[str, str], *, limit: int = 100, **equals: Any) -> Iterable[Record]:
        return self._laid(register, self._stored.search_alike(register, texts, limit=limit, **equals), equals)

    def _written(self, register: str) -> dict[str, Record]:
        return {
            write.key: Record(register=register, key=write.key, version=write.expected + 1, data=write.data)
            for write in self._writes
            if write.register == register
        }

    def _laid(self, register: str, found: Iterable[Record], equals: Mapping[str, Any]) -> tuple[Record, ...]:
        written = self._written(register)
        if not written:
            return tuple(found)
        kept = [record for record in found if record.key not in written]
        kept += [record for record in written.values() if _fits(record.data, equals)]
        return tuple(sorted(kept, key=lambda record: record.key))


def _fits(data: Mapping[str, Any], equals: Mapping[str, Any]) -> bool:
    return all(
        value in data[name] if isinstance(data.get(name), list) and not isinstance(value, list) else data.get(name) == value
        for name, value in equals.items()
    )
