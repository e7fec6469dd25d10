"""Registers over HTTP: who sees what, lists by keyset, versions, imports with a dry run, sheets."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import yaml
from city import ROOT
from marshmallow import Schema

from service.engine.bundle import Bundle, read_bundle
from service.engine.publishing import publish
from service.engine.registering import write_entry
from service.sdk import Write
from service.web.api import register_shapes as shapes

CLERK, OTHER, AUDIT = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.shuili", "pj_audit.shenji"
PLANNER, REVIEWER, SYSADMIN, EXPERT = (
    "pj_center_plan.zhongxin",
    "pj_center_review.zhongxin",
    "sysadmin.zhongxin",
    "pj_expert.ligong",
)
PROJECT = {
    "project_name": "智慧教育云平台", "unit_id": "jiaoyu", "status": "filed", "plan_year": Decimal(2027), "city_wide": False,
    "filed_on": date(2026, 8, 20), "total_investment": Decimal("1250000.00"),
}  # fmt: skip


class Registry:
    """The site with the registers of the measures published, and entries written as cases write them."""

    def __init__(self, site: Any) -> None:
        self.site = site
        publish(site.city.engine.machine, Bundle(registers=read_bundle(ROOT, handlers=False).registers), by="system")

    def write(self, key: str, expected: int = 0, *, register: str = "project", **data: Any) -> None:
        machine = self.site.city.engine.machine
        full = {"project_id": key, **PROJECT, **data} if register == "project" else data
        write = Write(register=register, key=key, data=full, expected=expected)
        with machine.store.write() as connection:
            write_entry(connection, machine.rules.registers, write, actor=CLERK, case_id=None, at=machine.clock.now())

    def sheet(self, *rows: list[Any]) -> bytes:
        book = openpyxl.Workbook()
        assert book.active is not None
        for row in rows:
            book.active.append(row)
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()

    def load(self, register: str, content: bytes, *, by: str = SYSADMIN, name: str = "rows.xlsx", **query: str) -> Any:
        asked = "&".join(f"{key}={value}" for key, value in query.items())
        body = {"file": (io.BytesIO(content), name)}
        return self.site.as_(by).post(f"/registers/{register}/import?{asked}", data=body)


@pytest.fixture
def registry(site: Any) -> Registry:
    return Registry(site)


@pytest.fixture
def registry_anywhere(site_anywhere: Any) -> Registry:
    return Registry(site_anywhere)


def keys(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json
    return [item["key"] for item in answer.json["items"]]


def test_readers_of_the_regulation_see_all_entries_and_units_their_own(registry: Registry) -> None:
    registry.write("PJ-2026-0001")
    registry.write("PJ-2026-0002", unit_id="shuili")
    seen = {who: keys(registry.site.as_(who).get("/registers/project")) for who in (CLERK, OTHER, AUDIT, REVIEWER, SYSADMIN)}
    everything = ["PJ-2026-0001", "PJ-2026-0002"]
    assert seen == {CLERK: everything[:1], OTHER: everything[1:], AUDIT: everything, REVIEWER: everything, SYSADMIN: everything}
    assert keys(registry.site.as_(CLERK).get("/registers/project?unit_id=shuili")) == []


def test_what_one_may_not_see_does_not_exist(registry: Registry) -> None:
    registry.write("PJ-2026-0001")
    assert registry.site.as_(CLERK).get("/registers/project/PJ-2026-0001").status_code == 200
    for who, path in (
        (OTHER, "/registers/project/PJ-2026-0001"), (EXPERT, "/registers/project"), (EXPERT, "/registers/project/PJ-2026-0001"),
        (CLERK, "/registers/project/PJ-9"), (CLERK, "/registers/nothing"), (OTHER, "/registers/nothing/export"),
    ):  # fmt: skip
        assert registry.site.as_(who).get(path).status_code == 404, (who, path)


def test_the_list_of_registers_holds_those_that_one_sees_anything_of(registry: Registry) -> None:
    def names(who: str) -> set[str]:
        return {item["name"] for item in registry.site.as_(who).get("/registers").json["items"]}

    assert names(EXPERT) == {"unit"}
    assert {"project", "system", "unit"} <= names(CLERK)
    assert names(AUDIT) == set(registry.site.city.engine.machine.rules.registers.schemas)


def test_lists_are_narrowed_by_searchable_fields_and_words_of_two_characters(registry_anywhere: Registry) -> None:
    registry_anywhere.write("PJ-2026-0001")
    registry_anywhere.write("PJ-2026-0002", project_name="水库监测系统", status="reviewed", city_wide=True)
    registry_anywhere.write("PJ-2026-0003", project_name="教育统计平台", plan_year=Decimal(2028))
    reader = registry_anywhere.site.as_(REVIEWER)

    def found(query: str) -> list[str]:
        return [key[-1] for key in keys(reader.get(f"/registers/project?{query}"))]

    assert found("q=教育") == ["1", "3"]
    assert found("q=平台 教育") == ["1", "3"]
    assert found("q=教平") == []
    assert found("q=2026-0002") == ["2"]
    assert found("q=审查通过") == ["2"]
    assert found("status=reviewed") == ["2"]
    assert found("city_wide=false") == ["1", "3"]
    assert found("plan_year=2027&status=filed") == ["1"]
    assert found("sort=-project_name") == list(reversed(found("sort=project_name")))
    assert found("q=%25") == []


@pytest.mark.parametrize(("query", "field"), [
    ("objective=x", "objective"), ("colour=red", "colour"), ("plan_year=soon", "plan_year"), ("city_wide=perhaps", "city_wide"),
    ("sort=objective", "sort"), ("limit=0", "limit"), ("fields=x", "fields"),
])  # fmt: skip
def test_what_cannot_be_asked_is_refused_by_name(registry: Registry, query: str, field: str) -> None:
    answer = registry.site.as_(REVIEWER).get(f"/registers/project?{query}")
    assert (answer.status_code, [error["field"] for error in answer.json["errors"]]) == (422, [field])


def test_every_entry_is_on_one_page_whatever_is_written_in_between(registry_anywhere: Registry) -> None:
    for number in range(1, 8):
        registry_anywhere.write(f"PJ-2026-{number:04}", status="filed" if number % 2 else "listed")
    reader = registry_anywhere.site.as_(REVIEWER)
    for sort in ("key", "-key", "status", "-status"):
        seen, after = [], ""
        while True:
            answer = reader.get(f"/registers/project?limit=3&sort={sort}{after}")
            seen += keys(answer)
            if answer.json["after"] is None:
                break
            after = f"&after={answer.json['after']}"
        assert sorted(seen) == [f"PJ-2026-{number:04}" for number in range(1, 8)], sort
    assert reader.get("/registers/project?after=nonsense").status_code == 422


def test_an_entry_shows_who_changed_what_in_each_version(registry: Registry) -> None:
    registry.write("PJ-2026-0001")
    registry.write("PJ-2026-0001", 1, status="reviewed", total_investment=Decimal("1000000.00"))
    entry = registry.site.as_(CLERK).get("/registers/project/PJ-2026-0001").json
    newest, first = entry["versions"]
    assert (entry["version"], entry["title"], entry["data"]["filed_on"]) == (2, "智慧教育云平台", "2026-08-20")
    assert (newest["version"], newest["actor"], newest["actor_name"], newest["case"]) == (2, CLERK, "王敏", None)
    assert [(change["field"], change["zh"], change["before"], change["after"]) for change in newest["changes"]] == [
        ("status", "状态", "filed", "reviewed"), ("total_investment", "总投资额", "1250000.00", "1000000.00"),
    ]  # fmt: skip
    assert first["version"] == 1


def test_the_case_that_wrote_a_version_is_named_only_to_who_may_read_it(registry: Registry) -> None:
    case = registry.site.start()
    machine = registry.site.city.engine.machine
    write = Write(register="unit", key="jiaoyu", data={"name": "市教育局", "active": True}, expected=1)
    with machine.store.write() as connection:
        write_entry(connection, machine.rules.registers, write, actor=CLERK, case_id=case, at=machine.clock.now())

    def told(who: str) -> Any:
        return registry.site.as_(who).get("/registers/unit/jiaoyu").json["versions"][0]["case"]

    assert told(CLERK)["id"] == case
    assert told(OTHER) is None


def test_an_import_is_tried_first_and_done_with_the_digest_of_the_trial(registry_anywhere: Registry) -> None:
    sheet = registry_anywhere.sheet(["单位代码", "单位名称", "类别", "在用"], ["xindanwei", "市新设局", "department", "是"])
    tried = registry_anywhere.load("unit", sheet)
    assert (tried.status_code, tried.json["counts"], tried.json["faults"]) == (200, {"new": 1, "changed": 0, "unchanged": 0}, [])
    assert (tried.json["done"], tried.json["lines"][0]["row"], tried.json["lines"][0]["title"]) == (False, 2, "市新设局")
    reader = registry_anywhere.site.as_(CLERK)
    assert reader.get("/registers/unit/xindanwei").status_code == 404
    assert registry_anywhere.load("unit", sheet, dry_run="false").status_code == 422
    done = registry_anywhere.load("unit", sheet, dry_run="false", digest=tried.json["digest"])
    assert (done.status_code, done.json["done"]) == (200, True)
    entry = reader.get("/registers/unit/xindanwei").json
    assert (entry["data"]["active"], entry["versions"][0]["actor"]) == (True, SYSADMIN)
    again = registry_anywhere.load("unit", sheet)
    assert again.json["counts"] == {"new": 0, "changed": 0, "unchanged": 1}


def test_what_has_changed_since_the_trial_is_a_conflict_and_nothing_is_lost(registry: Registry) -> None:
    registry.write("PJ-2026-0001")
    content = yaml.safe_dump(
        {"PJ-2026-0001": {"project_id": "PJ-2026-0001", "project_name": "新名", "unit_id": "jiaoyu", "status": "filed"}}
    )
    tried = registry.load("project", content.encode(), name="p.yaml", by=PLANNER)
    registry.write("PJ-2026-0001", 1, status="reviewed")
    late = registry.load("project", content.encode(), name="p.yaml", by=PLANNER, dry_run="false", digest=tried.json["digest"])
    assert late.status_code == 409
    assert registry.site.as_(CLERK).get("/registers/project/PJ-2026-0001").json["version"] == 2


def test_faults_name_row_and_column_and_keep_everything_out(registry: Registry) -> None:
    sheet = registry.sheet(
        ["项目编号", "项目名称", "需求单位", "状态", "总投资额", "拟开工日期", "多部门共用"],
        ["PJ-2019-0001", "旧平台", "市教育局", "已列入计划", 1250000.5, "2019/3/1", "否"],
        ["PJ-2019-0002", "", "xyz", "不详", "很多", "明天", "也许"],
        ["PJ-2019-0001", "又一个", "jiaoyu", "listed", 1, None, None],
    )
    answer = registry.load("project", sheet)
    assert answer.status_code == 200
    assert answer.json["digest"] is None
    told = [fault["message"] for fault in answer.json["faults"]]
    for part in ("第 3 行 项目名称：必填", "第 3 行 需求单位：没有单位 xyz", "第 3 行 状态：",
                 "第 3 行 总投资额：", "第 3 行 拟开工日期：",
                 "第 3 行 多部门共用：", "第 4 行 项目编号："):  # fmt: skip
        assert [line for line in told if line.startswith(part)], (part, told)
    assert not [line for line in told if line.startswith("第 2 行")]
    refused = registry.load("project", sheet, dry_run="false", digest="x")
    assert (refused.status_code, refused.json["type"]) == (422, "urn:chengxu:problem:register-import")
    assert keys(registry.site.as_(REVIEWER).get("/registers/project")) == []


def test_existing_projects_are_imported_as_people_write_them(registry: Registry) -> None:
    sheet = registry.sheet(
        ["项目编号", "项目名称", "需求单位", "状态", "总投资额", "拟开工日期", "多部门共用"],
        ["PJ-2019-0001", "旧平台", "市教育局", "已列入计划", 1250000.5, "2019/3/1", "否"],
    )
    tried = registry.load("project", sheet, by=PLANNER)
    assert tried.json["faults"] == []
    registry.load("project", sheet, by=PLANNER, dry_run="false", digest=tried.json["digest"])
    data = registry.site.as_(CLERK).get("/registers/project/PJ-2019-0001").json["data"]
    assert data == {
        "project_id": "PJ-2019-0001", "project_name": "旧平台", "unit_id": "jiaoyu", "status": "listed",
        "total_investment": "1250000.50", "build_start": "2019-03-01", "city_wide": False,
    }  # fmt: skip


def test_only_the_roles_that_a_schema_names_import(registry: Registry) -> None:
    content = b"x: {name: x}"
    assert registry.load("unit", content, name="u.yaml", by=PLANNER).status_code == 403
    assert registry.load("project", content, name="p.yaml", by=CLERK).status_code == 403
    assert registry.load("project", content, name="p.yaml", by=EXPERT).status_code == 404
    assert registry.load("account", content, name="a.yaml", by=PLANNER).status_code == 403
    assert registry.load("project", content, name="p.yaml", by=PLANNER).status_code == 200


def test_accounts_are_imported_with_roles_and_a_password_that_is_told_once(registry_anywhere: Registry) -> None:
    good = registry_anywhere.sheet(
        ["账号", "姓名", "单位", "角色"],
        ["zhang.san", "张三", "市教育局", "pj_unit_clerk、pj_county@panshan"],
        [CLERK, "王敏", "jiaoyu", "pj_unit_clerk"],
    )
    tried = registry_anywhere.load("account", good)
    assert (tried.json["counts"], tried.json["passwords"]) == ({"new": 1, "changed": 0, "unchanged": 1}, {})
    done = registry_anywhere.load("account", good, dry_run="false", digest=tried.json["digest"])
    assert list(done.json["passwords"]) == ["zhang.san"]
    browser = registry_anywhere.site.browser()
    assert browser.sign_in("zhang.san", done.json["passwords"]["zhang.san"]).status_code == 303
    memberships = registry_anywhere.site.as_("zhang.san").get("/me").json["memberships"]
    assert {(one["role"], one["unit"]) for one in memberships} == {("pj_unit_clerk", "jiaoyu"), ("pj_county", "panshan")}


def test_accounts_with_unknown_roles_or_units_are_refused_by_row(registry: Registry) -> None:
    bad = registry.sheet(
        ["账号", "姓名", "单位", "角色"], ["li si", "李四", "市教育局", "king"], ["wang", "", "nowhere", "pj_unit_clerk"]
    )
    told = [fault["message"] for fault in registry.load("account", bad).json["faults"]]
    assert [line.split("：")[0] for line in told] == ["第 2 行 账号", "第 3 行 姓名", "第 3 行 单位"]
    bad = registry.sheet(["账号", "姓名", "单位", "角色"], ["lisi", "李四", "市教育局", "king、pj_county@mars"])
    told = [fault["message"] for fault in registry.load("account", bad).json["faults"]]
    assert told == ["第 2 行 角色：没有角色 king", "第 2 行 角色：没有单位 mars"]


def test_an_export_holds_what_one_may_see_and_is_read_back(registry: Registry) -> None:
    registry.write("PJ-2026-0001", project_name="=1+1")
    registry.write("PJ-2026-0002", unit_id="shuili")
    answer = registry.site.as_(CLERK).get("/registers/project/export")
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    header = list(rows[0])
    assert len(rows) == 2
    line = dict(zip(header, rows[1], strict=True))
    assert (line["项目编号"], line["项目名称"], line["需求单位"], line["状态"]) == ("PJ-2026-0001", "=1+1", "市教育局", "已申报")
    cell = sheet.cell(row=2, column=header.index("项目名称") + 1)
    assert cell.data_type == "s"
    back = registry.load("project", answer.data, by=PLANNER)
    assert back.json["counts"] == {"new": 0, "changed": 0, "unchanged": 1}, back.json


def test_each_import_leaves_a_line_in_the_chain_of_its_day(registry: Registry) -> None:
    content = b"PJ-1: {project_id: PJ-1, project_name: x, unit_id: jiaoyu, status: filed}"
    tried = registry.load("project", content, name="p.yaml", by=PLANNER)
    registry.load("project", content, name="p.yaml", by=PLANNER, dry_run="false", digest=tried.json["digest"])
    machine = registry.site.city.engine.machine
    from service.store.history import list_links

    with machine.store.read() as connection:
        links = list_links(connection, f"day-{machine.clock.now().date().isoformat()}")
    (line,) = [link for link in links if link.kind == "register.written" and link.payload["key"] == "PJ-1"]
    assert (line.actor, line.payload["register"], line.payload["version"]) == (PLANNER, "project", 1)


def test_answers_about_registers_have_the_shapes_that_the_document_promises(registry: Registry) -> None:
    registry.write("PJ-2026-0001")
    reader = registry.site.as_(REVIEWER)
    answers: dict[type[Schema], Any] = {
        shapes.RegisterListShape: reader.get("/registers"),
        shapes.EntryListShape: reader.get("/registers/project"),
        shapes.RecordShape: reader.get("/registers/project/PJ-2026-0001"),
        shapes.ReportShape: registry.load("unit", b"u: {name: x}", name="u.yaml"),
    }
    for shape, answer in answers.items():
        assert answer.status_code == 200
        assert shape().validate(answer.json) == {}, shape
