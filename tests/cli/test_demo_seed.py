"""Seeded projects are copies, and yet each of them is alive: it can be worked on, its timers run, its record proves itself."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import orjson
import pytest
from city import PASSWORD, City, settings
from click.testing import CliRunner, Result
from walking import find_task, step

from service import bootstrap, tagged
from service.cli import chengxu
from service.clock import SHANGHAI, FrozenClock
from service.engine.searching import split_terms
from service.errors import NotAllowed
from service.scenario.in_process import EngineDriver
from service.store import Store, history, reads
from service.store.cases import find_case
from service.store.reads import Scope, TaskFilter
from service.store.register_lists import Wanted, list_records
from service.worker import Worker

pytestmark = pytest.mark.slow

PROJECTS = 200
START = "2026-08-20T09:00+08:00"
LATER = datetime(2026, 8, 20, 12, 0, tzinfo=SHANGHAI)
#: What the pattern is called, and who it is about: nothing of this may be left in a copy of another unit.
WORDS = ("教育资源共享平台", "jiaoyu", "市教育局", "王敏", "刘建国", "面向全市中小学")
EVERYTHING = Scope(account="", everything=True, regulations=frozenset(), units=frozenset(), queues=frozenset())
AGREED = {"decision": "同意", "opinion": "同意。"}
REVIEWED = {"result": "通过", "score": 90, "opinion": "符合要求。", "reviewer_no_conflict": True}
ACCEPTED = {
    "checklist": [
        {"item": item, "present": True}
        for item in ("项目申报表", "建设方案文本", "信息安全设计", "安全可靠产品清单", "投资概算明细", "年度实施计划")
    ],
    "result": "受理",
    "expert_panel": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeded:
    """A database as `demo seed` left it, what the command said, and the projects by stage."""

    file: Path
    files: Path
    result: Result
    keys: Mapping[str, list[str]]


def seed(file: Path, files: Path, *options: str) -> Result:
    environment = {
        "CHENGXU_DATABASE": f"sqlite:///{file}", "CHENGXU_FILES": str(files), "CHENGXU_SECRET_FILE": str(files / "secret.key"),
        "CHENGXU_DEMO_PASSWORD": PASSWORD,
    }  # fmt: skip
    return CliRunner().invoke(chengxu, ["demo", "seed", "--json", *options], env=environment, catch_exceptions=False)


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Seeded:
    folder = tmp_path_factory.mktemp("seeded")
    file, files = folder / "seeded.db", folder / "files"
    result = seed(file, files, "--projects", str(PROJECTS), "--clock", START)
    keys = {stage: one["keys"] for stage, one in json.loads(result.stdout).items()}
    return Seeded(file=file, files=files, result=result, keys=keys)


@pytest.fixture
def city(seeded: Seeded, tmp_path: Path) -> Iterator[City]:
    """A city on a copy of its own."""
    shutil.copyfile(seeded.file, tmp_path / "copy.db")
    url = f"sqlite:///{tmp_path / 'copy.db'}"
    store, clock = Store(url), FrozenClock(LATER)
    engine = bootstrap.make_engine(settings(url, seeded.files), store, clock=clock)
    yield City(engine=engine, store=store, worker=Worker(engine), clock=clock)
    store.close()


@pytest.fixture(scope="module")
def read(seeded: Seeded) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(seeded.file)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


def project_of(city: City, key: str, process: str = "project") -> str:
    with city.store.read() as connection:
        found = connection.exec_driver_sql("SELECT id FROM cases WHERE business_key = ? AND process = ?", (key, process)).scalar()
    assert found is not None, f"{key} has no case of {process}"
    return str(found)


def root_of(city: City, key: str, process: str) -> str:
    return city.case(project_of(city, key, process)).root


def open_elements(city: City, root: str) -> set[str]:
    return {str(waiting.element) for waiting in city.tasks(root)}


# -- what was written


def test_progress_and_stages_are_told(seeded: Seeded) -> None:
    assert seeded.result.exit_code == 0
    assert f"{PROJECTS}/{PROJECTS}" in seeded.result.stderr
    assert "/s" in seeded.result.stderr
    assert sum(map(len, seeded.keys.values())) == PROJECTS
    assert len(seeded.keys) == 12
    assert min(map(len, seeded.keys.values())) >= PROJECTS // 40


def test_every_project_has_a_number_of_its_own_and_an_entry_in_the_register(seeded: Seeded, read: sqlite3.Connection) -> None:
    keys = [key for some in seeded.keys.values() for key in some]
    entries = {row["key"] for row in read.execute("SELECT key FROM registers WHERE register = 'project'")}
    masters = [row["business_key"] for row in read.execute("SELECT business_key FROM cases WHERE process = 'project'")]

    assert len(set(keys)) == PROJECTS
    assert entries == set(keys)
    assert sorted(masters) == sorted(keys)


def test_units_names_and_amounts_differ(read: sqlite3.Connection) -> None:
    data = [tagged.loads(row["data"]) for row in read.execute("SELECT data FROM registers WHERE register = 'project'")]

    assert len({one["unit_id"] for one in data}) == 7
    assert len({one["project_name"] for one in data}) > PROJECTS * 0.8
    assert len({one["total_investment"] for one in data}) > 10
    assert len({one["filed_on"] for one in data}) > 20


def test_a_copy_keeps_nothing_of_the_project_that_it_was_made_from(read: sqlite3.Connection) -> None:
    columns = {"cases": "id", "tasks": "case_id", "jobs": "case_id", "subscriptions": "case_id", "history": "chain",
               "notices": "case_id", "attachments": "case_id", "case_parties": "case_id"}  # fmt: skip
    others = read.execute("SELECT business_key FROM cases WHERE process = 'project' AND unit <> 'jiaoyu'").fetchall()
    for (key,) in others:
        members = [row["id"] for row in read.execute("SELECT id FROM cases WHERE business_key = ?", (key,))]
        marks = ",".join("?" * len(members))
        rows = [
            row
            for table, id in columns.items()
            for row in read.execute(f"SELECT * FROM {table} WHERE {id} IN ({marks})", members)
        ]
        rows += read.execute("SELECT * FROM registers WHERE key LIKE '%' || ? || '%'", (key,)).fetchall()
        rows += read.execute("SELECT * FROM register_values WHERE key LIKE '%' || ? || '%'", (key,)).fetchall()
        for row in rows:
            for value in row:
                text = value.decode(errors="ignore") if isinstance(value, bytes) else str(value)
                assert not [word for word in WORDS if word in text], (key, text)
                assert not (f"{key[:7]}-0001" in text and key != f"{key[:7]}-0001"), (key, text)


def test_every_chain_of_history_and_every_signature_proves_itself(city: City) -> None:
    signed = 0
    with city.store.read() as connection:
        ids = connection.exec_driver_sql("SELECT id FROM cases").scalars().all()
        for id in ids:
            row = find_case(connection, id)
            assert row is not None
            assert history.first_broken_link(connection, id, row.history_head) is None
            for link in history.list_links(connection, id):
                signature = (link.payload or {}).get("signature")
                if signature:
                    shown = orjson.dumps(tagged.plain(signature["shown"]))
                    assert hashlib.sha256(shown).hexdigest() == signature["digest"]
                    signed += signature["shown"]["case"] == row.business_key
    assert len(ids) > PROJECTS * 2
    assert signed > PROJECTS


def test_copies_are_found_by_their_own_names(seeded: Seeded, city: City) -> None:
    key = seeded.keys["building"][0]
    with city.store.read() as connection:
        name = city.case(project_of(city, key)).title
        page = list_records(connection, "project", Wanted(q=name), after=None, limit=200)
        found = reads.list_cases(
            connection, EVERYTHING, where=TaskFilter(terms=tuple(split_terms(name))), status=None, mine=False, roots=True,
            after=None, limit=200,
        )  # fmt: skip

    assert key in {record.key for record in page.records}
    assert key in {row["business_key"] for row in found.rows}


# -- that it lives


def test_an_application_that_waits_for_the_unit_goes_on(seeded: Seeded, city: City) -> None:
    key = seeded.keys["filed"][0]
    root = root_of(city, key, "project_application")
    unit = city.case(root).unit

    step(city, root, f"pj_unit_lead.{unit}", "sign_application", AGREED)

    assert "intake_check" in open_elements(city, root)


def test_an_application_at_intake_goes_on(seeded: Seeded, city: City) -> None:
    root = root_of(city, seeded.keys["intake"][0], "project_application")

    step(city, root, "pj_center_intake.zhongxin", "intake_check", ACCEPTED)

    assert "review_dimension" in open_elements(city, root)


def test_separation_of_duty_holds_in_a_copy_under_review(seeded: Seeded, city: City) -> None:
    root = root_of(city, seeded.keys["review"][0], "project_application")
    where = {"dimension": "技术路线科学性"}

    with pytest.raises(NotAllowed, match="须由他人办理"):
        step(city, root, "pj_center_review.zhongxin", "review_dimension", REVIEWED, where=where)
    step(city, root, "pj_center_review.zhongxin.2", "review_dimension", REVIEWED, where=where)

    assert len([one for one in city.tasks(root) if one.element == "review_dimension"]) == 3


def test_a_decision_that_is_signed_locks_the_indicators(seeded: Seeded, city: City) -> None:
    key = seeded.keys["decision"][0]
    root = root_of(city, key, "project_application")

    step(city, root, "pj_center_lead.zhongxin", "sign_decision", AGREED)

    with city.store.read() as connection:
        (record,) = list_records(connection, "project", Wanted(q=key), after=None, limit=5).records
    assert (city.case(root).outcome, record.data["status"]) == ("approved", "reviewed")


def test_a_project_that_waits_for_the_plan_hears_of_it(seeded: Seeded, city: City) -> None:
    key = seeded.keys["planned"][0]
    root = project_of(city, key)
    year = city.variables(root)["plan_year"]
    payload = {"project_id": key, "plan_year": year, "decision": "安排", "amount": 100_000, "arranged_amount": 100_000}

    city.engine.publish_message("pj.planListed", key, payload, by="sysadmin.zhongxin")
    city.worker.drain()

    assert "plan_lots" in open_elements(city, root)


def test_a_listed_project_is_put_to_tender(seeded: Seeded, city: City) -> None:
    root = project_of(city, seeded.keys["listed"][0])
    lot = {"lot_no": 1, "lot_type": "承建", "budget": "150000.00", "pay_this_year": "150000.00", "method": "询价"}
    answers = {"lots": [lot], "local_first": False, "competition_statement": "各类企业公平参与。"}

    step(city, root, "pj_center_proc.zhongxin", "plan_lots", answers)

    assert "confirm_lots" in open_elements(city, root)


def test_bids_of_a_copy_are_opened(seeded: Seeded, city: City) -> None:
    root = project_of(city, seeded.keys["tender"][0])

    step(city, root, "pj_trade.jiaoyi", "open_bids", {"bidders": [], "no_bids": True})

    assert "decide_retender" in open_elements(city, root)


def test_the_firm_that_won_a_copy_builds_it(seeded: Seeded, city: City) -> None:
    firms = set()
    for key in seeded.keys["building"]:
        with city.store.read() as connection:
            task = find_task(city, project_of(city, key), "complete_building")
            queue = connection.exec_driver_sql("SELECT queue FROM tasks WHERE id = ?", (task,)).scalar_one()
        firms.add(queue.partition("@")[2])
    root = project_of(city, seeded.keys["building"][0])
    firm = _queue(city, root, "complete_building").partition("@")[2]
    file = EngineDriver(city.engine, city.clock, password=PASSWORD, registers={}).upload(
        "完工.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf", by=f"pj_contractor.{firm}"
    )

    answers = {"deliverables": [{"item": "软件"}], "docking_done": True, "file": [file]}
    step(city, root, f"pj_contractor.{firm}", "complete_building", answers)

    assert firms == {"chengjiana", "chengjianb", "chengjianc"}
    assert "apply_initial" in open_elements(city, root)


def test_a_change_of_a_copy_is_reviewed(seeded: Seeded, city: City) -> None:
    root = root_of(city, seeded.keys["change"][0], "change_approval")
    before = len(city.tasks(root))

    step(city, root, "pj_center_review.zhongxin.3", "review_dimension", REVIEWED)

    assert "decide_change" in open_elements(city, root) or len(city.tasks(root)) < before


def test_a_panel_of_a_copy_goes_on_marking(seeded: Seeded, city: City) -> None:
    root = project_of(city, seeded.keys["initial"][0])
    before = len(city.tasks(root))

    expert = _queue(city, root, "mark_items").removeprefix("@")
    step(city, root, expert, "mark_items", {"no_conflict": True, "items": [{"ok": True}] * 8})

    assert len(city.tasks(root)) == before - 1


def test_materials_of_a_copy_are_accepted(seeded: Seeded, city: City) -> None:
    root = project_of(city, seeded.keys["final"][0])

    step(city, root, "pj_center_accept.zhongxin", "check_materials", {"decision": "受理"})

    assert "confirm_draw" in open_elements(city, root)


def test_a_copy_in_operation_reports_its_service(seeded: Seeded, city: City) -> None:
    for key in seeded.keys["operating"]:
        root = project_of(city, key)
        if "report_service" in open_elements(city, root):
            break
    firm = _queue(city, root, "report_service").partition("@")[2]
    before = len(city.tasks(root))

    step(city, root, f"pj_contractor.{firm}", "report_service", {"period": "上半年", "faults": 0, "summary": "正常。"})

    assert len(city.tasks(root)) == before - 1


def test_the_worker_runs_the_timers_of_copies(city: City) -> None:
    with city.store.read() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM history WHERE kind = 'timer.fired'").scalar_one()
    driver = EngineDriver(city.engine, city.clock, password=PASSWORD, registers={})

    driver.move_clock(LATER + timedelta(days=15))

    with city.store.read() as connection:
        after = connection.exec_driver_sql("SELECT count(*) FROM history WHERE kind = 'timer.fired'").scalar_one()
        stuck = connection.exec_driver_sql("SELECT element, error FROM jobs WHERE state = 'parked'").all()
        due = connection.exec_driver_sql(
            "SELECT count(*) FROM jobs WHERE state = 'todo' AND legal AND due_at <= ?",
            (int(city.clock.now().timestamp() * 1000),),
        ).scalar_one()
    assert stuck == []
    assert due == 0
    assert after >= before + 10


def test_seeding_again_adds_to_what_is_there(seeded: Seeded, tmp_path: Path) -> None:
    shutil.copyfile(seeded.file, tmp_path / "again.db")

    result = seed(tmp_path / "again.db", seeded.files, "--projects", "2")

    known = {key for keys in seeded.keys.values() for key in keys}
    new = [key for one in json.loads(result.stdout).values() for key in one["keys"]]
    assert len(new) == 2
    assert known.isdisjoint(new)


def _queue(city: City, root: str, element: str) -> str:
    task = find_task(city, root, element)
    with city.store.read() as connection:
        return str(connection.exec_driver_sql("SELECT queue FROM tasks WHERE id = ?", (task,)).scalar_one())
