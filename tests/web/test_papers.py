"""The papers of a case over HTTP: who gets them, as what, and the links to them."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any

import pytest

CLERK, LEAD, OTHER = "pj_unit_clerk.jiaoyu", "pj_unit_lead.jiaoyu", "pj_unit_clerk.shuili"


@pytest.fixture
def case(site: Any) -> str:
    found: str = site.start()
    site.city.engine.complete_task(site.task(found), {"note": "经核实无误"}, by=CLERK)
    return found


@dataclass(frozen=True)
class Got:
    """An answer that was read to its end and closed."""

    status: int
    kind: str
    headers: Any
    data: bytes


def got(answer: Any) -> Got:
    with answer:
        return Got(answer.status_code, answer.mimetype, answer.headers, answer.data)


def test_page_and_api_give_the_same_approval_sheet(site: Any, case: str) -> None:
    browser = site.browser()
    browser.sign_in(CLERK)

    page, api = got(browser.client.get(f"/cases/{case}/sheet.pdf")), got(site.as_(CLERK).get(f"/cases/{case}/sheet"))

    assert page.status == api.status == 200
    assert page.kind == api.kind == "application/pdf"
    assert page.data == api.data
    assert page.data.startswith(b"%PDF-")
    assert not page.headers["Content-Disposition"].startswith("attachment")
    assert page.headers["Cache-Control"] == "private, no-cache"


def test_a_sheet_that_has_not_changed_is_not_sent_again(site: Any, case: str) -> None:
    caller = site.as_(CLERK)
    first = got(caller.get(f"/cases/{case}/sheet"))
    known = {**caller.headers, "If-None-Match": first.headers["ETag"]}

    again = got(caller.client.get(f"/api/v1/cases/{case}/sheet", headers=known))
    site.city.engine.claim_task(site.task(case), by=LEAD)
    changed = got(caller.client.get(f"/api/v1/cases/{case}/sheet", headers=known))

    assert (again.status, again.data) == (304, b"")
    assert changed.status == 200


def test_page_and_api_give_the_same_case_file_to_keep(site: Any, case: str) -> None:
    browser = site.browser()
    browser.sign_in(CLERK)

    page, api = got(browser.client.get(f"/cases/{case}/file.zip")), got(site.as_(CLERK).get(f"/cases/{case}/file"))

    assert page.kind == "application/zip"
    assert page.data == api.data
    assert page.headers["Content-Disposition"].startswith("attachment")
    assert int(page.headers["Content-Length"]) == len(page.data)
    with zipfile.ZipFile(io.BytesIO(page.data)) as file:
        for entry in json.loads(file.read("manifest.json"))["entries"]:
            assert hashlib.sha256(file.read(entry["name"])).hexdigest() == entry["sha256"]


@pytest.mark.parametrize("path", ["/cases/{case}/sheet.pdf", "/cases/{case}/file.zip"])
def test_another_unit_is_told_that_there_is_no_such_case(site: Any, case: str, path: str) -> None:
    browser = site.browser()
    browser.sign_in(OTHER)

    assert browser.client.get(path.format(case=case)).status_code == 404


@pytest.mark.parametrize("paper", ["sheet", "file"])
def test_a_program_of_another_unit_gets_a_problem(site: Any, case: str, paper: str) -> None:
    answer = site.as_(OTHER).get(f"/cases/{case}/{paper}")

    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("path", ["/cases/{case}/sheet.pdf", "/cases/{case}/file.zip"])
def test_nobody_gets_papers_without_signing_in(site: Any, case: str, path: str) -> None:
    answer = site.browser().client.get(path.format(case=case))

    assert answer.status_code == 303
    assert "/sign-in" in answer.headers["Location"]


def test_the_case_page_leads_to_both_papers_in_both_languages(site: Any, case: str) -> None:
    browser = site.browser()
    browser.sign_in(CLERK)

    page = browser.client.get(f"/cases/{case}")
    browser.client.set_cookie("lang", "en")
    english = browser.client.get(f"/cases/{case}")

    for address in (f"/cases/{case}/sheet.pdf", f"/cases/{case}/file.zip"):
        assert f'href="{address}"' in page.text
    assert "打印审批单" in page.text
    assert "Download case file" in english.text
