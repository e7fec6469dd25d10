"""Values of register fields: from what a handler, a YAML file or a sheet gives to the one type that the schema says."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from service.engine.register_schema import Field, RegisterSchema
from service.errors import Invalid, InvalidDefinition
from service.sdk import Write

LONGEST_KEY = 80
LONGEST_UNIT = 40
_CENT = Decimal("0.01")


class InvalidEntry(Invalid):
    """This entry does not fit its register. / 该记录不符合台账的要求。"""

    slug = "register-entry"


class RefusedImport(InvalidDefinition):
    """Nothing was imported: some rows have faults. / 数据有误，未导入任何记录。"""

    slug = "register-import"


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """A value that does not fit: its field ("indicators.0.budget" in a list), how that is called, and what is wrong."""

    key: str
    field: str
    label: str
    label_en: str
    zh: str
    en: str


def checked(schema: RegisterSchema, write: Write) -> Write:
    """Give a write the types of its register; InvalidEntry names the register, the entry and each field that does not fit."""
    data, misfits = fit(schema, write.key, write.data)
    if misfits:
        told = "；".join(f"{one.label}（{one.field}）{one.zh}" for one in misfits)
        told_en = "; ".join(f"{one.label_en} ({one.field}): {one.en}" for one in misfits)
        raise InvalidEntry(
            f"台账“{schema.zh}”的记录 {write.key} 有误：{told}。",
            message_en=f"Entry {write.key} of register {schema.name} does not fit: {told_en}.",
        )
    return Write(register=write.register, key=write.key, data=data, expected=write.expected)


def fit(
    schema: RegisterSchema, key: str, data: Mapping[str, Any], *, units: Collection[str] | None = None
) -> tuple[dict[str, Any], tuple[Misfit, ...]]:
    """The typed fields of an entry, and everything that does not fit. With `units`, unit fields must name one of them."""
    misfits = [
        Misfit(key=key, field="", label=schema.key.zh, label_en=schema.key.en, zh=zh, en=en) for zh, en in _key(schema, key)
    ]
    clean: dict[str, Any] = {}
    for place, field, value in _places(schema.fields, data, misfits, key, ""):
        if value is None or value == "":
            if field.required:
                misfits.append(_misfit(key, place, field, "必填", "required"))
            if field.id in data:
                clean[field.id] = None
            continue
        clean[field.id] = _value(key, place, field, value, misfits, units)
    return clean, tuple(misfits)


def _key(schema: RegisterSchema, key: str) -> Iterator[tuple[str, str]]:
    longest = LONGEST_UNIT if schema.name == "unit" else LONGEST_KEY
    if not key or len(key) > longest or not key.isprintable() or key != key.strip():
        yield f"“{key[:100]}”应为 1–{longest} 个可见字符", f"{key[:100]!r} has not 1 to {longest} printable characters"
    elif schema.name == "unit" and any(sign in key for sign in "@ /,"):
        yield f"“{key}”不能含 @、/、逗号和空格", f"{key!r} has one of @ / , or a space"


def _places(
    fields: Mapping[str, Field], data: Mapping[str, Any], misfits: list[Misfit], key: str, before: str
) -> Iterator[tuple[str, Field, Any]]:
    for name in data:
        if name not in fields:
            place = f"{before}{name}"
            misfits.append(
                Misfit(
                    key=key, field=place, label=str(name), label_en=str(name), zh="台账没有这个字段", en="there is no such field"
                )
            )
    for name, field in fields.items():
        yield f"{before}{name}", field, data.get(name)


def _value(key: str, place: str, field: Field, value: Any, misfits: list[Misfit], units: Collection[str] | None) -> Any:
    read, zh, en = _READ[field.type]
    try:
        found = read(value)
    except (ValueError, InvalidOperation):
        misfits.append(_misfit(key, place, field, f"“{_short(value)}”不是{zh}", f"{_short(value)!r} is no {en}"))
        return value
    if field.type == "choice" and found not in field.choices:
        listed, listed_en = "、".join(zh for zh, _ in field.choices.values()), ", ".join(en for _, en in field.choices.values())
        misfits.append(
            _misfit(key, place, field, f"“{_short(value)}”不在可选值中（{listed}）", f"{_short(value)!r} is none of {listed_en}")
        )
    if field.type == "unit" and units is not None and found not in units:
        misfits.append(_misfit(key, place, field, f"没有单位 {_short(value)}", f"there is no unit {_short(value)}"))
    if field.type == "list" and field.fields:
        return [_row(key, f"{place}.{number}", field, row, misfits, units) for number, row in enumerate(found)]
    return found


def _row(key: str, place: str, field: Field, row: Any, misfits: list[Misfit], units: Collection[str] | None) -> Any:
    if not isinstance(row, Mapping):
        misfits.append(_misfit(key, place, field, f"“{_short(row)}”不是一行字段", f"{_short(row)!r} is no row of fields"))
        return row
    clean: dict[str, Any] = {}
    inner = {one.id: one for one in field.fields}
    for at, one, value in _places(inner, row, misfits, key, f"{place}."):
        if value is None or value == "":
            if one.required:
                misfits.append(_misfit(key, at, one, "必填", "required"))
            if one.id in row:
                clean[one.id] = None
        else:
            clean[one.id] = _value(key, at, one, value, misfits, units)
    return clean


def _misfit(key: str, place: str, field: Field, zh: str, en: str) -> Misfit:
    return Misfit(key=key, field=place, label=field.zh, label_en=field.en, zh=zh, en=en)


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise ValueError
    return str(value)


def _number(value: Any) -> Decimal:
    if isinstance(value, (bool, float)) or not isinstance(value, (str, int, Decimal)):
        raise ValueError
    number = Decimal(str(value).strip())
    if not number.is_finite() or abs(number) >= Decimal(10) ** 18:
        raise ValueError
    return number


def _integer(value: Any) -> Decimal:
    number = _number(value)
    if number != number.to_integral_value():
        raise ValueError
    return number


def _money(value: Any) -> Decimal:
    number = _number(value)
    exact = number.quantize(_CENT)
    if exact != number:
        raise ValueError
    return exact


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _date(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value).strip())


def _list(value: Any) -> list[Any]:
    if not isinstance(value, (list, tuple)):
        raise ValueError
    return list(value)


def _files(value: Any) -> list[Any]:
    return [value] if isinstance(value, str) else _list(value)


_READ: Mapping[str, tuple[Callable[[Any], Any], str, str]] = {
    "text": (_text, "文字", "text"),
    "choice": (_text, "选项", "choice"),
    "unit": (_text, "单位", "unit"),
    "number": (_number, "数字", "number"),
    "integer": (_integer, "整数", "whole number"),
    "money": (_money, "金额（元，最多两位小数）", "amount in yuan with at most two places"),
    "boolean": (_boolean, "是或否", "yes or no"),
    "date": (_date, "日期（年-月-日）", "date (YYYY-MM-DD)"),
    "list": (_list, "列表", "list"),
    "file": (_files, "文件", "file"),
}
