"""Reads decision tables: their columns, rules and hit policy, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence

from service import feel
from service.dmn.expressions import kind, literal, null
from service.dmn.hits import AGGREGATES, AGGREGATIONS, ORDERED, SPELLED, Policy
from service.dmn.markup import Element
from service.dmn.place import Place, Run
from service.dmn.table import Input, Output, Rule, Table
from service.dmn.types import Type
from service.feel.constants import VARIES
from service.feel.values import Value


@kind("decisionTable")
def table(element: Element, place: Place) -> Run:
    """Compile a decision table."""
    policy = _policy(element, place)
    inputs = tuple(_input(child, place) for child in element.all("input"))
    listed = element.all("output")
    outputs = tuple(_output(child, policy, place, alone=len(listed) == 1) for child in listed)
    if not outputs:
        place.faults.add("table", "决策表没有结论列。", "The decision table has no output.", element)
        return null
    if len({column.name for column in outputs}) < len(outputs):
        place.faults.add("duplicate-name", "结论列重名或缺少名称。", "Outputs have the same name, or none.", element)
    if policy in AGGREGATES and len(outputs) > 1:
        zh, en = "带汇总的“收集”表只能有一列结论。", "A collect table that aggregates has one output only."
        place.faults.add("aggregation", zh, en, element)
    rules = tuple(_rule(child, inputs, outputs, place) for child in element.all("rule"))
    return Table(
        id=element.get("id") or place.owner,
        name=element.get("outputLabel") or place.owner,
        policy=policy,
        inputs=inputs,
        outputs=outputs,
        rules=rules,
    )


def _policy(element: Element, place: Place) -> Policy:
    spelled, aggregation = element.get("hitPolicy"), element.get("aggregation")
    policy = SPELLED.get(spelled.replace("_", " "))
    if policy is None:
        place.faults.add("hit-policy", f"不认识的命中策略“{spelled}”。", f"Unknown hit policy {spelled!r}.", element)
        return Policy.UNIQUE
    if policy is not Policy.COLLECT:
        return policy
    if aggregation not in AGGREGATIONS:
        place.faults.add("aggregation", f"不认识的汇总方式“{aggregation}”。", f"Unknown aggregation {aggregation!r}.", element)
    return AGGREGATIONS.get(aggregation, Policy.COLLECT)


def _input(element: Element, place: Place) -> Input:
    expression = element.find("inputExpression")
    if expression is None or not expression.words():
        place.faults.add("table", "条件列没有表达式。", "The input has no expression.", element)
        expression = None
    source = expression.words() if expression is not None else ""
    return Input(
        label=element.get("label") or source,
        source=source,
        run=null if expression is None else _untyped(expression, place),
        type=place.type_of(expression),
        allowed=_allowed(element.find("inputValues"), place),
    )


def _untyped(expression: Element, place: Place) -> Run:
    run = place.expression(expression.words(), expression)
    return place.broken(expression) if run is None else run


def _allowed(element: Element | None, place: Place) -> feel.UnaryTests | None:
    return None if element is None or not element.words() else place.tests(element.words(), element)


def _output(element: Element, policy: Policy, place: Place, *, alone: bool) -> Output:
    listed, default = element.find("outputValues"), element.find("defaultOutputEntry")
    of = place.type_of(element)
    allowed = _allowed(listed, place)
    values = _values(allowed if allowed is not None else _allowed_of(of))
    if policy in ORDERED and not values:
        zh, en = (
            "“优先”和“输出顺序”表需要在结论列中按顺序列出取值。",
            "A priority or output order table lists the values of its output.",
        )
        place.faults.add("output-values", zh, en, element)
    return Output(
        name=element.get("name") or (place.owner if alone else ""),
        # A table with one output and a list as its result may carry the type of the list.
        type=None if of is not None and alone and of.collection else of,
        allowed=allowed,
        values=values,
        default=None if default is None else literal(default, place),
    )


def _allowed_of(of: Type | None) -> feel.UnaryTests | None:
    while of is not None:
        if of.allowed is not None:
            return of.allowed
        of = of.base
    return None


def _values(tests: feel.UnaryTests | None) -> Sequence[Value]:
    """Read a list of values; nothing when it is not simply a list."""
    if tests is None:
        return ()
    try:
        values = feel.compile(f"[{tests.source}]")({})
    except feel.FeelError:
        return ()
    return tuple(values)


def _rule(element: Element, inputs: Sequence[Input], outputs: Sequence[Output], place: Place) -> Rule:
    conditions, conclusions = element.all("inputEntry"), element.all("outputEntry")
    if len(conditions) != len(inputs) or len(conclusions) != len(outputs):
        zh = f"该规则有 {len(conditions)} 个条件、{len(conclusions)} 个结论，应为 {len(inputs)} 个和 {len(outputs)} 个。"
        en = (
            f"The rule has {len(conditions)} conditions and {len(conclusions)} conclusions, not {len(inputs)} and {len(outputs)}."
        )
        place.faults.add("row-length", zh, en, element)
        return Rule(id="", note="", tests=(), outputs=())
    tests: list[tuple[int, feel.UnaryTests]] = []
    runs: list[Run] = []
    for at, entry in enumerate(conditions):
        text = entry.words()
        test = place.tests(text, entry) if text not in ("", "-") else None
        if test is not None:
            tests.append((at, test))
        elif text not in ("", "-"):  # a wrong cell of a lenient model holds for nothing
            tests.append((at, feel.compile_tests("? = null and ? != null")))
    for entry in conclusions:
        runs.append(literal(entry, place) if entry.words() != "-" else null)
    notes = [entry.words() for entry in element.all("annotationEntry")] + [element.words("description")]
    note = "；".join(text for text in notes if text)
    constant = _constant(runs, outputs)
    return Rule(id=element.get("id"), note=note, tests=tuple(tests), outputs=tuple(runs), constant=constant)


def _constant(runs: Sequence[Run], outputs: Sequence[Output]) -> tuple[Value, ...] | None:
    """Return the conclusions of a rule when they never vary and its outputs take them as they are; else None."""
    made: list[Value] = []
    for run, output in zip(runs, outputs, strict=True):
        value = None if run is null else getattr(run, "constant", VARIES)
        if value is VARIES or (output.type is not None and output.type.coerce(value) is not value):
            return None
        if value is not None and output.allowed is not None and output.allowed({}, value) is not True:
            return None
        made.append(value)
    return tuple(made)
