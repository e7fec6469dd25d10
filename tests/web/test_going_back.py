"""退回 and 撤回 through the API and on pages."""

from __future__ import annotations

from typing import Any

CLERK, COLLEAGUE, LEAD = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.jiaoyu.2", "pj_unit_lead.jiaoyu"


def written(site: Any) -> tuple[str, str, str]:
    """A case whose note is written: its id, the task that wrote it, the one that signs it."""
    case = site.start()
    first = site.task(case)
    assert site.as_(CLERK).post(f"/tasks/{first}/complete", {"variables": {"note": "初稿"}}).status_code == 200
    return case, first, site.task(case)


def test_a_task_is_sent_back_and_taken_back_through_the_api(site: Any) -> None:
    case, first, second = written(site)
    clerk, lead = site.as_(CLERK), site.as_(LEAD)
    (target,) = lead.get(f"/tasks/{second}/send-back-targets").json["items"]
    assert (target["key"], target["account"], target["last"], target["straight"]) == ("write_note", CLERK, True, True)
    assert clerk.get(f"/tasks/{second}/send-back-targets").json["items"] == []

    for body in ({"to": "write_note"}, {"to": "nowhere", "reason": "x"}, {"to": "last", "reason": " "}):
        assert lead.post(f"/tasks/{second}/send-back", body).status_code == 422
    assert clerk.post(f"/tasks/{second}/send-back", {"to": "last", "reason": "x"}).status_code == 403
    assert lead.post(f"/tasks/{second}/send-back", {"to": "last", "reason": "请补正", "straight": True}).json == {"id": second}
    again = site.task(case)
    assert clerk.get(f"/tasks/{again}").json["draft"]["variables"] == {"note": "初稿"}
    assert site.as_(COLLEAGUE).post(f"/tasks/{again}/complete", {"variables": {"note": "x"}}).status_code == 403

    assert clerk.post(f"/tasks/{again}/complete", {"variables": {"note": "改稿"}}).status_code == 200
    assert clerk.post(f"/tasks/{again}/take-back", {"reason": "再改"}).json == {"id": again}
    assert clerk.post(f"/tasks/{first}/take-back", {"reason": "再改"}).json["rule"] == "take-back"
    assert lead.post(f"/tasks/{again}/take-back", {"reason": "再改"}).status_code == 404


def test_pages_offer_sending_back_and_taking_back_and_the_timeline_tells_of_them(site: Any) -> None:
    case, _first, second = written(site)
    lead, clerk = site.browser(), site.browser()
    lead.sign_in(LEAD)
    clerk.sign_in(CLERK)
    shown = lead.client.get(f"/tasks/{second}").text
    assert "申请人：write_note（" in shown
    assert "后续步骤尚无人办理" in clerk.client.get(f"/cases/{case}").text
    assert "后续步骤尚无人办理" not in lead.client.get(f"/cases/{case}").text

    sent = {"to": "write_note", "way": "straight", "reason": "金额写错了", "csrf_token": lead.token}
    assert lead.client.post(f"/tasks/{second}/send-back", data=sent).status_code == 303
    told = clerk.client.get(f"/cases/{case}").text
    assert "把“approve_note”退回到“write_note”（" in told
    assert "办完直接返回" in told
    assert "金额写错了" in told
    assert '"sent_back":["write_note"]' in told.replace(" ", "")
    again = site.task(case)
    assert "初稿" in clerk.client.get(f"/tasks/{again}").text

    assert site.as_(CLERK).post(f"/tasks/{again}/complete", {"variables": {"note": "改稿"}}).status_code == 200
    page = clerk.client.get(f"/tasks/{again}").text
    assert f"/tasks/{again}/take-back" in page
    taken = clerk.client.post(f"/tasks/{again}/take-back", data={"reason": "还要改", "csrf_token": clerk.token})
    assert taken.headers["Location"].endswith(f"/tasks/{site.task(case)}")
    assert "撤回“write_note”" in clerk.client.get(f"/cases/{case}").text
