"""A case of grants: the clerk files it with a file and a price that only the lead may see, two people decide, a child
case checks the site. Made once, and copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from city import PASSWORD, City, make_city
from drawing import chain, end, extensions, form, properties, text_field, user_task
from uploading import upload

from service.access import Actor
from service.clock import SHANGHAI, FrozenClock
from service.engine.facade import Engine
from service.engine.machine import Machine, Rules
from service.engine.people import get_actor
from service.printing import gathering
from service.printing.sheet import Sheet
from service.store import Store
from service.store.blobs import Blobs
from service.worker import Worker

CLERK, SECOND, LEAD = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.jiaoyu.2", "pj_unit_lead.jiaoyu"
OTHER = "pj_unit_clerk.shuili"
NOON = datetime(2026, 8, 20, 12, 0, tzinfo=SHANGHAI)
SECRET = "4987654"


@dataclass(slots=True, kw_only=True)
class Office:
    """The city with one case in it."""

    city: City
    case: str

    @property
    def machine(self) -> Machine:
        return self.city.engine.machine

    def actor(self, account: str) -> Actor:
        with self.city.store.read() as connection:
            return get_actor(connection, account)

    def sheet(self, account: str = CLERK, case: str | None = None) -> Sheet:
        with self.city.store.read() as connection:
            return gathering.get_sheet(self.machine, connection, case or self.case, get_actor(connection, account))


def _deploy(city: City) -> None:
    choices = [{"label": "同意", "value": "agree"}, {"label": "不同意", "value": "refuse"}]
    decision: dict[str, object] = {"type": "radio", "key": "decision", "id": "decision", "label": "决定", "values": choices}
    opinion = {**text_field("opinion"), "label": "意见"}
    amount = {"type": "number", "key": "amount", "id": "amount", "label": "申请金额", "decimalDigits": 2}
    day = {"type": "datetime", "subtype": "date", "key": "due_on", "id": "due_on", "dateLabel": "完成日期"}
    unit = {**text_field("helper"), "label": "协办单位"}
    sealed = {"properties": {"readers": "pj_unit_lead"}}
    price = {"type": "number", "key": "price", "id": "price", "label": "底价", "decimalDigits": 0, **sealed}
    files = {"type": "filepicker", "key": "plans", "id": "plans", "label": "材料", "accept": ".pdf", "multiple": True}
    secrets = {**files, "key": "secrets", "id": "secrets", "label": "密封材料", **sealed}
    rows = {
        "type": "dynamiclist", "path": "items", "id": "items", "label": "清单",
        "components": [{**text_field("name"), "label": "名称"}, {**amount, "key": "cost", "id": "cost", "label": "金额"}],
    }  # fmt: skip
    begin = (
        '<bpmn:startEvent id="begin" name="提出申请">'
        + extensions('<zeebe:formDefinition formId="grants.begin"/>' + properties(title="=subject", business_key="GR"))
        + "</bpmn:startEvent>"
    )
    visit = (
        '<bpmn:callActivity id="visit" name="现场核查">'
        + extensions('<zeebe:calledElement processId="site_visit" propagateAllChildVariables="false"/>')
        + "</bpmn:callActivity>"
    )
    review = user_task("review", form="grants.review").replace('name="review"', 'name="经办审核"')
    approve = user_task("approve", groups="pj_unit_lead@jiaoyu", form="grants.approve", sign="true")
    approve = approve.replace('name="approve"', 'name="负责人审批"')
    body = begin + review + approve + visit + end().replace('name="finished"', 'name="准予资助"')
    look = user_task("look", form="site_visit.look").replace('name="look"', 'name="现场查看"')
    start = '<bpmn:startEvent id="begin" name="开始"/>'
    city.deploy(
        {
            "grants": body + chain("begin", "review", "approve", "visit", "finished"),
            "site_visit": start + look + end() + chain("begin", "look", "finished"),
        },
        {
            "grants.begin": form(
                "grants.begin", {**text_field("subject"), "label": "事项"}, amount, day, unit, price, files, secrets, rows
            ),
            "grants.review": form("grants.review", decision, opinion),
            "grants.approve": form("grants.approve", decision, opinion),
            "site_visit.look": form("site_visit.look", {**text_field("found"), "label": "核查情况"}),
        },
    )


def _walk(city: City) -> str:
    """File it; the second clerk reviews for the first, the lead signs, the child case looks at the site."""
    engine = city.engine
    plans = [upload(city, CLERK, name=name, content=name.encode()) for name in ("方案.pdf", "方案.PDF", "a/b:c.pdf")]
    secrets = [upload(city, CLERK, name="底价表.pdf", content=SECRET.encode())]
    answers: dict[str, Any] = {
        "subject": "智慧校园", "amount": Decimal("3200000.5"), "due_on": "2026-12-31", "helper": "caizheng", "price": int(SECRET),
        "plans": plans, "secrets": secrets, "items": [{"name": "服务器", "cost": 1200}, {"name": "网络", "cost": 3400}],
    }  # fmt: skip
    case = engine.start_case("grants", answers, by=CLERK).id
    (task,) = city.tasks(case)
    engine.delegate_task(task.id, to=SECOND, reason="出差", by=CLERK)
    engine.complete_task(task.id, {"decision": "agree", "opinion": "材料齐全，符合条件。"}, by=SECOND)
    (task,) = city.tasks(case)
    signature = engine.sign(by=LEAD, password=PASSWORD)
    engine.complete_task(task.id, {"decision": "agree", "opinion": "同意报送。"}, by=LEAD, signature=signature)
    city.worker.drain()
    (task,) = city.tasks(case)
    engine.complete_task(task.id, {"found": "设备均已到位"}, by=CLERK)
    city.worker.drain()
    return case


@pytest.fixture(scope="session")
def prepared_office(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("office")
    city = make_city(f"sqlite:///{folder}/city.db", folder / "files", FrozenClock(NOON))
    _deploy(city)
    case = _walk(city)
    city.store.close()
    return folder, case


@pytest.fixture
def office(prepared_office: tuple[Path, str], tmp_path: Path) -> Iterator[Office]:
    folder, case = prepared_office
    shutil.copytree(folder, tmp_path / "office")
    store = Store(f"sqlite:///{tmp_path}/office/city.db")
    with store.read() as connection:
        rules = Rules.read(connection)
    clock = FrozenClock(NOON + timedelta(hours=1))
    engine = Engine(Machine(store=store, clock=clock, blobs=Blobs(tmp_path / "office" / "files"), rules=rules))
    yield Office(city=City(engine=engine, store=store, worker=Worker(engine), clock=clock), case=case)
    store.close()
