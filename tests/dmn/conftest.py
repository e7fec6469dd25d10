"""Writes small DMN models: `write.model(write.input("Age"), write.decision("Fee", write.table(…), needs=["Age"]))`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest

from service import dmn, feel

NAMESPACES = {
    "1.2": "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "1.3": "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "1.4": "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "1.5": "https://www.omg.org/spec/DMN/20230324/MODEL/",
}
_REQUIRED = {"i": "requiredInput", "d": "requiredDecision", "k": "requiredKnowledge", "s": "requiredKnowledge"}


def ident(kind: str, name: str) -> str:
    """The id that the writer gives an element: `d_Fee`."""
    return f"{kind}_{name.replace(' ', '_')}"


class Writer:
    """One method for each element. Needs are `"Age"` (an input), `"d:Fee"`, `"k:Rate"`, `"s:Service"` or a whole href."""

    def text(self, tag: str, source: str, **attributes: str) -> str:
        return self.tag(tag, f"<text>{escape(source)}</text>", **attributes)

    def tag(self, tag: str, body: str = "", **attributes: str) -> str:
        told = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items() if value)
        return f"<{tag}{told}>{body}</{tag}>"

    def literal(self, source: str, type: str = "") -> str:
        return self.text("literalExpression", source, typeRef=type)

    def input(self, name: str, type: str = "") -> str:
        return self.tag("inputData", self.tag("variable", name=name, typeRef=type), id=ident("i", name), name=name)

    def decision(self, name: str, body: str = "", *, needs: Sequence[str] = (), type: str = "") -> str:
        inner = self.tag("variable", name=name, typeRef=type) + self._needs(needs) + body
        return self.tag("decision", inner, id=ident("d", name), name=name)

    def knowledge(self, name: str, params: Sequence[str], body: str, *, needs: Sequence[str] = (), type: str = "") -> str:
        logic = self.tag("encapsulatedLogic", self._params(params) + body)
        inner = self.tag("variable", name=name, typeRef=type) + logic + self._needs(needs)
        return self.tag("businessKnowledgeModel", inner, id=ident("k", name), name=name)

    def service(self, name: str, outputs: Sequence[str], *, inputs: Sequence[str] = (), decisions: Sequence[str] = ()) -> str:
        listed = [*((("outputDecision", ident("d", item))) for item in outputs)]
        listed += [("inputDecision", ident("d", item)) for item in decisions] + [
            ("inputData", ident("i", item)) for item in inputs
        ]
        inner = self.tag("variable", name=name) + "".join(self.tag(tag, href=f"#{item}") for tag, item in listed)
        return self.tag("decisionService", inner, id=ident("s", name), name=name)

    def context(self, entries: dict[str, str], result: str = "") -> str:
        listed = [self.tag("contextEntry", self._variable(name) + body) for name, body in entries.items()]
        return self.tag("context", "".join(listed) + (self.tag("contextEntry", result) if result else ""))

    def function(self, params: Sequence[str], body: str) -> str:
        return self.tag("functionDefinition", self._params(params) + body)

    def invocation(self, name: str, **bindings: str) -> str:
        bound = [self.tag("binding", self.tag("parameter", name=key) + self.literal(value)) for key, value in bindings.items()]
        return self.tag("invocation", self.literal(name) + "".join(bound))

    def table(
        self, policy: str, inputs: Sequence[str], outputs: Sequence[str], rules: Sequence[Sequence[str]], *, default: str = ""
    ) -> str:
        """Write a table. Input `expression[|type[|values]]`, output `name[|type[|values]]`; a rule's cells in order."""
        hit, _, aggregation = policy.partition("/")
        body = "".join(map(self._input, inputs)) + "".join(self._output(item, default) for item in outputs)
        for number, cells in enumerate(rules, 1):
            conditions = "".join(self.text("inputEntry", cell) for cell in cells[: len(inputs)])
            conclusions = "".join(self.text("outputEntry", cell) for cell in cells[len(inputs) :])
            body += self.tag("rule", conditions + conclusions, id=f"r{number}")
        return self.tag("decisionTable", body, id="table", hitPolicy=hit, aggregation=aggregation)

    def item(
        self, name: str, type: str = "", *, parts: dict[str, str] | None = None, allowed: str = "", many: bool = False
    ) -> str:
        return self._item("itemDefinition", name, type, parts or {}, allowed, many)

    def imported(self, name: str, namespace: str) -> str:
        return self.tag("import", name=name, namespace=namespace, importType=NAMESPACES["1.3"])

    def model(self, *parts: str, namespace: str = "urn:own", version: str = "1.3") -> bytes:
        head = f'<?xml version="1.0" encoding="UTF-8"?>\n<definitions xmlns="{NAMESPACES[version]}"'
        return f'{head} id="defs" name="own" namespace="{namespace}">\n{"".join(parts)}\n</definitions>'.encode()

    def _needs(self, needs: Sequence[str]) -> str:
        made = ""
        for need in needs:
            kind, _, rest = need.partition(":") if need[1:2] == ":" else ("i", "", need)
            href = rest if "#" in rest else f"#{ident(kind, rest)}"
            outer = "knowledgeRequirement" if kind in "ks" else "informationRequirement"
            made += self.tag(outer, self.tag(_REQUIRED[kind], href=href))
        return made

    def _variable(self, spelled: str, tag: str = "variable") -> str:
        name, _, type = spelled.partition("|")
        return self.tag(tag, name=name, typeRef=type)

    def _params(self, params: Sequence[str]) -> str:
        return "".join(self._variable(param, "formalParameter") for param in params)

    def _input(self, spelled: str) -> str:
        source, type, values = (*spelled.split("|"), "", "")[:3]
        listed = self.text("inputValues", values) if values else ""
        return self.tag("input", self.text("inputExpression", source, typeRef=type) + listed, label=source)

    def _output(self, spelled: str, default: str) -> str:
        name, type, values = (*spelled.split("|"), "", "")[:3]
        body = self.text("outputValues", values) if values else ""
        return self.tag("output", body + (self.text("defaultOutputEntry", default) if default else ""), name=name, typeRef=type)

    def _item(self, tag: str, name: str, type: str, parts: dict[str, str], allowed: str, many: bool) -> str:
        body = f"<typeRef>{escape(type)}</typeRef>" if type else ""
        body += self.text("allowedValues", allowed) if allowed else ""
        body += "".join(self.tag("itemComponent", f"<typeRef>{escape(of)}</typeRef>", name=key) for key, of in parts.items())
        return self.tag(tag, body, name=name, isCollection="true" if many else "")


@pytest.fixture
def write() -> Writer:
    return Writer()


@pytest.fixture
def value_of(write: Writer) -> Callable[..., str]:
    """Parse a model of these parts, make the decision `D`, and give its value as FEEL writes it."""

    def evaluate(*parts: str, version: str = "1.3", **inputs: Any) -> str:
        result = dmn.parse(write.model(*parts, version=version)).evaluate(
            "D", {key.replace("_", " "): item for key, item in inputs.items()}
        )
        return feel.to_text([result.value])[1:-1]

    return evaluate
