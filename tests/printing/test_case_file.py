"""The case file: complete for its reader, true by its manifest, and the same each time."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from service.engine.events import Event
from service.errors import NotFound
from service.printing.casefile import take_case_file
from service.printing.entries import Archive, safe_name
from service.store.history import first_broken_link, list_links

CLERK, SECOND, LEAD = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.jiaoyu.2", "pj_unit_lead.jiaoyu"
OTHER = "pj_unit_clerk.shuili"
SECRET = "4987654"


def take(office: Any, account: str) -> bytes:
    made = take_case_file(office.machine, office.case, office.actor(account))
    with made.content as file:
        content = file.read()
    assert (made.size, made.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    return content


def opened(content: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(content))


def test_the_same_case_gives_the_same_reader_the_same_bytes_though_each_taking_is_recorded(office: Any) -> None:
    first = take(office, LEAD)
    office.city.clock.set(office.city.clock.now().replace(year=2027))

    assert take(office, LEAD) == first


def test_the_manifest_names_every_other_entry_with_its_hash(office: Any) -> None:
    with closing(opened(take(office, LEAD))) as file:
        names = file.namelist()
        manifest = json.loads(file.read("manifest.json"))
        listed = {entry["name"]: (entry["size"], entry["sha256"]) for entry in manifest["entries"]}
        found = {name: (len(file.read(name)), hashlib.sha256(file.read(name)).hexdigest()) for name in names[:-1]}

    assert names[-1] == "manifest.json"
    assert listed == found
    assert len(names) == len(set(names))


def test_the_case_and_its_child_have_a_folder_each_with_all_that_belongs_to_it(office: Any) -> None:
    with closing(opened(take(office, LEAD))) as file:
        names = file.namelist()
        data = json.loads(file.read("01 GR-2026-0001 grants/data.json"))

    for part in ("审批单.pdf", "data.json", "history.jsonl", "grants.bpmn", "documents/方案.pdf", "documents/底价表.pdf"):
        assert f"01 GR-2026-0001 grants/{part}" in names
    assert "02 GR-2026-0001 site_visit/审批单.pdf" in names
    assert {"label": "申请金额", "value": "3,200,000.50 元"} in data["groups"][0]["facts"]
    assert data["variables"]["amount"] == "3200000.50"


def test_names_of_documents_are_safe_and_occur_once_whatever_the_case_of_their_letters(office: Any) -> None:
    with closing(opened(take(office, LEAD))) as file:
        names = sorted(name.rpartition("/")[2] for name in file.namelist() if "/documents/" in name)
        manifest = json.loads(file.read("manifest.json"))

    assert names == sorted(["方案.pdf", "方案 (2).PDF", "a_b_c.pdf", "底价表.pdf"])
    assert {file["name"] for file in manifest["cases"][0]["documents"]} == {"方案.pdf", "方案.PDF", "a/b:c.pdf", "底价表.pdf"}


def test_the_history_of_a_case_file_can_be_checked_against_its_hashes(office: Any) -> None:
    with closing(opened(take(office, LEAD))) as file:
        lines = [json.loads(line) for line in file.read("01 GR-2026-0001 grants/history.jsonl").splitlines()]
        head = json.loads(file.read("manifest.json"))["cases"][0]["head"]
    with office.city.store.read() as connection:
        links = [link for link in list_links(connection, office.case) if link.kind != Event.PROTECTED_READ]

    assert [line["hash"] for line in lines] == [link.hash.hex() for link in links]
    assert lines[-1]["hash"] == head


def test_what_is_sealed_is_nowhere_in_the_file_of_who_may_not_see_it(office: Any) -> None:
    with closing(opened(take(office, SECOND))) as file:
        everything = b"".join(file.read(name) + name.encode() for name in file.namelist())
        manifest = json.loads(file.read("manifest.json"))
        lines = [json.loads(line) for line in file.read("01 GR-2026-0001 grants/history.jsonl").splitlines()]

    assert SECRET.encode() not in everything
    assert "底价表".encode() not in everything
    assert manifest["cases"][0]["head"] is None
    assert {line["hash"] for line in lines} == {None}


def test_what_is_sealed_is_in_the_file_of_its_reader(office: Any) -> None:
    with closing(opened(take(office, LEAD))) as file:
        data, secret = (file.read(f"01 GR-2026-0001 grants/{name}") for name in ("data.json", "documents/底价表.pdf"))

    assert SECRET.encode() in data
    assert secret == SECRET.encode()


def test_a_child_case_repeats_nothing_that_its_parent_has_handed_down(office: Any) -> None:
    with closing(opened(take(office, LEAD))) as file:
        data = json.loads(file.read("02 GR-2026-0001 site_visit/data.json"))

    assert data["variables"] == {"found": "设备均已到位"}


def test_the_file_of_a_case_that_one_may_not_see_is_not_found_and_nothing_is_recorded(office: Any) -> None:
    with pytest.raises(NotFound):
        take(office, OTHER)

    assert not [link for link in day_of(office) if link.kind == Event.CASE_FILE_TAKEN]


def test_each_taking_is_recorded_with_the_day_and_leaves_the_case_as_it_was(office: Any) -> None:
    take(office, LEAD)  # that what is sealed was read is a line of the case, once an hour
    office.city.clock.advance(timedelta(seconds=1))
    before = office.city.case(office.case)
    content = take(office, LEAD)

    line = [link for link in day_of(office) if link.kind == Event.CASE_FILE_TAKEN][-1]
    assert line.actor == LEAD
    assert line.payload == {
        "case": office.case, "business_key": "GR-2026-0001", "sha256": hashlib.sha256(content).hexdigest(),
    }  # fmt: skip
    assert office.city.case(office.case) == before
    with office.city.store.read() as connection:
        assert first_broken_link(connection, "day-2026-08-20") is None


def day_of(office: Any) -> Any:
    with office.city.store.read() as connection:
        return list_links(connection, "day-2026-08-20")


def test_a_document_whose_bytes_are_gone_is_told_of_and_does_not_stop_the_rest(office: Any) -> None:
    blobs = office.machine.blobs
    blobs.path(hashlib.sha256("方案.pdf".encode()).hexdigest()).unlink()

    with closing(opened(take(office, LEAD))) as file:
        documents = {one["name"]: one["entry"] for one in json.loads(file.read("manifest.json"))["cases"][0]["documents"]}

    assert documents["方案.pdf"] is None
    assert documents["底价表.pdf"] == "01 GR-2026-0001 grants/documents/底价表.pdf"


class Narrow(io.RawIOBase):
    """A stream that cannot be sought in, and counts the largest piece it was given."""

    def __init__(self) -> None:
        self.largest, self.size = 0, 0

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self.largest, self.size = max(self.largest, len(piece)), self.size + len(piece)
        return len(piece)


class Endless(io.RawIOBase):
    """A file of some size that is nowhere."""

    def __init__(self, size: int) -> None:
        self.left = size

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        count = min(size, self.left)
        self.left -= count
        return bytes(count)


def test_a_large_document_passes_through_in_small_pieces() -> None:
    target = Narrow()
    archive = Archive(target)  # type: ignore[arg-type]

    archive.copy("large", Endless(64 << 20))  # type: ignore[arg-type]
    archive.close()

    assert target.size > 64 << 20
    assert target.largest <= 1 << 20


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "_.._etc_passwd"), ("C:\\x\\y.pdf", "C__x_y.pdf"), ("con", "_con"), ("NUL.txt", "_NUL.txt"),
        (" . ", "_"), ("a\u202egpj.exe", "agpj.exe"), ("结尾。.pdf", "结尾。.pdf"), ("长" * 200 + ".pdf", "长" * 76 + ".pdf"),
    ],
)  # fmt: skip
def test_a_name_inside_a_zip_is_safe_on_every_system(name: str, safe: str) -> None:
    assert safe_name(name) == safe
