"""Uploads: what is accepted is what it says it is; everything else is refused with a reason."""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from service.web import filetypes
from service.web.uploads import safe_name

CLERK, COLLEAGUE, LEAD, OTHER = (
    "pj_unit_clerk.jiaoyu", "pj_unit_clerk.jiaoyu.2", "pj_unit_lead.jiaoyu", "pj_unit_clerk.shuili",
)  # fmt: skip
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504
EXE = b"MZ\x90\x00" + b"\x00" * 64
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"


def archive(*names: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return target.getvalue()


DOCX = archive("[Content_Types].xml", "word/document.xml")


def upload(caller: Any, content: bytes, name: str) -> Any:
    """Encoded beforehand: the test client would leave temporary files open."""
    boundary, body = encode_multipart({"file": FileStorage(io.BytesIO(content), name, "file", "application/octet-stream")})
    return caller.post("/attachments", data=body, content_type=f"multipart/form-data; boundary={boundary}")


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("方案.pdf", PDF, "application/pdf"),
        ("图.PNG", PNG, "image/png"),
        ("a.jpg", b"\xff\xd8\xff\xe0" + b"\x00" * 20, "image/jpeg"),
        ("a.gif", b"GIF89a" + b"\x00" * 20, "image/gif"),
        ("a.bmp", b"BM" + b"\x00" * 20, "image/bmp"),
        ("a.tif", b"II*\x00" + b"\x00" * 20, "image/tiff"),
        ("a.docx", DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.xlsx", archive("xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("a.pptx", archive("ppt/presentation.xml"), "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
        ("a.ofd", archive("OFD.xml"), "application/ofd"),
        ("a.doc", OLE, "application/msword"),
        ("a.xls", OLE, "application/vnd.ms-excel"),
        ("a.wps", OLE, "application/vnd.ms-works"),
        ("a.zip", archive("x/y.txt"), "application/zip"),
        ("a.txt", "说明".encode(), "text/plain"),
        ("a.csv", "金额,说明\n1,中文".encode("gb18030"), "text/csv"),
    ],
)
def test_the_usual_kinds_are_accepted_and_typed_by_content(site: Any, name: str, content: bytes, media_type: str) -> None:
    answer = upload(site.as_(CLERK), content, name)
    assert answer.status_code == 201, answer.json
    assert answer.json == {
        "id": answer.json["id"], "name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest(),
        "media_type": media_type,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", EXE), ("a.png", HTML), ("a.pdf", HTML), ("a.docx", EXE), ("a.docx", archive("evil.exe")), ("a.doc", EXE),
        ("a.jpg", PNG), ("a.txt", HTML), ("a.txt", b"#!/bin/sh\nrm -rf /"), ("a.csv", b"\xef\xbb\xbf <script>x</script>"),
        ("a.txt", EXE), ("a.zip", PDF), ("a.pdf", b"text"), ("a.docx", b"PK\x03\x04 broken"), ("a.xlsx", DOCX),
        ("a.docx", archive("word/document.xml", "word/vbaProject.bin")), ("a.txt", b"\x7fELF\x02\x01"),
        ("a.png", b"<svg onload=alert(1)>"),
    ],
)  # fmt: skip
def test_a_disguised_file_is_refused(site: Any, name: str, content: bytes) -> None:
    answer = upload(site.as_(CLERK), content, name)
    assert (answer.status_code, answer.json["type"]) == (422, "urn:chengxu:problem:disguised-file")
    assert [(error["field"], error["rule"]) for error in answer.json["errors"]] == [("file", "disguised-file")]
    with site.city.store.read() as connection:
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM attachments").scalar() == 0


@pytest.mark.parametrize("name", ["a.exe", "a.html", "a.svg", "a.js", "a.sh", "a.pdf.exe", "pdf", ".pdf/", "a.docm", "a.htm"])
def test_kinds_that_are_not_listed_are_refused_whatever_they_hold(site: Any, name: str) -> None:
    answer = upload(site.as_(CLERK), PDF, name)
    assert (answer.status_code, answer.json["errors"][0]["rule"]) == (422, "file-type")


def test_an_empty_file_is_refused(site: Any) -> None:
    assert upload(site.as_(CLERK), b"", "a.pdf").json["errors"][0]["rule"] == "file"


def test_a_request_without_a_file_names_the_part(site: Any) -> None:
    caller = site.as_(CLERK)
    assert caller.post("/attachments", data={"other": (io.BytesIO(PDF), "a.pdf")}).json["errors"][0]["field"] in ("file", "other")
    assert caller.post("/attachments", {}).status_code == 422
    assert caller.post("/attachments", data={"file": "text"}).status_code == 422


def test_a_file_over_the_limit_is_refused_in_words(small_uploads: Any) -> None:
    site = small_uploads(1024 * 1024)
    within = upload(site.as_(CLERK), PDF.ljust(1024 * 1024, b"\n"), "a.pdf")
    over = upload(site.as_(CLERK), PDF.ljust(1024 * 1024 + 1, b"\n"), "a.pdf")
    far_over = upload(site.as_(CLERK), PDF.ljust(3 * 1024 * 1024, b"\n"), "a.pdf")

    assert within.status_code == 201
    assert (over.status_code, over.json["errors"][0]["rule"]) == (422, "too-large")
    assert "1 MB" in over.json["detail"]
    assert (far_over.status_code, far_over.json["type"]) == (413, "urn:chengxu:problem:too-large")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/方案.pdf", "方案.pdf"),
        ("C:\\Users\\x\\方案.pdf", "方案.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("evil\u202efdp.txt", "evilfdp.txt"),
        ("  a.pdf. ", "a.pdf"),
        ("长" * 400 + ".pdf", "长" * 251 + ".pdf"),
    ],
)
def test_a_name_is_made_safe(given: str, kept: str) -> None:
    assert safe_name(given) == kept


def test_a_file_comes_back_as_a_download_and_never_as_a_page(site: Any) -> None:
    caller = site.as_(CLERK)
    stored = upload(caller, PDF, "建设方案.pdf").json
    with caller.get(f"/attachments/{stored['id']}") as answer:
        assert answer.data == PDF
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert "filename*=UTF-8''%E5%BB%BA" in answer.headers["Content-Disposition"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_file_is_read_by_its_owner_and_by_who_may_read_its_case(site_anywhere: Any) -> None:
    site = site_anywhere
    caller = site.as_(CLERK)
    stored = upload(caller, PDF, "a.pdf").json["id"]

    def statuses() -> list[int]:
        found = []
        for account in (CLERK, COLLEAGUE, LEAD, OTHER):
            with site.as_(account).get(f"/attachments/{stored}") as answer:
                found.append(answer.status_code)
        return found

    assert statuses() == [200, 404, 404, 404]
    case = site.start()
    from service.store import entries

    with site.city.store.write() as connection:
        entries.file_attachments(connection, [stored], case_id=case)
    assert statuses() == [200, 200, 200, 404]
    assert caller.get("/attachments/none").status_code == 404


def test_a_huge_directory_of_a_zip_is_not_read() -> None:
    content = archive("word/document.xml")
    at = content.rfind(b"PK\x05\x06")
    bloated = content[: at + 12] + (64 * 1024 * 1024).to_bytes(4, "little") + content[at + 16 :]
    assert filetypes.detect(io.BytesIO(content)) == "docx"
    assert filetypes.detect(io.BytesIO(bloated)) == "zip"
