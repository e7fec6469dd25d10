"""Which answers of a step are what somebody decided and why, by their keys in the forms of all processes."""

from __future__ import annotations

#: Field keys that hold a decision, and those that hold its reasons.
VERDICTS = ("decision", "result", "conclusion")
OPINIONS = ("opinion", "reason", "note", "remark", "comment")
