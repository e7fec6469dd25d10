"""Phrases that a person keeps for opinions, and who is at a task."""

from __future__ import annotations

from datetime import timedelta

import pytest
from city import City
from drawing import chain, end, start, user_task

from service.engine.phrases import LONGEST, MOST
from service.errors import InvalidAnswers, NotFound
from service.store.phrases import list_phrases

CLERK, COLLEAGUE, OTHER = "pj_unit_clerk.jiaoyu", "pj_unit_clerk.jiaoyu.2", "pj_unit_clerk.shuili"


def own(city: City, account: str) -> list[str]:
    with city.store.read() as connection:
        return [row.body for row in list_phrases(connection, account)]


def a_task(city: City) -> str:
    body = start() + user_task("write_note", groups="pj_unit_clerk@jiaoyu") + end() + chain("begin", "write_note", "finished")
    city.deploy({"notes": body})
    (task,) = city.tasks(city.engine.start_case("notes", {}, by=CLERK).id)
    return task.id


def test_a_phrase_is_kept_once_and_newest_first(city: City) -> None:
    city.engine.keep_phrase("同意上报。", by=CLERK)
    first = city.engine.keep_phrase("请补充概算。", by=CLERK)
    again = city.engine.keep_phrase("  请补充概算。 ", by=CLERK)

    assert again == first
    assert own(city, CLERK) == ["请补充概算。", "同意上报。"]
    assert own(city, OTHER) == []


def test_nobody_drops_a_phrase_of_somebody_else(city: City) -> None:
    row = city.engine.keep_phrase("同意上报。", by=CLERK)

    with pytest.raises(NotFound):
        city.engine.drop_phrase(row.id, by=OTHER)
    city.engine.drop_phrase(row.id, by=CLERK)
    assert own(city, CLERK) == []


def test_a_phrase_is_neither_empty_nor_long_nor_one_too_many(city: City) -> None:
    for body in ("   ", "长" * (LONGEST + 1)):
        with pytest.raises(InvalidAnswers) as refused:
            city.engine.keep_phrase(body, by=CLERK)
        assert refused.value.findings[0].field == "body"
    city.engine.keep_phrase("长" * LONGEST, by=CLERK)
    for number in range(MOST - 1):
        city.engine.keep_phrase(f"第{number}条", by=CLERK)
    with pytest.raises(InvalidAnswers):
        city.engine.keep_phrase("再多一条", by=CLERK)
    city.engine.keep_phrase("第1条", by=CLERK)  # is there already


def test_who_opens_a_task_learns_at_once_who_is_there(city: City) -> None:
    task = a_task(city)

    assert city.engine.note_presence(task, by=CLERK).others == ()
    (other,) = city.engine.note_presence(task, by=COLLEAGUE).others
    assert (other.account, other.fills) == (CLERK, False)

    city.engine.save_draft(f"task:{task}", {"note": "草稿"}, by=CLERK)
    (other,) = city.engine.note_presence(task, by=COLLEAGUE).others
    assert other.fills


def test_who_has_been_silent_for_a_minute_has_gone(city: City) -> None:
    task = a_task(city)
    city.engine.note_presence(task, by=CLERK)

    city.clock.advance(timedelta(seconds=60))
    assert [one.account for one in city.engine.note_presence(task, by=COLLEAGUE).others] == [CLERK]
    city.clock.advance(timedelta(seconds=1))
    assert city.engine.note_presence(task, by=COLLEAGUE).others == ()


def test_who_is_at_a_task_learns_that_it_was_claimed_and_that_it_is_done(city: City) -> None:
    task = a_task(city)
    assert city.engine.note_presence(task, by=COLLEAGUE).status == "open"

    city.engine.claim_task(task, by=CLERK)
    held = city.engine.note_presence(task, by=COLLEAGUE)
    assert (held.status, held.held_by is not None, held.closed_by) == ("claimed", True, None)
    assert city.engine.note_presence(task, by=CLERK).held_by is None

    city.engine.complete_task(task, {}, by=CLERK)
    done = city.engine.note_presence(task, by=COLLEAGUE)
    assert (done.status, done.closed_by, done.closed_mine) == ("done", held.held_by, False)
    assert city.engine.note_presence(task, by=CLERK).closed_mine


def test_a_task_of_others_tells_nothing_of_who_is_there(city: City) -> None:
    task = a_task(city)

    with pytest.raises(NotFound):
        city.engine.note_presence(task, by=OTHER)
    with pytest.raises(NotFound):
        city.engine.note_presence("0" * 24, by=CLERK)
    assert city.engine.note_presence(task, by=CLERK).others == ()
