"""The one error FEEL raises: the text cannot be read, or it asks for more than the limits allow."""

from __future__ import annotations

from service.errors import Invalid


class FeelError(Invalid):
    """This expression cannot be used. / 该表达式无法使用。

    `position` counts characters from 0, `line` and `column` from 1. `expected` lists what could stand there, in English words.
    """

    slug = "feel-error"

    def __init__(
        self, message: str = "", /, *, message_en: str = "", source: str = "", position: int = 0, expected: tuple[str, ...] = ()
    ) -> None:
        before = source[:position]
        self.source = source
        self.position = position
        self.line = before.count("\n") + 1
        self.column = position - (before.rfind("\n") + 1) + 1
        self.expected = expected
        super().__init__(
            message, message_en=message_en, position=position, line=self.line, column=self.column, expected=list(expected)
        )

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (self.message, self.message_en, self.source, self.position, self.expected)


def _rebuild(message: str, message_en: str, source: str, position: int, expected: tuple[str, ...]) -> FeelError:
    return FeelError(message, message_en=message_en, source=source, position=position, expected=expected)


def too_much(what: str, what_en: str, limit: int) -> FeelError:
    """Build the error of a limit that was passed."""
    en = f"The expression passes a limit: at most {limit} {what_en}."
    return FeelError(f"表达式超出限制：{what}最多 {limit}。", message_en=en)
