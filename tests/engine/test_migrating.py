"""A running case moves to another version of its process: nothing that waits is lost or restarted, and the case does not move."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from city import City, make_city
from drawing import chain, end, extensions, flow, form, service_task, start, text_field, user_task
from drawing_more import call, gate, inside, several, timer

from service.clock import SHANGHAI, FrozenClock
from service.engine.reconcile import reconcile
from service.errors import Conflict, InvalidAnswers, NotAllowed, NotFound
from service.sdk import Context, handler
from service.store import cases, entries, relabelling
from service.store import reads as rows
from service.store.history import first_broken_link

CLERK, COLLEAGUE, LEAD, MONITOR = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.jiaoyu.2", "pj_unit_lead.jiaoyu", "monitor.zhongxin"
LEADS = {"groups": "pj_unit_lead@jiaoyu"}
ONE = start() + user_task("write") + user_task("check", **LEADS) + end() + chain("begin", "write", "check", "finished")


@handler("slow_before_migrating")
def do_slowly(context: Context) -> None:
    """A job that the worker has not come to."""


@handler("slow_after_migrating")
def do_otherwise(context: Context) -> None:
    """The handler of the new version."""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """One city for all: each test publishes its own diagrams."""
    folder = tmp_path_factory.mktemp("city")
    made = make_city(f"sqlite:///{folder}/city.db", folder, FrozenClock(datetime(2026, 8, 20, 9, 0, tzinfo=SHANGHAI)))
    yield made
    made.store.close()


@pytest.fixture
def either(city_at: Callable[..., City]) -> City:
    return city_at(datetime(2026, 8, 20, 9, 0, tzinfo=SHANGHAI))


class Letters:
    """A case of a process whose versions are drawn in turn."""

    def __init__(self, city: City, name: str, body: str, forms: dict[str, bytes] | None = None) -> None:
        self.city, self.name = city, name
        city.deploy({name: body}, forms)
        self.case = city.engine.start_case(name, {}, by=CLERK).id

    def publish(self, body: str, forms: dict[str, bytes] | None = None) -> None:
        self.city.deploy({self.name: body}, forms)

    def plan(self, **mapping: str) -> Any:
        return self.city.engine.plan_migration(self.name, 1, 2, mapping, by=MONITOR)

    def move(self, **mapping: str) -> bytes:
        return self.city.engine.migrate_case(
            self.case, from_version=1, to_version=2, mapping=mapping, reason="新版流程", by=MONITOR
        )

    def undo(self, before: bytes) -> None:
        self.city.engine.undo_migration(self.case, before, reason="弄错了", by=MONITOR)

    def do(self, step: str, by: str = CLERK) -> None:
        task = next(row.id for row in self.city.tasks(self.case) if row.element == step)
        self.city.engine.complete_task(task, {}, by=by)

    @property
    def waits(self) -> list[tuple[str, str]]:
        return sorted((row.kind if row.table != "task" else "task", row.element or "") for row in self.city.waiting(self.case))

    def rows(self) -> dict[str, Any]:
        """All that waits, as it is stored."""
        with self.city.store.read() as connection:
            tables = ("tasks", "jobs", "subscriptions")
            return {table: sorted(relabelling.list_rows(connection, table, self.case), key=str) for table in tables}

    def task(self, step: str) -> cases.TaskRow:
        with self.city.store.read() as connection:
            found = cases.find_task(connection, next(row.id for row in self.city.tasks(self.case) if row.element == step))
        assert found is not None
        return found

    def blocked(self, **mapping: str) -> list[str]:
        """The rules that the plan names, each of which the command must refuse for."""
        found = self.plan(**mapping)
        before = (self.city.case(self.case), self.rows())
        with pytest.raises(Conflict) as refused:
            self.move(**mapping)
        assert (self.city.case(self.case), self.rows()) == before
        assert found.movable == 0
        assert all(reason.zh in refused.value.message for reason in found.reasons)
        return sorted({reason.rule for reason in found.reasons})

    def ensure_whole(self) -> None:
        """The rows are those for which the run waits, and the history is unbroken."""
        machine = self.city.engine.machine
        with self.city.store.engine.connect() as connection:
            row = cases.find_case(connection, self.case)
            assert row is not None
            work = machine.load(connection, row, actor="system")
            reconcile(work, cases.waiting(connection, self.case), machine.book)
            assert (work.jobs, work.chain.rows) == ([], [])
            assert first_broken_link(connection, self.case, row.history_head) is None
            connection.rollback()


_numbers = iter(range(1_000))


@pytest.fixture
def letters(city: City) -> Any:
    return lambda body, forms=None: Letters(city, f"letters{next(_numbers)}", body, forms)


def test_a_task_keeps_id_holder_draft_and_due_date(either: City) -> None:
    due = '<zeebe:taskSchedule dueDate="=today() + duration(&quot;P3D&quot;)"/>'
    first = ONE.replace("<bpmn:extensionElements>", "<bpmn:extensionElements>" + due, 1)
    letters = Letters(either, "letters", first)
    task = letters.task("write")
    either.engine.claim_task(task.id, by=CLERK)
    either.engine.save_draft(f"task:{task.id}", {"note": "half", "gone": "kept"}, by=CLERK)
    held = letters.task("write")
    either.clock.advance(timedelta(days=1))
    letters.publish(first.replace("P3D", "P9D").replace('name="check"', 'name="Check it"'))
    letters.move()
    assert letters.task("write") == held
    assert (either.case(letters.case).version, letters.waits) == (2, [("task", "write")])
    with either.store.read() as connection:
        found = entries.find_draft(connection, account=CLERK, subject=f"task:{task.id}")
    assert found is not None
    assert found[0] == {"note": "half", "gone": "kept"}
    letters.ensure_whole()
    letters.do("write")
    assert letters.task("check").name == "Check it"


def test_the_history_says_from_which_version_to_which_and_why(letters: Any) -> None:
    one = letters(ONE)
    old = one.city.case(one.case).digest
    one.publish(ONE.replace('name="check"', 'name="x"'))
    one.move()
    link = one.city.history(one.case)[-1]
    row = one.city.case(one.case)
    assert (link.kind, link.actor) == ("case.migrated", MONITOR)
    assert link.payload["before"] == {"version": 1, "digest": old}
    assert link.payload["after"] == {"version": 2, "digest": row.digest}
    assert link.payload["reason"] == "新版流程"
    assert row.digest != old


def test_a_step_may_get_another_id_and_separation_of_duty_goes_with_it(letters: Any) -> None:
    one = letters(ONE)
    one.do("write")
    body = start() + user_task("draft") + user_task("verify", sod="draft", groups="pj_unit_clerk@jiaoyu") + end()
    one.publish(body + chain("begin", "draft", "verify", "finished"))
    task = one.task("check")
    before = one.move(write="draft", check="verify")
    now = one.task("verify")
    assert (now.id, now.element, now.form, now.queue) == (task.id, "verify", "plain.verify", "pj_unit_clerk@jiaoyu")
    with pytest.raises(NotAllowed, match="draft"):
        one.do("verify", by=CLERK)
    assert rows_of_bars(one) == [CLERK]
    one.ensure_whole()
    one.undo(before)
    assert (one.task("check"), rows_of_bars(one)) == (task, [])
    one.move(write="draft", check="verify")
    one.do("verify", by=COLLEAGUE)
    assert one.city.case(one.case).status == "completed"


def rows_of_bars(one: Letters) -> list[str]:
    with one.city.store.read() as connection:
        listed = rows.list_case_tasks(connection, [one.case])
        task = next(task for task in listed if task["status"] == "open")
        from service.store.tables import task_bars

        found = connection.execute(task_bars.select().where(task_bars.c.task_id == task["id"]))
        return [row.account for row in found]


def test_timers_keep_their_dates_and_new_ones_begin(letters: Any) -> None:
    body = ONE + timer("late", "write", interrupting=False, duration="P60D") + end("told") + flow("late", "told")
    one = letters(body)
    started = one.city.clock.now()
    one.city.clock.advance(timedelta(days=10))
    more = timer("later", "write", duration="P5D") + end("over") + flow("later", "over")
    one.publish(body.replace("P60D", "P1D").replace('"late"', '"old"').replace("late_to_told", "old_to_told") + more)
    one.move(late="old")
    jobs = {row["element"]: row["id"] for row in one.rows()["jobs"]}
    assert sorted(jobs) == ["later", "old"]
    with one.city.store.read() as connection:
        from service.store.jobs import find_job

        due = {element: find_job(connection, job).due_at for element, job in jobs.items()}  # type: ignore[union-attr]
    assert due == {"old": started + timedelta(days=60), "later": one.city.clock.now() + timedelta(days=5)}
    one.ensure_whole()


def test_a_timer_that_is_gone_is_cancelled_and_comes_back_with_its_date_by_an_undo(letters: Any) -> None:
    body = ONE + timer("late", "write", duration="P60D") + end("told") + flow("late", "told")
    one = letters(body)
    before_rows = one.rows()
    one.publish(ONE)
    one.city.clock.advance(timedelta(days=10))
    before = one.move()
    assert one.waits == [("task", "write")]
    one.undo(before)
    now = one.rows()
    assert now["tasks"] == before_rows["tasks"]
    assert [row["element"] for row in now["jobs"]] == ["late"]
    one.ensure_whole()
    one.city.clock.advance(timedelta(days=51))
    one.city.worker.drain()
    assert one.city.case(one.case).outcome == "told"


def test_an_undo_puts_everything_back_as_it_was(letters: Any) -> None:
    one = letters(ONE)
    row, waiting = one.city.case(one.case), one.rows()
    one.publish(start() + user_task("draft", **LEADS) + end() + chain("begin", "draft", "finished"))
    before = one.move(write="draft")
    assert one.task("draft").queue == "pj_unit_lead@jiaoyu"
    one.undo(before)
    now = one.city.case(one.case)
    for name in ("version", "digest", "state", "variables", "actors", "facts", "title"):
        assert getattr(now, name) == getattr(row, name)
    assert one.rows() == waiting
    assert [link.kind for link in one.city.history(one.case)][-2:] == ["case.migrated", "case.migration_undone"]
    one.ensure_whole()
    with pytest.raises(Conflict):
        one.undo(before)


def test_what_has_happened_since_keeps_a_migration_from_being_undone(letters: Any) -> None:
    one = letters(ONE)
    one.publish(ONE.replace('name="check"', 'name="x"'))
    before = one.move()
    one.city.engine.comment(one.case, "只是一句话", by=CLERK)
    one.city.engine.claim_task(one.task("write").id, by=CLERK)
    with pytest.raises(Conflict, match="新的办理"):
        one.undo(before)
    assert one.city.case(one.case).version == 2


def test_a_remark_keeps_nothing_from_being_undone(letters: Any) -> None:
    one = letters(ONE)
    one.publish(ONE.replace('name="check"', 'name="x"'))
    before = one.move()
    one.city.engine.comment(one.case, "只是一句话", by=CLERK)
    one.undo(before)
    assert one.city.case(one.case).version == 1


PARALLEL = start() + gate("fork") + user_task("a") + user_task("b") + gate("join") + user_task("after") + end()
PARALLEL += chain("begin", "fork", "a", "join", "after", "finished") + flow("fork", "b") + flow("b", "join")


def test_branches_move_with_what_has_arrived_at_their_join(letters: Any) -> None:
    one = letters(PARALLEL)
    one.do("b")
    one.publish(PARALLEL.replace('"b"', '"bee"').replace("plain.b", "plain.bee").replace('"join"', '"meet"'))
    one.move(b="bee", join="meet")
    one.ensure_whole()
    one.do("a")
    assert one.waits == [("task", "after")]


def test_a_branch_that_never_began_keeps_a_case_back(letters: Any) -> None:
    one = letters(PARALLEL)
    one.publish(PARALLEL + user_task("c") + flow("fork", "c") + flow("c", "join"))
    assert one.blocked() == ["join"]


def test_branches_that_come_one_after_the_other_keep_a_case_back(letters: Any) -> None:
    one = letters(PARALLEL)
    one.publish(start() + user_task("a") + user_task("b") + end() + chain("begin", "a", "b", "finished"))
    assert one.blocked() == ["parallel"]


def test_a_case_behind_the_join_does_not_mind_that_the_branches_changed(letters: Any) -> None:
    one = letters(PARALLEL)
    one.do("a")
    one.do("b")
    one.publish(PARALLEL + user_task("c") + flow("fork", "c") + flow("c", "join"))
    assert one.plan().movable == 1
    one.move()
    one.do("after")
    assert one.city.case(one.case).status == "completed"


def test_a_branch_that_goes_another_way_to_the_join_keeps_a_case_back_when_it_has_arrived(letters: Any) -> None:
    one = letters(PARALLEL)
    one.do("b")
    longer = PARALLEL.replace(flow("b", "join"), user_task("b2") + flow("b", "b2") + flow("b2", "join"))
    one.publish(longer)
    assert one.blocked() == ["join"]


VOTE = start() + several("vote") + end() + chain("begin", "vote", "finished")


def test_a_vote_moves_with_the_votes_given(letters: Any) -> None:
    one = letters(VOTE.replace('inputElement="one"', 'inputElement="one" outputCollection="said" outputElement="=note"'))
    first = one.city.tasks(one.case)[0].id
    one.city.engine.complete_task(first, {"note": "yes"}, by=CLERK)
    body = start() + several("ballot", collect="said") + user_task("count") + end()
    one.publish(body + chain("begin", "ballot", "count", "finished"))
    one.move(vote="ballot")
    one.ensure_whole()
    one.city.engine.complete_task(one.task("ballot").id, {"note": "no"}, by=COLLEAGUE)
    assert one.city.variables(one.case)["said"] == ["yes", "no"]
    assert one.waits == [("task", "count")]


@pytest.mark.parametrize(
    "new",
    [
        start() + user_task("vote") + end(),
        start() + several("vote", sequential=True) + end(),
        start() + several("vote", collect="said") + end(),
    ],
    ids=["one", "sequential", "collecting"],
)
def test_another_kind_of_vote_keeps_a_case_back(letters: Any, new: str) -> None:
    one = letters(VOTE)
    one.publish(new + chain("begin", "vote", "finished"))
    assert one.blocked() == ["multi"]


INNER = start("in_start") + user_task("inner") + end("in_end") + chain("in_start", "inner", "in_end")
WITHIN = start() + inside("part", INNER) + user_task("after") + end() + chain("begin", "part", "after", "finished")


def test_a_case_inside_a_sub_process_moves_with_it(letters: Any) -> None:
    one = letters(WITHIN)
    one.publish(WITHIN.replace('"part"', '"stage"').replace('"inner"', '"deep"').replace("plain.inner", "plain.deep"))
    one.move(part="stage", inner="deep")
    one.ensure_whole()
    one.do("deep")
    assert one.waits == [("task", "after")]


def test_a_sub_process_that_is_gone_keeps_a_case_back(letters: Any) -> None:
    one = letters(WITHIN)
    one.publish(start() + user_task("inner") + user_task("after") + end() + chain("begin", "inner", "after", "finished"))
    assert one.blocked() == ["gone", "place"]


def test_a_step_that_is_gone_needs_a_mapping(letters: Any) -> None:
    one = letters(ONE)
    one.publish(start() + user_task("check", **LEADS) + end() + chain("begin", "check", "finished"))
    assert one.blocked() == ["gone"]
    one.move(write="check")
    assert one.task("check").queue == "pj_unit_lead@jiaoyu"
    one.ensure_whole()


def test_a_step_of_another_kind_keeps_a_case_back(letters: Any) -> None:
    one = letters(ONE)
    job = service_task("write", type="slow_before_migrating")
    one.publish(start() + job + user_task("check", **LEADS) + end() + chain("begin", "write", "check", "finished"))
    assert one.blocked() == ["kind"]


def test_a_job_takes_the_handler_of_the_new_version(letters: Any) -> None:
    body = start() + service_task("send", type="slow_before_migrating") + end() + chain("begin", "send", "finished")
    one = letters(body)
    one.publish(body.replace("slow_before_migrating", "slow_after_migrating"))
    job = one.rows()["jobs"][0]
    before = one.move()
    assert one.rows()["jobs"] == [{**job, "type": "slow_after_migrating"}]
    one.undo(before)
    assert one.rows()["jobs"] == [job]


def test_a_case_that_waits_for_a_child_moves_and_the_child_stays(letters: Any, city: City) -> None:
    city.deploy({"small": start() + user_task("inside") + end() + chain("begin", "inside", "finished")})
    body = start() + call("ask", "small") + user_task("after") + end() + chain("begin", "ask", "after", "finished")
    one = letters(body)
    city.worker.drain()
    one.publish(body.replace('"ask"', '"enquire"'))
    one.move(ask="enquire")
    assert one.waits == [("child", "enquire")]
    one.ensure_whole()
    with city.store.read() as connection:
        ((child, _),) = cases.open_children(connection, one.case)
    assert city.case(child).version == 1
    one.do("inside")
    city.worker.drain()
    assert one.waits == [("task", "after")]


MESSAGE = (
    start()
    + '<bpmn:intermediateCatchEvent id="answer" name="answer"><bpmn:messageEventDefinition messageRef="m"/>'
    + "</bpmn:intermediateCatchEvent>" + user_task("after") + end() + chain("begin", "answer", "after", "finished")
)  # fmt: skip


KEY = '<zeebe:subscription correlationKey="=case.id"/>'


def with_message(key: str, name: str) -> str:
    from city import BPMN

    return (
        f'{BPMN}<bpmn:message id="m" name="{name}">{extensions(KEY)}</bpmn:message><bpmn:process id="{key}" isExecutable="true" name="{key}">{MESSAGE}'
        "</bpmn:process></bpmn:definitions>"
    )


def test_a_subscription_stays_and_goes_by_the_new_name_of_its_message(city: City) -> None:
    key = f"letters{next(_numbers)}"
    one = Letters(city, key, with_message(key, "answered"))
    city.worker.drain()
    kept = one.rows()["subscriptions"]
    one.publish(with_message(key, "replied").replace("after", "later"))
    before = one.move(after="later")
    assert [row["name"] for row in one.rows()["subscriptions"]] == ["replied"]
    city.worker.drain()
    one.ensure_whole()
    one.undo(before)
    assert [(row["name"], row["token"]) for row in one.rows()["subscriptions"]] == [("answered", kept[0]["token"])]
    one.ensure_whole()


SEALED = orjson.dumps(
    {
        "type": "default", "schemaVersion": 19, "id": "plain.write",
        "components": [
            {"type": "textfield", "key": "price", "label": "报价", "id": "price",
             "properties": {"readers": "pj_unit_lead", "sealed_until": "=false"}},
        ],
    }
)  # fmt: skip


def test_nobody_unseals_a_case_by_moving_it(letters: Any) -> None:
    one = letters(ONE, {"plain.write": SEALED})
    one.publish(ONE, {"plain.write": form("plain.write", text_field("price"))})
    assert one.blocked() == ["sealed"]


def test_the_plan_counts_cases_where_they_stand_and_names_what_changes(letters: Any) -> None:
    forms = {"plain.write": form("plain.write", text_field("note"), text_field("more"))}
    one = letters(ONE, forms)
    other = one.city.engine.start_case(one.name, {}, by=CLERK).id
    one.do("write")
    body = start() + user_task("write") + end() + chain("begin", "write", "finished")
    body += timer("late", "write") + end("told") + flow("late", "told")
    one.publish(body)
    plan = one.plan()
    steps = {step.id: step for step in plan.steps}
    assert (plan.cases, plan.movable) == (2, 1)
    assert (steps["write"].to, steps["write"].standing, steps["write"].blocked) == ("write", 1, 0)
    assert (steps["write"].lost_fields, steps["write"].new_timers) == (("more",), ("late",))
    assert (steps["check"].to, steps["check"].standing, steps["check"].blocked) == (None, 1, 1)
    assert steps["check"].choices == (("write", "write"),)
    (reason,) = plan.reasons
    assert (reason.element, reason.rule, reason.cases, [one.id for one in reason.named]) == ("check", "gone", 1, [one.case])
    assert one.plan(check="write").movable == 2
    assert one.city.case(other).version == 1


def test_a_suspended_case_may_be_moved_and_stays_suspended(letters: Any) -> None:
    one = letters(ONE)
    one.city.engine.suspend_case(one.case, reason="流程有误", by=MONITOR)
    one.publish(ONE.replace('name="check"', 'name="x"'))
    one.move()
    assert (one.city.case(one.case).version, one.city.case(one.case).status) == (2, "suspended")


def test_only_a_monitor_moves_cases_and_only_with_a_reason(letters: Any) -> None:
    one = letters(ONE)
    one.publish(ONE.replace('name="check"', 'name="x"'))
    engine = one.city.engine
    for account in (CLERK, "pj_audit.shenji", "designer.zhongxin"):
        with pytest.raises(NotAllowed):
            engine.migrate_case(one.case, from_version=1, to_version=2, mapping={}, reason="x", by=account)
        with pytest.raises(NotAllowed):
            engine.plan_migration(one.name, 1, 2, {}, by=account)
    with pytest.raises(InvalidAnswers):
        engine.migrate_case(one.case, from_version=1, to_version=2, mapping={}, reason=" ", by=MONITOR)


def test_versions_and_mappings_that_there_are_not_are_refused(letters: Any) -> None:
    one = letters(ONE)
    one.publish(ONE.replace('name="check"', 'name="x"'))
    with pytest.raises(NotFound, match="第 9 版"):
        one.city.engine.plan_migration(one.name, 1, 9, {}, by=MONITOR)
    with pytest.raises(InvalidAnswers):
        one.city.engine.plan_migration(one.name, 1, 1, {}, by=MONITOR)
    with pytest.raises(InvalidAnswers) as refused:
        one.plan(nothing="check", write="nowhere")
    assert [finding.field for finding in refused.value.findings] == ["mapping.nothing", "mapping.write"]
    one.move()
    with pytest.raises(Conflict, match="第 2 版"):
        one.move()
