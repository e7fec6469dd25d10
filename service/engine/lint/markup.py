"""Reading XML that came from outside: no DOCTYPE, no entities, a size limit, and a place for every fault.

Open it when a diagram or decision table is refused before any rule could look at it.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.parsers import expat

from lxml import etree

#: No diagram or table of ours comes near it; a bigger file is a mistake or an attack.
MAX_BYTES = 5 * 1024 * 1024
#: Deeper nesting than any modeller writes.
MAX_DEPTH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why bytes cannot be read as XML: the lint rule that refuses them, and where. Line from 1, column from 1."""

    rule: str
    line: int
    column: int
    reason: str


class _Stop(Exception):
    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(reason)
        self.rule = rule


def find_fault(data: bytes) -> Fault | None:
    """Look for the first reason not to parse `data`. The scan stops at a DOCTYPE, before an entity can be declared."""
    if len(data) > MAX_BYTES:
        return Fault(rule="file-size", line=1, column=1, reason=str(len(data)))
    parser = expat.ParserCreate(namespace_separator=" ")
    depth = 0

    def opened(_name: str, _attributes: object) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise _Stop("well-formed", f"nested deeper than {MAX_DEPTH}")

    def closed(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def doctype(*_declaration: object) -> None:
        raise _Stop("no-doctype", "DOCTYPE")

    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        reason = expat.errors.messages.get(error.code, str(error))
        return Fault(rule="well-formed", line=error.lineno, column=error.offset + 1, reason=reason)
    except _Stop as stop:
        return Fault(rule=stop.rule, line=parser.CurrentLineNumber, column=parser.CurrentColumnNumber + 1, reason=str(stop))
    except (ValueError, LookupError) as error:  # an encoding that the parser does not know
        return Fault(rule="well-formed", line=1, column=1, reason=str(error))
    return None


def parse(data: bytes) -> etree._Element:
    """Parse XML that came from outside. ValueError says where the first fault is."""
    fault = find_fault(data)
    if fault is not None:
        raise ValueError(f"{fault.rule} at {fault.line}:{fault.column}: {fault.reason}")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_pis=True, huge_tree=False)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:  # where libxml2 is stricter than expat
        raise ValueError(f"well-formed at {error.lineno}:{error.offset}: {error.msg}") from error
