"""Handlers that tell people: a notice for each group that exists once, and a line of history."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from city import City
from drawing import chain, end, service_task, start, user_task

from service.engine.people import as_actor
from service.engine.reads import scope_of
from service.errors import Invalid, NotFound
from service.sdk import HANDLERS, Context, Registered
from service.store import notices, people
from service.store.notices import NoticeFilter

CLERK, OTHER, UNIT_LEAD = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.shuili", "pj_unit_lead.jiaoyu"
LEAD, AUDIT = "pj_center_lead.zhongxin", "pj_audit.shenji"


@pytest.fixture
def tell() -> Iterator[Any]:
    """Gives the handler `tell` what to say; gone afterwards."""
    before = dict(HANDLERS)

    def give(run: Any, *, inline: bool = True) -> None:
        HANDLERS["tell"] = Registered(name="tell", run=run, inline=inline, source=__file__)

    yield give
    HANDLERS.clear()
    HANDLERS.update(before)


def filed(city: City) -> str:
    body = start() + user_task("work") + service_task("tell") + user_task("after") + end()
    city.deploy({"telling": body + chain("begin", "work", "tell", "after", "finished")})
    case = city.engine.start_case("telling", {}, by=CLERK).id
    city.engine.complete_task(city.tasks(case)[0].id, {}, by=CLERK)
    city.worker.drain()
    return case


def scope(city: City, account: str) -> Any:
    with city.store.read() as connection:
        row = people.find_account(connection, account)
    assert row is not None
    return scope_of(as_actor(row), city.engine.machine.book)


def told(city: City, account: str, **where: Any) -> list[dict[str, Any]]:
    with city.store.read() as connection:
        page = notices.list_notices(connection, scope(city, account), where=NoticeFilter(**where), after=None, limit=50)
    return list(page.rows)


def unread(city: City, account: str) -> int:
    with city.store.read() as connection:
        return notices.count_unread(connection, account=account, queues=scope(city, account).queues)


@pytest.mark.parametrize("inline", [True, False])
def test_a_notice_reaches_its_groups_and_the_history(city: City, tell: Any, inline: bool) -> None:
    tell(lambda context: context.notify("pj_unit_lead@jiaoyu, pj_center_lead", "请知悉", "For your information"), inline=inline)
    case = filed(city)

    for account in (UNIT_LEAD, LEAD):
        (one,) = told(city, account)
        assert (one["kind"], one["zh"], one["en"], one["case_id"]) == ("notified", "请知悉", "For your information", case)
    assert told(city, CLERK) == []
    assert told(city, AUDIT) == []
    (line,) = [link for link in city.history(case) if link.kind == "notice.given"]
    assert line.payload["queues"] == ["pj_unit_lead@jiaoyu", "pj_center_lead"]


def test_who_is_told_in_two_capacities_reads_it_once(city: City, tell: Any) -> None:
    tell(lambda context: context.notify(["pj_center_lead", f"@{LEAD}", "pj_center_lead@zhongxin"], "请知悉", "For information"))
    filed(city)
    assert len(told(city, LEAD)) == 1
    assert unread(city, LEAD) == 1


def test_who_may_not_read_the_case_learns_only_what_they_were_told(city: City, tell: Any) -> None:
    tell(lambda context: context.notify(f"@{OTHER}", "请知悉", "For information"))
    filed(city)
    (one,) = told(city, OTHER)
    assert not one["readable"]
    assert one["unread"]


def test_a_group_that_is_none_stops_the_step(city: City, tell: Any) -> None:
    tell(lambda context: context.notify("pj_unit_lead@", "请知悉", "For information"))
    with pytest.raises(Invalid):
        filed(city)


def test_nobody_is_told_of_a_command_that_is_refused(city: City, tell: Any) -> None:
    def refuse(context: Context) -> None:
        context.notify("pj_center_lead", "请知悉", "For information")
        context.block("", "R-X", "不可以", "No")

    tell(refuse)
    with pytest.raises(Invalid):
        filed(city)
    assert told(city, LEAD) == []


def test_an_escalation_of_one_deadline_is_not_repeated_within_a_day(city: City, tell: Any) -> None:
    tell(lambda context: context.notify("pj_center_lead", "已逾期", "Overdue", deadline="D-PJ-18a"))
    case = filed(city)
    (one,) = told(city, LEAD)
    assert (one["kind"], one["deadline"]) == ("escalated", "D-PJ-18a")
    with city.store.write() as connection:

        def again(hours: int, deadline: str = "D-PJ-18a") -> tuple[str, ...]:
            return notices.insert_notice(
                connection, case_id=case, kind="escalated", deadline=deadline, zh="再次", en="again",
                at=city.clock.now() + timedelta(hours=hours), queues=["pj_center_lead"],
            )  # fmt: skip

        assert again(23) == ()
        assert again(48) == ("pj_center_lead",)
        assert again(1, "D-PJ-18b") == ("pj_center_lead",)


def test_reading_is_ones_own_and_needs_to_have_been_told(city: City, tell: Any) -> None:
    tell(lambda context: [context.notify("pj_center_lead", f"第{n}条", f"No. {n}") for n in range(3)] and None)
    filed(city)
    newest, middle, oldest = told(city, LEAD)
    assert (newest["zh"], unread(city, LEAD)) == ("第2条", 3)

    with pytest.raises(NotFound):
        city.engine.read_notice(middle["id"], by=CLERK)
    city.engine.read_notice(middle["id"], by=LEAD)
    city.engine.read_notice(middle["id"], by=LEAD)

    assert [one["id"] for one in told(city, LEAD, unread=True)] == [newest["id"], oldest["id"]]
    assert unread(city, LEAD) == 2
    assert unread(city, f"{LEAD}.2") == 3
    city.engine.read_all_notices(by=LEAD)
    assert (unread(city, LEAD), len(told(city, LEAD))) == (0, 3)
    filed(city)
    assert unread(city, LEAD) == 3


def test_notices_are_paged_and_narrowed(city: City, tell: Any) -> None:
    tell(lambda context: [context.notify("pj_center_lead", f"第{n}条", f"No. {n}") for n in range(5)] and None)
    case, second = filed(city), filed(city)
    assert [one["zh"] for one in told(city, LEAD, case=case)] == [f"第{n}条" for n in (4, 3, 2, 1, 0)]
    assert len(told(city, LEAD, kind="notified")) == 10
    assert told(city, LEAD, kind="overdue") == []
    seen: list[str] = []
    after = None
    with city.store.read() as connection:
        while True:
            page = notices.list_notices(connection, scope(city, LEAD), where=NoticeFilter(), after=after, limit=3)
            seen += [row["id"] for row in page.rows]
            after = page.after
            if after is None:
                break
    assert (len(seen), len(set(seen)), seen) == (10, 10, sorted(seen, reverse=True))
    assert second in {one["case_id"] for one in told(city, LEAD)}


def test_a_command_without_notices_writes_to_no_table_of_theirs(city: City, tell: Any) -> None:
    import sqlalchemy

    tell(lambda context: None)
    seen: list[str] = []
    sqlalchemy.event.listen(city.store.engine, "before_cursor_execute", lambda _c, _u, text, *_rest: seen.append(text))
    filed(city)
    assert seen
    assert [text for text in seen if "INTO notice" in text] == []
