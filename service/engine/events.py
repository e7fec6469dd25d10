"""The grammar of history: every kind of entry that a case or a day can hold, as `thing.happened`."""

from __future__ import annotations

from enum import StrEnum


class Event(StrEnum):
    CASE_STARTED = "case.started"  # payload: process, version, answers, walked
    CASE_ENDED = "case.ended"  # payload: outcome
    CASE_TERMINATED = "case.terminated"  # payload: reason
    CASE_SUSPENDED = "case.suspended"  # payload: reason
    CASE_RESUMED = "case.resumed"  # payload: reason
    TASK_OPENED = "task.opened"  # payload: task, queue, due
    TASK_CLAIMED = "task.claimed"  # payload: task, on_behalf_of?
    TASK_RELEASED = "task.released"  # payload: task
    TASK_COMPLETED = "task.completed"  # payload: task, answers, walked, signature?, on_behalf_of?
    TASK_TRANSFERRED = "task.transferred"  # payload: task, to, reason
    TASK_DELEGATED = "task.delegated"  # payload: task, to, reason
    TASK_SENT_BACK = "task.sent_back"  # payload: task, to, straight, reason, for, and of a calling case: case, name
    TASK_TAKEN_BACK = "task.taken_back"  # payload: task, reason
    TASK_CANCELLED = "task.cancelled"  # payload: task
    TIMER_FIRED = "timer.fired"  # payload: due, walked
    DEADLINE_REMINDED = "deadline.reminded"  # payload: task or job, deadline, queue, queues, labels, zh, en
    DEADLINE_DUE = "deadline.due"  # the same
    DEADLINE_OVERDUE = "deadline.overdue"  # the same, and escalated_to
    NOTICE_GIVEN = "notice.given"  # payload: queues, zh, en, deadline? (a handler's notice; those of deadlines are above)
    DEADLINE_MOVED = "deadline.moved"  # payload: deadline, before, after, provisional, calendar
    JOB_DONE = "job.done"  # payload: type, result, walked
    JOB_FAILED = "job.failed"  # payload: type, error, attempt
    JOB_PARKED = "job.parked"  # payload: type, error
    JOB_RETRIED = "job.retried"  # payload: job, reason
    CHILD_STARTED = "child.started"  # payload: case, process
    CHILD_ENDED = "child.ended"  # payload: case, outcome, walked
    MESSAGE_SENT = "message.sent"  # payload: name, correlation, message
    MESSAGE_RECEIVED = "message.received"  # payload: name, message, walked
    ERROR_CAUGHT = "error.caught"  # payload: code, walked
    RULE_FOUND = "rule.found"  # payload: findings
    DECISION_MADE = "decision.made"  # payload: decision, value, trace
    REGISTER_WRITTEN = "register.written"  # payload: register, key, version
    REGISTER_DESCRIBED = "register.described"  # payload: register, digest
    DEFINITION_PUBLISHED = "definition.published"  # payload: key, version, digest
    PARAMETER_SET = "parameter.set"  # payload: name, before, value, from, applies_to_open_cases, reason
    REGULATION_STORED = "regulation.stored"  # payload: id, digest
    CLOCK_SET = "clock.set"  # payload: from, to (demonstration only)
    CALENDAR_STORED = "calendar.stored"  # payload: year, source
    ACCOUNT_CREATED = "account.created"  # payload: account, roles
    ACCOUNT_CHANGED = "account.changed"  # payload: account, roles
    DEPUTY_NAMED = "deputy.named"  # payload: delegation, account, deputy, role, start, until, reason
    DEPUTY_ENDED = "deputy.ended"  # payload: delegation, account, deputy, role, reason
    TOKEN_CREATED = "token.created"  # payload: account, label
    ADDRESS_CHANGED = "account.address_changed"  # payload: account, before, after
    WEBHOOK_ADDED = "webhook.added"  # payload: account, webhook, host, kinds
    WEBHOOK_ENDED = "webhook.ended"  # payload: account, webhook
    SIGNER_ADDED = "signer.added"  # payload: task, way, to, reason
    SIGNER_DECIDED = "signer.decided"  # payload: task, main, way, decision, opinion, on_behalf_of?
    SIGNER_DROPPED = "signer.dropped"  # payload: task, way, to, reason
    TASK_HELD = "task.held"  # payload: task, waits_for, digest, on_behalf_of? (completed; waits for signers)
    TASK_GIVEN_BACK = "task.given_back"  # payload: task, to, reason (was held; the case did not move on)
    TASK_URGED = "task.urged"  # payload: task, queues, reason?
    CASE_COPIED = "case.copied"  # payload: to, words
    CASE_COMMENTED = "case.commented"  # payload: comment, length, digest, mentions
    CASE_FILE_TAKEN = "case_file.taken"  # payload: case, business_key, sha256 (of the zip)
    SIGNED_IN = "session.opened"
    SIGN_IN_REFUSED = "session.refused"  # payload: account
    SIGNED_OUT = "session.closed"
