"""Plays a scenario in the browser: who starts a case or does a task signs in, opens it, fills in its form and submits.

Everything else — the clock, messages, what is then the case — goes over HTTP. On the way the pages are held to their word: what
the server refuses stands at its field and in the summary, and what a rule remarks on success is told on the page that follows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from form_filler import Filler, NotOffered

from service.scenario.driver import Refusal, Reply
from service.scenario.over_http import HttpDriver

#: The page has moved on, or says what is wrong now.
ANSWERED = "before => location.href !== before || !!document.querySelector('.form-messages .summary:not([data-old])')"
OLD = "() => document.querySelector('.form-messages .summary')?.setAttribute('data-old', '')"
TOLD = "section[aria-labelledby=remarks-title]"
_TYPE = "urn:chengxu:problem:"


class BrowserDriver(HttpDriver):
    """Drives the pages of a server. `visit` gives an account's visitor, `settle` waits until nothing more follows by itself.

    What the browser has done once is done over HTTP the next time, and so are the elements of `over_http`, which another test shows. `look` is given every page that is
    ready to be submitted, refused or done, with a name for it.
    """

    def __init__(
        self, url: str, token_of: Callable[[str], str], *, visit: Callable[[str], Any], settle: Callable[[], None], folder: Path,
        reader: str, password: str, import_entry: Callable[[str, str, Mapping[str, Any]], None],
        over_http: Collection[str] = (), look: Callable[[Any, str], None] = lambda page, name: None,
    ) -> None:  # fmt: skip
        super().__init__(url, token_of, reader=reader, password=password, import_entry=import_entry)
        self._visit, self._settle, self._folder, self._look = visit, settle, folder, look
        self._over_http = set(over_http)
        self._refused: dict[str, tuple[str, Filler]] = {}
        self._files: dict[str, Path] = {}
        self._media: dict[str, str] = {}

    def upload(self, name: str, content: bytes, media_type: str, *, by: str) -> str:
        """Lay the file ready for the form; the page uploads it."""
        self._files[name], self._media[name] = self._folder / name, media_type
        self._files[name].write_bytes(content)
        return name

    def start(self, process: str, answers: Mapping[str, Any], *, by: str) -> Reply:
        if process in self._over_http:
            return super().start(process, self._uploaded(answers, by), by=by)
        visitor = self._visit(by)
        subject = f"/start/{process}"
        if not self._is_open(visitor, subject, by):
            visitor.open("/start").locator(f'a[href="{subject}"]').first.click()
            visitor.form_is_there()
        return self._file(visitor, answers, process, subject, by=by, sign=False)

    def complete(self, task: str, answers: Mapping[str, Any], *, by: str, sign: bool) -> Reply:
        element = self.view_task(task, by=by)
        if element in self._over_http:
            return super().complete(task, self._uploaded(answers, by), by=by, sign=sign)
        visitor = self._visit(by)
        subject = f"/tasks/{task}"
        if not self._is_open(visitor, subject, by):
            row = visitor.page.locator(f'a.sheet-main[href="{subject}"]')
            if row.count() == 0:  # it came after the list was opened
                visitor.open("/")
            row.click()
            visitor.form_is_there()
        return self._file(visitor, answers, element, subject, by=by, sign=sign)

    def _is_open(self, visitor: Any, subject: str, by: str) -> bool:
        """Whether the person is before this form already: it was refused, or opened by itself after the last one."""
        if self._refused.get(by, ("",))[0] != subject:
            self._refused.pop(by, None)
        return bool(urlsplit(visitor.page.url).path == subject)

    def view_task(self, task: str, *, by: str) -> str:
        """The element of a task."""
        return str(self._get(f"/tasks/{task}", by=by)["element"])

    def _uploaded(self, value: Any, by: str) -> Any:
        """The answers with each file uploaded over HTTP."""
        if isinstance(value, Mapping):
            return {name: self._uploaded(item, by) for name, item in value.items()}
        if isinstance(value, list):
            return [self._uploaded(item, by) for item in value]
        if isinstance(value, str) and value in self._files:
            return HttpDriver.upload(self, value, self._files[value].read_bytes(), self._media[value], by=by)
        return value

    def _file(self, visitor: Any, answers: Mapping[str, Any], name: str, subject: str, *, by: str, sign: bool) -> Reply:
        visitor.form_is_there()
        _, form = self._refused.get(by, ("", None))
        form = form or Filler(visitor.page, self._files)
        self._refused[by] = (subject, form)
        try:
            form.replace(answers)
        except NotOffered as error:
            self._look(visitor.page, f"{name}-not-offered")
            return Reply(refusal=Refusal(slug="not-offered", message=str(error), findings=(_finding(error.key, str(error)),)))
        self._look(visitor.page, name)
        status, told = self._submit(visitor, sign=sign)
        if status >= 400:
            self._look(visitor.page, f"{name}-refused")
            return Reply(refusal=_refused(visitor.page, form, told))
        del self._refused[by]
        self._over_http.add(name)
        self._settle()
        for finding in told["findings"]:
            remarks = visitor.page.locator(TOLD).inner_text()
            said = {str(finding["message"]), str(finding.get("message_en"))}
            assert any(one in remarks for one in said), f"{finding} is not told: {remarks}"
        return Reply(case=told.get("case") or told.get("id"), findings=tuple(told["findings"]))

    def _submit(self, visitor: Any, *, sign: bool) -> tuple[int, dict[str, Any]]:
        """Press the button; give what the server answered, or 422 and nothing when the form itself did not let go."""
        page, answers = visitor.page, []

        def pass_on(route: Any) -> None:
            if route.request.method != "POST":
                route.continue_()
                return
            answer = route.fetch()
            answers.append((answer.status, answer.json()))
            route.fulfill(response=answer)

        address = page.locator("[data-submit-url]").get_attribute("data-submit-url")
        page.route(lambda url: url.endswith(address), pass_on)
        before = page.url
        page.evaluate(OLD)
        visitor.submit()
        if sign:
            page.locator("dialog[open], .form-messages .summary:not([data-old])").first.wait_for()
            if page.locator("dialog[open]").count():
                page.locator("#sign-password").fill(self._password)
                page.locator("dialog[open] button[value=sign]").click()
        page.wait_for_function(ANSWERED, arg=before)
        page.unroute_all(behavior="wait")
        return answers[-1] if answers else (422, {})


def _refused(page: Any, form: Filler, told: Mapping[str, Any]) -> Refusal:
    """What was refused; fails when the page does not say so, above the form and at each field that the form has."""
    shown = form.faults()
    summary = page.locator(".form-messages .summary").inner_text()
    assert page.evaluate("() => !!document.activeElement?.closest('.summary')"), "the summary has the focus"
    if not told:  # the form itself; what it finds in a row belongs to the list, too
        own = [_finding(field, message) for field, message in shown]
        return Refusal(slug="invalid-form", message=summary, findings=(*own, *_of_lists(own)))
    errors = tuple(told.get("errors") or ())
    for error in errors:
        said = {str(error["message"]), str(error.get("message_en"))}
        assert any(one in summary for one in said), f"{error} is not in the summary: {summary}"
        if form.shows(str(error["field"] or "").split(".")[0]):
            at = [place for place, message in shown if any(one in message for one in said)]
            assert any(_is_at(error["field"], place) for place in at), f"{error} does not stand at its field: {shown}"
    return Refusal(
        slug=str(told.get("type", "")).removeprefix(_TYPE), message=str(told.get("detail", "")), rule=str(told.get("rule") or ""),
        findings=errors,
    )  # fmt: skip


def _finding(field: str, message: str) -> dict[str, Any]:
    return {"field": field, "message": message, "rule": None, "level": "block"}


def _is_at(field: str, place: str) -> bool:
    """Whether a finding is at its field, or at the list around one that is not shown."""
    return field == place or field.startswith(f"{place}.")


def _of_lists(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**one, "field": one["field"].split(".")[0]} for one in findings if "." in one["field"]]
