"""Why a case cannot go on. Open this to see what the kernel refuses while it runs; the command that met it is not stored."""

from __future__ import annotations

from service.errors import Failed


class CannotContinue(Failed):
    """The case cannot go on at this element. / 流程在此环节无法继续。"""

    slug = "cannot-continue"

    def __init__(self, zh: str, en: str, /, *, element: str) -> None:
        super().__init__(f"环节 {element}：{zh}", message_en=f"{element}: {en}", element=element)
        self.element = element


def no_flow(element: str) -> CannotContinue:
    return CannotContinue(
        "没有满足条件的流出路径，且没有默认路径",
        "no outgoing flow has a true condition and none is the default",
        element=element,
    )


def no_collection(element: str, text: str) -> CannotContinue:
    return CannotContinue(f"多实例集合 {text} 不是列表", f"the collection {text} is not a list", element=element)


def no_time(element: str, text: str, reason: str) -> CannotContinue:
    zh, en = f"定时器 {text} 没有得到时间（{reason}）", f"the timer {text} gives no time ({reason})"
    return CannotContinue(zh, en, element=element)


def no_key(element: str, text: str) -> CannotContinue:
    return CannotContinue(f"消息关联键 {text} 为空", f"the correlation key {text} is empty", element=element)


def no_process(element: str) -> CannotContinue:
    return CannotContinue("被调用流程的名称为空", "the name of the called process is empty", element=element)


def endless(element: str) -> CannotContinue:
    return CannotContinue("自动步骤循环不止", "automatic steps go round without end", element=element)
