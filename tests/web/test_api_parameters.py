"""Parameters over HTTP: everybody reads them, a system administrator changes those that no article gives."""

from __future__ import annotations

from typing import Any

import pytest

from service.web.api import shapes

CLERK, SYSADMIN = "pj_unit_clerk.jiaoyu", "sysadmin.zhongxin"
CHANGE = {"value": "0.7", "from": "2026-08-20", "reason": "年度调整"}


def test_a_change_is_stored_and_shown_with_who_made_it(site_anywhere: Any) -> None:
    admin = site_anywhere.as_(SYSADMIN)
    answer = admin.post("/parameters/similarity_threshold", CHANGE)
    assert answer.status_code == 200
    assert not shapes.ParameterShape().validate(answer.json)
    assert (answer.json["value"], answer.json["practice"], answer.json["min"], answer.json["max"]) == ("0.7", True, "0", "1")
    first, second = answer.json["versions"]
    assert (first["value"], first["set_by"], second["set_by"], second["reason"]) == ("0.6", None, SYSADMIN, "年度调整")
    assert site_anywhere.as_(CLERK).get("/parameters/similarity_threshold").json == answer.json


def test_everybody_reads_them_all(site: Any) -> None:
    found = site.as_(CLERK).get("/parameters").json
    assert not shapes.ParameterListShape().validate(found)
    (law,) = [one for one in found["items"] if one["id"] == "service_life_min_years"]
    assert (law["value"], law["practice"], law["articles"]) == (5, False, ["pj-2020#11"])


def test_others_and_figures_of_the_law_are_refused(site: Any) -> None:
    refused = site.as_(CLERK).post("/parameters/similarity_threshold", CHANGE)
    assert (refused.status_code, refused.json["rule"]) == (403, "sysadmin")
    refused = site.as_(SYSADMIN).post("/parameters/service_life_min_years", {**CHANGE, "value": 4})
    assert (refused.status_code, refused.json["rule"]) == (403, "law-figure")
    assert site.as_(SYSADMIN).post("/parameters/nothing", CHANGE).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [({"value": "many"}, "value"), ({"value": 2}, "value"), ({"from": "2026-08-19"}, "from"), ({"reason": " "}, "reason")],
)
def test_what_is_wrong_is_said_at_its_field(site: Any, change: dict[str, Any], field: str) -> None:
    refused = site.as_(SYSADMIN).post("/parameters/similarity_threshold", CHANGE | change)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json["errors"]] == [field]


def test_the_same_key_changes_once(site: Any) -> None:
    admin = site.as_(SYSADMIN)
    answers = [admin.post("/parameters/similarity_threshold", CHANGE, key="change-1") for _ in range(2)]
    assert [len(answer.json["versions"]) for answer in answers] == [2, 2]
    assert len(admin.get("/parameters/similarity_threshold").json["versions"]) == 2
