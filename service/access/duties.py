"""Separation of duty: who may not do a step because of what they did before in the same case or its family."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

SUBMITTER = "submitter"
SELF = "self"

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


def parse_sod(text: str) -> tuple[str, ...]:
    """Read the `sod` property: comma separated element ids (each may carry `rule:`), `submitter`, `self`."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def bars(
    sod: Sequence[str],
    actors: Mapping[str, Sequence[str]],
    submitters: Collection[str],
    account: str,
    *,
    element: str = "",
    names: Mapping[str, str] | None = None,
) -> Bar | None:
    """Find the first reason why `account` may not do the step, or None.

    `actors` tells which accounts did each element, over the family of cases; `submitters` who started or re-filed the case.
    `element` is the step itself (needed for `self`); `names` its Chinese names by element id, for the reason.
    """
    for word in sod:
        rule, _, target = word.rpartition(":")
        if target == SUBMITTER:
            if account in submitters:
                return Bar(
                    rule=rule or SUBMITTER_RULE,
                    element="",
                    zh="您是本案的提交人，不得办理本步骤（申报与审查相分离）。",
                    en="You filed this case, so you may not do this step: who files does not review.",
                )
            continue
        done = element if target == SELF else target
        if account in actors.get(done, ()):
            return _did(
                rule or (SELF_RULE if target == SELF else ELEMENT_RULE), done, (names or {}).get(done, done), target == SELF
            )
    return None


def _did(rule: str, element: str, name: str, again: bool) -> Bar:
    if again:
        return Bar(
            rule=rule,
            element=element,
            zh=f"您已办理本步骤“{name}”中的一项，其余各项须由他人办理。",
            en=f"You have done one part of this step ({name}); the other parts need other people.",
        )
    return Bar(
        rule=rule,
        element=element,
        zh=f"您已办理本案的“{name}”，同一人不得再办理本步骤（职责分离）。",
        en=f"You did {name} in this case; the same person may not do this step (separation of duty).",
    )
