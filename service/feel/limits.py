"""What one FEEL evaluation may cost, and the budget that counts it. Open this to change a bound."""

from __future__ import annotations

from typing import Final, TypeVar

from service.feel.errors import too_much

_Item = TypeVar("_Item")

MAX_SOURCE: Final = 10_000  # characters of source text
MAX_TOKENS: Final = 4_000
MAX_DEPTH: Final = 100  # nested parts of one expression; keeps closures far from Python's own recursion limit
MAX_CALLS: Final = 40  # nested calls of functions written in FEEL
MAX_STEPS: Final = 100_000  # iterations, and a share for the data that built-ins walk inside them
MAX_LIST: Final = 50_000  # items of one list
MAX_TEXT: Final = 100_000  # characters of one string
MAX_PATTERN: Final = 1_000  # characters of a regular expression
MAX_MATCH: Final = 100_000_000  # steps that matching one may take at worst: about a second
MATCHES_A_STEP: Final = 1_000  # of these steps cost one when it matches inside a loop

#: Items or characters that cost one step when a built-in walks them inside a loop.
ITEMS_A_STEP: Final = 32


class Budget:
    """Steps and call depth left for one evaluation. Belongs to one thread: never shared."""

    __slots__ = ("calls", "left")

    def __init__(self, steps: int = MAX_STEPS) -> None:
        self.left = steps
        self.calls = 0

    def spend(self, steps: int = 1) -> None:
        """Take `steps` away. FeelError when nothing is left."""
        self.left -= steps
        if self.left < 0:
            raise too_much("计算步数", "evaluation steps", MAX_STEPS)

    def enter(self) -> None:
        """Enter a function written in FEEL. FeelError when calls nest too deeply."""
        self.spend()
        self.calls += 1
        if self.calls > MAX_CALLS:
            raise too_much("函数嵌套调用", "nested function calls", MAX_CALLS)

    def leave(self) -> None:
        self.calls -= 1


def bounded_list(items: list[_Item]) -> list[_Item]:
    """Return `items`, or raise FeelError when there are too many."""
    if len(items) > MAX_LIST:
        raise too_much("列表元素", "items in a list", MAX_LIST)
    return items


def bounded_text(text: str) -> str:
    """Return `text`, or raise FeelError when it is too long."""
    if len(text) > MAX_TEXT:
        raise too_much("字符串长度", "characters in a string", MAX_TEXT)
    return text
