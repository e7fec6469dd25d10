"""Business numbers without gaps, ids that sort, and instants that come back as they were stored."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.store import Store, new_id
from service.store.cases import next_number


def test_numbers_count_from_one_for_each_name(store: Store) -> None:
    with store.write() as connection:
        assert [next_number(connection, "PJ-2026") for _ in range(3)] == [1, 2, 3]
        assert next_number(connection, "PJ-2027") == 1


def test_a_number_that_was_taken_back_is_given_again(store: Store) -> None:
    def take_and_fail() -> None:
        with store.write() as connection:
            assert next_number(connection, "PJ-2026") == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        take_and_fail()
    with store.write() as connection:
        assert next_number(connection, "PJ-2026") == 1


def test_many_at_once_get_each_number_once_also_the_first_of_a_year(store: Store) -> None:
    together = threading.Barrier(5, timeout=30)

    def take(_number: int) -> list[int]:
        taken = []
        for round_ in range(6):
            together.wait()
            with store.write() as connection:
                taken.append(next_number(connection, f"PJ-{round_}"))
        return taken

    with ThreadPoolExecutor(5) as pool:
        taken = list(pool.map(take, range(5)))
    assert [sorted(of_round) for of_round in zip(*taken, strict=True)] == [[1, 2, 3, 4, 5]] * 6


def test_ids_sort_in_the_order_in_which_they_were_made() -> None:
    made = [new_id() for _ in range(5000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {len(id_) for id_ in made} == {24}


def test_ids_of_many_threads_differ() -> None:
    with ThreadPoolExecutor(4) as pool:
        made = [id_ for listed in pool.map(lambda _: [new_id() for _ in range(1000)], range(4)) for id_ in listed]
    assert len(set(made)) == 4000
