"""An administrator mends a slip in a filed form: its own validator judges, and what is signed, sealed or decided stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from city import PASSWORD, City, make_city
from drawing import chain, end, extensions, flow, form, user_task
from drawing_more import several
from sqlalchemy import select

from service.clock import SHANGHAI, FrozenClock
from service.engine.correcting import list_filed
from service.errors import Conflict, Invalid, InvalidAnswers, NotAllowed, NotFound
from service.store import tables as t
from service.store.history import first_broken_link

CLERK, LEAD, MONITOR = "pj_unit_clerk.jiaoyu", "pj_unit_lead.jiaoyu", "monitor.zhongxin"
FORM = form(
    "errands.write",
    {"type": "textfield", "key": "name", "id": "name", "label": "名称", "validate": {"required": True, "maxLength": 20}},
    {"type": "number", "key": "amount", "id": "amount", "label": "金额", "decimalDigits": 2, "validate": {"min": 1}},
    {"type": "number", "key": "paid", "id": "paid", "label": "已付", "decimalDigits": 2, "validate": {"max": 10}},
    {"type": "expression", "key": "double", "id": "double", "label": "两倍", "expression": "=amount * 2", "computeOn": "change"},
    {"type": "datetime", "subtype": "date", "key": "day", "id": "day", "label": "日期", "dateLabel": "日期"},
    {"type": "radio", "key": "route", "id": "route", "label": "去向", "values": [{"label": "甲", "value": "甲"}, {"label": "乙", "value": "乙"}]},
    {"type": "textfield", "key": "why", "id": "why", "label": "说明", "conditional": {"hide": "=route = null or route != \"乙\""}},
    {"type": "textfield", "key": "secret", "id": "secret", "label": "底价", "properties": {"readers": "pj_unit_lead"}},
    {"type": "filepicker", "key": "proof", "id": "proof", "label": "附件"},
)  # fmt: skip
CHOOSE = '<bpmn:exclusiveGateway id="choose" default="choose_to_other"/>'
BODY = (
    '<bpmn:extensionElements><zeebe:properties><zeebe:property name="searchable" value="name,amount,day"/></zeebe:properties>'
    "</bpmn:extensionElements>"
    '<bpmn:startEvent id="begin" name="begin">'
    + extensions('<zeebe:properties><zeebe:property name="title" value="=name"/></zeebe:properties>')
    + "</bpmn:startEvent>"
    + user_task("write", form="errands.write")
    + user_task("approve", groups="pj_unit_lead@jiaoyu", sign="true")
    + several("vote")
    + CHOOSE
    + user_task("one")
    + user_task("other")
    + end()
    + chain("begin", "write", "approve", "vote", "choose", "other", "finished")
    + flow("choose", "one", '=route = "甲"')
    + flow("one", "finished")
)
SAID = {"name": "旧名称", "amount": "100.00", "paid": "5.00", "day": "2026-09-01", "route": "甲", "secret": "机密底价八百"}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    folder = tmp_path_factory.mktemp("city")
    made = make_city(f"sqlite:///{folder}/city.db", folder, FrozenClock(datetime(2026, 8, 20, 9, 0, tzinfo=SHANGHAI)))
    made.deploy({"errands": BODY}, {"errands.write": FORM})
    yield made
    made.store.close()


@pytest.fixture
def either(city_at: Callable[..., City]) -> City:
    made = city_at(datetime(2026, 8, 20, 9, 0, tzinfo=SHANGHAI))
    made.deploy({"errands": BODY}, {"errands.write": FORM})
    return made


def filed(city: City, **said: Any) -> str:
    case = city.engine.start_case("errands", {}, by=CLERK).id
    do(city, case, {**SAID, **said})
    return case


def do(city: City, case: str, answers: dict[str, Any], *, by: str = CLERK, sign: bool = False) -> None:
    signature = city.engine.sign(by=by, password=PASSWORD) if sign else None
    city.engine.complete_task(city.tasks(case)[0].id, answers, by=by, signature=signature)


def correct(
    city: City, case: str, element: str = "write", by: str = MONITOR, reason: str = "填写人来函更正", **answers: Any
) -> Any:
    return city.engine.correct_variables(case, element=element, answers=answers, reason=reason, by=by)


def ensure_refused(city: City, case: str, error: type[Exception], **answers: Any) -> Any:
    before = city.case(case)
    with pytest.raises(error) as refused:
        correct(city, case, **answers)
    assert city.case(case) == before
    return refused.value


def test_a_corrected_value_is_in_the_case_its_title_its_lists_and_its_history(either: City) -> None:
    city = either
    case = filed(city)
    told = city.engine.foresee_correction(case, element="write", answers={"name": "新名称", "amount": "120.5"}, by=MONITOR)
    assert city.case(case).title == "旧名称"
    assert correct(city, case, name="新名称", amount="120.5") == told
    values = city.variables(case)
    assert (values["name"], values["amount"], values["double"], values["day"]) == (
        "新名称", Decimal("120.50"), Decimal("241.00"), date(2026, 9, 1),
    )  # fmt: skip
    row = city.case(case)
    assert (row.title, "新名称" in row.facts, "旧名称" in row.facts) == ("新名称", True, False)
    with city.store.read() as connection:
        found = dict(
            connection.execute(select(t.case_values.c.name, t.case_values.c.number).where(t.case_values.c.case_id == case)).all()
        )
        terms = set(connection.execute(select(t.case_terms.c.term).where(t.case_terms.c.case_id == case)).scalars())
        assert first_broken_link(connection, case, row.history_head) is None
    assert found["amount"] == 120.5
    assert ("新名" in terms, "旧名" in terms) == (True, False)
    link = city.history(case)[-1]
    assert (link.kind, link.element, link.actor, link.payload["reason"]) == (
        "variables.corrected",
        "write",
        MONITOR,
        "填写人来函更正",
    )
    assert link.payload["changes"] == {
        "name": {"before": "旧名称", "after": "新名称"},
        "amount": {"before": Decimal("100.00"), "after": Decimal("120.50")},
        "double": {"before": Decimal("200.00"), "after": Decimal("241.00")},
    }
    assert [waiting.element for waiting in city.tasks(case)] == ["approve"]


def test_the_forms_own_validator_refuses(city: City) -> None:
    case = filed(city)
    error = ensure_refused(city, case, InvalidAnswers, name="", amount="0", day="tomorrow")
    assert sorted(finding.field for finding in error.findings) == ["amount", "day", "name"]
    ensure_refused(city, case, InvalidAnswers, name="名" * 21)
    correct(city, case, name="名" * 20)


def test_a_fault_that_was_there_before_does_not_stand_in_the_way(city: City) -> None:
    case = filed(city)
    machine = city.engine.machine
    with city.store.write() as connection:  # as if the form had been laxer then
        from service.store import cases

        row = cases.lock_case(connection, case)
        assert row is not None
        work = machine.load(connection, row, actor="system")
        work.run.set_variables(None, {"paid": Decimal("11.00")})
        work.finish()
    correct(city, case, name="新名称")
    assert (city.variables(case)["name"], city.variables(case)["paid"]) == ("新名称", Decimal("11.00"))
    error = ensure_refused(city, case, InvalidAnswers, paid="12")
    assert [finding.field for finding in error.findings] == ["paid"]


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"secret": "x"}, "密封或限制查看"),
        ({"route": "乙"}, "决定案件的走向"),
        ({"double": "1"}, "由表单计算"),
        ({"proof": []}, "文件属于案卷"),
        ({"unknown": "x"}, "没有这个字段"),
    ],
)
def test_what_is_not_an_administrators_stays(city: City, answers: dict[str, Any], words: str) -> None:
    error = ensure_refused(city, filed(city), InvalidAnswers, **answers)
    (finding,) = error.findings
    assert finding.field in answers
    assert words in finding.message
    assert finding.message_en


def test_what_is_closed_is_not_shown_either(city: City) -> None:
    case = filed(city)
    (form_,) = list_filed(city.engine.machine, case, by=MONITOR)
    fields = {field.key: field for field in form_.fields}
    assert (form_.element, form_.by, form_.why_not) == ("write", CLERK, None)
    assert (fields["secret"].value, fields["secret"].why_not is None) == (None, False)
    assert (fields["name"].value, fields["name"].label, fields["name"].why_not) == ("旧名称", "名称", None)
    assert "机密底价八百" not in repr(form_)
    told = city.engine.foresee_correction(case, element="write", answers={"name": "x"}, by=MONITOR)
    assert "机密底价八百" not in repr(told)


def test_a_signed_form_and_a_vote_stay_as_they_are(city: City) -> None:
    case = filed(city)
    do(city, case, {"note": "同意"}, by=LEAD, sign=True)
    error = ensure_refused(city, case, NotAllowed, element="approve", note="不同意")
    assert "签署" in error.message
    do(city, case, {"note": "a"})
    ensure_refused(city, case, NotAllowed, element="vote", note="b")
    assert [one.element for one in list_filed(city.engine.machine, case, by=MONITOR) if one.why_not is None] == ["write"]


def test_the_answers_of_one_of_several_inside_a_sub_process_stay(city: City) -> None:
    loop = extensions('<zeebe:loopCharacteristics inputCollection="=[1,2]" inputElement="one"/>')
    inner = '<bpmn:startEvent id="in_start"/>' + user_task("inner") + end("in_end") + chain("in_start", "inner", "in_end")
    part = f'<bpmn:subProcess id="part" name="part">{inner}<bpmn:multiInstanceLoopCharacteristics>{loop}'
    part += "</bpmn:multiInstanceLoopCharacteristics></bpmn:subProcess>"
    city.deploy({"parts": '<bpmn:startEvent id="begin"/>' + part + end() + chain("begin", "part", "finished")})
    case = city.engine.start_case("parts", {}, by=CLERK).id
    do(city, case, {"note": "x"})
    ensure_refused(city, case, NotAllowed, element="inner", note="y")


def test_a_form_that_was_not_filed_is_not_corrected(city: City) -> None:
    case = filed(city)
    for element in ("other", "approve", "nothing", "choose"):
        ensure_refused(city, case, NotFound, element=element, note="x")
    ensure_refused(city, case, Invalid, name="旧名称")  # nothing would change
    ensure_refused(city, case, Invalid)


def test_only_a_monitor_corrects_and_only_with_a_reason_and_while_the_case_runs(city: City) -> None:
    case = filed(city)
    for account in (CLERK, LEAD, "pj_audit.shenji"):
        ensure_refused(city, case, NotAllowed, by=account, name="x")
        with pytest.raises(NotAllowed):
            list_filed(city.engine.machine, case, by=account)
    ensure_refused(city, case, InvalidAnswers, reason=" ", name="x")
    city.engine.suspend_case(case, reason="x", by=MONITOR)
    ensure_refused(city, case, Conflict, name="x")
