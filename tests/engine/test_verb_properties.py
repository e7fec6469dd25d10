"""Any sequence of verbs by anybody: no case, no task and nothing that was entered is ever lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from approvals import CLERK, COLLEAGUE, LEAD, SIGNER, Case, make_approvals
from city import City
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from service.errors import ChengxuError, Conflict, TaskTaken
from service.store import signers
from service.store import tables as t
from service.store.cases import TaskRow

MONITOR = "monitor.zhongxin"
PICK = st.integers(min_value=0, max_value=11)
WHO_MAY = "who may"
PEOPLE = st.sampled_from([CLERK, COLLEAGUE, LEAD, SIGNER])
#: Mostly who may do the task, so that cases get further than chance would bring them.
ACTORS = st.sampled_from([WHO_MAY] * 6 + [CLERK, COLLEAGUE, LEAD, SIGNER])
#: How a completion that waited for signers may end, other than by being carried out.
GIVEN_UP = {"task.given_back", "task.taken_back", "task.cancelled"}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    made = make_approvals(tmp_path_factory.mktemp("city"))
    yield made
    made.store.close()


class Verbs(RuleBasedStateMachine):
    """A case with parallel branches, a countersigned step, a sub-process, a child case and a timer, and a memory of what was said."""

    city: ClassVar[City]

    @initialize()
    def begin(self) -> None:
        self.case = Case(self.city, "mixed")
        self.turn = 0
        self.filed: dict[str, str] = {}
        self.drafts: dict[tuple[str, str], Mapping[str, Any]] = {}
        self.waited: dict[str, tuple[str, Mapping[str, Any]]] = {}  # whatever was ever held for signers
        self.opinions: set[str] = set()
        self.remarks: set[str] = set()

    def attempt(self, act: Callable[[], object]) -> bool:
        """Do something that may be refused; when it is, nothing has changed."""
        before = self.case.rows()
        try:
            act()
        except ChengxuError:
            assert self.case.rows() == before
            return False
        finally:
            self.city.worker.drain()
        return True

    def pick(self, number: int) -> TaskRow | None:
        opened = self.city.tasks(self.case.id)
        self.turn += 1
        return self.case.row(opened[number % len(opened)].id) if opened else None

    def actor(self, row: TaskRow, who: str) -> str:
        if who != WHO_MAY:
            return who
        return row.claimed_by or (row.queue[1:] if row.queue.startswith("@") else LEAD if row.element == "sign" else CLERK)

    def answers(self, row: TaskRow, *, agrees: bool) -> dict[str, Any]:
        if row.main_id is not None:
            return {"decision": "同意" if agrees else "不同意", "opinion": f"turn {self.turn}"}
        return {"note": f"turn {self.turn}"}

    @rule(number=PICK, who=ACTORS, agrees=st.booleans())
    def complete(self, number: int, who: str, agrees: bool) -> None:
        row = self.pick(number)
        if row is None:
            return
        answers, doer = self.answers(row, agrees=agrees), self.actor(row, who)

        def act() -> None:
            try:
                self.city.engine.complete_task(row.id, answers, by=doer)
            except TaskTaken:
                self.drafts[row.id, doer] = answers
                raise

        if self.attempt(act):
            if row.main_id is not None:
                self.opinions.add(answers["opinion"])
            elif self.case.row(row.id).status == "done":
                self.filed[row.id] = answers["note"]
            else:
                self.drafts[row.id, doer] = answers

    @rule(number=PICK)
    def complete_and_agree(self, number: int) -> None:
        self.complete(number, WHO_MAY, agrees=True)

    @rule(number=PICK)
    def complete_and_agree_again(self, number: int) -> None:  # a rule is chosen as often as any other
        self.complete(number, WHO_MAY, agrees=True)

    @rule(number=PICK, who=ACTORS)
    def claim(self, number: int, who: str) -> None:
        row = self.pick(number)
        if row is not None:
            self.attempt(lambda: self.city.engine.claim_task(row.id, by=self.actor(row, who)))

    @rule(number=PICK, who=ACTORS)
    def release(self, number: int, who: str) -> None:
        row = self.pick(number)
        if row is not None:
            self.attempt(lambda: self.city.engine.release_task(row.id, by=self.actor(row, who)))

    @rule(number=PICK, who=ACTORS, other=PEOPLE, delegated=st.booleans())
    def hand_over(self, number: int, who: str, other: str, delegated: bool) -> None:
        row = self.pick(number)
        if row is not None:
            act = self.city.engine.delegate_task if delegated else self.city.engine.transfer_task
            self.attempt(lambda: act(row.id, to=other, reason="r", by=self.actor(row, who)))

    @rule(number=PICK, who=ACTORS, other=PEOPLE, way=st.sampled_from(["before", "parallel", "after"]))
    def add_signer(self, number: int, who: str, other: str, way: str) -> None:
        row = self.pick(number)
        if row is not None:
            self.attempt(lambda: self.city.engine.add_signers(row.id, [other], way=way, reason="r", by=self.actor(row, who)))

    @rule(number=PICK, which=PICK)
    def sign_for_somebody_whom_the_holder_adds(self, number: int, which: int) -> None:
        row = self.pick(number)
        if row is not None and row.main_id is None and row.element != "sign":
            way = ["before", "parallel", "after"][which % 3]
            by = self.actor(row, WHO_MAY)
            if (
                self.attempt(lambda: self.city.engine.add_signers(row.id, [SIGNER], way=way, reason="r", by=by))
                and way != "before"
            ):
                opened = [one.id for one in self.city.tasks(self.case.id)]
                self.complete(opened.index(row.id), by, agrees=True)

    @rule(number=PICK, agrees=st.booleans())
    def a_signer_decides(self, number: int, agrees: bool) -> None:
        opened = self.city.tasks(self.case.id)
        asked = [index for index, one in enumerate(opened) if "/" in (one.token or "")]
        if asked:
            self.complete(asked[number % len(asked)], WHO_MAY, agrees=agrees)

    @rule(number=PICK, which=PICK, who=ACTORS)
    def drop_signer(self, number: int, which: int, who: str) -> None:
        row = self.pick(number)
        if row is None:
            return
        with self.city.store.read() as connection:
            known = signers.list_signers(connection, row.id)
        if known:
            one = known[which % len(known)]
            self.attempt(lambda: self.city.engine.drop_signer(row.id, one.id, reason="r", by=self.actor(row, who)))

    @rule(number=PICK, who=ACTORS, to=st.sampled_from(["last", "applicant", "write", "called"]), straight=st.booleans())
    def send_back(self, number: int, who: str, to: str, straight: bool) -> None:
        row = self.pick(number)
        if row is not None:
            key, doer = f"{self.case.id}:write" if to == "called" else to, self.actor(row, who)
            self.attempt(lambda: self.city.engine.send_back_task(row.id, to=key, straight=straight, reason="r", by=doer))

    @rule(number=PICK)
    def take_back(self, number: int) -> None:
        if number > 3:  # it would undo most of what is done
            return
        done = [(link.payload["task"], link.actor) for link in self.case.lines("task.completed")]
        done += [(task, account) for task, (account, _) in self.case.held().items()]
        task, who = done[-1 - number % len(done)]
        self.attempt(lambda: self.city.engine.take_back_task(task, reason="r", by=who))

    @rule(number=PICK, who=ACTORS, other=PEOPLE)
    def talk(self, number: int, who: str, other: str) -> None:
        row = self.pick(number)
        if row is None:
            return
        words, doer = f"turn {self.turn}", self.actor(row, who)
        self.attempt(lambda: self.city.engine.urge_task(row.id, reason=words, by=LEAD))
        self.attempt(lambda: self.city.engine.copy_case(row.case_id, [other], words=words, by=doer))
        if self.attempt(lambda: self.city.engine.comment(row.case_id, words, by=doer)):
            self.remarks.add(words)

    @rule(number=PICK, who=ACTORS)
    def type(self, number: int, who: str) -> None:
        row = self.pick(number)
        if row is not None:
            answers, doer = self.answers(row, agrees=True), self.actor(row, who)
            self.city.engine.save_draft(f"task:{row.id}", answers, by=doer)
            self.drafts[row.id, doer] = answers

    @rule()
    def wait(self) -> None:
        self.city.clock.advance(timedelta(hours=2))
        self.city.worker.drain()

    @rule(number=PICK)
    def suspend(self, number: int) -> None:
        row = self.pick(number)
        if row is None:
            return
        self.city.engine.suspend_case(row.case_id, reason="r", by=MONITOR)
        before = self.case.rows()
        with pytest.raises(Conflict):
            self.city.engine.complete_task(row.id, self.answers(row, agrees=True), by=self.actor(row, WHO_MAY))
        assert self.case.rows() == before
        self.city.engine.resume_case(row.case_id, reason="r", by=MONITOR)
        self.city.worker.drain()

    @invariant()
    def every_token_has_its_task_and_every_file_its_bytes(self) -> None:
        self.case.ensure_whole()
        opened = self.city.tasks(self.case.id)
        assert opened or self.case.city.case(self.case.id).status == "completed"

    @invariant()
    def what_was_filed_is_in_history(self) -> None:
        self.case.ensure_nothing_is_lost(self.filed)
        assert self.opinions <= {link.payload["opinion"] for link in self.case.lines("signer.decided")}
        with self.city.store.read() as connection:
            said = select(t.comments.c.body).where(t.comments.c.case_id.in_(self.case.family()))
            assert self.remarks <= set(connection.execute(said).scalars())

    @invariant()
    def what_waits_for_signers_is_carried_out_or_given_back(self) -> None:
        held = self.case.held()
        self.waited |= held
        lines = [link for one in self.case.family() for link in self.city.history(one)]
        for task, (_, answers) in list(self.waited.items()):
            if task in held:
                continue
            done = [link.payload["answers"] for link in lines if link.kind == "task.completed" and link.payload["task"] == task]
            if done:
                self.filed[task] = done[0]["note"]
            else:
                assert any(link.kind in GIVEN_UP and link.payload["task"] == task for link in lines), answers
            del self.waited[task]

    @invariant()
    def drafts_go_only_when_their_writer_files_them(self) -> None:
        for (task, who), answers in list(self.drafts.items()):
            row = self.case.row(task)
            if row.status == "done" and row.closed_by == who:
                del self.drafts[task, who]
            else:
                assert self.case.draft(task, who) == answers

    def teardown(self) -> None:
        if hasattr(self, "case"):
            self.case.finish()
            self.case.ensure_nothing_is_lost(self.filed)


def test_no_sequence_of_verbs_loses_a_case_a_task_or_a_byte(city: City) -> None:
    machine = type("VerbsHere", (Verbs,), {"city": city})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=30, stateful_step_count=24, deadline=None, derandomize=True, database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )  # fmt: skip
