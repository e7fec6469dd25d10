"""The stages that a project is taken to, read from `processes/demo_stages.yaml`: scenarios whose days count from the filing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from textwrap import indent
from typing import Any

import yaml

from service.scenario import Scenario, read

FILE = Path("processes", "demo_stages.yaml")
_DOCUMENTS = re.compile(r"^---\n", re.MULTILINE)
_PLACE = re.compile(r"\$\{(y?)(\d+|plan|key)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """How far a project is. `days`: when it gets there, counted from the filing; `ages`: for how long it has been there."""

    id: str
    zh: str
    en: str
    after: str | None
    days: int
    ages: tuple[int, ...]
    share: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A stage that was reached so many days ago."""

    stage: Stage
    age: int

    @property
    def days(self) -> int:
        """How long ago the project was filed."""
        return self.stage.days + self.age


class Stages:
    """The file, cut into its documents: the first holds stages, words and answers, each other one the steps of a stage."""

    def __init__(self, text: str) -> None:
        head, *bodies = _DOCUMENTS.split(text)
        words, _, answers = head.partition("\nanswers:\n")
        self._answers = f"answers:\n{answers}"
        self.words: Mapping[str, Any] = yaml.safe_load(words)
        self.stages = tuple(
            Stage(
                id=id, zh=one["zh"], en=one["en"], after=one.get("after"), days=one["days"], ages=tuple(one["ages"]),
                share=one["share"],
            )
            for id, one in self.words["stages"].items()
        )  # fmt: skip
        self._bodies = {stage.id: body for stage, body in zip(self.stages, bodies, strict=True)}

    @classmethod
    def of(cls, root: Path) -> Stages:
        return cls((root / FILE).read_text("utf-8"))

    @property
    def variants(self) -> tuple[Variant, ...]:
        return tuple(Variant(stage=stage, age=age) for stage in self.stages for age in stage.ages)

    def begins(self, filed_on: date) -> datetime:
        """When a project is filed that is filed on a day."""
        return datetime.fromisoformat(_put(str(self.words["begins"]), filed_on))

    def way_to(self, stage: Stage, *, filed_on: date, folder: Path) -> list[Scenario]:
        """The scenarios that lead to a stage, in their order; they are written into `folder` first."""
        way: list[Stage] = [stage]
        while (before := way[0].after) is not None:
            way.insert(0, next(one for one in self.stages if one.id == before))
        (folder / "answers.yaml").write_text(_put(self._answers, filed_on), "utf-8")
        files = "".join(f"    {name}: pdf\n" for name in self.words["files"])
        texts: list[str] = []
        for one in way:
            registers, _, steps = self._bodies[one.id].partition("steps:\n")
            if not texts or registers.strip():  # entries are put at the beginning of a scenario
                texts.append(f"title: {one.id}\nuse: answers.yaml\ngiven:\n  files:\n{files}{indent(registers, '  ')}steps:\n")
            texts[-1] += steps
        return [read(_write(folder / f"{stage.id}-{number}.yaml", _put(text, filed_on))) for number, text in enumerate(texts)]


def _write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def _put(text: str, filed_on: date) -> str:
    def put(found: re.Match[str]) -> str:
        year, place = found.groups()
        if place == "key":
            return first_key(filed_on)
        if place == "plan":
            return str(filed_on.year + 1)
        day = filed_on + timedelta(days=int(place))
        return str(day.year) if year else day.isoformat()

    return _PLACE.sub(put, text)


def first_key(filed_on: date) -> str:
    """The business key of the project that is played: the first one of its year."""
    return f"PJ-{filed_on.year}-0001"
