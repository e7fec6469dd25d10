"""People and units on pages and over HTTP: every act with its refusals, and what each reader may do there."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

CLERK, LEAD = "pj_unit_clerk.jiaoyu", "pj_unit_lead.jiaoyu"
MONITOR, SYSADMIN, AUDIT = "monitor.zhongxin", "sysadmin.zhongxin", "pj_audit.shenji"
PERSON = f"/console/people/{CLERK}"
NEW = {"account": "li.ming", "display_name": "李明", "email": "", "role": "pj_unit_clerk", "unit": "shuili", "reason": "新入职"}


class Person:
    """Somebody signed in with a browser."""

    def __init__(self, site: Any, account: str) -> None:
        self._browser = site.browser()
        assert self._browser.sign_in(account).status_code == 303

    def get(self, path: str) -> Any:
        return self._browser.client.get(path)

    def post(self, path: str, **data: str) -> Any:
        return self._browser.client.post(path, data={**data, "csrf_token": self._browser.token}, follow_redirects=True)


@pytest.fixture
def admin(site: Any) -> Person:
    return Person(site, SYSADMIN)


@pytest.mark.parametrize(
    "asked", ["q=王敏", "q=pj_unit_clerk.jiaoyu", "unit=jiaoyu&role=pj_unit_clerk", "state=active&unit=jiaoyu"]
)
def test_people_are_found(admin: Person, asked: str) -> None:
    assert f'href="{PERSON}"' in admin.get(f"/console/people?{asked}").text


@pytest.mark.parametrize("asked", ["q=无此人", "unit=shuili", "role=pj_unit_lead", "state=disabled", "q=%25"])
def test_and_not_found_by_what_they_are_not(admin: Person, asked: str) -> None:
    assert f'href="{PERSON}"' not in admin.get(f"/console/people?{asked}").text


def test_a_new_person_is_entered_and_the_password_is_shown_once(site: Any, admin: Person) -> None:
    answer = admin.post("/console/people/new", **NEW)
    assert answer.status_code == 200
    password = answer.text.split('password-once">')[1].split("<")[0]
    assert password not in admin.get("/console/people/li.ming").text
    assert site.browser().sign_in("li.ming", password).status_code == 303


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"account": "李明"}, "账号由 2—80 个"), ({"account": CLERK}, "已存在"), ({"display_name": ""}, "请填写姓名"),
        ({"email": "x"}, "邮箱地址不正确"), ({"reason": ""}, "原因"),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_said_and_the_others_stay(admin: Person, changed: dict[str, str], words: str) -> None:
    answer = admin.post("/console/people/new", **{**NEW, **changed})
    assert answer.status_code == 422
    assert words in answer.text
    if "display_name" not in changed:
        assert 'value="李明"' in answer.text


def test_roles_are_granted_and_revoked_and_duties_kept_apart(site: Any, admin: Person) -> None:
    assert "已授予角色" in admin.post(f"{PERSON}/grant", role="pj_unit_lead", unit="jiaoyu", reason="兼任").text
    again = admin.post(f"{PERSON}/grant", role="pj_unit_lead", unit="jiaoyu", reason="兼任")
    assert (again.status_code, "已有该角色" in again.text) == (409, True)
    apart = admin.post(f"{PERSON}/grant", role="monitor", unit="zhongxin", reason="兼任")
    assert (apart.status_code, "不能由同一账号担任" in apart.text) == (403, True)
    case = site.start()
    site.city.engine.claim_task(site.task(case), by=CLERK)
    answer = admin.post(f"{PERSON}/revoke", role="pj_unit_clerk", unit="jiaoyu", reason="调岗")
    assert "退回待办 1 项" in answer.text
    assert site.city.tasks(case)[0].holder is None


def test_leave_is_noted_and_struck_out(admin: Person) -> None:
    wrong = admin.post(f"{PERSON}/absent", **{"from": "2026-09-02", "until": "2026-09-01", "reason": "年休假"})
    assert (wrong.status_code, "截止日期不能早于" in wrong.text) == (422, True)
    assert "年休假" in wrong.text, "what was entered stays"
    empty = admin.post(f"{PERSON}/absent", **{"from": "", "until": "2026-09-01", "reason": "年休假"})
    assert (empty.status_code, "请填写日期" in empty.text) == (422, True)
    text = admin.post(f"{PERSON}/absent", **{"from": "2026-08-19", "until": "2026-09-01", "reason": "年休假"}).text
    assert "2026-08-19 – 2026-09-01" in text
    assert "休假至 2026-09-01" in admin.get("/console/people?unit=jiaoyu").text
    absence = text.split('name="absence" value="')[1].split('"')[0]
    assert "已撤销请假" in admin.post(f"{PERSON}/present", absence=absence, reason="提前回岗").text


def test_an_account_is_disabled_and_enabled_and_gets_another_password(site: Any, admin: Person) -> None:
    assert "已停用账号" in admin.post(f"{PERSON}/disable", reason="离岗").text
    assert site.browser().sign_in(CLERK).status_code != 303
    assert "已启用账号" in admin.post(f"{PERSON}/enable", reason="回岗").text
    text = admin.post(f"{PERSON}/password", reason="忘记密码").text
    assert site.browser().sign_in(CLERK, text.split('password-once">')[1].split("<")[0]).status_code == 303


def test_nobody_administers_themselves(admin: Person) -> None:
    text = admin.get(f"/console/people/{SYSADMIN}").text
    assert "不能更改自己的账号" in text
    assert "/password" not in text
    assert admin.post(f"/console/people/{SYSADMIN}/password", reason="x").status_code == 403


@pytest.mark.parametrize("who", [MONITOR, AUDIT])
def test_others_of_the_console_read_and_change_nothing(site: Any, who: str) -> None:
    reader = Person(site, who)
    text = reader.get(PERSON).text
    assert "能看到什么" in text
    assert "只有系统管理员可以更改" in text
    assert "<form" not in text.split('id="acts-title"')[1]
    for verb in ("grant", "revoke", "disable", "password", "absent"):
        given = {"role": "pj_unit_lead", "unit": "jiaoyu", "from": "2026-09-01", "until": "2026-09-02", "reason": "x"}
        assert reader.post(f"{PERSON}/{verb}", **given).status_code == 403
    assert reader.get("/console/people/new").status_code == 403
    assert reader.post("/console/units", id="x", name="x", reason="x").status_code == 403


def test_staff_see_none_of_it(site: Any) -> None:
    clerk = Person(site, CLERK)
    for path in ("/console/people", PERSON, "/console/units", "/console/units/jiaoyu", "/console/matrix", "/console/matrix.xlsx"):
        assert clerk.get(path).status_code == 403, path


def test_units_are_made_renamed_closed_and_opened(admin: Person) -> None:
    taken = admin.post("/console/units", id="jiaoyu", name="另一个教育局", reason="试")
    assert (taken.status_code, "已存在" in taken.text, "另一个教育局" in taken.text) == (409, True, True)
    assert "小写字母" in admin.post("/console/units", id="数据局", name="数据局", reason="新设").text
    assert "已新建单位" in admin.post("/console/units", id="xinju", name="市数据局", reason="机构改革").text
    assert "市数据管理局" in admin.post("/console/units/xinju/rename", name="市数据管理局", reason="更名").text
    assert "2026-08-20 停用" in admin.post("/console/units/xinju/close", reason="撤并").text
    assert admin.post("/console/units/xinju/close", reason="撤并").status_code == 409
    assert "已恢复单位" in admin.post("/console/units/xinju/reopen", reason="恢复").text
    assert "市数据管理局" in admin.get("/console/units?q=数据管理").text
    assert admin.get("/console/units/nowhere").status_code == 404


def test_the_matrix_and_its_sheet_say_the_same(site: Any, admin: Person) -> None:
    text = admin.get("/console/matrix").text
    assert "项目申报" in text or "write_note" in text or "没有人担任" in text
    rows = list(load_workbook(BytesIO(admin.get("/console/matrix.xlsx").data)).active.values)
    items = site.as_(MONITOR).get("/matrix").json["items"]
    assert len(rows) - 1 == len([one for one in items if one["process"] == "notes"])
    assert admin.get("/console/matrix?regulation=nothing").status_code == 404


def test_the_api_administers(site: Any) -> None:
    admin = site.as_(SYSADMIN)
    made = admin.post("/accounts", NEW, key="once")
    assert made.status_code == 201
    again = admin.post("/accounts", NEW, key="once")
    assert again.status_code == 422, "an answer with a password is not kept"
    assert [one["account"] for one in admin.get("/accounts?q=li.ming").json["items"]] == ["li.ming"]
    role = {"role": "pj_unit_lead", "unit": "shuili", "reason": "兼任"}
    assert admin.post("/accounts/li.ming/grant", role).status_code == 200
    assert admin.post("/accounts/li.ming/revoke", role).json == {"account": "li.ming", "released": 0}
    leave = admin.post("/accounts/li.ming/absences", {"from": "2026-09-01", "until": "2026-09-02", "reason": "年休假"})
    assert leave.status_code == 201
    assert admin.post(f"/absences/{leave.json['id']}/strike", {"reason": "取消"}).status_code == 200
    assert admin.post("/accounts/li.ming/disable", {"reason": "离职"}).status_code == 200
    sees = admin.get("/accounts/li.ming/sees").json
    assert (sees["active"], sees["acts"], sees["units"]) == (False, False, ["shuili"])
    assert admin.post("/accounts/li.ming/enable", {"reason": "回来"}).status_code == 200
    assert admin.post("/accounts/li.ming/password", {"reason": "忘记"}).json["password"]
    assert admin.post("/units", {"id": "xinju", "name": "市数据局", "reason": "新设"}).status_code == 201
    for verb in ("close", "reopen"):
        assert admin.post(f"/units/xinju/{verb}", {"reason": "试"}).status_code == 200
    assert admin.post("/units/xinju/rename", {"name": "市数据管理局", "reason": "更名"}).status_code == 200
    assert "市数据管理局" in {one["name"] for one in admin.get("/units?limit=200").json["items"]}
    monitor = site.as_(MONITOR)
    assert monitor.post("/accounts", {**NEW, "account": "other"}).status_code == 403
    assert monitor.post("/units", {"id": "x", "name": "x", "reason": "x"}).status_code == 403
    assert site.as_(CLERK).get("/accounts").status_code == 403
