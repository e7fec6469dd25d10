"""Checkpoints are made once a day, chained and signed, and survive a maker that dies at any point; verifications go on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from city import City
from drawing import chain, end, start, user_task
from sqlalchemy import text

from service.engine import auditing, checkpoint_files, checkpoints
from service.engine.checkpoint_files import Checkpoint
from service.engine.checkpoint_key import Vault, is_signed
from service.engine.verifying import Flaw, check_checkpoints, go_through, read_all, summarize
from service.errors import Conflict, Failed, NotAllowed
from service.store import checkpoints as rows
from service.store import verifications
from service.store.hashing import DIGESTS, _sm3_of_cryptography
from service.worker import housekeeping

CLERK, AUDIT, MONITOR, SYSADMIN = "pj_unit_clerk.jiaoyu", "pj_audit.shenji", "monitor.zhongxin", "sysadmin.zhongxin"


@pytest.fixture
def kept(city: City, tmp_path: Path) -> City:
    city.engine.machine.vault = Vault(folder=tmp_path / "checkpoints", key_file=tmp_path / "keys" / "checkpoint.key")
    city.deploy({"notes": start() + user_task("write_note") + end() + chain("begin", "write_note", "finished")})
    return city


def folder(city: City) -> Path:
    vault = city.engine.machine.vault
    assert vault is not None
    return vault.folder


def flaws(city: City) -> list[Flaw]:
    found, flawed = read_all(folder(city))
    vault = city.engine.machine.vault
    assert vault is not None
    return [one.flaw for one in (*flawed, *check_checkpoints(city.store, found, key=vault.public_key(), all_there=True))]


def make(city: City) -> Checkpoint:
    return checkpoints.make_checkpoint(city.engine.machine, by="operator")


def test_the_worker_makes_one_a_day(kept: City) -> None:
    machine = kept.engine.machine
    for _ in range(2):
        housekeeping.keep_house(machine, "here")
        kept.worker.drain()
    assert len(checkpoint_files.list_files(folder(kept))) == 1
    kept.clock.advance(timedelta(days=1))
    housekeeping.keep_house(machine, "here")
    kept.worker.drain()
    assert len(checkpoint_files.list_files(folder(kept))) == 2
    assert flaws(kept) == []


def test_without_a_place_to_keep_them_there_are_none(city: City) -> None:
    housekeeping.keep_house(city.engine.machine, "here")
    city.worker.drain()
    with city.store.read() as connection:
        assert rows.find_last(connection) is None


def test_row_and_file_say_the_same_and_the_key_has_signed_it(kept: City) -> None:
    kept.engine.start_case("notes", {}, by=CLERK)
    made = make(kept)
    (file,) = checkpoint_files.list_files(folder(kept))
    read = checkpoint_files.read_checkpoint(file)
    assert read == made
    with kept.store.read() as connection:
        row = rows.find_last(connection)
    assert row is not None
    assert (row.id, row.digest.hex(), row.signature.hex()) == (read.id, read.digest, read.signature)
    assert (row.chains, row.links) == (read.chains, read.links)
    assert is_signed(checkpoint_files.signed_bytes(read.digest), read.signature, key=read.key)
    assert not is_signed(checkpoint_files.signed_bytes(read.digest[::-1]), read.signature, key=read.key)


def test_every_checkpoint_names_the_one_before(kept: City) -> None:
    made = [make(kept) for _ in range(3)]
    assert [one.before and one.before[0] for one in made] == [None, made[0].id, made[1].id]
    assert [one.whole for one in made] == [True, False, False]


def test_now_and_then_one_holds_everything(kept: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "MOST_CHANGES", 2)
    assert [make(kept).whole for _ in range(6)] == [True, False, False, True, False, False]
    assert flaws(kept) == []


def test_when_the_files_before_are_lost_the_next_holds_everything(kept: City) -> None:
    make(kept)
    for file in checkpoint_files.list_files(folder(kept)):
        file.unlink()
    assert make(kept).whole
    assert set(flaws(kept)) == {Flaw.GAP, Flaw.NO_FILE}


def test_changes_hold_every_chain_that_grew_and_no_other(kept: City) -> None:
    still, growing = (kept.engine.start_case("notes", {}, by=CLERK).id for _ in range(2))
    first = make(kept)
    kept.engine.comment(growing, "补充", by=CLERK)
    new = kept.engine.start_case("notes", {}, by=CLERK).id
    second = make(kept)
    assert {still, growing} <= {head.chain for head in first.heads()}
    changed = {head.chain for head in second.heads() if not head.chain.startswith("day-")}
    assert changed == {growing, new}
    assert second.chains == first.chains + 1


def test_two_makers_at_once_make_one(kept: City, monkeypatch: pytest.MonkeyPatch) -> None:
    writing = checkpoint_files.write_pending

    def write(place: Path, checkpoint: Checkpoint) -> Path:
        monkeypatch.setattr(checkpoint_files, "write_pending", writing)
        make(kept)
        return writing(place, checkpoint)

    monkeypatch.setattr(checkpoint_files, "write_pending", write)
    with pytest.raises(Conflict):
        make(kept)
    assert len(list(folder(kept).iterdir())) == 1
    assert flaws(kept) == []


def test_a_maker_that_died_before_its_row_leaves_nothing_that_counts(kept: City) -> None:
    made = make(kept)
    (file,) = checkpoint_files.list_files(folder(kept))
    with kept.store.write() as connection:  # as if its transaction had never been
        connection.execute(text("DELETE FROM checkpoints"))
    file.rename(file.with_name(f"{file.name}{checkpoint_files.PENDING}"))
    assert flaws(kept) == []
    after = make(kept)
    assert after.before is None
    checkpoints.finish_pending(kept.store, folder(kept))
    assert [path.name for path in checkpoint_files.list_files(folder(kept))] == [after.name]
    assert made.id not in {one.id for one in read_all(folder(kept))[0]}


def test_a_maker_that_died_after_its_row_gets_its_file_named_by_the_next(kept: City) -> None:
    made = make(kept)
    (file,) = checkpoint_files.list_files(folder(kept))
    file.rename(file.with_name(f"{file.name}{checkpoint_files.PENDING}"))
    assert make(kept).before == (made.id, made.digest)
    assert flaws(kept) == []


def test_a_key_that_is_damaged_signs_nothing(kept: City) -> None:
    vault = kept.engine.machine.vault
    assert vault is not None
    vault.key_file.parent.mkdir()
    vault.key_file.write_text("short")
    with pytest.raises(Failed, match="密钥"):
        make(kept)
    assert list(folder(kept).glob("*")) == []


@pytest.mark.parametrize("account", [CLERK, "pj_unit_lead.jiaoyu"])
def test_who_neither_audits_nor_administers_starts_nothing(kept: City, account: str) -> None:
    with pytest.raises(NotAllowed):
        kept.engine.make_checkpoint(by=account)
    with pytest.raises(NotAllowed):
        kept.engine.start_verification(by=account)


@pytest.mark.parametrize("account", [AUDIT, MONITOR, SYSADMIN])
def test_that_it_was_asked_for_stands_in_history(kept: City, account: str) -> None:
    made = kept.engine.make_checkpoint(by=account)
    kept.engine.start_verification(by=account)
    kept.worker.drain()
    lines = [link for link in kept.history("day-2026-08-20") if link.kind in ("checkpoint.signed", "history.verified")]
    assert [(line.actor, line.kind) for line in lines] == [(account, "checkpoint.signed"), ("system", "history.verified")]
    assert lines[0].payload["digest"] == made.digest
    assert lines[1].payload["asked_by"] == account
    assert lines[1].payload["broken"] == 0


def test_a_verification_whose_worker_died_goes_on_where_it_stood(kept: City, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        kept.engine.start_case("notes", {}, by=CLERK)
    make(kept)
    machine = kept.engine.machine
    monkeypatch.setattr(auditing, "_STORED_EVERY", timedelta(0))
    monkeypatch.setattr("service.store.proving.CHAINS_A_PAGE", 2)
    kept.engine.start_verification(by=AUDIT)
    through = auditing.verifying.go_through

    def dying(*given: Any, **more: Any) -> Iterator[Any]:
        for number, step in enumerate(through(*given, **more)):
            if number == 2:
                raise KeyboardInterrupt
            yield step

    monkeypatch.setattr(auditing.verifying, "go_through", dying)
    with pytest.raises(KeyboardInterrupt):
        auditing.go_on(machine)
    monkeypatch.setattr(auditing.verifying, "go_through", through)
    with kept.store.read() as connection:
        half = verifications.find_last(connection)
    assert half is not None
    assert half.ended_at is None
    auditing.go_on(machine)
    with kept.store.read() as connection:
        last = verifications.find_last(connection)
        links = connection.execute(text("SELECT count(*) FROM history")).scalar()
    whole = summarize(go_through(kept.store, ()))
    assert last is not None
    assert last.ended_at is not None
    assert (last.chains, last.broken) == (whole.chains, 0)
    assert last.links == links - 1  # the line that says that it has ended came afterwards


def test_a_verification_whose_job_was_given_up_does_not_bar_the_next(kept: City) -> None:
    kept.engine.start_verification(by=AUDIT)
    with pytest.raises(Conflict):
        kept.engine.start_verification(by=AUDIT)
    with kept.store.write() as connection:
        connection.execute(text("UPDATE jobs SET state = 'parked' WHERE kind = 'verify'"))
    kept.engine.start_verification(by=AUDIT)
    kept.worker.drain()
    with kept.store.read() as connection:
        last = verifications.find_last(connection)
    assert last is not None
    assert last.ended_at is not None


def test_the_file_says_what_it_holds_to_other_tools(kept: City) -> None:
    make(kept)
    (file,) = checkpoint_files.list_files(folder(kept))
    document = json.loads(file.read_text())
    assert document["format"] == "chengxu-checkpoint/1"
    assert set(document) == {
        "format", "id", "at", "algorithm", "chains", "links", "before", "whole", "digest", "key", "signature", "heads",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_sm3_gives_the_digests_of_the_standard(message: bytes, expected: str) -> None:
    assert DIGESTS["sm3"](message).hex() == _sm3_of_cryptography(message).hex() == expected
