"""The kinds of jobs: everything that a case waits for besides people."""

from __future__ import annotations

SERVICE = "service"  # a handler that is not inline
TIMER = "timer"
START = "start"  # of no case: a timer start event
CORRELATE = "correlate"  # of no case: a stored message looks for who wants it
START_CHILD = "start_child"
CHILD_ENDED = "child_ended"  # put into the parent by the child's last command
ESCALATE = "escalate"  # put into the parent by a child
MATCH = "match"  # a new subscription looks in the buffer of messages
DELIVER = "deliver"  # a message for this case
SEND_BACK = "send_back"  # put into the parent by a child: a step of the parent begins again
TERMINATE = "terminate"  # the parent no longer waits
