"""Every error has its status, and nothing else gets out."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from service import errors
from service.errors import ChengxuError, Finding, InvalidAnswers, InvalidDefinition, NotAllowed, Problem, TaskTaken, TooMany
from service.web import auth
from service.web.problems import STATUS, explain

TREE = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, ChengxuError)]


def descendants(kind: type[ChengxuError]) -> Iterator[type[ChengxuError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from descendants(child)


#: Those of other packages may be made with arguments of their own.
PLAIN = [kind for kind in descendants(ChengxuError) if kind.__init__ in {parent.__init__ for parent in TREE}]


def make(kind: type[ChengxuError]) -> ChengxuError:
    return kind(()) if issubclass(kind, (InvalidAnswers, InvalidDefinition)) else kind()


@pytest.fixture
def raising(site: Any) -> Iterator[Any]:
    """An app with a view that raises what it is given."""
    thrown: list[Exception] = []

    @auth.public
    def view() -> None:
        raise thrown[0]

    site.app.add_url_rule("/api/raise", "api_raise", view)
    site.app.add_url_rule("/raise", "page_raise", view)

    def call(error: Exception, path: str = "/api/raise", **more: Any) -> Any:
        thrown[:] = [error]
        return site.app.test_client().get(path, **more)

    return call


def test_the_table_of_statuses_names_every_class_of_the_tree() -> None:
    assert set(STATUS) == set(TREE)


@pytest.mark.parametrize("kind", list(descendants(ChengxuError)), ids=lambda kind: kind.__name__)
def test_every_error_anywhere_has_words_and_a_name_of_its_own(kind: type[ChengxuError]) -> None:
    assert kind._default(1)
    assert kind.slug not in {parent.slug for parent in kind.__mro__[1:] if issubclass(parent, ChengxuError)}


@pytest.mark.parametrize("kind", PLAIN, ids=lambda kind: kind.__name__)
def test_every_error_becomes_a_problem(kind: type[ChengxuError], raising: Any) -> None:
    answer = raising(make(kind))

    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == answer.status_code >= 400
    assert answer.json["type"] == f"urn:chengxu:problem:{kind.slug}"
    assert answer.json["title"]
    assert answer.json["detail"]
    assert answer.json["errors"] == []
    page = raising(make(kind), "/raise")
    assert page.status_code == (303 if answer.status_code == 401 else answer.status_code)
    assert page.mimetype == "text/html"


def test_facts_stand_beside_and_never_in_place_of_the_standard_members() -> None:
    told = explain(TaskTaken("王敏 已办理", by="x", name="王敏", at="2026-08-20T09:00", status=200, type="evil")).as_json()
    assert told["name"] == "王敏"
    assert told["status"] == 409
    assert told["type"] == "urn:chengxu:problem:task-taken"


def test_findings_come_back_by_field() -> None:
    finding = Finding(field="items.2.amount", rule="R-PJ-07", message="金额不符", article="pj-2020#11")
    told = explain(InvalidAnswers([finding])).as_json()
    assert told["errors"] == [
        {
            "field": "items.2.amount", "rule": "R-PJ-07", "level": "block", "article": "pj-2020#11", "message": "金额不符",
            "message_en": "金额不符",
        }
    ]  # fmt: skip


def test_what_is_wrong_with_a_diagram_comes_back_by_element() -> None:
    told = explain(InvalidDefinition([Problem(rule="di-missing", message="没有图形", element="a", file="x.bpmn", line=3)]))
    assert [(error["field"], error["rule"], error["line"]) for error in told.errors] == [("a", "di-missing", 3)]


def test_a_refusal_names_its_rule() -> None:
    assert explain(NotAllowed("不行", rule="SoD-3")).as_json()["rule"] == "SoD-3"


def test_too_many_says_how_long_to_wait(raising: Any) -> None:
    answer = raising(TooMany(retry_after=900))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "900")


@pytest.mark.parametrize(("path", "accept"), [("/api/raise", "*/*"), ("/raise", "text/html"), ("/raise", "application/json")])
def test_an_unexpected_error_is_logged_with_a_number_and_tells_nothing(
    raising: Any, caplog: pytest.LogCaptureFixture, path: str, accept: str
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = raising(RuntimeError("secret-thing"), path, headers={"Accept": accept})

    assert answer.status_code == 500
    assert "secret-thing" not in answer.text
    assert "编号" in answer.text
    record = next(record for record in caplog.records if record.name == "service.web.problems")
    assert str(record.args[0]) in answer.text  # type: ignore[index]
    assert record.exc_info is not None


def test_an_error_page_that_cannot_be_drawn_still_is_a_page(raising: Any, site: Any) -> None:
    site.app.jinja_env.globals.pop("asset", None)
    answer = raising(errors.NotFound("没有 <这个>"), "/raise")
    assert answer.status_code == 404
    assert "没有 &lt;这个&gt;" in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("GET", "/api/v1/nowhere", 404, "not-found"),
        ("DELETE", "/api/v1/cases", 405, "method-not-allowed"),
        ("GET", "/api/v1/cases/a%00b", 404, "not-found"),
        ("GET", "/api/v1/cases?unit=a%00b", 400, "bad-request"),
    ],
)
def test_what_routing_refuses_is_a_problem_too(site: Any, method: str, path: str, status: int, slug: str) -> None:
    answer = site.app.test_client().open(path, method=method)
    assert (answer.status_code, answer.json["type"]) == (status, f"urn:chengxu:problem:{slug}")
