"""Alerts: rules over what the monitor of stuck cases found, told by mail and webhook, quiet at chosen hours.

`rules` makes and changes them, `evaluating` raises and ends, `delivering` sends, `reading` shows. Times are of the legal clock.
"""

from service.engine.alerting.evaluating import evaluate
from service.engine.alerting.reading import RuleView, foresee, list_choices, list_rules
from service.engine.alerting.rules import Draft, change_rule, make_rule, remove_rule, set_enabled, try_rule

__all__ = [
    "Draft", "RuleView", "change_rule", "evaluate", "foresee", "list_choices", "list_rules", "make_rule", "remove_rule",
    "set_enabled", "try_rule",
]  # fmt: skip
