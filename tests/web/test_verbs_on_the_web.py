"""Signers, urging, copies, following and comments through the API and on the pages of a task and a case."""

from __future__ import annotations

import re
from typing import Any

CLERK, COLLEAGUE, OTHER = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.jiaoyu.2", "pj_unit_clerk.shuili"
LEAD, AUDIT, FIRM = "pj_unit_lead.jiaoyu", "pj_audit.shenji", "pj_contractor.chengjiana"


def page_of(site: Any, account: str) -> Any:
    browser = site.browser()
    browser.sign_in(account)
    return browser


def test_signers_through_the_api(site_anywhere: Any) -> None:
    site = site_anywhere
    case = site.start()
    task, clerk = site.task(case), site.as_(CLERK)
    wanted = {"to": [COLLEAGUE, OTHER], "way": "after", "reason": "请核对"}
    assert clerk.post(f"/tasks/{task}/signers", {**wanted, "way": "during"}).status_code == 422
    assert site.as_(FIRM).post(f"/tasks/{task}/signers", wanted).status_code == 404
    wrong = clerk.post(f"/tasks/{task}/signers", {**wanted, "to": [CLERK]})
    assert (wrong.status_code, [error["field"] for error in wrong.json["errors"]]) == (422, ["to"])
    made = clerk.post(f"/tasks/{task}/signers", wanted)
    assert (made.status_code, [one["state"] for one in made.json["items"]]) == (201, ["asked", "asked"])

    done = clerk.post(f"/tasks/{task}/complete", {"variables": {"note": "好"}})
    assert (done.status_code, done.json["status"]) == (200, "running")
    assert clerk.get(f"/tasks/{task}").json["actions"] == []
    assert clerk.get("/tasks").json["items"] == []
    listed = clerk.get(f"/tasks/{task}/signers").json
    assert (listed["held"], [one["state"] for one in listed["items"]]) == (True, ["open", "asked"])
    again = clerk.post(f"/tasks/{task}/complete", {"variables": {"note": "好"}})
    assert (again.status_code, again.json["by"]) == (409, CLERK)

    mine = listed["items"][0]["task"]
    seen = site.as_(COLLEAGUE).get(f"/tasks/{mine}").json
    assert [one["key"] for one in seen["form"]["components"]] == ["decision", "opinion"]
    assert site.as_(COLLEAGUE).put(f"/tasks/{mine}/draft", {"variables": {"opinion": "在看"}}).status_code == 200
    agreed = {"variables": {"decision": "同意", "opinion": "可以"}}
    assert site.as_(COLLEAGUE).post(f"/tasks/{mine}/complete", agreed, key="once").status_code == 200
    assert site.as_(COLLEAGUE).post(f"/tasks/{mine}/complete", agreed, key="once").status_code == 200

    other = listed["items"][1]["id"]
    assert clerk.delete(f"/tasks/{task}/signers/{other}").status_code == 422
    assert site.as_(LEAD).delete(f"/tasks/{task}/signers/{other}?reason=x").status_code == 403
    assert clerk.delete(f"/tasks/{task}/signers/{other}?reason=不用了").json == {"id": other, "completed": task}
    assert site.as_(LEAD).get("/tasks").json["items"][0]["element"] == "approve_note"


def test_urging_copies_following_and_comments_through_the_api(site_anywhere: Any) -> None:
    site = site_anywhere
    case = site.start()
    site.city.engine.complete_task(site.task(case), {"note": "好"}, by=CLERK)
    task, clerk = site.task(case), site.as_(CLERK)

    urged = clerk.post(f"/tasks/{task}/urge", {})
    assert (urged.status_code, [one["account"] for one in urged.json["people"]]) == (200, [LEAD])
    again = site.as_(COLLEAGUE).post(f"/tasks/{task}/urge", {"reason": "快"})
    assert (again.status_code, again.json["by"]) == (409, CLERK)
    assert site.as_(FIRM).post(f"/tasks/{task}/urge", {}).status_code == 404

    assert site.as_(OTHER).get(f"/cases/{case}").status_code == 404
    assert clerk.post(f"/cases/{case}/copies", {"to": [OTHER], "words": "请知悉"}).json == {"case": case, "to": [OTHER]}
    assert site.as_(OTHER).get(f"/cases/{case}").status_code == 200
    (notice,) = site.as_(OTHER).get("/notices?kind=copied").json["items"]
    assert notice["case"]["readable"] is True
    assert site.as_(AUDIT).post(f"/cases/{case}/copies", {"to": [LEAD], "words": "x"}).status_code == 403

    assert site.as_(OTHER).put(f"/cases/{case}/follow", {}).json == {"case": case, "followed": True}
    assert site.as_(OTHER).delete(f"/cases/{case}/follow").json == {"case": case, "followed": False}
    assert site.as_(FIRM).put(f"/cases/{case}/follow", {}).status_code == 404

    said = clerk.post(f"/cases/{case}/comments", {"body": "请看", "mentions": [OTHER]})
    assert (said.status_code, said.json["mentions"]) == (201, [{"account": OTHER, "display_name": "周海涛"}])
    site.as_(OTHER).post(f"/cases/{case}/comments", {"body": "看过了"})
    first = clerk.get(f"/cases/{case}/comments?limit=1").json
    assert ([one["body"] for one in first["items"]], first["after"]) == (["请看"], said.json["id"])
    rest = clerk.get(f"/cases/{case}/comments?after={first['after']}").json
    assert ([one["body"] for one in rest["items"]], rest["after"]) == (["看过了"], None)
    refused = clerk.post(f"/cases/{case}/comments", {"body": "请看", "mentions": [FIRM]})
    assert [error["field"] for error in refused.json["errors"]] == ["mentions"]
    assert site.as_(FIRM).get(f"/cases/{case}/comments").status_code == 404
    assert site.as_(FIRM).get(f"/cases/{case}/people?q=周").status_code == 404
    found = clerk.get(f"/cases/{case}/people?q=周海涛").json["items"]
    assert found == [{"account": OTHER, "display_name": "周海涛"}]
    assert "请看" not in clerk.get(f"/cases/{case}/history").text


def test_somebody_is_added_and_decides_on_pages_and_the_case_tells_of_it(site: Any) -> None:
    case = site.start()
    task = site.task(case)
    clerk = page_of(site, CLERK)
    page = clerk.client.get(f"/tasks/{task}").text
    assert f'action="/tasks/{task}/signers"' in page
    # Without scripts a name is typed.
    form = {"to": f"周海涛，{COLLEAGUE}", "way": "after", "reason": "<b>请核对</b>", "csrf_token": clerk.token}
    assert clerk.client.post(f"/tasks/{task}/signers", data=form).status_code == 303
    page = clerk.client.get(f"/tasks/{task}").text
    assert "&lt;b&gt;请核对&lt;/b&gt;" in page
    assert [name in page for name in ("周海涛", "赵一鸣", "后加签")] == [True, True, True]
    site.city.engine.complete_task(task, {"note": "三层楼"}, by=CLERK)
    assert "王敏 已提交，正在等待加签人：周海涛、赵一鸣。" in clerk.client.get(f"/tasks/{task}").text

    (theirs,) = [one.id for one in site.city.tasks(case) if one.id != task]
    other = page_of(site, OTHER)
    shown = other.client.get(f"/tasks/{theirs}").text
    assert f'href="/tasks/{task}"' in shown
    assert "三层楼" in shown  # what they sign
    assert "前加签" not in re.sub(r"<script.*?</script>", "", shown, flags=re.S)  # who was added adds nobody
    site.city.engine.complete_task(theirs, {"decision": "不同意", "opinion": "少一层"}, by=OTHER)
    assert "少一层" in other.client.get(f"/tasks/{theirs}").text

    back = clerk.client.get(f"/tasks/{task}").text
    assert "加签：不同意（write_note）" in back
    (drop, *_) = re.findall(rf'action="(/tasks/{task}/signers/\w+/drop)"', back)
    assert clerk.client.post(drop, data={"reason": "改由他人", "csrf_token": clerk.token}).status_code == 303
    told = clerk.client.get(f"/cases/{case}?all=1").text
    for words in (
        "为“write_note”加签：周海涛、赵一鸣",
        "提交“write_note”，等待加签人",
        "退回给 王敏 重新办理",
        "取消“write_note”的加签",
    ):
        assert words in told


def test_the_page_of_a_case_urges_copies_follows_and_talks(site: Any) -> None:
    case = site.start()
    site.city.engine.complete_task(site.task(case), {"note": "好"}, by=CLERK)
    task, clerk = site.task(case), page_of(site, CLERK)

    def post(path: str, **fields: str) -> int:
        return int(clerk.client.post(f"/cases/{case}/{path}", data={**fields, "csrf_token": clerk.token}).status_code)

    assert post("urge", task=task, reason="市里在等") == 303
    page = clerk.client.get(f"/cases/{case}").text
    assert "已催办：" in page
    assert "今天已催办。" in page
    assert post("urge", task=task) == 409
    assert post("copies", to=OTHER, words="请知悉") == 303
    assert post("copies", to="查无此人", words="请知悉") == 422
    assert post("follow", follow="1") == 303
    assert "取消关注" in clerk.client.get(f"/cases/{case}").text
    assert post("follow", follow="0") == 303
    assert "关注本案" in clerk.client.get(f"/cases/{case}").text
    assert post("comments", body="<i>请看</i>", to="周海涛") == 303
    page = clerk.client.get(f"/cases/{case}").text
    assert "&lt;i&gt;请看&lt;/i&gt;" in page
    assert "@周海涛" in page
    assert "抄送给 周海涛" in page
    lead = page_of(site, LEAD)
    assert f'name="task" value="{task}"' not in lead.client.get(f"/cases/{case}").text  # one does not urge oneself
    assert "催办" in lead.client.get("/notices").text
    auditor = page_of(site, AUDIT)
    assert f'action="/cases/{case}/copies"' not in auditor.client.get(f"/cases/{case}").text


def test_the_pages_speak_english(site: Any) -> None:
    case = site.start()
    clerk = page_of(site, CLERK)
    main = site.task(case)
    site.city.engine.add_signers(main, [COLLEAGUE], way="parallel", reason="x", by=CLERK)
    clerk.client.set_cookie("lang", "en")
    case_page, task_page = clerk.client.get(f"/cases/{case}").text, clerk.client.get(f"/tasks/{main}").text
    assert "added signers to write_note" in case_page
    assert "Follow this case" in case_page
    assert "Sign alongside" in task_page
