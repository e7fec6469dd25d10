"""Why a case stands still, who solves it and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class Cause(StrEnum):
    OVERDUE = "overdue"  # a task past its legal or practice deadline
    NOBODY = "nobody"  # a task for a role that nobody holds, or that only closed units hold
    ABSENT = "absent"  # everybody who could do it is on leave, or its holder cannot act any more
    BARRED = "barred"  # separation of duty bars everybody
    UNTAKEN = "untaken"  # nobody has claimed it for working days
    PARKED = "parked"  # an automatic step has used up its attempts
    LEASE = "lease"  # whoever was doing an automatic step has gone
    LATE = "late"  # a timer or job was due and has not run
    MESSAGE = "message"  # no open case will send what it waits for
    CHILD = "child"  # a case below it stands still
    JOIN = "join"  # branches will never arrive
    INCOMPLETE = "incomplete"  # rows that its run waits for are gone
    SLOW = "slow"  # slower than 95 % of its kind


class Remedy(NamedTuple):
    """Who solves it, and what they do; `act` is a word for programs, the kind of a batch where there is one."""

    solver_zh: str
    solver_en: str
    act: str
    zh: str
    en: str


REMEDIES: Mapping[Cause, Remedy] = {
    Cause.OVERDUE: Remedy("办理人", "who has it", "urge", "催办，或改派他人", "urge it, or reassign it"),
    Cause.NOBODY: Remedy("系统管理员", "a system administrator", "appoint", "任命人员", "appoint somebody"),
    Cause.ABSENT: Remedy("系统管理员", "a system administrator", "reassign_task", "改派或指定代理", "reassign it, name a deputy"),
    Cause.BARRED: Remedy("系统管理员", "a system administrator", "appoint", "另行任命人员", "appoint somebody else"),
    Cause.UNTAKEN: Remedy("运维监控人员", "a monitor", "reassign_task", "改派给具体人员", "reassign it to somebody"),
    Cause.PARKED: Remedy("运维监控人员", "a monitor", "retry_job", "排除原因后重试", "retry it once the cause is gone"),
    Cause.LEASE: Remedy("系统", "the system", "wait", "稍候会自动重新办理", "wait: it is done again by itself"),
    Cause.LATE: Remedy("系统管理员", "a system administrator", "check_workers", "检查后台进程", "check that a worker runs"),
    Cause.MESSAGE: Remedy("系统管理员", "a system administrator", "send_message", "核实后代发消息", "check, then send it"),
    Cause.CHILD: Remedy("见下级案件", "see the case below", "open_child", "处理下级案件", "solve the case below"),
    Cause.JOIN: Remedy("运维监控人员", "a monitor", "move_token", "调整流程位置", "move the token"),
    Cause.INCOMPLETE: Remedy("运维监控人员", "a monitor", "repair_case", "修复案件", "repair the case"),
    Cause.SLOW: Remedy("办理人", "who has it", "look", "查看在等什么", "see what it waits for"),
}  # fmt: skip

#: Known after one look at everything; the others are looked at in parts.
QUICK = tuple(cause for cause in Cause if cause not in (Cause.INCOMPLETE, Cause.JOIN))
