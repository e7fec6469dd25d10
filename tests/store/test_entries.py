"""What people enter before it is filed: drafts, attachments, and the replies that are kept for repeated requests."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from service.store import Store, entries
from service.store.entries import AttachmentRow, ReplyRow

SUBJECT = "task:t-1"


def draft(store: Store, account: str) -> Any:
    with store.read() as connection:
        found = entries.find_draft(connection, account=account, subject=SUBJECT)
    return found and found[0]


def save(store: Store, account: str, at: datetime, **body: Any) -> None:
    with store.write() as connection:
        entries.put_draft(connection, account=account, subject=SUBJECT, body=body, at=at)


def test_each_person_has_one_draft_of_a_task(store: Store, noon: datetime) -> None:
    save(store, "li", noon, note="一", money=Decimal("1.50"))
    save(store, "wang", noon, note="二")
    save(store, "li", noon + timedelta(minutes=1), note="三")
    with store.read() as connection:
        assert entries.find_draft(connection, account="li", subject=SUBJECT) == ({"note": "三"}, noon + timedelta(minutes=1))
        assert entries.find_draft(connection, account="li", subject="task:t-2") is None
    with store.write() as connection:
        entries.delete_draft(connection, account="li", subject=SUBJECT)
    assert (draft(store, "li"), draft(store, "wang")) == (None, {"note": "二"})


def test_two_windows_that_save_a_first_draft_at_once_both_succeed(store: Store, noon: datetime) -> None:
    together = threading.Barrier(4, timeout=30)

    def save_often(window: int) -> None:
        for round_ in range(5):
            together.wait()
            with store.write() as connection:
                entries.put_draft(connection, account="li", subject=f"start:{round_}", body={"window": window}, at=noon)

    with ThreadPoolExecutor(4) as pool:
        for saving in [pool.submit(save_often, window) for window in range(4)]:
            saving.result()
    with store.read() as connection:
        for round_ in range(5):
            found = entries.find_draft(connection, account="li", subject=f"start:{round_}")
            assert found is not None
            assert found[0]["window"] in range(4)


def attach(store: Store, at: datetime, sha256: str = "a" * 64, **given: Any) -> AttachmentRow:
    values = {"account": "li", "name": "方案.pdf", "size": 3, "media_type": "application/pdf", **given}
    with store.write() as connection:
        return entries.insert_attachment(connection, sha256=sha256, at=at, **values)


def test_an_attachment_belongs_to_the_case_that_files_it_first(store: Store, noon: datetime) -> None:
    row, other = attach(store, noon), attach(store, noon)
    with store.write() as connection:
        entries.file_attachments(connection, [row.id], case_id="case-1")
        entries.file_attachments(connection, [row.id, other.id], case_id="case-2")
        entries.file_attachments(connection, [], case_id="case-3")
    with store.read() as connection:
        found = entries.list_attachments(connection, [row.id, other.id, "unknown"])
        assert {key: value.case_id for key, value in found.items()} == {row.id: "case-1", other.id: "case-2"}
        assert entries.list_attachments(connection, []) == {}
        assert [value.id for value in entries.list_case_attachments(connection, ["case-1"])] == [row.id]
        assert [value.id for value in entries.list_case_attachments(connection, ["case-1", "case-2"])] == [row.id, other.id]
    assert found[row.id].created_at == noon


def sweep(store: Store, before: datetime) -> set[str]:
    with store.write() as connection:
        return set(entries.sweep_attachments(connection, before=before))


def test_the_sweep_takes_what_was_never_filed_and_keeps_bytes_that_somebody_still_needs(store: Store, noon: datetime) -> None:
    old, young = noon - timedelta(days=8), noon
    alone, filed, twice, again = "a" * 64, "b" * 64, "c" * 64, "d" * 64
    attach(store, old, alone)
    attach(store, old, alone)
    kept = [attach(store, old, filed), attach(store, old, twice), attach(store, young, again)]
    attach(store, old, twice)  # the same bytes, uploaded again and left
    attach(store, old, again)
    with store.write() as connection:
        entries.file_attachments(connection, [row.id for row in kept[:2]], case_id="case-1")

    assert sweep(store, noon - timedelta(days=7)) == {alone}
    with store.read() as connection:
        assert set(entries.list_attachments(connection, [row.id for row in kept])) == {row.id for row in kept}
    assert sweep(store, noon - timedelta(days=7)) == set()
    assert sweep(store, noon + timedelta(days=7)) == {again}
    assert sweep(store, noon + timedelta(days=999)) == set()


def reserve(store: Store, noon: datetime, *, account: str = "li", request: str = "r-1") -> ReplyRow | None:
    with store.write() as connection:
        return entries.reserve_reply(connection, account=account, key="k-1", request=request, at=noon)


def test_a_key_is_new_then_busy_then_answered(store: Store, noon: datetime) -> None:
    assert reserve(store, noon) is None
    assert reserve(store, noon, request="r-2") == ReplyRow(request="r-1", status=None, body=None)
    assert reserve(store, noon, account="wang") is None
    with store.write() as connection:
        entries.keep_reply(connection, account="li", key="k-1", status=201, body=b"{}")
    assert reserve(store, noon, request="r-2") == ReplyRow(request="r-1", status=201, body=b"{}")
    assert reserve(store, noon, account="wang") == ReplyRow(request="r-1", status=None, body=None)


def test_a_key_whose_request_failed_is_new_again(store: Store, noon: datetime) -> None:
    reserve(store, noon)
    with store.write() as connection:
        entries.drop_reply(connection, account="li", key="k-1")
    assert reserve(store, noon, request="r-2") is None


def test_of_many_requests_with_one_key_at_once_one_is_done_and_the_others_learn_what_it_was(store: Store, noon: datetime) -> None:
    together = threading.Barrier(4, timeout=30)

    def ask(request: str) -> list[ReplyRow | None]:
        answers = []
        for round_ in range(8):
            together.wait()
            with store.write() as connection:
                answers.append(
                    entries.reserve_reply(connection, account="li", key=f"k-{round_}", request=request, at=noon)
                )  # fmt: skip
        return answers

    with ThreadPoolExecutor(4) as pool:
        answers = dict(zip("abcd", pool.map(ask, "abcd"), strict=True))
    for round_ in range(8):
        (first,) = [request for request in "abcd" if answers[request][round_] is None]
        known = [answers[request][round_] for request in "abcd" if request != first]
        assert known == [ReplyRow(request=first, status=None, body=None)] * 3
