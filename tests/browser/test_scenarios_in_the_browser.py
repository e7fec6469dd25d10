"""S01, S06, S09 and S11 in Chromium: the scenario files, with everybody who takes part at a browser of their own.

Each kind of page is filled in once; the next time its task is done over HTTP. CHENGXU_SHOTS=folder keeps a picture of each page.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import city
import pytest
from browser_driver import BrowserDriver

from service import bootstrap
from service.engine.register_import import import_entries
from service.scenario import Report, as_lines, play, read
from service.web.waiting import MOST, wait_for_all

SCENARIOS = Path(__file__).parents[1] / "scenarios"

#: Procurement up to the contract: S06 shows it. The experts: S01.
PROCUREMENT = frozenset(
    {
        "plan_lots", "confirm_lots", "draft_tender", "review_compliance", "file_supervision", "open_bids", "form_committee",
        "score_bids", "award", "register_contract", "sign_contract",
    }
)  # fmt: skip
PANEL = frozenset({"confirm_draw", "score_panel", "chair_opinion"})
#: The beginning and the end of construction: S09.
CONSTRUCTION = frozenset({"commence", "file_baseline", "complete_building"})
#: The form of an application and its review: test_application_walk shows them.
REVIEW = frozenset(
    {"project_application", "sign_application", "intake_check", "review_dimension", "fix_indicators", "sign_decision"}
)

Played = Callable[..., Report]


@pytest.fixture
def played(serve: Callable[..., AbstractContextManager[Any]], visit: Any, tmp_path: Path) -> Played:
    """played("s01_annual_plan", english={account}, over_http={element}): plays a scenario on a service of its own."""

    def make(name: str, *, english: frozenset[str] = frozenset(), over_http: frozenset[str] = frozenset()) -> Report:
        scenario = read(SCENARIOS / f"{name}.yaml")
        files = tmp_path / "files"
        files.mkdir()
        with serve(tmp_path, movable=True) as site:
            engine = site.city.engine

            @cache
            def visitor(account: str) -> Any:
                return visit(account, at=site, english=account in english)

            @cache
            def token(account: str) -> str:
                return bootstrap.create_token(engine, account, label="scenario", by="operator")

            def store(register: str, key: str, data: Mapping[str, Any]) -> None:
                import_entries(engine.machine, engine.machine.rules.registers.get(register), {key: data}, by="operator")

            def settle() -> None:
                with site.app.app_context():
                    assert wait_for_all(MOST)

            return play(
                scenario,
                BrowserDriver(
                    site.address, token, visit=visitor, settle=settle, folder=files, reader=scenario.reader,
                    password=city.PASSWORD, import_entry=store, over_http=over_http, look=looker(name),
                ),
            )  # fmt: skip

    return make


def looker(name: str) -> Callable[[Any, str], None]:
    folder, numbers = os.environ.get("CHENGXU_SHOTS"), count(1)
    if not folder:
        return lambda page, what: None

    def look(page: Any, what: str) -> None:
        page.screenshot(path=Path(folder) / f"{name}-{next(numbers):03}-{what}.png", full_page=True)

    return look


def passed(report: Report) -> bool:
    assert report.passed, "\n".join(as_lines(report))
    return True


@pytest.mark.slow
def test_S01_a_project_gets_into_the_annual_plan_and_its_funds(played: Played) -> None:
    english = frozenset({"pj_fin_budget.caizheng", "pj_expert.kuaiji"})
    assert passed(played("s01_annual_plan", english=english, over_http=REVIEW))


@pytest.mark.slow
def test_S06_the_author_of_the_plan_bids_and_is_kept_out(played: Played) -> None:
    assert passed(played("s06_procurement"))


@pytest.mark.slow
def test_S09_a_change_is_decided_before_the_acceptance(played: Played) -> None:
    assert passed(played("s09_change", over_http=PROCUREMENT | REVIEW))


@pytest.mark.slow
def test_S11_what_failed_is_put_right_and_accepted(played: Played) -> None:
    assert passed(played("s11_acceptance", over_http=PROCUREMENT | PANEL | CONSTRUCTION))
