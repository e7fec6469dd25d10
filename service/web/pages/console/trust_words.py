"""What administrators did and where something was shown, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from service.engine.events import Event
from service.web.translations import gettext as _

_WORDS: Mapping[str, Callable[[], str]] = {
    Event.CASE_TERMINATED: lambda: _("终止案件"),
    Event.CASE_REPAIRED: lambda: _("修复案件"),
    Event.CASE_ARCHIVED: lambda: _("案件归档"),
    Event.CASE_RESTORED: lambda: _("从归档中恢复"),
    Event.CASE_SUSPENDED: lambda: _("暂停办理"),
    Event.CASE_RESUMED: lambda: _("恢复办理"),
    Event.CASE_MOVED: lambda: _("移到其他环节"),
    Event.CASE_MIGRATED: lambda: _("迁移版本"),
    Event.MIGRATION_UNDONE: lambda: _("撤销迁移"),
    Event.VARIABLES_CORRECTED: lambda: _("更正填报内容"),
    Event.TIMER_SET: lambda: _("调整定时"),
    Event.JOB_RETRIED: lambda: _("重试步骤"),
    Event.TASK_TRANSFERRED: lambda: _("转办"),
    Event.BATCH_ASKED: lambda: _("发起批量操作"),
    Event.BATCH_STEERED: lambda: _("调整批量操作"),
    Event.ROLE_GRANTED: lambda: _("授予角色"),
    Event.ROLE_REVOKED: lambda: _("收回角色"),
    Event.ACCOUNT_DISABLED: lambda: _("停用账号"),
    Event.ACCOUNT_ENABLED: lambda: _("启用账号"),
    Event.PASSWORD_RESET: lambda: _("重置密码"),
    Event.UNIT_CREATED: lambda: _("新建单位"),
    Event.UNIT_RENAMED: lambda: _("更改单位名称"),
    Event.UNIT_CLOSED: lambda: _("停用单位"),
    Event.UNIT_REOPENED: lambda: _("恢复单位"),
    Event.ABSENCE_NOTED: lambda: _("登记请假"),
    Event.ABSENCE_STRUCK: lambda: _("撤销请假"),
    Event.ALERT_RULE_MADE: lambda: _("新建告警规则"),
    Event.ALERT_RULE_CHANGED: lambda: _("更改告警规则"),
    Event.ALERT_RULE_ENABLED: lambda: _("启用告警规则"),
    Event.ALERT_RULE_DISABLED: lambda: _("停用告警规则"),
    Event.ALERT_RULE_REMOVED: lambda: _("删除告警规则"),
    Event.ALERT_TRIED: lambda: _("测试告警规则"),
    Event.MAIL_TRIED: lambda: _("测试邮件设置"),
    Event.WEBHOOK_DISABLED: lambda: _("停用推送地址"),
    Event.PARAMETER_SET: lambda: _("更改参数"),
    Event.CALENDAR_STORED: lambda: _("载入放假安排"),
    Event.REGULATION_STORED: lambda: _("载入法规"),
    Event.DEFINITION_PUBLISHED: lambda: _("发布流程"),
    Event.REGISTER_WRITTEN: lambda: _("改动台账"),
    Event.ACCOUNT_CREATED: lambda: _("新建账号"),
    Event.ACCOUNT_CHANGED: lambda: _("更改账号"),
    Event.TOKEN_CREATED: lambda: _("新建接口令牌"),
    Event.CHECKPOINT_SIGNED: lambda: _("生成检查点"),
    Event.CLOCK_SET: lambda: _("拨动演示时钟"),
    Event.CASE_FILE_TAKEN: lambda: _("下载案卷"),
    Event.PROTECTED_READ: lambda: _("查看受保护内容"),
    Event.SIGNED_IN: lambda: _("登录"),
}
#: What says nothing to a reader of the page; the API tells it.
_SELF_EVIDENT = frozenset({"checkpoint", "chains", "links", "broken", "batch", "before", "id"})
#: What the list can be narrowed to.
KINDS = tuple(str(kind) for kind in _WORDS)


def kind_words(kind: str) -> str:
    """What somebody did; the name of the event for one that has no words."""
    found = _WORDS.get(kind)
    return found() if found is not None else kind


def place_words(place: str) -> str:
    """Where something protected was shown."""
    known = {"page": _("网页"), "api": _("接口"), "export": _("案卷"), "print": _("打印"), "command": _("命令行")}
    return known.get(place, place)


def told_words(told: Mapping[str, Any]) -> str:
    """What else a line says, shortly: the values that were set."""
    return " · ".join(str(value) for name, value in told.items() if name not in _SELF_EVIDENT and value not in (None, "", False))
