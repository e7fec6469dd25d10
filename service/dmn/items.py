"""Reads item definitions, and finds types by the names that models use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from service import feel
from service.dmn.faults import Faults
from service.dmn.markup import Element
from service.dmn.types import BUILT_IN, Type, built_in
from service.feel.types import TypeTest
from service.feel.values import Kind

_FUNCTION: Final = Type("function", Kind.FUNCTION)


class Types:
    """The types of one model, and by import name those of the models it imports."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._own: dict[str, Type] = {}
        self._imported: dict[str, Types] = {}

    def read(self, definitions: Element, imported: Mapping[str, Types]) -> None:
        """Read all item definitions; they may refer to each other in any order."""
        self._imported.update(imported)
        listed = definitions.all("itemDefinition")
        for item in listed:
            name = item.get("name")
            if name in self._own:
                self._faults.add("duplicate-name", f"数据类型“{name}”定义了两次。", f"The type {name!r} is defined twice.", item)
            self._own[name] = Type(name)
        for item in listed:
            self._fill(self._own[item.get("name")], item)
        for item in listed:
            if _is_circular(self._own[item.get("name")]):
                self._own[item.get("name")].base = None
                self._faults.add("type-cycle", "数据类型引用了自身。", "The type is defined by itself.", item)

    def find(self, name: str) -> Type | None:
        """Find a type by its name, as `typeRef` and `instance of` give it."""
        own = self._own.get(name)
        if own is not None:
            return own
        prefix, _, rest = name.partition(".")
        if rest and prefix in self._imported:
            return self._imported[prefix].find(rest)
        if "" in self._imported and (found := self._imported[""].find(name)) is not None:
            return found
        return built_in(name) or (self._own.get(name.rpartition(":")[2]) if ":" in name else None)

    def find_test(self, name: str) -> TypeTest | None:
        """Find what tells whether a value is of a model's type; None for the types of FEEL, which FEEL knows itself."""
        found = None if name in BUILT_IN else self.find(name)
        return None if found is None else found.holds

    def resolve(self, name: str, element: Element) -> Type | None:
        """Return the type that an element refers to, None when it may hold anything. An unknown one is a problem."""
        if not name:
            return None
        found = self.find(name)
        if found is None:
            self._faults.add("unknown-type", f"没有名为“{name}”的数据类型。", f"There is no type named {name!r}.", element)
        return None if found is None or found.is_any else found

    def _fill(self, kind: Type, item: Element) -> None:
        kind.collection = item.get("isCollection") in ("true", "1")
        kind.allowed = self._tests(item.find("allowedValues"))
        kind.constraint = self._tests(item.find("typeConstraint"))
        components = item.all("itemComponent")
        reference = item.words("typeRef") or item.get("typeRef")
        if components:
            kind.kind = Kind.CONTEXT
            for component in components:
                inner = Type(component.get("name"))
                self._fill(inner, component)
                kind.components[inner.name] = inner
        elif item.find("functionItem") is not None:
            kind.base = _FUNCTION
        elif reference:
            kind.base = self._found(reference, item)

    def _found(self, name: str, item: Element) -> Type | None:
        found = self.find(name)
        if found is None:
            self._faults.add("unknown-type", f"没有名为“{name}”的数据类型。", f"There is no type named {name!r}.", item)
        return found

    def _tests(self, element: Element | None) -> feel.UnaryTests | None:
        text = element.words() if element is not None else ""
        if element is None or not text:
            return None
        try:
            return feel.compile_tests(text)
        except feel.FeelError as error:
            self._faults.add("feel", f"“{text}”：{error.message}", f"{text!r}: {error.message_en}", element)
            return None


def _is_circular(kind: Type) -> bool:
    seen: set[int] = set()
    step: Type | None = kind
    while step is not None:
        if id(step) in seen:
            return True
        seen.add(id(step))
        step = step.base
    return False
