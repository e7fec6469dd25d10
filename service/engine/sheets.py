"""Registers as xlsx sheets: written for export, read for import within bounds. Formulas are not evaluated, and not accepted."""

from __future__ import annotations

import codecs
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import IO, Any

import orjson
import yaml
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from service.engine.register_rows import Fault, Row
from service.engine.register_schema import MANY, Field, RegisterSchema
from service.errors import Invalid
from service.sdk import Record
from service.tagged import plain

MAX_BYTES = 16 * 1024 * 1024
MAX_UNPACKED = 128 * 1024 * 1024
MAX_PARTS = 500
MAX_ROWS = 20_000
MAX_COLUMNS = 200
_CHUNK = 1 << 20
#: XML in UTF-16 could hide what is looked for below; no office program writes it.
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_YES, _NO = frozenset({"是", "true", "yes", "y", "1"}), frozenset({"否", "false", "no", "n", "0"})
_SPLIT = re.compile(r"[、，,;；\n]")
#: How people write a day: 2019-03-01, 2019/3/1, 2019.3.1, 2019年3月1日.
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_LONGEST_CELL = 32_767
#: What the library makes of a broken file; it has no error of its own for that.
_BROKEN = (ArithmeticError, AttributeError, LookupError, OSError, SyntaxError, TypeError, ValueError, zipfile.BadZipFile)


def write_sheet(
    schema: RegisterSchema, records: Iterable[Record], *, units: Mapping[str, str], english: bool, stream: IO[bytes]
) -> None:
    """Write a sheet with one entry a row, units by their names; an import reads it back, whatever the language of its header."""
    once = Counter(units.values())
    names = {unit: name for unit, name in units.items() if once[name] == 1}
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title_of_sheet(schema.label(english=english)))
    sheet.freeze_panes = "B2"
    fields = [field for field in schema.fields.values() if field.id != schema.key.id]
    header = [WriteOnlyCell(sheet, field.label(english=english)) for field in (schema.key, *fields)]
    for cell in header:
        cell.font = Font(bold=True)
    sheet.append(header)
    for record in records:
        values = [record.key, *(_shown(field, record.data.get(field.id), names, english=english) for field in fields)]
        sheet.append([cell_of(sheet, value) for value in values])
    book.save(stream)


def read_upload(schema: RegisterSchema, name: str, stream: IO[bytes]) -> tuple[list[Row], list[Fault]]:
    """Read an uploaded file as rows: xlsx, or YAML ({key: {field: value}}). Invalid for a file that is neither, or too large."""
    size = stream.seek(0, 2)
    stream.seek(0)
    if size > MAX_BYTES:
        raise Invalid(f"文件超过 {MAX_BYTES >> 20} MB，请拆分后导入。", message_en="The file is too large; split it.")
    if stream.read(4) == b"PK\x03\x04":
        return read_sheet(schema, stream)
    stream.seek(0)
    if not name.lower().endswith((".yaml", ".yml")):
        raise Invalid("只能导入 .xlsx 或 .yaml 文件。", message_en="Only .xlsx and .yaml files can be imported.")
    entries = read_yaml(stream.read())
    return [Row(number=None, key=key, data=data) for key, data in entries.items()], []


def read_yaml(source: bytes) -> Mapping[str, Mapping[str, Any]]:
    """Read {key: {field: value}}. Invalid when it is anything else."""
    try:
        document = yaml.safe_load(source)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Invalid(f"文件不是有效的 YAML：{error}", message_en=f"The file is not YAML: {error}") from error
    if not isinstance(document, dict) or not all(isinstance(entry, dict) for entry in document.values()):
        raise Invalid("文件应为“编号: 字段”的映射。", message_en="The file must map keys to fields.")
    if len(document) > MAX_ROWS:
        raise _too_many()
    return {str(key): {str(field): value for field, value in entry.items()} for key, entry in document.items()}


def read_sheet(schema: RegisterSchema, stream: IO[bytes]) -> tuple[list[Row], list[Fault]]:
    """Read the first sheet; its first row names the columns by field id or label. Invalid for a file that cannot be read so."""
    _ensure_harmless(stream)
    stream.seek(0)
    try:
        book = load_workbook(stream, read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        lines = sheet.iter_rows(max_col=MAX_COLUMNS)
        columns, faults = _columns(schema, next(iter(lines), ()))
        rows: list[Row] = []
        for number, line in enumerate(lines, start=2):
            if number > MAX_ROWS + 1:
                raise _too_many()
            row = _row(schema, number, line, columns, faults)
            if row is not None:
                rows.append(row)
        book.close()
    except _BROKEN as error:
        raise Invalid("无法读取该文件，请另存为 .xlsx 后重试。", message_en="This file cannot be read; save it again.") from error
    return rows, faults


def _columns(schema: RegisterSchema, header: Sequence[Any]) -> tuple[dict[int, Field], list[Fault]]:
    known: dict[str, Field] = {}
    for field in (*schema.fields.values(), schema.key):
        for name in (field.id, field.zh, field.en):
            known[name.strip().casefold()] = field
    columns: dict[int, Field] = {}
    faults = []
    for at, cell in enumerate(header):
        text = str(cell.value or "").strip()
        found = known.get(text.casefold())
        if found is not None and found not in columns.values():
            columns[at] = found
        elif text:
            zh, en = (
                (f"没有列“{text}”", f"there is no column {text!r}") if found is None else (f"列“{text}”重复", f"{text!r} twice")
            )
            faults.append(Fault(row=1, key="", field="", zh=f"第 1 行 {zh}", en=f"Row 1: {en}"))
    if schema.key not in columns.values():
        zh, en = f"第 1 行 缺少列“{schema.key.zh}”", f"Row 1: the column {schema.key.en!r} is missing"
        faults.append(Fault(row=1, key="", field=schema.key.id, zh=zh, en=en))
    return columns, faults


def _row(
    schema: RegisterSchema, number: int, line: Sequence[Any], columns: Mapping[int, Field], faults: list[Fault]
) -> Row | None:
    cells = [(columns[at], cell) for at, cell in enumerate(line) if at in columns and cell.value not in (None, "")]
    if not cells:
        return None
    key, data = "", {}
    for field, cell in cells:
        if cell.data_type == "f":
            row = Row(number=number, key="", data={})
            zh, en = "不能是公式，请粘贴为值", "formulas are not imported; paste values"
            faults.append(Fault.at(row, field.id, field.zh, field.en, zh, en))
        elif field is schema.key:
            key = _plain_text(cell.value)
        else:
            data[field.id] = _value(field, cell.value)
    if schema.key.id in schema.fields:
        data[schema.key.id] = key
    named = frozenset(field.id for field in columns.values()) | {schema.key.id}
    return Row(number=number, key=key, data=data, columns=named)


def _value(field: Field, value: Any) -> Any:
    """What a cell means for a field; what it cannot mean stays as it is, and is refused with the others."""
    if field.type == "boolean" and not isinstance(value, bool):
        word = _plain_text(value).casefold()
        return True if word in _YES else False if word in _NO else value
    if field.type in ("money", "number", "integer"):
        return _number(value)
    if field.type == "date":
        return _date(value)
    if field.type in MANY:
        return _many(value)
    text = _plain_text(value)
    if field.type == "choice":
        labels = {label.casefold(): value for value, words in field.choices.items() for label in (*reversed(words), value)}
        return labels.get(text.casefold(), text)
    return text


def _number(value: Any) -> Any:
    if isinstance(value, float):
        return Decimal(str(round(value, 6)))
    if isinstance(value, str):
        try:
            return Decimal(value.replace(",", "").replace("，", "").strip())
        except InvalidOperation:
            return value
    return value


def _date(value: Any) -> Any:
    found = _DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return value
    year, month, day = found.groups()
    return f"{year}-{int(month):02}-{int(day):02}"


def _many(value: Any) -> Any:
    text = str(value).strip()
    if text.startswith("["):
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            return text
    return [part.strip() for part in _SPLIT.split(text) if part.strip()]


def _plain_text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return str(value).strip()


def _shown(field: Field, value: Any, units: Mapping[str, str], *, english: bool) -> Any:
    if value is None:
        return None
    if isinstance(value, bool):
        return ("yes" if value else "no") if english else ("是" if value else "否")
    if field.type == "unit":
        return units.get(str(value), str(value))
    if field.type == "choice":
        zh, en = field.choices.get(str(value), (str(value), str(value)))
        return en if english else zh
    if isinstance(value, (list, dict)):
        if isinstance(value, list) and all(isinstance(item, str) and not _SPLIT.search(item) for item in value):
            return "、".join(value)
        return orjson.dumps(plain(value)).decode()
    return value


def cell_of(sheet: Any, value: Any) -> Any:
    """A cell that shows a value and never computes: a text that begins with "=" stays a text."""
    make: Any = WriteOnlyCell  # its stubs know no Decimal, which it writes
    if value is None or isinstance(value, (int, Decimal, date)):
        return make(sheet, value)
    cell = make(sheet, ILLEGAL_CHARACTERS_RE.sub("", str(value))[:_LONGEST_CELL])
    cell.data_type = "s"  # a text that begins with "=" stays a text
    return cell


def title_of_sheet(text: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", " ", text)[:31] or "Sheet"


def _ensure_harmless(stream: IO[bytes]) -> None:
    """Unpack the archive once, counting, before a library does it unbounded; XML that declares entities is refused."""
    try:
        with zipfile.ZipFile(stream) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS:
                raise _bomb()
            total = 0
            for part in parts:
                total += _unpacked(archive, part, MAX_UNPACKED - total)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError, RuntimeError, ValueError) as error:
        raise Invalid("文件已损坏，不是有效的 .xlsx。", message_en="The file is damaged, or no xlsx.") from error


def _unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo, most: int) -> int:
    size, tail = 0, b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > most:
                raise _bomb()
            if not tail and chunk[:2] in _WIDE:
                raise Invalid("文件编码不受支持。", message_en="The file is in an encoding that is not accepted.")
            if b"<!" in (seen := tail + chunk) and (b"<!DOCTYPE" in seen or b"<!ENTITY" in seen):
                raise Invalid("文件含有不允许的内容。", message_en="The file declares entities, which is not accepted.")
            tail = chunk[-16:]
    return size


def _bomb() -> Invalid:
    return Invalid("文件解压后过大，已拒绝。", message_en="The file unpacks to more than is accepted.")


def _too_many() -> Invalid:
    return Invalid(f"一次最多导入 {MAX_ROWS} 行，请拆分。", message_en=f"At most {MAX_ROWS} rows at once; split the file.")
