"""What the schema of a register says: its fields, what it is searched by, who reads and who imports it. One YAML file each.

    register: project          regulation: pj-2020 (whose readers read it)      title: project_name (how an entry is called)
    searchable: [unit_id, …]   found and filtered by value                      alike: [objective] found by likeness, too
    imports: [sysadmin]        roles that may import entries                    readers: everyone (else by role, see below)
    unit: unit_id              the field that names the unit an entry belongs to

Published with the processes and read back with the rules in force, so that every server goes by the same schema.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from service.errors import InvalidDefinition, NotFound, Problem
from service.store.register_index import Indexing

TYPES = frozenset({"text", "number", "money", "integer", "boolean", "date", "choice", "unit", "list", "file"})
#: Types whose values are no single word or number.
MANY = frozenset({"list", "file"})
EVERYONE = "everyone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field; `fields` are those of the rows of a list, `choices` maps the values of a choice to their words (zh, en)."""

    id: str
    type: str
    zh: str
    en: str
    required: bool = False
    choices: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    fields: tuple[Field, ...] = ()

    def label(self, *, english: bool) -> str:
        return self.en if english else self.zh


@dataclass(frozen=True, kw_only=True)
class RegisterSchema:
    name: str
    zh: str
    en: str
    key: Field
    fields: Mapping[str, Field]
    title: str = ""
    regulation: str = ""
    articles: tuple[str, ...] = ()
    searchable: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    unit: str = ""
    imports: frozenset[str] = frozenset()
    readers: str = ""

    def label(self, *, english: bool) -> str:
        return self.en if english else self.zh

    def title_of(self, key: str, data: Mapping[str, Any]) -> str:
        return str(data.get(self.title) or key)

    @cached_property
    def filters(self) -> tuple[Field, ...]:
        """The fields that a list can be narrowed by, exactly: those that are found by value."""
        return tuple(self.fields[name] for name in self.indexing.fields)

    @cached_property
    def indexing(self) -> Indexing:
        fields = [name for name in (*self.searchable, self.unit) if name and self.fields[name].type not in MANY]
        alike = [name for name in (self.title, *self.alike) if name and self.fields[name].type == "text"]
        words = [
            name for name in (self.title, *self.searchable) if name and self.fields[name].type in ("text", "choice", "integer")
        ]
        kept = [tuple(dict.fromkeys(names)) for names in (fields, alike, words)]
        names = {
            name: {value: " ".join(dict.fromkeys((value, *words))) for value, words in self.fields[name].choices.items()}
            for name in kept[2]
            if self.fields[name].choices
        }
        marker = hashlib.sha256(repr(("rows 1", kept, sorted(names.items()))).encode()).hexdigest()[:16]
        return Indexing(marker=marker, fields=kept[0], alike=kept[1], words=kept[2], names=names)


@dataclass(frozen=True, kw_only=True)
class RegisterBook:
    """All registers that are described. One that is not may be read and written, but nobody checks or lists it."""

    schemas: Mapping[str, RegisterSchema] = field(default_factory=dict)

    @classmethod
    def of(cls, documents: Mapping[str, Any]) -> RegisterBook:
        """Read schemas as they are stored; InvalidDefinition for one that is none."""
        return cls(schemas=MappingProxyType({name: read_schema(name, document) for name, document in sorted(documents.items())}))

    @cached_property
    def indexings(self) -> Mapping[str, Indexing]:
        return {name: schema.indexing for name, schema in self.schemas.items()}

    def find(self, name: str) -> RegisterSchema | None:
        return self.schemas.get(name)

    def get(self, name: str) -> RegisterSchema:
        """NotFound, with the names that there are."""
        found = self.schemas.get(name)
        if found is None:
            listed = "、".join(self.schemas)
            raise NotFound(f"没有台账 {name}。现有：{listed}", message_en=f"There is no register {name}. There are: {listed}")
        return found


def read_schema(name: str, document: Any) -> RegisterSchema:
    """Read one schema; InvalidDefinition lists what is wrong with it."""
    problems = tuple(check_schema(name, document))
    if problems:
        raise InvalidDefinition(problems)
    fields = {entry["id"]: _field(entry) for entry in document["fields"]}
    key = document.get("key") or {}
    unit = document.get("unit") or ("unit_id" if "unit_id" in fields else "")
    articles = document.get("article") or []
    return RegisterSchema(
        name=name, zh=str(document.get("zh") or name), en=str(document.get("en") or name), fields=MappingProxyType(fields),
        key=Field(id=str(key.get("id") or "key"), type="text", zh=str(key.get("zh") or "编号"), en=str(key.get("en") or "Key")),
        title=str(document.get("title") or ""), regulation=str(document.get("regulation") or ""),
        articles=tuple(map(str, articles if isinstance(articles, list) else [articles])),
        searchable=tuple(document.get("searchable") or ()), alike=tuple(document.get("alike") or ()), unit=str(unit),
        imports=frozenset(map(str, document.get("imports") or ())), readers=str(document.get("readers") or ""),
    )  # fmt: skip


def check_schema(name: str, document: Any) -> Iterable[Problem]:
    """List what is wrong with a schema."""

    def fault(element: str, zh: str, en: str) -> Problem:
        return Problem(rule="register-schema", element=element, message=f"台账 {name}：{zh} / register {name}: {en}")

    entries = document.get("fields") if isinstance(document, Mapping) else None
    if not isinstance(document, Mapping) or not isinstance(entries, list):
        yield fault(name, "应有 fields", "it has no fields")
        return
    known = set()
    for entry in entries:
        if not isinstance(entry, Mapping) or not entry.get("id") or entry.get("type") not in TYPES:
            yield fault(str(entry), "字段应有 id 和已知的 type", "a field has an id and a known type")
            continue
        if entry["id"] in known:
            yield fault(entry["id"], "字段重复", "the field is there twice")
        if entry["type"] == "choice" and not entry.get("choices"):
            yield fault(entry["id"], "选项字段没有 choices", "a choice without choices")
        known.add(entry["id"])
    named = [document.get("title"), document.get("unit"), *(document.get("searchable") or ()), *(document.get("alike") or ())]
    for one in named:
        if one and one not in known:
            yield fault(str(one), "没有这个字段", "there is no such field")


def _field(entry: Mapping[str, Any]) -> Field:
    choices = {
        str(choice["value"]): (str(choice.get("zh") or choice["value"]), str(choice.get("en") or choice["value"]))
        for choice in entry.get("choices") or ()
    }
    return Field(
        id=str(entry["id"]), type=str(entry["type"]), zh=str(entry.get("zh") or entry["id"]),
        en=str(entry.get("en") or entry["id"]), required=bool(entry.get("required")), choices=MappingProxyType(choices),
        fields=tuple(_field({"type": "text", **inner}) for inner in entry.get("fields") or () if isinstance(inner, Mapping)),
    )  # fmt: skip
