"""The shipped roles, and short ways to make people."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from service.access import Actor, Membership, RoleBook
from service.law import Catalogue

PROCESSES = Path(__file__).parents[2] / "processes"


@pytest.fixture(scope="session")
def book() -> RoleBook:
    paths = [PROCESSES / "panjin/regulation.yaml", PROCESSES / "jiangsu/regulation.yaml", PROCESSES / "shared/regulation.yaml"]
    return RoleBook.of(Catalogue.from_yaml_data(yaml.safe_load(path.read_text()) for path in paths).roles.values())


@pytest.fixture(scope="session")
def person() -> Callable[..., Actor]:
    """Make an actor from an account name and groups written `role@unit`."""

    def make(account: str, *groups: str) -> Actor:
        pairs = (group.split("@") for group in groups)
        held = frozenset(Membership(role=role, unit=unit) for role, unit in pairs)
        return Actor(account=account, display_name=account, memberships=held)

    return make
