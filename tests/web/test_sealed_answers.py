"""What is sealed is in no answer and on no page, to nobody but its readers and who entered it, until it is opened."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from city import PASSWORD
from drawing import chain, end, extensions, form, properties, start, text_field, user_task

from service.errors import Level
from service.sdk import Context, handler

CLERK, LEAD = "pj_unit_clerk.jiaoyu", "pj_unit_lead.jiaoyu"
FIRM, COMPETITOR = "pj_contractor.chengjiana", "pj_contractor.chengjianb"
TRADE, PROC, CENTRE_LEAD = "pj_trade.jiaoyi", "pj_center_proc.zhongxin", "pj_center_lead.zhongxin"
AUDIT, MONITOR, FINANCE = "pj_audit.shenji", "monitor.zhongxin", "pj_fin_proc.caizheng"
FIRST, SECOND = "pj_expert.ligong", "pj_expert.shuju"
READERS = (CLERK, LEAD, FIRM, COMPETITOR, TRADE, PROC, CENTRE_LEAD, AUDIT, MONITOR, FINANCE, FIRST, SECOND)

PRICE, SECRET_TERM = "4987654", "附赠三年驻场服务"
SEALED = ("4987654", "4,987,654", "498.7654", SECRET_TERM, "投标函正本")


@handler("weigh_bid", inline=True)
def weigh_bid(context: Context) -> dict[str, Any]:
    """Says what it saw, as rules do."""
    price = context.variables["bid_price"]
    zh, en = f"报价 {price:,} 元高于预算", f"The bid of {price:,} is above the budget"
    context.find("R-TEST-01", zh, en, level=Level.FLAG, at="bid_price")
    return {}


def bidding() -> tuple[str, dict[str, bytes]]:
    sealed = {"properties": {"readers": "pj_trade", "sealed_until": "=opened = true"}}
    price: dict[str, object] = {
        "type": "number", "key": "bid_price", "label": "报价", "id": "bid_price", "decimalDigits": 0, **sealed,
    }  # fmt: skip
    letter: dict[str, object] = {
        "type": "filepicker", "key": "letter", "label": "投标函", "id": "letter", "accept": ".txt", "multiple": True, **sealed,
    }  # fmt: skip
    rows: dict[str, object] = {
        "type": "dynamiclist", "path": "terms", "label": "条款", "id": "terms",
        "components": [text_field("name"), {**text_field("offer"), **sealed}],
    }  # fmt: skip
    weigh = (
        '<bpmn:serviceTask id="weigh_bid" name="weigh">' + extensions('<zeebe:taskDefinition type="weigh_bid"/>')
        + "</bpmn:serviceTask>"
    )  # fmt: skip
    more = extensions(properties(searchable="bid_price, note", parties="bidders"))
    steps = ("begin", "bid", "weigh_bid", "open_bids", "award", "finished")
    bid = user_task("bid", groups="pj_contractor@chengjiana", form="bidding.bid", sign="true")
    body = more + start() + bid + weigh + user_task("open_bids", groups="pj_trade", form="bidding.open_bids")
    body += user_task("award", groups="pj_center_proc", form="bidding.award") + end() + chain(*steps)
    opened: dict[str, object] = {"type": "checkbox", "key": "opened", "label": "开标", "id": "opened"}
    return body, {
        "bidding.bid": form("bidding.bid", text_field("note"), price, letter, rows),
        "bidding.open_bids": form("bidding.open_bids", opened, {**price, "readonly": True}),
        "bidding.award": form("bidding.award", {**price, "readonly": True}, text_field("reason")),
    }


@pytest.fixture
def bid(site: Any) -> str:
    body, forms = bidding()
    site.city.deploy({"bidding": body}, forms)
    case: str = site.city.engine.start_case("bidding", {}, by=CLERK).id
    sent = site.as_(FIRM).post("/attachments", data={"file": (io.BytesIO("投标函正本".encode()), "letter.txt")})
    answers = {
        "note": "第一包", "bid_price": PRICE, "letter": [sent.json["id"]], "terms": [{"name": "售后", "offer": SECRET_TERM}],
    }  # fmt: skip
    done = site.as_(FIRM).post(f"/tasks/{site.task(case)}/complete", {"variables": answers, "signature": {"password": PASSWORD}})
    assert done.status_code == 200, done.json
    return case


@pytest.fixture
def everything(site: Any) -> Callable[[str, str], str]:
    """All that an account gets to see of a case, by API and pages, as one text."""
    browsers: dict[str, Any] = {}

    def look(account: str, case: str) -> str:
        caller = site.as_(account)
        if account not in browsers:
            browsers[account] = site.browser()
            browsers[account].sign_in(account)
        browser = browsers[account].client
        told = caller.get(f"/cases/{case}")
        history = caller.get(f"/cases/{case}/history?limit=1000")
        tasks = {line["payload"].get("task") for line in (history.json.get("items") or ()) if line["payload"]} - {None}
        paths = ["/cases", "/cases?q=第一包", f"/cases?q={PRICE}", "/tasks", "/tasks?view=done", f"/cases/{case}/history?after=3"]
        paths += [f"/tasks/{task}" for task in tasks]
        with site.city.store.read() as connection:
            files = connection.exec_driver_sql("SELECT id FROM attachments").scalars().all()
        paths += [f"/attachments/{file}" for file in files]
        pages = ["/", "/?view=done", "/cases", "/cases?q=第一包", f"/cases/{case}", f"/cases/{case}?all=1"]
        pages += [f"/tasks/{task}" for task in tasks]
        answers = [told, history, *(caller.get(path) for path in paths), *(browser.get(path) for path in pages)]
        shown: list[str] = []
        for answer in answers:
            assert answer.status_code in (200, 404), answer
            text = answer.data.decode()
            answer.close()
            # Script data of pages is JSON, in which a page escapes what is not plain.
            shown.append(text.encode().decode("unicode_escape", "ignore") + text)
        return "\n".join(shown)

    return look


def seen(look: Callable[[str, str], str], case: str, account: str) -> set[str]:
    text = look(account, case)
    return {secret for secret in SEALED if secret in text}


def test_a_sealed_bid_is_shown_to_nobody_but_its_readers_and_its_bidder(
    site: Any, bid: str, everything: Callable[[str, str], str]
) -> None:
    who_sees = {account for account in READERS if seen(everything, bid, account)}
    assert who_sees == {FIRM, TRADE}
    assert {PRICE, SECRET_TERM, "投标函正本"} <= seen(everything, bid, FIRM)
    assert {PRICE, SECRET_TERM, "投标函正本"} <= seen(everything, bid, TRADE)


def test_what_is_not_sealed_stays_readable_and_the_gap_is_said(site: Any, bid: str) -> None:
    answered = next(
        line for line in site.as_(AUDIT).get(f"/cases/{bid}/history").json["items"] if line["kind"] == "task.completed"
    )
    assert answered["payload"]["answers"] == {"note": "第一包", "terms": [{"name": "售后"}]}
    assert answered["payload"]["sealed"] == ["bid_price", "letter", "terms"]
    assert answered["payload"]["signature"].keys() == {"account", "method", "at"}
    assert site.as_(AUDIT).get(f"/cases/{bid}").json["variables"]["terms"] == [{"name": "售后"}]


def test_from_a_sealed_line_on_no_hash_is_given_that_could_confirm_a_guess(site: Any, bid: str) -> None:
    def hashes(account: str, query: str = "") -> list[bool]:
        return [line["hash"] is not None for line in site.as_(account).get(f"/cases/{bid}/history{query}").json["items"]]

    mine = site.as_(FIRM).get(f"/cases/{bid}/history").json["items"]
    sealed_at = next(index for index, line in enumerate(mine) if line["kind"] == "task.completed")
    assert all(line["hash"] for line in mine)
    assert hashes(AUDIT) == [index < sealed_at for index in range(len(mine))]
    assert not any(hashes(AUDIT, f"?after={sealed_at + 1}"))


def test_lists_and_search_learn_of_a_bid_when_it_is_opened(site: Any, bid: str, everything: Callable[[str, str], str]) -> None:
    found = site.as_(AUDIT).get(f"/cases?q={PRICE}").json["items"]
    assert [row["facts"] for row in site.as_(AUDIT).get("/cases").json["items"]] == [{"note": "第一包"}]
    assert found == []

    site.city.engine.complete_task(site.task(bid), {"opened": True}, by=TRADE)

    assert site.as_(AUDIT).get("/cases").json["items"][0]["facts"]["bid_price"] == PRICE
    who_sees = {account for account in READERS if {PRICE, SECRET_TERM} <= seen(everything, bid, account)}
    assert who_sees == {CLERK, LEAD, FIRM, TRADE, PROC, CENTRE_LEAD, AUDIT, MONITOR}
    assert all(line["hash"] for line in site.as_(AUDIT).get(f"/cases/{bid}/history").json["items"])


def test_who_may_read_a_bid_but_not_its_case_sees_nothing(site: Any, bid: str) -> None:
    assert site.as_(COMPETITOR).get(f"/cases/{bid}").status_code == 404
    assert site.as_("pj_trade.jiaoyi.2").get(f"/cases/{bid}").status_code == 200


# --- blind scores -----------------------------------------------------------------------------------------------------

REMARKS = {FIRST: "架构陈旧须重做", SECOND: "总体可行"}
SCORES = {FIRST: "61.5", SECOND: "88.5"}


@pytest.fixture
def scoring(site: Any) -> str:
    score: dict[str, object] = {"type": "number", "key": "score", "label": "评分", "id": "score", "decimalDigits": 1}
    loop = extensions(
        f'<zeebe:loopCharacteristics inputCollection="=[&quot;{FIRST}&quot;,&quot;{SECOND}&quot;]" inputElement="expert" '
        'outputCollection="scores" outputElement="={who: expert, score: score, remark: remark}"/>'
    )
    task = (
        '<bpmn:userTask id="score_it" name="评分">'
        + extensions('<zeebe:assignmentDefinition assignee="=expert"/><zeebe:formDefinition formId="scoring.score_it"/>')
        + f"<bpmn:multiInstanceLoopCharacteristics>{loop}</bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"
    )
    more = extensions(properties(sealed="scores", sealed_until="=closed = true", searchable="scores"))
    close = user_task("close_it", groups="pj_center_review", form="scoring.close_it")
    body = more + start() + task + close + end() + chain("begin", "score_it", "close_it", "finished")
    closed: dict[str, object] = {"type": "checkbox", "key": "closed", "label": "公布", "id": "closed"}
    site.city.deploy(
        {"scoring": body},
        {
            "scoring.score_it": form("scoring.score_it", score, text_field("remark")),
            "scoring.close_it": form("scoring.close_it", closed),
        },
    )
    return str(site.city.engine.start_case("scoring", {}, by=CLERK).id)


def score(site: Any, case: str, expert: str) -> None:
    with site.city.store.read() as connection:
        from service.store.reads import list_case_tasks

        (task,) = [row for row in list_case_tasks(connection, [case]) if row["queue"] == f"@{expert}"]
    site.city.engine.complete_task(task["id"], {"score": SCORES[expert], "remark": REMARKS[expert]}, by=expert)


def test_an_expert_sees_their_own_score_only_until_the_scores_are_closed(
    site: Any, scoring: str, everything: Callable[[str, str], str]
) -> None:
    score(site, scoring, FIRST)
    for account in (SECOND, CLERK, CENTRE_LEAD, "pj_center_review.zhongxin", AUDIT, MONITOR):
        text = everything(account, scoring)
        assert SCORES[FIRST] not in text, account
        assert REMARKS[FIRST] not in text, account
    assert REMARKS[FIRST] in everything(FIRST, scoring)

    score(site, scoring, SECOND)
    for expert, other in ((FIRST, SECOND), (SECOND, FIRST)):
        text = everything(expert, scoring)
        assert REMARKS[expert] in text
        assert REMARKS[other] not in text
        assert SCORES[other] not in text
    assert REMARKS[FIRST] not in everything(AUDIT, scoring)

    site.city.engine.complete_task(site.task(scoring), {"closed": True}, by="pj_center_review.zhongxin")
    for account in (FIRST, SECOND, CLERK, CENTRE_LEAD, AUDIT):
        assert set(REMARKS.values()) == {remark for remark in REMARKS.values() if remark in everything(account, scoring)}
