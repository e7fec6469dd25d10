"""From a form-js schema to a `Form`, with every problem a designer has to mend. Open this to see what a schema may hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from marshmallow import ValidationError

from service.errors import InvalidDefinition, Problem
from service.feel import Expression
from service.forms import inputs, tables
from service.forms.component import Component, Use, constant
from service.forms.form import Form
from service.forms.model import Demand, Kind, Question, Section
from service.forms.names import Claims, check_row_names, segments
from service.forms.scope import is_true
from service.forms.shape import build_shape

#: Components that show something and ask nothing.
DISPLAY = frozenset({"text", "html", "image", "separator", "spacer", "button", "table", "documentPreview"})
#: How deep components may nest and how many a form may have.
MAX_NESTING, MAX_COMPONENTS = 8, 500


@dataclass(slots=True, kw_only=True)
class _Draft:
    """A section that is being put together."""

    at: tuple[str, ...] = ()  # static path of the list whose rows these are
    lists: tuple[str, ...] = ()
    addable: bool = False
    questions: list[Question] = field(default_factory=list)
    hides: list[Expression] = field(default_factory=list)
    locks: list[Expression] = field(default_factory=list)
    claims: Claims = field(default_factory=Claims)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Inherited:
    """What a component has from the groups around it."""

    prefix: tuple[str, ...] = ()
    hides: frozenset[int] = frozenset()
    locks: frozenset[int] = frozenset()
    locked: bool = False
    depth: int = 0


class _Compiler:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.uses: list[Use] = []
        self.columns: dict[str, frozenset[str]] = {}
        self.ids: set[str] = set()
        self.count = 0

    def components(self, raw: Any, draft: _Draft, inherited: _Inherited, owner: str) -> None:
        if not isinstance(raw, list):
            self.root_problem("bad-schema", owner, "components 应为列表", "components must be a list")
            return
        if inherited.depth > MAX_NESTING:
            self.root_problem("bad-schema", owner, f"组件嵌套超过 {MAX_NESTING} 层", f"components nest over {MAX_NESTING} deep")
            return
        for number, one in enumerate(raw):
            self.count += 1
            if self.count > MAX_COMPONENTS:
                if self.count == MAX_COMPONENTS + 1:
                    self.root_problem("bad-schema", owner, f"组件超过 {MAX_COMPONENTS} 个", f"over {MAX_COMPONENTS} components")
                return
            if not isinstance(one, Mapping):
                self.root_problem("bad-schema", owner, f"第 {number + 1} 个组件不是对象", f"component {number + 1} is no object")
                continue
            self.component(self._component(one, draft), draft, inherited)

    def _component(self, raw: Mapping[str, Any], draft: _Draft) -> Component:
        element = str(raw.get("key") or raw.get("path") or raw.get("id") or raw.get("type") or "?")[:100]
        found = Component(raw=raw, element=element, problems=self.problems, uses=self.uses, rows=draft.lists)
        identity = raw.get("id")
        if identity is not None and (not isinstance(identity, str) or identity in self.ids):
            found.problem("duplicate-id", f"组件 id {identity!r} 重复或无效", f"id {identity!r} is used twice or invalid")
        elif identity:
            self.ids.add(identity)
        return found

    def component(self, component: Component, draft: _Draft, inherited: _Inherited) -> None:
        kind = component.type
        if kind == "iframe":
            component.problem("iframe", "不允许嵌入外部页面（iframe），请改用文本或附件", "no iframe; use text or a file")
        elif kind in DISPLAY:
            self._conditions(component, draft, inherited)
        elif kind == "group":
            self._group(component, draft, inherited)
        elif kind == "dynamiclist":
            self._list(component, draft, inherited)
        elif kind == "expression":
            self._computed(component, draft, inherited)
        elif kind in inputs.FAMILIES:
            self._input(component, draft, inherited)
        else:
            component.problem("unknown-component", f"不支持组件类型 {kind!r}", f"component type {kind!r} is not supported")

    def _conditions(self, component: Component, draft: _Draft, inherited: _Inherited) -> _Inherited:
        """Add the component's own `conditional.hide`, `readonly` and `disabled` to what it inherits."""
        raw, found = component.raw, inherited
        condition = raw.get("conditional")
        hide = condition.get("hide") if isinstance(condition, Mapping) else condition
        if hide not in (None, ""):
            expression = component.feel(hide, "conditional.hide")
            if expression is not None:
                draft.hides.append(expression)
                found = replace(found, hides=found.hides | {len(draft.hides) - 1})
        for name in ("readonly", "disabled"):
            fixed, lock = component.claim(raw.get(name), name)
            if lock is not None:
                draft.locks.append(lock)
                found = replace(found, locks=found.locks | {len(draft.locks) - 1})
            found = replace(found, locked=found.locked or fixed)
        return found

    def _group(self, component: Component, draft: _Draft, inherited: _Inherited) -> None:
        found = self._conditions(component, draft, inherited)
        path = segments(component, "path") if component.raw.get("path") else ()
        if path is None:
            return
        if path and not draft.claims.open(found.prefix + path):
            _taken(component, found.prefix + path)
        inner = replace(found, prefix=found.prefix + path, depth=found.depth + 1)
        self.components(component.raw.get("components", []), draft, inner, component.element)

    def _list(self, component: Component, draft: _Draft, inherited: _Inherited) -> None:
        found = self._conditions(component, draft, inherited)
        path = self._claim(component, "path", draft, found)
        if path is None:
            return
        raw, properties = component.raw, component.properties
        addable = raw.get("allowAddRemove", True) is not False
        static = ".".join(draft.at + path)
        row = _Draft(at=draft.at + path, lists=(*draft.lists, static), addable=addable and not found.locked)
        self.components(raw.get("components", []), row, _Inherited(depth=found.depth + 1), component.element)
        section = _section(row)
        self.columns[static] = section.keys
        names = _names(properties.get("unique"))
        for name in sorted(names - {question.path[-1] for question in section.questions if len(question.path) == 1}):
            component.problem("unknown-column", f"unique 中没有列 {name!r}", f"unique names no column {name!r}")
        least, most = component.whole(properties, "min_rows"), component.whole(properties, "max_rows", 1)
        repetitions = component.whole(raw, "defaultRepetitions")
        demand = constant(True) if least else self._demand(component)
        draft.questions.append(
            Question(
                path=path,
                kind=Kind.ROWS,
                label=component.label(),
                empty=(),
                demand=demand,
                checks=tables.row_limits(least, most),
                read=tables.Ignored() if found.locked else tables.Rows(section.shape, fixed=not addable),
                hides=found.hides,
                locks=found.locks,
                locked=found.locked,
                rows=section,
                unique=names,
                fixed_rows=None if addable else 1 if repetitions is None else repetitions,
            )
        )

    def _computed(self, component: Component, draft: _Draft, inherited: _Inherited) -> None:
        found = self._conditions(component, draft, inherited)
        path = self._claim(component, "key", draft, found)
        expression = component.feel(component.raw.get("expression"), "expression")
        if path is not None and expression is not None:
            draft.questions.append(
                Question(
                    path=path,
                    kind=Kind.COMPUTED,
                    label=component.label(),
                    read=tables.Ignored(),
                    hides=found.hides,
                    computed=expression,
                    money=component.money,
                )
            )

    def _input(self, component: Component, draft: _Draft, inherited: _Inherited) -> None:
        found = self._conditions(component, draft, inherited)
        path = self._claim(component, "key", draft, found)
        made = inputs.FAMILIES[component.type](component)
        if path is None:
            return
        if draft.addable and (found.locked or found.locks):
            component.problem(
                "locked-column",
                "可增删行的列表中不能有只读列；请将 allowAddRemove 设为 false",
                "a list whose rows can be added and removed cannot have a read-only column; set allowAddRemove to false",
            )
        default = component.raw.get("defaultValue")
        try:
            default = None if default is None else made.read.deserialize(default)
        except ValidationError:
            component.problem("bad-default", f"默认值 {default!r} 与字段类型不符", f"{default!r} is of the wrong type")
        appearance = component.raw.get("appearance")
        suffix = appearance.get("suffixAdorner") if isinstance(appearance, Mapping) else None
        draft.questions.append(
            Question(
                path=path,
                kind=made.kind,
                label=component.label(),
                empty=made.empty,
                demand=self._demand(component),
                checks=made.checks,
                read=tables.Ignored() if found.locked else made.read,
                hides=found.hides,
                locks=found.locks,
                locked=found.locked,
                default=default,
                money=made.money,
                suffix=suffix if isinstance(suffix, str) and not suffix.startswith("=") and "{{" not in suffix else "",
                options=made.options,
                files=made.files,
            )
        )

    def _claim(self, component: Component, name: str, draft: _Draft, inherited: _Inherited) -> tuple[str, ...] | None:
        path = segments(component, name)
        if path is None:
            return None
        whole = inherited.prefix + path
        if not draft.claims.close(whole):
            _taken(component, whole)
            return None
        return whole

    def _demand(self, component: Component) -> Demand | None:
        for place, holder in (("validate", component.validate), ("properties", component.properties)):
            fixed, expression = component.claim(holder.get("required"), f"{place}.required")
            if expression is not None:
                condition = expression
                return lambda scope: is_true(condition, scope)
            if fixed:
                return constant(True)
        return None

    def root_problem(self, rule: str, element: str, zh: str, en: str) -> None:
        self.problems.append(Problem(rule=rule, message=f"{zh} / {en}", element=element))


def compile(schema: Mapping[str, Any]) -> Form:
    """Compile a form-js 1.23 schema, once; the form may be shared by threads. InvalidDefinition lists every problem."""
    compiler = _Compiler()
    if not isinstance(schema, Mapping):
        raise InvalidDefinition([Problem(rule="bad-schema", message="表单应为 JSON 对象 / a form must be a JSON object")])
    identity = schema.get("id")
    if not isinstance(identity, str) or not identity:
        compiler.root_problem("missing-id", "form", "表单缺少 id", "the form has no id")
    if schema.get("type", "default") != "default":
        compiler.root_problem("bad-schema", "form", "表单的 type 应为 default", "the type of a form must be default")
    root = _Draft()
    compiler.components(schema.get("components"), root, _Inherited(), str(identity or "form"))
    section = _section(root)
    compiler.problems.extend(check_row_names(compiler.uses, compiler.columns, section.keys))
    if compiler.problems:
        raise InvalidDefinition(compiler.problems)
    return Form(id=str(identity), schema=schema, root=section)


def _section(draft: _Draft) -> Section:
    return Section(
        questions=tuple(draft.questions),
        hides=tuple(draft.hides),
        locks=tuple(draft.locks),
        shape=build_shape(draft.questions),
        keys=frozenset(question.path[0] for question in draft.questions),
        live=bool(draft.hides or draft.locks)
        or any(
            question.computed is not None or (question.rows is not None and question.rows.live) for question in draft.questions
        ),
    )


def _names(given: Any) -> frozenset[str]:
    """Column names from `a, b` or a list."""
    parts = given.split(",") if isinstance(given, str) else given if isinstance(given, list) else []
    return frozenset(str(part).strip() for part in parts) - {""}


def _taken(component: Component, path: Sequence[str]) -> None:
    name = ".".join(path)
    component.problem("duplicate-key", f"键 {name!r} 已被另一个组件使用", f"key {name!r} is taken by another component")
