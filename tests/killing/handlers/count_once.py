"""A step outside the command; what it writes must be there once, or not at all."""

from __future__ import annotations

from service.sdk import Context, handler


@handler("count_once")
def count_once(context: Context) -> dict[str, object]:
    context.write("counted", context.case.id, {"case": context.case.business_key}, expected=0)
    return {"counted": True}
