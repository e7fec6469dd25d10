"""`chengxu audit`: history is proven, the first broken link named, and files kept elsewhere tell what was rewritten since."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from city import City, make_city, settings
from click.testing import CliRunner, Result
from drawing import chain, end, start, user_task
from sqlalchemy import text

from service import bootstrap
from service.cli.audit import audit
from service.cli.database import db
from service.clock import SHANGHAI, FrozenClock
from service.store import Store
from service.store.history import Chain, Entry, Link
from service.store.outdated import advance_history
from service.worker import Worker

CLERK = "pj_unit_clerk.jiaoyu"
NOON = datetime(2026, 8, 20, 12, tzinfo=SHANGHAI)


class Ground:
    """A database with three cases of some lines each, whose history can be rewritten by who holds its keys."""

    def __init__(self, url: str, city: City, cases: list[str]) -> None:
        self.url, self.city, self.cases = url, city, cases
        self.lines = len(city.history(cases[1]))

    def tamper(self, statement: str, **values: Any) -> None:
        with self.city.store.write() as connection:
            if self.city.store.is_sqlite:
                connection.execute(text("DROP TRIGGER IF EXISTS history_update_refused"))
                connection.execute(text("DROP TRIGGER IF EXISTS history_delete_refused"))
            else:
                connection.execute(text("DROP TRIGGER IF EXISTS history_append_only ON history"))
            assert connection.execute(text(statement), {"case": self.cases[1], **values}).rowcount >= 1

    def forge(self, change: Callable[[list[Link]], list[Link]]) -> None:
        """Rewrite the chain of the second case so that every link and its head fit again."""
        links = change(list(self.city.history(self.cases[1])))
        self.tamper("DELETE FROM history WHERE chain = :case")
        forged = Chain(self.cases[1], 0, b"")
        for link in links:
            forged.add(Entry(kind=link.kind, actor=link.actor, at=link.at, element=link.element, payload=link.payload))
        with self.city.store.write() as connection:
            forged.write(connection)
            advance_history(connection, self.cases[1], seq=forged.seq, head=forged.head)

    def audit(self, *arguments: str) -> Result:
        return CliRunner().invoke(audit, [*arguments, "--database", self.url])

    def verify(self, *arguments: str) -> dict[str, Any]:
        done = self.audit("verify", "--json", *arguments)
        document: dict[str, Any] = json.loads(done.stdout)
        assert done.exit_code == (0 if document["whole"] else 1), done.output
        return document


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Callable[[str], tuple[str, list[str]]]:
    """Gives the URL of a database with three cases that nobody has open, for copying, and their ids."""
    made: dict[str, tuple[str, list[str]]] = {}

    def prepare(kind: str) -> tuple[str, list[str]]:
        if kind not in made:
            folder = tmp_path_factory.mktemp("audit")
            if kind == "sqlite":
                url = f"sqlite:///{folder}/city.db"
            else:
                server, name = request.getfixturevalue("postgres_server"), f"template_audit_{os.getpid()}"
                server.create(name)
                url = server.url(name)
            city = make_city(url, folder / "files", FrozenClock(NOON))
            city.deploy({"notes": start() + user_task("write_note") + end() + chain("begin", "write_note", "finished")})
            cases = [city.engine.start_case("notes", {}, by=CLERK).id for _ in range(3)]
            for case in cases:
                city.engine.complete_task(city.tasks(case)[0].id, {}, by=CLERK)
            city.store.close()
            made[kind] = url, cases
        return made[kind]

    return prepare


@pytest.fixture(params=["sqlite", "postgresql"])
def ground(
    prepared: Callable[[str], tuple[str, list[str]]], databases: Any, request: pytest.FixtureRequest, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Ground]:  # fmt: skip
    monkeypatch.setenv("CHENGXU_CHECKPOINTS", str(tmp_path / "checkpoints"))
    monkeypatch.setenv("CHENGXU_CHECKPOINT_KEY", str(tmp_path / "keys" / "checkpoint.key"))
    template, cases = prepared(request.param)
    url = databases.copy(template)
    store, clock = Store(url), FrozenClock(NOON)
    engine = bootstrap.make_engine(settings(url, tmp_path / "files"), store, clock=clock)
    yield Ground(url, City(engine=engine, store=store, worker=Worker(engine), clock=clock), cases)
    store.close()


def test_untouched_history_is_whole(ground: Ground) -> None:
    document = ground.verify()
    assert document["whole"] is True
    assert document["broken"] == document["flawed"] == []
    assert document["chains"] >= 4  # three cases and a day
    with ground.city.store.read() as connection:
        assert document["links"] == connection.execute(text("SELECT count(*) FROM history")).scalar()


def test_progress_goes_to_stderr_and_the_verdict_to_stdout(ground: Ground) -> None:
    done = ground.audit("verify")
    assert (done.exit_code, done.stdout) == (0, "whole\n")
    assert "links/s" in done.stderr


@pytest.mark.parametrize(
    ("statement", "seq", "fault"),
    [
        ("UPDATE history SET payload = payload_digest WHERE chain = :case AND seq = 2", 2, "payload"),
        ("UPDATE history SET actor = 'wang' WHERE chain = :case AND seq = 2", 2, "link"),
        ("UPDATE history SET at = at + 1 WHERE chain = :case AND seq = 3", 3, "link"),
        ("UPDATE history SET hash = payload_digest WHERE chain = :case AND seq = 1", 1, "link"),
        ("UPDATE history SET algorithm = 'md5' WHERE chain = :case AND seq = 2", 2, "algorithm"),
        ("UPDATE history SET algorithm = 'sm3' WHERE chain = :case AND seq = 2", 2, "payload"),
        ("DELETE FROM history WHERE chain = :case AND seq = 2", 2, "missing"),
        ("DELETE FROM history WHERE chain = :case", 1, "missing"),
        ("UPDATE cases SET history_seq = history_seq - 1 WHERE id = :case", None, "after_head"),
        ("UPDATE cases SET history_head = state WHERE id = :case", None, "head"),
    ],
)
def test_the_first_broken_link_is_named(ground: Ground, statement: str, seq: int | None, fault: str) -> None:
    ground.tamper(statement)
    document = ground.verify()
    (found,) = document["broken"]
    assert (found["chain"], found["fault"]) == (ground.cases[1], fault)
    assert found["seq"] == (seq or ground.lines)
    assert str(found["seq"]) in found["message"]


def test_a_line_missing_at_the_end_is_named(ground: Ground) -> None:
    ground.tamper("DELETE FROM history WHERE chain = :case AND seq = :last", last=ground.lines)
    (found,) = ground.verify()["broken"]
    assert (found["seq"], found["fault"]) == (ground.lines, "missing")


def test_lines_of_a_case_that_was_deleted_are_named(ground: Ground) -> None:
    ground.tamper("UPDATE history SET chain = '00000000000000000000gone' WHERE chain = :case AND seq = :last", last=ground.lines)
    found = {one["chain"]: one["fault"] for one in ground.verify()["broken"]}
    assert found == {"00000000000000000000gone": "nobody", ground.cases[1]: "missing"}


def test_the_chain_of_a_day_is_proven_too(ground: Ground) -> None:
    ground.tamper("UPDATE history SET actor = 'wang' WHERE chain LIKE 'day-%' AND seq = 1")
    (found,) = ground.verify()["broken"]
    assert (found["chain"], found["seq"], found["fault"]) == ("day-2026-08-20", 1, "link")


def test_every_broken_chain_is_named_and_one_case_may_be_asked_for(ground: Ground) -> None:
    ground.tamper("UPDATE history SET actor = 'wang' WHERE seq = 2 AND chain NOT LIKE 'day-%'")
    assert [one["chain"] for one in ground.verify()["broken"]] == ground.cases
    assert [one["chain"] for one in ground.verify("--case", ground.cases[2])["broken"]] == [ground.cases[2]]


def test_erased_content_breaks_nothing_and_is_counted(ground: Ground) -> None:
    ground.tamper("UPDATE history SET payload = NULL WHERE chain = :case AND seq = 1")
    document = ground.verify()
    assert (document["whole"], document["erased"]) == (True, 1)


def test_proving_one_case_by_the_older_command_says_the_same(ground: Ground) -> None:
    def verify() -> Result:
        return CliRunner().invoke(db, ["verify", ground.cases[1], "--database", ground.url])

    assert (verify().exit_code, verify().stdout) == (0, "whole\n")
    ground.tamper("UPDATE history SET actor = 'wang' WHERE chain = :case AND seq = 2")
    assert verify().exit_code == 1
    assert "broken at link 2" in verify().stdout


def test_links_are_made_with_sm3_where_it_is_asked_for(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGXU_HASH", "sm3")
    made = json.loads(ground.audit("checkpoint", "--json").stdout)
    assert made["algorithm"] == "sm3"
    with ground.city.store.read() as connection:
        used = connection.execute(text("SELECT DISTINCT algorithm FROM history")).scalars()
        assert set(used) == {"sha256", "sm3"}  # what is there stays as it is; each link names its own
    assert ground.verify()["whole"]


def test_what_was_rewritten_so_that_it_fits_again_differs_from_the_checkpoint(ground: Ground, tmp_path: Path) -> None:
    made = json.loads(ground.audit("checkpoint", "--json").stdout)
    ground.forge(lambda links: [*links[:-1], Link(**{**_fields(links[-1]), "actor": "pj_unit_lead.jiaoyu"})])
    (found,) = ground.verify()["broken"]
    assert (found["chain"], found["fault"]) == (ground.cases[1], "checkpoint_other")
    assert (found["seq"], found["checkpoint"]) == (ground.lines, made["id"])
    assert ground.verify("--checkpoints", made["file"])["broken"] == [found]


def test_a_chain_that_is_shorter_than_its_checkpoint_is_named(ground: Ground) -> None:
    ground.audit("checkpoint")
    ground.forge(lambda links: links[:-1])
    (found,) = ground.verify()["broken"]
    assert (found["chain"], found["seq"], found["fault"]) == (ground.cases[1], ground.lines, "checkpoint_shorter")


def test_a_case_that_vanished_with_all_its_lines_is_named(ground: Ground) -> None:
    ground.audit("checkpoint")
    ground.tamper("DELETE FROM history WHERE chain = :case")
    ground.tamper("UPDATE cases SET history_seq = 0, history_head = :nothing WHERE id = :case", nothing=b"")
    (found,) = ground.verify()["broken"]
    assert (found["chain"], found["seq"], found["fault"]) == (ground.cases[1], 1, "checkpoint_shorter")


def test_the_second_checkpoint_holds_only_what_changed_and_both_are_asked(ground: Ground) -> None:
    first = json.loads(ground.audit("checkpoint", "--json").stdout)
    ground.city.engine.comment(ground.cases[0], "补充说明", by=CLERK)
    second = json.loads(ground.audit("checkpoint", "--json").stdout)
    documents = [json.loads(Path(one["file"]).read_text()) for one in (first, second)]
    assert [one["whole"] for one in documents] == [True, False]
    assert documents[1]["before"] == {"id": first["id"], "digest": first["digest"]}
    assert len(documents[1]["heads"]) < len(documents[0]["heads"])
    ground.forge(lambda links: links[:-1])  # not among the changes: the first checkpoint remembers it
    (found,) = ground.verify()["broken"]
    assert (found["checkpoint"], found["fault"]) == (first["id"], "checkpoint_shorter")


@pytest.mark.parametrize(
    ("change", "flaw"),
    [
        (lambda one: one | {"chains": 1}, "digest"),
        (lambda one: one | {"signature": "00" * 64}, "signature"),
        (lambda one: {}, "unreadable"),
        (lambda one: one | {"heads": one["heads"][:-8]}, "unreadable"),
    ],
)
def test_a_checkpoint_that_was_altered_is_named(ground: Ground, change: Callable[[Any], Any], flaw: str) -> None:
    path = Path(json.loads(ground.audit("checkpoint", "--json").stdout)["file"])
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    assert {one["flaw"] for one in ground.verify("--checkpoints", str(path))["flawed"]} == {flaw}


def test_a_checkpoint_that_is_missing_or_unknown_is_named(ground: Ground) -> None:
    made = [json.loads(ground.audit("checkpoint", "--json").stdout) for _ in range(2)]
    Path(made[0]["file"]).unlink()
    assert {one["flaw"] for one in ground.verify()["flawed"]} == {"gap", "no_file"}
    ground.tamper("DELETE FROM checkpoints WHERE id = :id", id=made[1]["id"])
    assert {one["flaw"] for one in ground.verify("--checkpoints", made[1]["file"])["flawed"]} == {"no_row"}


def test_a_checkpoint_signed_with_another_key_is_named(ground: Ground, tmp_path: Path) -> None:
    ground.audit("checkpoint")
    key = ground.audit("key").stdout.strip()
    assert len(bytes.fromhex(key)) == 32
    assert ground.verify("--key", key)["whole"]
    assert ground.verify("--key", "00" * 32)["flawed"][0]["flaw"] == "key"


def test_the_key_is_made_once_for_its_owner_only(ground: Ground, tmp_path: Path) -> None:
    first, second = (ground.audit("key").stdout for _ in range(2))
    assert first == second
    file = Path(os.environ["CHENGXU_CHECKPOINT_KEY"])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_place_without_checkpoints_is_refused(ground: Ground, tmp_path: Path) -> None:
    done = ground.audit("verify", "--checkpoints", str(tmp_path / "nowhere"))
    assert done.exit_code == 1
    assert "nowhere" in str(done.exception)


def _fields(link: Link) -> dict[str, Any]:
    return {name: getattr(link, name) for name in Link.__slots__}
