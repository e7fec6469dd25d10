"""A bundle: what a folder of diagrams, forms, tables and registers holds. Open it when `deploy` does not see a file.

The folder holds `processes/` (at any depth: `*.bpmn`, `*.dmn`, `regulation.yaml`, `registers/*.yaml`), `forms/` (at any
depth: `*.form`) and `handlers/` (only the names of its `*.py` files are read here; importing them is bootstrap's business).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import orjson
import yaml
from lxml import etree

from service.engine.lint import markup
from service.engine.lint.document import Document, read
from service.engine.lint.rules import check_source, single_process
from service.errors import InvalidDefinition, Problem

#: More files than this are not a bundle but a folder given by mistake.
MAX_FILES = 5000

Files = Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What one folder holds. Files are named relative to the folder, with `/`.

    `forms` maps a form id to (file, bytes); `registers` a register's name (its file's stem) to the parsed YAML; `problems` are
    the faults found while reading, to be shown with those of lint.
    """

    diagrams: Files = field(default_factory=dict)
    forms: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)
    decisions: Files = field(default_factory=dict)
    regulations: Mapping[str, Any] = field(default_factory=dict)
    registers: Mapping[str, Any] = field(default_factory=dict)
    handlers: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One process as it would be published: its diagram, the forms and decisions it uses, and a digest of all."""

    key: str
    file: str
    xml: bytes
    forms: Mapping[str, Mapping[str, Any]]
    decisions: Mapping[str, str]  # the DMN model that holds it, by decision id
    digest: str


def form_id(file: str) -> str:
    """The id that a form file must carry: `forms/panjin/grant/review.form` gives `grant.review`."""
    path = PurePosixPath(file)
    return f"{path.parent.name}.{path.stem}"


def read_bundle(root: Path, *, handlers: bool = True) -> Bundle:
    """Read a folder. Faults of single files are collected in `problems`; InvalidDefinition when there is no such folder."""
    if not (root / "processes").is_dir():
        raise InvalidDefinition([_fault("bundle-folder", root.name, "没有 processes 文件夹", "there is no folder processes")])
    problems: list[Problem] = []
    diagrams: dict[str, bytes] = {}
    decisions: dict[str, bytes] = {}
    forms: dict[str, tuple[str, bytes]] = {}
    regulations: dict[str, Any] = {}
    registers: dict[str, Any] = {}
    for file in _list_files(root, ("processes", "forms"), problems):
        path = PurePosixPath(file)
        if path.suffix == ".bpmn":
            _take(diagrams, file, root, problems)
        elif path.suffix == ".dmn":
            _take(decisions, file, root, problems)
        elif path.suffix == ".form":
            if form_id(file) in forms:
                other = forms[form_id(file)][0]
                problems.append(_fault("duplicate-id", file, f"表单编号与 {other} 重复", f"the form id is that of {other}"))
            elif (data := _read(root, file, problems)) is not None:
                forms[form_id(file)] = (file, data)
        elif path.name == "regulation.yaml":
            _take_yaml(regulations, file, file, root, problems)
        elif path.suffix == ".yaml" and path.parent.name == "registers":
            _take_yaml(registers, path.stem, file, root, problems)
    names = tuple(file for file in _list_files(root, ("handlers",), problems) if file.endswith(".py")) if handlers else ()
    return Bundle(
        diagrams=diagrams,
        forms=forms,
        decisions=decisions,
        regulations=regulations,
        registers=registers,
        handlers=names,
        problems=tuple(problems),
    )


def definitions(bundle: Bundle) -> tuple[Draft, ...]:
    """Make a draft of each diagram, in the order of the process ids. InvalidDefinition lists what cannot be read at all."""
    problems: list[Problem] = []
    drafts: dict[str, Draft] = {}
    for file, xml in bundle.diagrams.items():
        found = list(check_source(file, xml))
        if not found:
            document = read(file, xml)
            found = list(single_process.check(document))
            if not found:
                if document.id in drafts:
                    other = drafts[document.id].file
                    found = [_fault("duplicate-process", file, f"流程编号与 {other} 重复", f"the process id is that of {other}")]
                else:
                    drafts[document.id] = _draft(document, xml, bundle, found)
        problems.extend(found)
    if problems:
        raise InvalidDefinition(problems)
    return tuple(drafts[key] for key in sorted(drafts))


def used_forms(document: Document) -> tuple[str, ...]:
    """The ids of the forms that the elements of a diagram name, each once, sorted."""
    found = (node.get("formId") or "" for element in document.elements.values() for node in element.extensions("formDefinition"))
    return tuple(sorted({id for id in found if id}))


def _draft(document: Document, xml: bytes, bundle: Bundle, problems: list[Problem]) -> Draft:
    forms: dict[str, Mapping[str, Any]] = {}
    for id in used_forms(document):
        if id not in bundle.forms:
            zh, en = f"没有表单 {id}", f"there is no form {id}"
            problems.append(_fault("missing-form", document.file, zh, en))
            continue
        file, data = bundle.forms[id]
        try:
            schema = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            problems.append(_fault("form-invalid", file, f"不是 JSON：{error}", f"not JSON: {error}"))
            continue
        forms[id] = schema
    decisions = {id: model for id in used_decisions(document) if (model := _model_of(id, bundle)) is not None}
    digest = _digest(xml, forms, decisions)
    return Draft(key=document.id, file=document.file, xml=xml, forms=forms, decisions=decisions, digest=digest)


def used_decisions(document: Document) -> tuple[str, ...]:
    """The ids of the decisions that the elements of a diagram call, each once, sorted."""
    nodes = (node for element in document.elements.values() for node in element.extensions("calledDecision"))
    return tuple(sorted({node.get("decisionId") or "" for node in nodes} - {""}))


def _model_of(decision: str, bundle: Bundle) -> str | None:
    """The DMN file that holds a decision; lint speaks up when there is none."""
    for data in bundle.decisions.values():
        root = markup.parse(data)
        if any(node.get("id") == decision for node in root.iterchildren("{*}decision")):
            return data.decode("utf-8-sig")
    return None


def _digest(xml: bytes, forms: Mapping[str, Any], decisions: Mapping[str, str]) -> str:
    """SHA-256 over canonical XML and sorted JSON: spacing, comments and the order of attributes and keys do not count."""
    canonical = etree.canonicalize(markup.parse(xml), strip_text=True)
    digest = hashlib.sha256(canonical.encode())
    digest.update(b"\0" + orjson.dumps(forms, option=orjson.OPT_SORT_KEYS))
    for id, model in sorted(decisions.items()):
        digest.update(f"\0{id}\0".encode() + etree.canonicalize(model, strip_text=True).encode())
    return digest.hexdigest()


def _list_files(root: Path, folders: tuple[str, ...], problems: list[Problem]) -> Iterator[str]:
    """Name the files below the folders in sorted order. Links and hidden files are left out: a bundle holds what it shows."""
    count = 0
    for folder in folders:
        for where, inner, names in os.walk(root / folder, followlinks=False):
            inner[:] = sorted(name for name in inner if not name.startswith((".", "__")))
            for name in sorted(names):
                path = Path(where, name)
                if name.startswith(".") or path.is_symlink():
                    continue
                count += 1
                if count > MAX_FILES:
                    problems.append(
                        _fault("bundle-size", folder, f"文件超过 {MAX_FILES} 个", f"there are more than {MAX_FILES} files")
                    )
                    return
                yield path.relative_to(root).as_posix()


def _read(root: Path, file: str, problems: list[Problem]) -> bytes | None:
    path = root / file
    if path.stat().st_size > markup.MAX_BYTES:
        limit = markup.MAX_BYTES // 1024**2
        problems.append(_fault("file-size", file, f"文件超过 {limit} MB", f"the file is larger than {limit} MB"))
        return None
    return path.read_bytes()


def _take(files: dict[str, bytes], file: str, root: Path, problems: list[Problem]) -> None:
    data = _read(root, file, problems)
    if data is not None:
        files[file] = data


def _take_yaml(parsed: dict[str, Any], key: str, file: str, root: Path, problems: list[Problem]) -> None:
    data = _read(root, file, problems)
    if data is None:
        return
    if key in parsed:
        problems.append(_fault("duplicate-id", file, f"编号 {key} 重复", f"the id {key} is used twice"))
        return
    try:
        parsed[key] = yaml.safe_load(data)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else None
        problems.append(_fault("well-formed", file, "不是有效的 YAML", "not valid YAML", line=line))


def _fault(rule: str, file: str, zh: str, en: str, *, line: int | None = None) -> Problem:
    return Problem(rule=rule, message=f"{zh} / {en}", file=file, line=line)
