"""Separation of duty: who may not do a step because of what they did before in the same case or its family."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

SUBMITTER = "submitter"
SELF = "self"
#: `project:<element>`: who did that element in any case about the same thing (business key and regulation).
PROJECT = "project"

#: The rule behind each word of `sod`; an element id without a rule of its own (`SoD-8:pay_request`) falls under SoD-2.
SUBMITTER_RULE = "R-SYS-01"
SELF_RULE = "distinct_reviewers"
ELEMENT_RULE = "SoD-2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Why somebody may not do a step: the rule, the element that they did (empty for the submission), and the reason."""

    rule: str
    element: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One word of `sod`, read: what may not have been done, where (`project`: in all cases of the project), and by which rule."""

    target: str
    rule: str = ""
    project: bool = False


def read_duty(word: str) -> Duty:
    """Read `element`, `SoD-8:element`, `project:element` or `SoD-2:project:element`; the words `submitter` and `self` alike."""
    *before, target = (part.strip() for part in word.split(":"))
    return Duty(target=target, rule=next((one for one in before if one != PROJECT), ""), project=PROJECT in before)


def parse_sod(text: str) -> tuple[str, ...]:
    """Read the `sod` property: comma separated words for `read_duty`."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def bars(
    sod: Sequence[str],
    actors: Mapping[str, Sequence[str]],
    submitters: Collection[str],
    account: str,
    *,
    element: str = "",
    names: Mapping[str, str] | None = None,
    project: Mapping[str, Sequence[str]] | None = None,
) -> Bar | None:
    """Find the first reason why `account` may not do the step, or None.

    `actors` tells which accounts did each element, over the family of cases; `submitters` who started or re-filed the case.
    `element` is the step itself (needed for `self`); `names` its Chinese names by element id, for the reason. `project` tells
    which accounts did each element in all cases of the project (`project:` words).
    """
    for word in sod:
        duty = read_duty(word)
        known = (project or {}) if duty.project else actors
        if duty.target == SUBMITTER:
            if account in (known.get(SUBMITTER, ()) if duty.project else submitters):
                return _filed(duty)
            continue
        done = element if duty.target == SELF else duty.target
        if account in known.get(done, ()):
            return _did(duty, done, (names or {}).get(done, done))
    return None


def _filed(duty: Duty) -> Bar:
    case, case_en = ("本项目", "a case of this project") if duty.project else ("本案", "this case")
    return Bar(
        rule=duty.rule or SUBMITTER_RULE,
        element="",
        zh=f"您是{case}的提交人，不得办理本步骤（申报与审查相分离）。",
        en=f"You filed {case_en}, so you may not do this step: who files does not review.",
    )


def _did(duty: Duty, element: str, name: str) -> Bar:
    if duty.target == SELF:
        return Bar(
            rule=duty.rule or SELF_RULE,
            element=element,
            zh=f"您已办理本步骤“{name}”中的一项，其余各项须由他人办理。",
            en=f"You have done one part of this step ({name}); the other parts need other people.",
        )
    case, case_en = ("本项目", "for this project") if duty.project else ("本案", "in this case")
    return Bar(
        rule=duty.rule or ELEMENT_RULE,
        element=element,
        zh=f"您已办理{case}的“{name}”，同一人不得再办理本步骤（职责分离）。",
        en=f"You did {name} {case_en}; the same person may not do this step (separation of duty).",
    )
