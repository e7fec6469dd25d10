"""What copies are called and whose they are: names, purposes, units, firms. Always the same for the same number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from service.errors import Invalid
from service.store import Connection, people

#: Roles without which a unit cannot have projects, or a firm build them.
_UNIT_ROLES = ("pj_unit_clerk", "pj_unit_lead")
_FIRM_ROLES = ("pj_contractor",)


class Vocabulary:
    """The words of the pattern (`of_pattern`: word to place), and what takes their places in each copy."""

    def __init__(self, words: Mapping[str, Any], connection: Connection) -> None:
        self._words = words
        self._units = {row["id"]: dict(row) for row in people.list_units(connection)}
        self._names = {row["name"]: row["display_name"] for row in people.list_accounts(connection)}
        firms = [str(firm) for firm in words["firms"]]
        self._own = self._of_unit(words["unit"])
        self._firms = [self._of_firm(firm) for firm in firms]
        self._first = firms.index(words["firm"])
        self._themes = [(str(unit), str(theme)) for unit, themes in words["themes"].items() for theme in themes]
        self.of_pattern: dict[str, str] = {str(words["project_name"]): "project_name", str(words["objective"]): "objective"}
        self.of_pattern |= {word: place for place, word in self._own.items()}
        for number, firm in enumerate(self._firms):
            self.of_pattern |= {word: f"{place} {number}" for place, word in firm.items()}

    def of_copy(self, number: int) -> tuple[int, dict[str, str]]:
        """The percentage of the amounts, and the word for each place."""
        random = Random(number)
        unit, theme = random.choice(self._themes)
        name = f"{random.choice(self._words['scopes'])}{theme}{random.choice(self._words['kinds'])}"
        values = {"project_name": name, "objective": str(random.choice(self._words["objectives"])).replace("%s", name)}
        values |= self._of_unit(unit)
        turn = random.randrange(len(self._firms))  # who wins; the others are in the next places
        for place in range(len(self._firms)):
            firm = self._firms[(place + turn) % len(self._firms)]
            values |= {f"{name} {(place + self._first) % len(self._firms)}": word for name, word in firm.items()}
        return int(random.choice(self._words["percents"])), values

    def _of_unit(self, unit: str) -> dict[str, str]:
        return {"unit": unit, "unit_name": self._unit(unit)["name"], **self._people(unit, _UNIT_ROLES)}

    def _of_firm(self, firm: str) -> dict[str, str]:
        row = self._unit(firm)
        return {"firm": firm, "firm_name": row["name"], "firm_code": row["credit_code"], **self._people(firm, _FIRM_ROLES)}

    def _unit(self, unit: str) -> Mapping[str, Any]:
        if unit not in self._units:
            raise Invalid(
                f"没有演示单位 {unit}，无法生成演示项目。",
                message_en=f"There is no demonstration unit {unit}; nothing was copied.",
            )
        return self._units[unit]

    def _people(self, unit: str, roles: Sequence[str]) -> dict[str, str]:
        missing = [name for role in roles if (name := f"{role}.{unit}") not in self._names]
        if missing:
            raise Invalid(f"没有演示账号 {missing[0]}。", message_en=f"There is no demonstration account {missing[0]}.")
        return {role: self._names[f"{role}.{unit}"] for role in roles}
