"""审计与存证: the verification by a button, checkpoints, who read what, what administrators did; for those who may."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from drawing import chain, end, form, start, text_field, user_task
from openpyxl import load_workbook
from sqlalchemy import text

from service.engine.checkpoint_key import Vault
from service.web.api import audit

CLERK, LEAD = "pj_unit_clerk.jiaoyu", "pj_unit_lead.jiaoyu"
AUDIT, MONITOR, SYSADMIN, READER = "pj_audit.shenji", "monitor.zhongxin", "sysadmin.zhongxin", "pj_center_lead.zhongxin"
PAGES = ("/console/trust", "/console/trust/reads", "/console/trust/administrators")
ENDPOINTS = ("/audit/checkpoints", "/audit/verification", "/audit/reads", "/audit/administrators")


@pytest.fixture
def kept(site: Any, tmp_path: Path) -> Any:
    """The site with a place for checkpoints."""
    site.city.engine.machine.vault = Vault(folder=tmp_path / "checkpoints", key_file=tmp_path / "checkpoint.key")
    return site


def opened(site: Any, account: str, path: str) -> Any:
    browser = site.browser()
    browser.sign_in(account)
    return browser.client.get(path)


def pressed(site: Any, account: str, path: str) -> Any:
    browser = site.browser()
    browser.sign_in(account)
    return browser.client.post(path, data={"csrf_token": browser.token}, follow_redirects=True)


def tamper(site: Any, case: str) -> None:
    with site.city.store.write() as connection:
        connection.execute(text("DROP TRIGGER history_update_refused"))
        connection.execute(text("UPDATE history SET actor = 'wang' WHERE chain = :case AND seq = 2"), {"case": case})


def read_protected(site: Any) -> str:
    """A case whose informant the reader has looked at."""
    informant = {**text_field("informant"), "label": "举报人", "properties": {"readers": "pj_center_lead"}}
    body = start() + user_task("report", form="incidents.report") + user_task("look_into") + end()
    site.city.deploy(
        {"incidents": body + chain("begin", "report", "look_into", "finished")},
        {"incidents.report": form("incidents.report", informant)},
    )
    case: str = site.city.engine.start_case("incidents", {}, by=CLERK).id
    site.city.engine.complete_task(site.task(case), {"informant": "知情人甲"}, by=CLERK)
    assert site.as_(READER).get(f"/cases/{case}").json["variables"]["informant"] == "知情人甲"
    return case


@pytest.mark.parametrize("account", [AUDIT, MONITOR, SYSADMIN])
@pytest.mark.parametrize("path", PAGES)
def test_those_who_audit_or_administer_see_every_page(kept: Any, account: str, path: str) -> None:
    assert opened(kept, account, path).status_code == 200


@pytest.mark.parametrize("account", [CLERK, LEAD, READER])
def test_nobody_else_sees_any_of_it(kept: Any, account: str) -> None:
    for path in (*PAGES, "/console/trust/reads.xlsx", "/console/trust/administrators.xlsx"):
        assert opened(kept, account, path).status_code == 403
    caller = kept.as_(account)
    assert {caller.get(path).status_code for path in ENDPOINTS} == {403}
    assert caller.post("/audit/verification").status_code == caller.post("/audit/checkpoints").status_code == 403


def test_a_button_starts_a_verification_that_the_worker_does(kept: Any) -> None:
    kept.start()
    assert "正在核验" in pressed(kept, AUDIT, "/console/trust/verify").text
    assert kept.as_(AUDIT).post("/audit/verification").status_code == 409
    kept.city.worker.drain()
    assert "全部完整" in opened(kept, AUDIT, "/console/trust").text
    last = kept.as_(AUDIT).get("/audit/verification").json["last"]
    assert (last["broken"], last["asked_by"]) == (0, AUDIT)
    assert last["chains"] == last["total"] > 0
    assert last["ended_at"] is not None


def test_what_is_broken_is_named_with_its_case(kept: Any) -> None:
    case = kept.start()
    tamper(kept, case)
    assert kept.as_(MONITOR).post("/audit/verification").status_code == 202
    kept.city.worker.drain()
    page = opened(kept, AUDIT, "/console/trust").text
    assert "发现 1 处不符" in page
    assert f'href="/cases/{case}"' in page
    (found,) = kept.as_(AUDIT).get("/audit/verification").json["last"]["found"]
    assert (found["chain"], found["seq"], found["fault"]) == (case, 2, "link")


def test_a_checkpoint_is_signed_from_the_page_and_its_key_is_shown(kept: Any) -> None:
    assert "还没有检查点" in opened(kept, AUDIT, "/console/trust").text
    page = pressed(kept, SYSADMIN, "/console/trust/checkpoint").text
    listed = kept.as_(AUDIT).get("/audit/checkpoints").json
    assert len(listed["items"]) == 1
    assert listed["items"][0]["digest"] in page
    assert listed["key"] in page


def test_answers_have_the_shapes_that_the_document_promises(kept: Any) -> None:
    caller = kept.as_(AUDIT)
    read_protected(kept)
    made = caller.post("/audit/checkpoints")
    asked = caller.post("/audit/verification")
    kept.city.worker.drain()
    for shape, answer in (
        (audit.CheckpointShape, made),
        (audit.VerificationAskedShape, asked),
        (audit.CheckpointListShape, caller.get("/audit/checkpoints")),
        (audit.LastVerificationShape, caller.get("/audit/verification")),
        (audit.ProtectedReadListShape, caller.get("/audit/reads")),
        (audit.AdministratorActionListShape, caller.get(f"/audit/administrators?account={AUDIT}")),
    ):
        assert answer.status_code < 300, answer.json
        assert shape().validate(answer.json) == {}, shape


def test_checkpoints_come_in_pages(kept: Any) -> None:
    made = [kept.as_(AUDIT).post("/audit/checkpoints").json["id"] for _ in range(3)]
    first = kept.as_(AUDIT).get("/audit/checkpoints?limit=2").json
    second = kept.as_(AUDIT).get(f"/audit/checkpoints?limit=2&after={first['after']}").json
    assert [one["id"] for one in first["items"] + second["items"]] == made[::-1]
    assert second["after"] is None


def test_reads_of_protected_content_are_listed_and_narrowed(kept: Any) -> None:
    case = read_protected(kept)
    page = opened(kept, AUDIT, "/console/trust/reads").text
    assert "举报人" in page
    assert READER in page
    assert "知情人甲" not in page
    caller = kept.as_(AUDIT)
    (line,) = caller.get("/audit/reads").json["items"]
    assert (line["account"], line["case"], line["field"], line["where"]) == (READER, case, "informant", "api")
    key = line["business_key"]
    for query in (f"account={READER}", f"case={case}", f"case={key}", "field=informant", "since=2026-08-20&until=2026-08-20"):
        assert len(caller.get(f"/audit/reads?{query}").json["items"]) == 1, query
    for query in (f"account={CLERK}", "case=none", "field=price", "until=2026-08-19", "since=2026-08-21"):
        assert caller.get(f"/audit/reads?{query}").json["items"] == [], query
    history = caller.get(f"/cases/{case}/history").json["items"]
    assert history[line["seq"] - 1]["kind"] == "protected.read"


def test_reads_come_in_pages_without_a_gap(kept: Any) -> None:
    cases = []
    for _ in range(3):
        cases.append(read_protected(kept))
    caller, found, after = kept.as_(AUDIT), [], ""
    while after is not None:
        page = caller.get(f"/audit/reads?limit=1{after and f'&after={after}'}").json
        found += [one["case"] for one in page["items"]]
        after = page["after"]
    assert found == cases[::-1]


def test_what_administrators_did_is_listed_with_its_reason(kept: Any) -> None:
    case = kept.start()
    kept.city.engine.suspend_case(case, reason="等待复核", by=MONITOR)
    kept.city.engine.resume_case(case, reason="复核完毕", by=MONITOR)
    kept.as_(SYSADMIN).post("/audit/checkpoints")
    page = opened(kept, AUDIT, "/console/trust/administrators").text
    for words in ("暂停办理", "等待复核", "恢复办理", "生成检查点"):
        assert words in page
    caller = kept.as_(AUDIT)
    kinds = [one["kind"] for one in caller.get("/audit/administrators").json["items"]]
    assert kinds.count("case.suspended") == kinds.count("checkpoint.signed") == 1
    assert "session.opened" not in kinds
    narrowed = caller.get(f"/audit/administrators?account={MONITOR}&kind=case.suspended").json["items"]
    assert [(one["case"], one["told"]["reason"]) for one in narrowed] == [(case, "等待复核")]
    assert caller.get("/audit/administrators?until=2026-08-19").json["items"] == []


def test_actions_come_in_pages_without_a_gap(kept: Any) -> None:
    for _ in range(2):
        case = kept.start()
        kept.city.engine.suspend_case(case, reason="等待", by=MONITOR)
        kept.city.engine.terminate_case(kept.start(), reason="重复", by=MONITOR)
    caller, found, after = kept.as_(AUDIT), [], ""
    whole = [(one["chain"], one["seq"]) for one in caller.get("/audit/administrators").json["items"]]
    while after is not None:
        page = caller.get(f"/audit/administrators?limit=1{after and f'&after={after}'}").json
        found += [(one["chain"], one["seq"]) for one in page["items"]]
        after = page["after"]
    assert found == whole
    assert len(found) == len(set(found)) >= 4


@pytest.mark.parametrize("path", ["/audit/administrators?after=1~x", "/audit/reads?after=x", "/audit/reads?since=gestern"])
def test_what_is_no_cursor_or_date_is_refused(kept: Any, path: str) -> None:
    assert kept.as_(AUDIT).get(path).status_code == 422


def test_both_lists_can_be_taken_as_sheets(kept: Any) -> None:
    case = read_protected(kept)
    kept.city.engine.suspend_case(case, reason="=等待复核", by=MONITOR)
    for path, cell in (("reads", "举报人"), ("administrators", "=等待复核")):
        with opened(kept, AUDIT, f"/console/trust/{path}.xlsx") as answer:
            sheet = load_workbook(BytesIO(answer.data)).active
        values = [value for row in sheet.iter_rows(values_only=True) for value in row]
        assert cell in values


@pytest.mark.parametrize("account", [MONITOR, SYSADMIN, AUDIT])
def test_who_administers_or_audits_decides_no_case(kept: Any, account: str) -> None:
    case = kept.start()
    task, before = kept.task(case), len(kept.city.history(case))
    caller, browser = kept.as_(account), kept.browser()
    browser.sign_in(account)
    engine = kept.city.engine
    for command in (
        lambda: engine.claim_task(task, by=account),
        lambda: engine.complete_task(task, {"note": "x"}, by=account),
        lambda: engine.send_back_task(task, to="last", straight=False, reason="重填", by=account),
        lambda: engine.take_back_task(task, reason="撤回", by=account),
        lambda: engine.add_signers(task, [LEAD], way="before", reason="看看", by=account),
    ):
        with pytest.raises(Exception, match=r".") as refused:
            command()
        assert type(refused.value).__name__ in ("NotAllowed", "NotFound"), refused.value
    posts = [
        caller.post(f"/tasks/{task}/claim"),
        caller.post(f"/tasks/{task}/complete", {"variables": {"note": "x"}}),
        caller.post(f"/tasks/{task}/send-back", {"to": "last", "reason": "重填"}),
        caller.post(f"/tasks/{task}/signers", {"to": [LEAD], "way": "before", "reason": "看看"}),
    ]
    assert {one.status_code for one in posts} <= {403, 404}
    token = browser.token
    pages = [
        browser.client.post(f"/tasks/{task}/{verb}", data={"csrf_token": token, "to": "last", "reason": "重填"})
        for verb in ("claim", "send-back", "transfer", "delegate")
    ]
    assert {one.status_code for one in pages} <= {403, 404}
    assert len(kept.city.history(case)) == before
