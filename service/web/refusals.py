"""Errors that only the web knows, each with a type of its own for those who call the API. They extend the tree of `errors`."""

from __future__ import annotations

from service.errors import Conflict, Invalid, InvalidAnswers, NotAllowed


class StalePage(NotAllowed):
    """This page has expired; reload it. Your entries are in the draft. / 页面已过期，请刷新后重试；您填写的内容在草稿中。"""

    slug = "csrf"


class DisguisedFile(InvalidAnswers):
    """The content of this file is not what its name says. / 文件内容与扩展名不符。"""

    slug = "disguised-file"


class KeyReused(Invalid):
    """This Idempotency-Key was used for another request; take a new one. / 该 Idempotency-Key 已用于另一请求，请换用新的。"""

    slug = "idempotency-mismatch"


class KeyBusy(Conflict):
    """The request with this Idempotency-Key has not finished; ask again. / 使用该 Idempotency-Key 的请求尚未完成，请稍后再试。"""

    slug = "idempotency-running"
